# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is held about subjects: the questions, what they are answered from, and the answers. Cannot write."""
