# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Questions on their way: whom they go through, what a hub hands on, and how many members are asked at once.

route    where a letter or a question goes next
ways     the way of each question of one round, several of them in one parcel
relay    a hub hands on what members ask
"""
