# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the stages write: one transaction is a `Unit`, composed of one part for each stage. Called from one thread."""
