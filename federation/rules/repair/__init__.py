# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Repair (信用修复): how grave an act is, from when on it can be repaired, and until when it is displayed."""
