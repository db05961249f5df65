# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Many answers to one matter, kept in one file and judged each by itself."""
