# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The stages of cases over one store, the rules and ways they are given, and the loop that hands letters on."""
