# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What cannot be built: every limit and every contradiction, with the field it names."""

from collections.abc import Mapping
from datetime import date, datetime
from operator import attrgetter

import pytest

from federation.errors import FieldFault
from federation.records.codec import Record
from federation.records.exchange import Question
from federation.records.list_entry import ListEntry
from federation.records.subject import Authority
from federation.records.value import Value, complaints
from federation.standards.identity import CodeKind

EARLIER = date(2026, 1, 4)
LONG = "长"


def spoilt(record: Value, field: str, value: object) -> Value:
    """The same record built anew with one field changed."""
    fields = {name: getattr(record, name) for name in type(record).model_fields}
    return type(record)(**{**fields, field: value})


FAULTS: list[tuple[str, str, object, str, str]] = [
    ("Licence", "valid_until", EARLIER, "valid_until", "DATES_OUT_OF_ORDER"),
    ("Licence", "certificate_name", "证书", "certificate_number", "CERTIFICATE_NUMBER_MISSING"),
    ("Penalty", "valid_until", EARLIER, "valid_until", "DATES_OUT_OF_ORDER"),
    ("Penalty", "published_until", EARLIER, "published_until", "DATES_OUT_OF_ORDER"),
    ("ListEntry", "valid_from", EARLIER, "valid_from", "DATES_OUT_OF_ORDER"),
    ("ListEntry", "valid_until", EARLIER, "valid_until", "DATES_OUT_OF_ORDER"),
    ("ListEntry", "notified_on", date.max, "notified_on", "DATES_OUT_OF_ORDER"),
    ("ListEntry", "publicised_from", date.max, "publicised_from", "DATES_OUT_OF_ORDER"),
    ("AgencyFiling", "valid_until", EARLIER, "valid_until", "DATES_OUT_OF_ORDER"),
    ("AgencyFiling", "reviewed_year", None, "review_result", "REVIEW_INCOMPLETE"),
    ("AgencyFiling", "review_result", None, "review_result", "REVIEW_INCOMPLETE"),
    ("AgencyFiling", "reviewed_year", 1989, "reviewed_year", "FIELD_MALFORMED"),
    ("AgencyFiling", "reviewed_year", 2201, "reviewed_year", "FIELD_MALFORMED"),
    ("AgencyFiling", "categories", (), "categories", "FIELD_MISSING"),
    ("AgencyFiling", "categories", ("a",) * 21, "categories", "FIELD_TOO_LONG"),
    ("AgencyFiling", "categories", ("Rating",), "categories.0", "FIELD_MALFORMED"),
    ("Penalty", "kinds", (), "kinds", "FIELD_MISSING"),
    ("Penalty", "kinds", ("罚款",) * 21, "kinds", "FIELD_TOO_LONG"),
    ("Penalty", "fine_fen", -1, "fine_fen", "FIELD_MALFORMED"),
    ("Penalty", "fine_fen", 2**63, "fine_fen", "FIELD_MALFORMED"),
    ("Penalty", "fine_fen", 1.0, "fine_fen", "FIELD_MALFORMED"),
    ("Penalty", "fine_fen", "1", "fine_fen", "FIELD_MALFORMED"),
    ("Penalty", "fine_fen", True, "fine_fen", "FIELD_MALFORMED"),
    ("Penalty", "document_number", "", "document_number", "FIELD_MISSING"),
    ("Penalty", "document_number", LONG * 129, "document_number", "FIELD_TOO_LONG"),
    ("Penalty", "violation", LONG * 2001, "violation", "FIELD_TOO_LONG"),
    ("Penalty", "facts", LONG * 5001, "facts", "FIELD_TOO_LONG"),
    ("Penalty", "basis", LONG * 2049, "basis", "FIELD_TOO_LONG"),
    ("Penalty", "content", LONG * 4001, "content", "FIELD_TOO_LONG"),
    ("Penalty", "affected_licence", LONG * 201, "affected_licence", "FIELD_TOO_LONG"),
    ("Penalty", "remark", LONG * 513, "remark", "FIELD_TOO_LONG"),
    ("Penalty", "remark", "a\x00b", "remark", "FIELD_CONTROL_CHARACTER"),
    ("Penalty", "remark", "a\tb", "remark", "FIELD_CONTROL_CHARACTER"),
    ("Penalty", "remark", "a\u202eb", "remark", "FIELD_CONTROL_CHARACTER"),
    ("Penalty", "remark", "a\u200db", "remark", "FIELD_CONTROL_CHARACTER"),
    ("Penalty", "remark", "A\u030a", "remark", "FIELD_NOT_NFC"),
    ("Penalty", "decided_on", "2026-01-05", "decided_on", "FIELD_MALFORMED"),
    ("Penalty", "decided_on", datetime(2026, 1, 5), "decided_on", "FIELD_MALFORMED"),
    ("Licence", "document_number", LONG * 65, "document_number", "FIELD_TOO_LONG"),
    ("Licence", "category", LONG * 257, "category", "FIELD_TOO_LONG"),
    ("Licence", "state", "valid", "state", "FIELD_MALFORMED"),
    ("ListEntry", "field", "Eco", "field", "FIELD_MALFORMED"),
    ("ListEntry", "field", "eco\n", "field", "FIELD_MALFORMED"),
    ("ListEntry", "standard", "eco", "standard", "FIELD_MALFORMED"),
    ("ListEntry", "standard", "eco@1\n", "standard", "FIELD_MALFORMED"),
    ("ListEntry", "responsible_persons", ("钱",) * 21, "responsible_persons", "FIELD_TOO_LONG"),
    ("ListEntry", "responsible_persons", (LONG * 51,), "responsible_persons.0", "FIELD_TOO_LONG"),
    ("Ending", "explanation", LONG * 1001, "explanation", "FIELD_TOO_LONG"),
    ("FeedPolicy", "readers", ("Shanghai",), "readers.0", "FIELD_MALFORMED"),
    ("FeedPolicy", "readers", ("*a",), "readers.0", "FIELD_MALFORMED"),
    ("FeedPolicy", "readers", ("a" * 33,), "readers.0", "FIELD_MALFORMED"),
    ("FeedPolicy", "readers", ("a",) * 1001, "readers", "FIELD_TOO_LONG"),
    ("Exchange", "exchange_id", "01890a5d-ac96-474b-bcce-b302099a8057", "exchange_id", "FIELD_MALFORMED"),
    ("Exchange", "exchange_id", "01890A5D-AC96-774B-BCCE-B302099A8057", "exchange_id", "FIELD_MALFORMED"),
    ("Exchange", "question_sha256", bytes(31), "question_sha256", "FIELD_MALFORMED"),
    ("Exchange", "question_sha256", bytes(33), "question_sha256", "FIELD_TOO_LONG"),
    ("Exchange", "answer_sha256", bytes(33), "answer_sha256", "FIELD_TOO_LONG"),
    ("Exchange", "outcome", "answered", "outcome", "FIELD_MALFORMED"),
    ("Exchange", "requester", "", "requester", "FIELD_MALFORMED"),
    ("Exchange", "logged_at_ms", -1, "logged_at_ms", "FIELD_MALFORMED"),
    ("Exchange", "speed", 1, "speed", "FIELD_UNEXPECTED"),
]


