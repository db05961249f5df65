# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The values of the exchange: frozen, and checked when built, so that an invalid record cannot exist."""
