# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The closed loop of joint measures (发起-推送-响应-实施-反馈) and the duty to publish: who owes what by when. Pure."""
