# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Filings of credit service agencies: whether one counts, what its agency owes, and what its reports rest on.

recognition.py  a foreign filing -> whether it counts at home without filing again
again.py        an own filing about to be published -> what is recognised already
duties.py       a filing and a day -> what is due, or overdue
report.py       a report and all versions of a filing -> whether its agency might issue it then
"""
