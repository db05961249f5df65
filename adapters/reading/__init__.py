# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Files into rows of text: delimited text and workbooks, within fixed limits, with memory that does not grow."""
