# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Cases and the letters about them: what the stages of cases keep and read."""
