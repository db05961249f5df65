# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""LA: too much, too large, too long, and text that means harm. After each, the node still answers the good question."""
