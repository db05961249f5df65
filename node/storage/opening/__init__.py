# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What comes before a store is opened: making it, bringing it up, and seeing that it is the right one."""
