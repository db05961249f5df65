# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The tables of licences, penalties, filings and codes, dirty rows of real life among them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from federation.standards.numbers.registration_number import registration_check
from tests.samples import rows
from tests.samples.invented import company, organisation, person
from tests.samples.rows import ACCEPTED, DUPLICATE, Body, Sample, but, filing, licence, penalty, subject

BROKEN = "\ufffe"
"""Stands for a byte that no encoding knows; whoever writes the file puts 0xFF in its place."""

_LICENSED = ("排污", "食品经营", "旅行社业务", "特种设备使用", "药品零售")
_OFFENCES = (
    ("违法排污", "未取得排污许可证排放污染物", "《排污许可管理条例》第三十三条"),
    ("食品安全违法", "经营超过保质期的食品", "《食品安全法》第一百二十四条"),
    ("价格违法", "未按规定明码标价", "《价格法》第四十二条"),
    ("产品质量违法", "销售不符合保障人体健康标准的产品", "《产品质量法》第四十九条"),
)
_CATEGORIES = ("资信评级", "企业信用调查与评估;信用管理咨询", "商账追收", "个人信用调查与评估")


def hangzhou_licences() -> list[Sample]:
    """Returns the licence table of Hangzhou."""
    good = _licences("杭州", (rows.HANGZHOU_ECOLOGY, rows.HANGZHOU_MARKET, rows.HANGZHOU_TOURISM), 48)
    someone = _named_licence(12)
    spare = [_named_licence(n) for n in range(20, 30)]
    return [
        *good,
        replace(someone, why="a natural person, licensed"),
        but(spare[0], "CODE_CHECK", "last check character wrong", XK_XDR_SHXYM="91330100716105852A"),
        but(spare[1], "FIELD_MISSING", "a legal person without unified code", XK_XDR_SHXYM=""),
        but(spare[2], "VALUE_UNKNOWN", "state 0 of the layout of 2016", XK_ZT="0"),
        but(spare[3], "DATES_OUT_OF_ORDER", "ends before it begins", XK_YXQZI="2020/01/01"),
        but(spare[4], "CERTIFICATE_NUMBER_MISSING", "a certificate without number", XK_XKZS="许可证"),
        but(spare[5], "SUBJECT_CLASS_MISMATCH", "a company's code for a sole trader", XK_XDR_LB="个体工商户"),
        but(spare[6], "BAD_ENCODING", "a broken byte", XK_NR=f"准予从事{BROKEN}业务"),
        but(spare[7], "FIELD_TOO_LONG", "a document title of 70 characters", XK_XKWS="准予" * 35),
        but(spare[8], ACCEPTED, "an unknown kind of licence (warning)", XK_XKLB="备案"),
        but(good[3], DUPLICATE, "the same row twice"),
    ]


def _named_licence(number: int) -> Sample:
    party = person(number) if number < 20 else company("杭州", 700 + number)
    return licence(
        party, rows.HANGZHOU_TOURISM, f"杭文旅许〔2026〕{number}号", date(2026, 5, 11), "2029/05/10", "导游业务"
    )


