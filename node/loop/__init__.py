# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Joint measures: feedback taken in from feeds and given by own bodies, lifted with its entry, counted and reported."""
