# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The list tables of the three nodes, dirty rows of real life among them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from tests.samples import rows
from tests.samples.invented import company, organisation, person
from tests.samples.rows import ACCEPTED, DUPLICATE, Body, Sample, but, entry

Standard = tuple[str, str, str]

STORY = replace(company("杭州", 900), name="杭州湖畔蓝星印染有限公司")
"""Black-listed by the Hangzhou ecology bureau; the demo shows it recognised in Shanghai and then removed."""
STORY_NUMBER = "杭环信〔2026〕88号"
RED_HERE_BLACK_THERE = replace(company("杭州", 901), name="杭州双面绣环保科技有限公司")
"""On Hangzhou's red list and on Shanghai's black list."""
OBJECTED = company("杭州", 923)
"""Black-listed in Hangzhou; the demo shows its objection, filed in Shanghai, marked everywhere and granted."""
REPAIRED = company("杭州", 924)
"""Black-listed in Hangzhou for longer than the shortest period; the demo shows its repair, applied for in Shanghai."""

ECOLOGY_BLACK: Standard = ("黑名单", "生态环境", "yrd-eco-environment-black@2")
ECOLOGY_RED: Standard = ("红名单", "生态环境", "yrd-eco-environment-red@1")
TOURISM_BLACK: Standard = ("黑名单", "旅游", "yrd-tourism-black@1")
SCENIC_BLACK: Standard = ("黑名单", "旅游", "hangzhou-scenic-area-black@1")
WAGES_BLACK: Standard = ("黑名单", "拖欠农民工工资", "wenzhou-jiading-labour-wages-black@1")
_CYCLE: Sequence[tuple[int, Standard]] = (
    (0, ECOLOGY_BLACK),
    (1, ("黑名单", "食品药品", "yrd-food-drug-black@1")),
    (2, TOURISM_BLACK),
    (1, ("黑名单", "产品质量", "yrd-product-quality-black@1")),
    (0, ECOLOGY_RED),
    (1, ("红名单", "食品药品", "yrd-food-drug-red@1")),
    (2, ("红名单", "旅游", "yrd-tourism-red@1")),
    (1, ("红名单", "产品质量", "yrd-product-quality-red@1")),
)


def hangzhou_lists() -> list[Sample]:
    """Returns the list table of Hangzhou."""
    bodies = (rows.HANGZHOU_ECOLOGY, rows.HANGZHOU_MARKET, rows.HANGZHOU_TOURISM)
    ordinary = _ordinary("杭州", bodies, 60)
    return [_story(), *ordinary[:30], *_special(), *ordinary[30:], *_dirty(ordinary)]


def _ordinary(place: str, bodies: Sequence[Body], count: int) -> list[Sample]:
    made = []
    for number in range(count):
        which, standard = _CYCLE[number % len(_CYCLE)]
        decided = date(2025, 3, 3) + timedelta(days=7 * number)
        party = organisation(place, number, "92", "小吃店") if number % 15 == 1 else company(place, number)
        title = f"{'杭浙沪'['杭浙上'.index(place[0])]}信认〔{decided.year}〕{number + 101}号"
        made.append(_until(entry(party, bodies[which], title, standard, decided), 4 if standard[0] == "黑名单" else 3))
    return made


def _until(sample: Sample, half_years: int) -> Sample:
    """The row with a term of so many half years, less some days; the standards allow 36 and 24 months."""
    begun = sample.cells["MD_SXRQ"]
    assert isinstance(begun, date)
    return replace(sample, cells={**sample.cells, "MD_YXQZ": begun + timedelta(days=182 * half_years)})


def _story() -> Sample:
    story = entry(STORY, rows.HANGZHOU_ECOLOGY, STORY_NUMBER, ECOLOGY_BLACK, date(2026, 9, 14))
    cause = {"MD_SY": "篡改、伪造自动监测数据，逃避监管排放印染废水", "MD_YJ": "《水污染防治法》第三十九条、第八十三条"}
    story = but(story, ACCEPTED, "the subject of the demo's story", **cause)
    return replace(story, cells={**story.cells, "MD_YXQZ": date(2029, 9, 13)})


def _special() -> list[Sample]:
    """Sound rows that recognition elsewhere treats in its own way."""
    ecology, tourism, market = rows.HANGZHOU_ECOLOGY, rows.HANGZHOU_TOURISM, rows.HANGZHOU_MARKET
    old = ("黑名单", "生态环境", "yrd-eco-environment-black@1")
    pilot = ("黑名单", "产品质量", "yrd-product-quality-pilot-black@1")
    red = entry(RED_HERE_BLACK_THERE, ecology, "杭环信〔2026〕41号", ECOLOGY_RED, date(2026, 5, 6))
    scenic = [
        but(
            _until(
                entry(company("杭州", 910 + n), tourism, f"杭文旅信〔2026〕{n}号", SCENIC_BLACK, date(2026, 7, 1)), 1
            ),
            ACCEPTED,
            "its list standard is registered with Hangzhou alone",
        )
        for n in (1, 2)
    ]
    guide = entry(person(40), tourism, "杭文旅信〔2026〕9号", TOURISM_BLACK, date(2026, 6, 8))
    lapsed = entry(company("杭州", 920), ecology, "杭环信〔2019〕5号", old, date(2019, 4, 8))
    expired = entry(company("杭州", 921), market, "杭市监信〔2024〕6号", pilot, date(2024, 5, 6))
    foreign = entry(company("杭州", 922), market, "杭市监信〔2026〕7号", ECOLOGY_BLACK, date(2026, 4, 7))
    objected = entry(OBJECTED, ecology, "杭环信〔2026〕52号", ECOLOGY_BLACK, date(2026, 7, 6))
    repaired = entry(REPAIRED, ecology, "杭环信〔2025〕36号", ECOLOGY_BLACK, date(2025, 9, 15))
    return [
        but(_until(red, 4), ACCEPTED, "red here, black in Shanghai"),
        *scenic,
        but(_until(guide, 6), ACCEPTED, "a natural person: the payload is withheld from the public feed"),
        but(_until(lapsed, 6), ACCEPTED, "its period has lapsed; decided under a superseded version of the standard"),
        but(expired, ACCEPTED, "decided after its standard had expired (warning)", MD_YXQZ=date(2027, 5, 5)),
        but(_until(foreign, 6), ACCEPTED, "the issuer is not authorised for this field (warning)"),
        but(_until(objected, 6), ACCEPTED, "the demo shows an objection to it"),
        but(_until(repaired, 6), ACCEPTED, "the demo shows its repair"),
    ]


