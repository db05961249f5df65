# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Questions and answers between members: asked, answered, and logged on both sides before anything is used."""
