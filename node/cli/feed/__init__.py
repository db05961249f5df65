# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The group `feed`: what an operator does with the own feeds as a whole."""
