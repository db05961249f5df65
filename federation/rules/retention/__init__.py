# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How long records are kept: terms of regions as data, and the day on which a record is past its term."""
