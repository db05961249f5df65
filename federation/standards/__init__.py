# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the standards say: identity codes, regions and code sets, as pure checks over data files `id@version`.

The law changes; so everything a standard lists stands in `data/`, with its source and the day it took effect, and an
operator's replacement file is read by the same code as the file that ships with the program.
"""