def _licences(place: str, bodies: Sequence[Body], count: int) -> list[Sample]:
    made = []
    for number in range(count):
        decided = date(2026, 1, 5) + timedelta(days=5 * number)
        party = company(place, 100 + number)
        if number % 12 == 5:
            party = organisation(place, 100 + number, *(("51", "行业协会"), ("12", "检测中心"))[number // 12 % 2])
        if number % 12 == 9:
            party = organisation(place, 100 + number, "92", "便利店")
        until = "2099/12/31" if number % 6 == 0 else decided + timedelta(days=1095)
        title = f"{place[0]}许〔2026〕{number + 1}号"
        made.append(licence(party, bodies[number % 3], title, decided, until, _LICENSED[number % 5]))
    return made


def hangzhou_penalties() -> list[Sample]:
    """Returns the penalty table of Hangzhou."""
    bodies = (rows.HANGZHOU_ECOLOGY, rows.HANGZHOU_MARKET)
    good = [
        but(
            penalty(company("杭州", 200 + n), bodies[n % 2], f"杭罚〔2026〕{n + 1}号", _day(n), _OFFENCES[n % 4]),
            ACCEPTED,
            "",
            CF_NR_FK=round(0.2 + 0.37 * n, 4),
        )
        for n in range(44)
    ]
    good[6] = but(good[6], ACCEPTED, "", CF_CFLB="警告；罚款")
    good[9] = but(good[9], ACCEPTED, "", CF_CFLB="罚款;没收违法所得、没收非法财物", CF_NR_WFFF=0.29)
    return [*good, *_penalised_persons(), *_dirty_penalties(), but(good[4], DUPLICATE, "the same row twice")]


def _penalised_persons() -> list[Sample]:
    made = [
        penalty(person(n), rows.HANGZHOU_MARKET, f"杭罚〔2026〕{n + 300}号", _day(n), _OFFENCES[2]) for n in range(6)
    ]
    code = str(made[3].cells["CF_XDR_ZJHM"])
    return [
        *(replace(sample, why="a natural person") for sample in made[:3]),
        but(made[3], "CODE_CHECK", "citizen number with a wrong check", CF_XDR_ZJHM=code[:17] + "0X"[code[17] == "0"]),
        but(made[4], ACCEPTED, "15-digit citizen number (warning)", CF_XDR_ZJHM="110105491231002"),
        but(made[5], "PERSON_HAS_USCC", "a person with a unified code", CF_XDR_SHXYM=company("杭州", 205).code),
    ]


def _dirty_penalties() -> list[Sample]:
    base = [
        penalty(company("杭州", 260 + n), rows.HANGZHOU_MARKET, f"杭罚〔2026〕{n + 400}号", _day(n), _OFFENCES[1])
        for n in range(12)
    ]
    confiscation, licence_kind = "没收违法所得、没收非法财物", "暂扣或者吊销许可证、执照"
    return [
        but(base[0], "FINE_AMOUNT_MISSING", "a fine without amount", CF_NR_FK="-"),
        but(base[1], "AMOUNT_MALFORMED", "an amount in words", CF_NR_FK="伍仟元"),
        but(base[2], "AMOUNT_PRECISION", "an amount finer than one fen", CF_NR_FK="0.12345678"),
        but(base[3], "AMOUNT_NEGATIVE", "a negative amount", CF_NR_FK=-1.5),
        but(base[4], ACCEPTED, "thousands separators (warning)", CF_NR_FK="1,250.5"),
        but(base[5], ACCEPTED, "a date in full-width digits (warning)", CF_JDRQ="２０２６/０３/０２"),
        but(base[6], "CONFISCATED_AMOUNT_MISSING", "confiscation without amount", CF_CFLB=confiscation),
        but(base[7], "AFFECTED_LICENCE_MISSING", "a licence withdrawn, and not which", CF_CFLB=licence_kind),
        but(base[8], "REPRESENTATIVE_MISSING", "no legal representative", CF_FRDB="无"),
        but(base[9], "DATE_IN_FUTURE", "decided in the future", CF_JDRQ="2086/01/01"),
        but(
            base[10],
            "KEY_CONFLICT",
            "the same document number with other content",
            CF_WSH="杭罚〔2026〕404号",
            CF_XDR_MC=base[4].cells["CF_XDR_MC"],
            CF_XDR_SHXYM=base[4].cells["CF_XDR_SHXYM"],
        ),
        but(base[11], "CODE_CHECK", "last check character wrong", CF_XDR_SHXYM="91330100716105852A"),
    ]


def _day(number: int) -> date:
    return date(2026, 1, 8) + timedelta(days=5 * number)


def zhejiang_licences() -> list[Sample]:
    """Returns the licence table of Zhejiang."""
    bodies = (rows.ZHEJIANG_ECOLOGY, rows.ZHEJIANG_MARKET, rows.ZHEJIANG_TOURISM)
    good = _licences("浙江", bodies, 28)
    return [
        *good,
        but(
            good[1],
            "CODE_CHECK",
            "last check character wrong",
            XK_XDR_SHXYM="91330100716105852A",
            XK_WSH="浙许〔2026〕90号",
        ),
        but(good[2], "DATE_MALFORMED", "a date of two digits", XK_JDRQ="26/3/1", XK_WSH="浙许〔2026〕91号"),
    ]


def hangzhou_filings() -> list[Sample]:
    """Returns the filing table of Hangzhou."""
    good = _filings("杭州", rows.HANGZHOU_CREDIT, 16)
    return [
        *good[:8],
        but(good[8], ACCEPTED, "suspended", BA_ZT="暂停"),
        but(good[9], ACCEPTED, "its term is over", BA_YXQZ="2025/12/31"),
        but(good[10], ACCEPTED, "never reviewed", BA_NJND="", BA_NJJG=""),
        but(good[11], ACCEPTED, "failed its review", BA_NJJG="不合格"),
        but(good[12], "VALUE_UNKNOWN", "an unknown category", BA_YWLB="资信评级;占卜"),
        but(good[13], "REVIEW_INCOMPLETE", "a review without result", BA_NJJG=""),
        but(good[14], "CODE_CHECK", "last check character wrong", BA_SHXYM="91330100716105852A"),
        but(good[0], DUPLICATE, "the same row twice"),
    ]


def shanghai_filings() -> list[Sample]:
    """Returns the filing table of Shanghai."""
    good = _filings("上海", rows.SHANGHAI_REFORM, 10)
    return [
        *good[:9],
        but(
            good[9],
            ACCEPTED,
            "filed with a body that takes no filings (warning)",
            BA_JG=rows.SHANGHAI_MARKET[0],
            BA_JGDM=rows.SHANGHAI_MARKET[1],
        ),
    ]


def _filings(place: str, body: Body, count: int) -> list[Sample]:
    return [
        filing(
            replace(company(place, 600 + n), name=company(place, 600 + n).name[:4] + "信用服务有限公司"),
            body,
            f"{place[0]}信备〔2025〕{n + 1:03d}",
            _CATEGORIES[n % 4],
            date(2025, 2, 3) + timedelta(days=11 * n),
        )
        for n in range(count)
    ]


def hangzhou_codes() -> list[Sample]:
    """Returns the table of old and new codes of Hangzhou: the companies that the other tables speak of."""
    good = [subject(company("杭州", n), _registration(n)) for n in range(36)]
    return [
        *good,
        but(good[0], DUPLICATE, "the same row twice"),
        but(subject(company("杭州", 50), "330100000000001"), ACCEPTED, "an old number with a wrong check (warning)"),
        but(subject(company("杭州", 51), _registration(51)), "FIELD_MISSING", "no name", COM_NM=""),
        but(
            subject(company("杭州", 52), _registration(52)),
            "CODE_LENGTH",
            "17 characters",
            UNI_SOCIAL_CRD_CD="9133010071610585F",
        ),
    ]


def _registration(number: int) -> str:
    body = f"330100{number:08d}"
    return body + registration_check(body)
