# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One running member of the federation: it imports, publishes, follows, recognises and answers."""
