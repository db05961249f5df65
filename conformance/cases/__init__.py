# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The cases, one module for each group of clauses. Every case judges its own clause and forgives what others judge."""
