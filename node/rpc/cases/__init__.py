# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Cases at the doors: CaseService for members, and the calls of LocalService that file and handle them."""
