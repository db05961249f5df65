# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What an operator does to a node while it is not served: moves its store, brings back what a mirror still holds."""