@pytest.mark.parametrize(("kind", "field", "value", "at", "reason"), FAULTS)
def test_invalid_record_cannot_exist(
    samples: Mapping[str, Record], kind: str, field: str, value: object, at: str, reason: str
) -> None:
    """A record that breaks one rule is refused whole, with the field at fault and a stable reason."""
    with pytest.raises(FieldFault) as caught:
        spoilt(samples[kind], field, value)
    assert (caught.value.field, caught.value.reason) == (at, reason)


def test_everything_that_is_wrong_can_be_told_at_once() -> None:
    """Whoever mends a file is told every field; building the value tells the first alone."""
    sound = {"name": "某局", "code": "11330100PDY001012R"}

    told = [(fault.field, fault.reason) for fault in complaints(Authority, {"code": "1", "speed": 1})]
    assert [("name", "FIELD_MISSING"), ("code", "FIELD_MALFORMED"), ("speed", "FIELD_UNEXPECTED")] == told
    assert () == complaints(Authority, sound)


def test_missing_field_is_named(samples: Mapping[str, Record]) -> None:
    """A record without a required field names the field."""
    fields = dict(samples["ListEntry"])
    del fields["reason"]
    with pytest.raises(FieldFault) as caught:
        ListEntry(**fields)
    assert (caught.value.field, caught.value.reason) == ("reason", "FIELD_MISSING")


def test_fault_never_repeats_the_value() -> None:
    """The refused value may be personal, so neither message nor detail holds it."""
    with pytest.raises(FieldFault) as caught:
        Authority(name="某局", code="secret")
    assert "secret" not in str(caught.value)


def test_line_break_is_text(samples: Mapping[str, Record]) -> None:
    """Facts and contents may have paragraphs, and characters beyond the basic plane."""
    changed = spoilt(samples["Penalty"], "facts", "一、超标\n二、\U0002a700")
    assert changed.model_dump()["facts"] == "一、超标\n二、\U0002a700"


def test_values_are_frozen(samples: Mapping[str, Record]) -> None:
    """Nothing can change a record once it is built."""
    field = "document_number"
    with pytest.raises(ValueError, match="frozen"):
        setattr(samples["Penalty"], field, "2")


def test_legal_basis_is_plain_text() -> None:
    """The legal basis of a question is shown to people, so it holds no control characters."""
    with pytest.raises(FieldFault) as caught:
        Question(
            exchange_id="01890a5d-ac96-774b-bcce-b302099a8057",
            requester="310000",
            responder="330100",
            purpose="procurement",
            legal_basis="法\u202e",
            case_number="1",
            code_kind=CodeKind.USCC,
            code="91330100MA2PDY0152",
            asked_at_ms=1,
            salt=bytes(32),
        )
    assert (caught.value.field, caught.value.reason) == ("legal_basis", "FIELD_CONTROL_CHARACTER")


KEYS = {
    "Subject": "subject/uscc/91330100MA2PDY0152",
    "Licence": "licence/11330100PDY001012R/1/91330100MA2PDY0152",
    "Penalty": "penalty/11330100PDY001012R/1/91330100MA2PDY0152",
    "ListEntry": "list/black/11330100PDY001012R/1/91330100MA2PDY0152",
    "AgencyFiling": "filing/11330100PDY001012R/1",
    "FeedPolicy": "policy/demo/330100/lists/1",
    "Exchange": "exchange/requester/01890a5d-ac96-774b-bcce-b302099a8057",
}


@pytest.mark.parametrize("kind", list(KEYS))
def test_key_names_what_is_the_same(samples: Mapping[str, Record], kind: str) -> None:
    """The key of a record is stable: intake tells duplicates by it."""
    assert attrgetter("key")(samples[kind]) == KEYS[kind]
