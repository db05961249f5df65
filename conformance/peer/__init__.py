# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The suite as a peer: feeds of its own, kept between runs, served to the target, and what the target says to them."""
