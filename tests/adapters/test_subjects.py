# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Old and new codes."""

from collections.abc import Callable
from pathlib import Path

from adapters.row import Outcome, TableKind, Translated, Untranslated
from federation.records.subject import Authority, Subject
from federation.standards.identity import LegacyCodeKind

KIND = TableKind.SUBJECTS
SOURCE = Authority(name="杭州市公共信用管理办公室", code="11330100PDY001047C")


def test_a_row_becomes_the_cross_reference(outcomes: Callable[..., list[Outcome]]) -> None:
    """Older numbers are kept by register, without hyphens."""
    [outcome] = outcomes(KIND, {})

    assert isinstance(outcome, Translated)
    assert isinstance(outcome.record, Subject)
    assert [(code.kind, code.code) for code in outcome.record.identity.legacy_codes] == [
        (LegacyCodeKind.REGISTRATION_NUMBER, "330203000030639"),
        (LegacyCodeKind.ORGANISATION_CODE, "716105852"),
        (LegacyCodeKind.TAX_NUMBER, "330100716105852"),
    ]


def test_the_provinces_own_table_takes_its_source_from_the_operator(
    write_csv: Callable[..., Path], read: Callable[..., list[Outcome]]
) -> None:
    """Its five columns name no supplier, so one is given for the file."""
    path = write_csv(
        ["企业名称", "统一社会信用代码", "工商登记码", "组织机构代码", "税务登记号"],
        [["杭州青岚化工有限公司", "91330100716105852F", "", "", ""]],
    )

    [given], [missing] = read(path, SOURCE), read(path)

    assert isinstance(given, Translated)
    assert isinstance(given.record, Subject)
    assert given.record.source == SOURCE
    assert isinstance(missing, Untranslated)
    assert (missing.field, missing.reason) == ("数据来源单位", "FIELD_MISSING")


def test_a_rows_own_source_goes_before_the_files(
    write_csv: Callable[..., Path], read: Callable[..., list[Outcome]]
) -> None:
    """What the row says is not overruled."""
    path = write_csv(
        ["企业名称", "统一社会信用代码", "数据来源单位", "数据来源单位代码", "报告日期"],
        [["杭州青岚化工有限公司", "91330100716105852F", "杭州市生态环境局", "11330100PDY001012R", "2026/5/4"]],
    )

    [outcome] = read(path, SOURCE)

    assert isinstance(outcome, Translated)
    assert isinstance(outcome.record, Subject)
    assert (outcome.record.source.name, str(outcome.record.reported_on)) == ("杭州市生态环境局", "2026-05-04")
