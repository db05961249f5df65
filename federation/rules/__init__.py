# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What counts where: agreements, recognition, life cycle, admission, disclosure; pure, replayable, over data.

Nothing legal is a constant here. Agreements, list standards, competent authorities and measures are files `id@version`
in `data/`, with a source and the days they are in force; an operator replaces them, and a decision names those it used.
"""