def _dirty(ordinary: Sequence[Sample]) -> list[Sample]:
    base = [
        _until(
            entry(
                company("杭州", 940 + n),
                rows.HANGZHOU_ECOLOGY,
                f"杭环信〔2026〕{n + 201}号",
                ECOLOGY_BLACK,
                date(2026, 8, 3),
            ),
            6,
        )
        for n in range(18)
    ]
    full_width = str(base[3].cells["MD_SHXYM"]).translate({n: n + 0xFEE0 for n in range(0x30, 0x5B)})
    return [
        but(base[0], "CODE_CHECK", "last check character wrong", MD_SHXYM=_wrong_last(base[0])),
        but(base[1], "FIELD_MISSING", "a legal person without unified code", MD_SHXYM=""),
        but(base[2], "CODE_ALPHABET", "letter I in the code", MD_SHXYM="9133010071610585IF"),
        but(base[3], ACCEPTED, "code in full-width characters (warning)", MD_SHXYM=full_width),
        but(base[4], ACCEPTED, "open-ended: 2099/12/31 (warning)", MD_YXQZ="2099/12/31"),
        but(ordinary[5], DUPLICATE, "the same row twice"),
        but(ordinary[8], "KEY_CONFLICT", "the same document number with other content", MD_SY="另查明：拒不整改"),
        but(
            base[7], "STANDARD_UNREGISTERED", "an unregistered list standard", MD_BZH="hangzhou-eco-environment-draft@1"
        ),
        but(base[8], "STANDARD_KIND_MISMATCH", "a watch list under a standard for black lists", MD_LB="重点关注名单"),
        but(base[9], "STANDARD_FIELD_MISMATCH", "a standard of another field", MD_BZH="yrd-tourism-black@1"),
        but(base[10], "CODE_CATEGORY", "unknown department and category", MD_SHXYM="943301007161058526"),
        but(base[11], "CODE_ORGANISATION_CHECK", "embedded organisation code wrong", MD_SHXYM="913100001322041051"),
        but(
            base[12], "DATE_IN_FUTURE", "decided in the future", MD_RDRQ="2086/01/01", MD_SXRQ="2086/01/01", MD_YXQZ=""
        ),
        but(base[13], "DATE_MALFORMED", "30 February", MD_RDRQ="2026/02/30"),
        but(base[14], "DATES_OUT_OF_ORDER", "in force before it was decided", MD_SXRQ="2026/08/01"),
        but(base[15], "VALUE_UNKNOWN", "no such field of regulation", MD_LY="天文"),
        but(base[16], "FIELD_MALFORMED", "a standard without version", MD_BZH="yrd-eco-environment-black"),
        replace(base[17], expect="ROW_CELL_COUNT", why="the last two cells are missing", short=2),
    ]


def _wrong_last(sample: Sample) -> str:
    code = str(sample.cells["MD_SHXYM"])
    return code[:17] + ("0" if code[17] != "0" else "1")


def zhejiang_lists() -> list[Sample]:
    """Returns the list table of Zhejiang, some entries of a bilateral agreement among them."""
    bodies = (rows.ZHEJIANG_ECOLOGY, rows.ZHEJIANG_MARKET, rows.ZHEJIANG_TOURISM)
    wages = [
        but(
            _until(
                entry(
                    company("浙江", 800 + 4 * n + 1),
                    rows.WENZHOU_LABOUR,
                    f"温人社信〔2026〕{n}号",
                    WAGES_BLACK,
                    date(2026, 2, 2),
                ),
                6,
            ),
            ACCEPTED,
            "of the agreement between Wenzhou and Jiading",
        )
        for n in range(4)
    ]
    ordinary = _ordinary("浙江", bodies, 26)
    return [*ordinary, *wages, but(ordinary[3], DUPLICATE, "the same row twice")]


def shanghai_lists() -> list[Sample]:
    """Returns the list table of Shanghai, with a black entry on a subject that Hangzhou praises."""
    bodies = (rows.SHANGHAI_ECOLOGY, rows.SHANGHAI_MARKET, rows.SHANGHAI_TOURISM)
    ordinary = _ordinary("上海", bodies, 28)
    conflict = entry(
        RED_HERE_BLACK_THERE, rows.SHANGHAI_ECOLOGY, "沪环信〔2026〕17号", ECOLOGY_BLACK, date(2026, 7, 20)
    )
    return [
        *ordinary,
        but(_until(conflict, 6), ACCEPTED, "black here, red in Hangzhou"),
        but(
            ordinary[0],
            "CODE_CHECK",
            "last check character wrong",
            MD_SHXYM=_wrong_last(ordinary[0]),
            MD_WH="沪信认〔2026〕900号",
        ),
    ]
