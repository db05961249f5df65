# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How much of what is held about a subject a caller may see; pure, and the same for whoever asks again."""
