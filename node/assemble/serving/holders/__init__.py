# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Holder indexes in a node that is served: handed out, made anew, fetched."""
