# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Following: one loop per followed feed fetches, verifies and keeps what its origin signed."""
