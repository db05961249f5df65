# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A list table as a department would send it, of a few rows."""

import csv
from pathlib import Path

from tests.flow.world import ECOLOGY, uscc

ROWS = 3
HEADER = (
    "名单类别,名单名称,领域,主体名称,主体类别,统一社会信用代码,法定代表人,列入事由,列入依据,认定标准,认定文号,认定单位,"
    "认定单位统一社会信用代码,认定日期,生效日期,有效期至,责任人,数据来源单位,数据来源单位统一社会信用代码"
)


def write_table(path: Path, rows: int = ROWS) -> None:
    """Rows numbered in their documents from 0."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(HEADER.split(","))
        for number in range(rows):
            who = (f"杭州虚构{number}号有限公司", "法人及非法人组织", uscc(number), "甲某", "虚构事由", "虚构依据")
            days = ("2026/06/01", "2026/06/01", "2029/05/31")
            decision = (f"杭环认〔2026〕{number}号", ECOLOGY.name, ECOLOGY.code, *days)
            what = ("黑名单", "生态环境领域名单", "生态环境", *who, "yrd-eco-environment-black@2", *decision)
            table.writerow((*what, "甲某", ECOLOGY.name, ECOLOGY.code))
