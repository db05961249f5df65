# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What was asked and answered, and what an auditor makes of it."""
