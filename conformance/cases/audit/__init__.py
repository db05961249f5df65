# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""EA: the target's exchange log, read as a coordinator reads it, and held against what this run asked and was told."""
