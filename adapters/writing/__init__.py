# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Tables written for people and other offices: nothing in them is ever run."""
