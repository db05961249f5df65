# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The wire at the rim: servers, the guard before every method, one servicer per service, and clients."""
