# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""LM, RO, AF: the cases in which the suite is a peer. It publishes, and judges what has become of it at the target."""
