# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Takes records in: each becomes a pending entry, a duplicate, or a refusal with its reason. Idempotent.

Durable order, and what a crash after each step leaves:

1. check      nothing is written yet: the caller repeats the call.
2. commit     all accepted records of the call are pending, each under its key; the caller, not having heard, repeats
              the call and is told `Duplicate`.
3. return     the sequencer publishes what is pending, whoever wakes it.

Same key and same bytes: the same result. Same key and other bytes: refused (KEY_CONFLICT), or, on request, published as
an AMEND of the earlier entry.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from federation.errors import FieldFault
from federation.log.leaf import LeafKind
from federation.records.act import Annotation, Ending
from federation.records.agency_filing import AgencyFiling
from federation.records.codec import MAX_PAYLOAD_BYTES, Logged, Record, decode, encode, schema_of
from federation.records.exchange import Access, Exchange, LateAcknowledgement
from federation.records.feed_policy import Dataset, FeedPolicy
from federation.records.licence import Licence
from federation.records.list_entry import ListEntry
from federation.records.loop.feedback import Feedback
from federation.records.penalty import Penalty
from federation.records.subject import Subject
from federation.rules.admission import Admitted, NotAdmitted
from federation.rules.filing.again import Elsewhere
from federation.standards.identity import SubjectClass
from node.entry.life import RECORDS, Life, Written
from node.entry.outcome import Accepted, Duplicate, Outcome, Refused
from node.entry.pending import Checked, Pending

__all__ = ["Accepted", "Duplicate", "Outcome", "Refused"]
SALT_BYTES = 32
ERASED_DIGEST = bytes(32)
"""What is known of the key of an erased record: it was used, and stays so."""
MAX_KEY_CHARACTERS = 512

_DATASETS: Mapping[type[object], Dataset] = {
    Subject: Dataset.SUBJECTS,
    Licence: Dataset.LICENCES,
    Penalty: Dataset.PENALTIES,
    ListEntry: Dataset.LISTS,
    AgencyFiling: Dataset.FILINGS,
    FeedPolicy: Dataset.CATALOGUE,
    **dict.fromkeys((Exchange, Access, LateAcknowledgement), Dataset.EXCHANGE),
    Feedback: Dataset.FEEDBACK,
}


@dataclass(frozen=True, slots=True)
class Submission:
    """One record, ending or annotation to publish.

    Attributes:
        key: idempotency key, 1 to 512 characters.
        schema: what the payload is.
        payload: the record bytes, published exactly as given.
        ref: index of the entry acted on; None unless the payload is an act.
    """

    key: str
    schema: int
    payload: bytes
    ref: int | None = None


_ACCEPTED = Accepted()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a key: the payload's digest, and the index once it is sequenced."""

    digest: bytes
    index: int | None


class IntakeUnit(Protocol):
    """One transaction of the intake."""

    def known(self, origin: str, keys: Sequence[bytes]) -> Mapping[bytes, Known]:
        """What is known of each of the keys; unknown ones are absent."""
        ...

    def written(self, origin: str, indexes: Sequence[int]) -> Mapping[int, Sequence[Written]]:
        """Sequenced entries, each followed by the acts on it: those sequenced, in order, then those that wait.

        Args:
            origin: an own feed.
            indexes: any numbers; what no entry has is absent.
        """
        ...

    def filed_elsewhere(self, subjects: Sequence[str]) -> Sequence[Elsewhere]:
        """The foreign filings of some agencies that count here, by origin and index."""
        ...

    def add_pending(self, origin: str, pending: Sequence[Pending]) -> None:
        """Adds pending rows in order; replaces what is known of their keys."""
        ...


class IntakeStore(Protocol):
    """Where pending rows go."""

    def write(self) -> AbstractContextManager[IntakeUnit]:
        """One transaction: durable when the block ends, undone when it raises. One at a time, from one thread."""
        ...


class Intake:
    """Checks and keeps submissions. Call from the writer thread only.

    Args:
        store: where pending rows go.
        datasets: origin of each own feed and its kind of record.
        admit: may this own record be published?
        random_bytes: source of salts.
        again: is this own filing a second one, given the foreign ones of its agency that count here?
    """

    def __init__(
        self,
        store: IntakeStore,
        datasets: Mapping[str, Dataset],
        admit: Callable[[Record], Admitted | NotAdmitted],
        random_bytes: Callable[[int], bytes],
        again: Callable[[AgencyFiling, Sequence[Elsewhere]], NotAdmitted | str | None],
    ) -> None:
        self._again = again
        self._store = store
        self._datasets = datasets
        self._admit = admit
        self._random_bytes = random_bytes

    def submit(self, origin: str, submissions: Sequence[Submission], *, amend: bool = False) -> list[Outcome]:
        """Takes a batch for one own feed; bad items never stop good ones.

        Args:
            origin: an own feed.
            submissions: any number; one transaction for all.
            amend: publish other bytes under a known key as an AMEND instead of refusing them.

        Returns:
            One outcome for each submission, in order; accepted ones are durable.

        Raises:
            StoreFault: nothing of this call was kept.
        """
        dataset = self._datasets[origin]
        checked = [check_submission(submission, dataset, self._admit) for submission in submissions]
        with self._store.write() as unit:
            return self._keep(unit, origin, checked, amend=amend)

    def submit_within(self, unit: IntakeUnit, origin: str, records: Sequence[Logged]) -> list[Outcome]:
        """Takes records that this program made inside a transaction that the caller has open, each under its own key.

        Returns:
            As `submit`; durable with the caller's commit, and not before.
        """
        checked = [check_record(record, record.key, self._datasets[origin], self._admit) for record in records]
        return self._keep(unit, origin, checked, amend=False)

    def decide(
        self,
        unit: IntakeUnit,
        origin: str,
        checked: Sequence[Checked | Refused],
        *,
        amend: bool = False,
        closed_from: int | None = None,
    ) -> "Decided":
        """Decides on checked submissions inside the caller's transaction, and writes nothing.

        Args:
            unit: the transaction.
            origin: an own feed.
            checked: any number.
            amend: as for `submit`.
            closed_from: entries from this index on may not be amended yet, as if they still waited; None for all may.

        Returns:
            The outcomes, and what the caller has to keep or publish for those of them that are accepted.
        """
        wanted = [item for item in checked if isinstance(item, Checked)]
        known = dict(unit.known(origin, [item.key for item in wanted]))
        if self._datasets[origin] is Dataset.FILINGS:
            checked = self._filed_once(unit, checked, known)
            wanted = [item for item in checked if isinstance(item, Checked)]
        refs = {ref for item in wanted if (ref := _acted_on(item, known, amend=amend)) is not None}
        written = unit.written(origin, sorted(refs)) if refs else {}
        batch = _Batch(written, known, closed_from, amend=amend)
        salts = self._random_bytes(SALT_BYTES * len(wanted))
        outcomes: list[Outcome] = []
        for item in checked:
            if isinstance(item, Refused):
                outcomes.append(item)
            else:
                at = SALT_BYTES * len(batch.pending)
                outcomes.append(batch.offer(item, salts[at : at + SALT_BYTES]))
        return Decided(outcomes, batch.pending)

    def _filed_once(
        self, unit: IntakeUnit, checked: Sequence[Checked | Refused], known: Mapping[bytes, Known]
    ) -> Sequence[Checked | Refused]:
        """The submissions of a feed of filings, those for what is recognised from elsewhere refused or warned of."""
        new = {item.subject for item in checked if isinstance(item, Checked) and item.key not in known}
        elsewhere = unit.filed_elsewhere(sorted(new)) if new else ()
        if not elsewhere:
            return checked
        return [
            item if isinstance(item, Refused) or item.key in known else self._once(item, elsewhere) for item in checked
        ]

    def _once(self, item: Checked, elsewhere: Sequence[Elsewhere]) -> Checked | Refused:
        filing = decode(item.schema, item.payload)
        match self._again(filing, elsewhere) if isinstance(filing, AgencyFiling) else None:
            case str() as warning:
                return item._replace(warnings=(*item.warnings, warning))
            case NotAdmitted(field=field, reason=reason, detail=detail):
                return Refused(field, reason, detail)
        return item

    def _keep(
        self, unit: IntakeUnit, origin: str, checked: "Sequence[Checked | Refused]", *, amend: bool
    ) -> list[Outcome]:
        """Decides on checked submissions, and keeps the accepted ones."""
        outcomes, pending = self.decide(unit, origin, checked, amend=amend)
        if pending:
            unit.add_pending(origin, pending)
        return outcomes


class Decided(NamedTuple):
    """What was decided on a batch.

    Attributes:
        outcomes: one for each submission, in order.
        pending: the accepted ones, in order.
    """

    outcomes: list[Outcome]
    pending: list[Pending]


Admission = Callable[[Record], Admitted | NotAdmitted]


def check_submission(submission: Submission, dataset: Dataset, admit: Admission) -> Checked | Refused:
    """Whether what somebody submits may be published; needs no store.

    Args:
        submission: from anybody; its payload is decoded and checked.
        dataset: kind of record of the feed.
        admit: may this own record be published?
    """
    try:
        _check_limits(submission)
        record = decode(submission.schema, submission.payload)
    except FieldFault as fault:
        return Refused(fault.field, fault.reason)
    return _checked(submission, record, dataset, admit)


def check_record(record: Record, key: str, dataset: Dataset, admit: Admission) -> Checked | Refused:
    """As `check_submission`, for a record that this program has built itself: it is encoded, and not decoded again.

    Args:
        record: checked when it was built, as every value is.
        key: idempotency key.
        dataset: kind of record of the feed.
        admit: may this own record be published?
    """
    submission = Submission(key, schema_of(record), encode(record))
    try:
        _check_limits(submission)
    except FieldFault as fault:
        return Refused(fault.field, fault.reason)
    return _checked(submission, record, dataset, admit)


def _check_limits(submission: Submission) -> None:
    """Raises FieldFault when the key or the payload is not within its limits."""
    if not 1 <= len(submission.key) <= MAX_KEY_CHARACTERS:
        raise FieldFault("key", "FIELD_TOO_LONG" if submission.key else "FIELD_MISSING")
    if len(submission.payload) > MAX_PAYLOAD_BYTES:
        raise FieldFault("payload", "FIELD_TOO_LONG")


def _checked(submission: Submission, record: Record, dataset: Dataset, admit: Admission) -> Checked | Refused:
    """What both ways of checking have in common, once the record is there."""
    acts = isinstance(record, Ending | Annotation)
    if acts != (submission.ref is not None):
        return Refused("ref", "REF_MISSING" if acts else "REF_FORBIDDEN")
    if not acts and _DATASETS[type(record)] is not dataset:
        return Refused("schema", "DATASET_MISMATCH")
    match admit(record):
        case NotAdmitted(field=field, reason=reason, detail=detail):
            return Refused(field, reason, detail)
        case Admitted(warnings=warnings):
            kind = LeafKind.ADD
            if acts:
                kind = LeafKind.END if isinstance(record, Ending) else LeafKind.ANNOTATE
            digest = hashlib.sha256(submission.payload).digest()
            parts = (submission.schema, submission.ref, submission.payload, *_about(record), warnings)
            return Checked(key_of(submission.key), digest, kind, *parts)


class _Batch:
    """The decisions of one call: later items see the keys of earlier ones, and where these have brought an entry."""

    def __init__(
        self,
        written: Mapping[int, Sequence[Written]],
        known: dict[bytes, Known],
        closed_from: int | None,
        *,
        amend: bool,
    ) -> None:
        self.pending: list[Pending] = []
        self._written = written
        self._known = known
        self._closed_from = closed_from
        self._amend = amend
        self._lives: dict[int, Life] = {}

    def offer(self, item: Checked, salt: bytes) -> Outcome:
        """Decides on one checked submission, and keeps it when accepted."""
        kind, ref = item.kind, item.ref
        known = self._known.get(item.key)
        if known is not None:
            if known.digest == ERASED_DIGEST:
                return Refused("", "RECORD_ERASED")
            if known.digest == item.digest:
                return Duplicate()
            refusal = self._why_not_amended(known, ref)
            if refusal is not None:
                return refusal
            kind, ref = LeafKind.AMEND, known.index
        if ref is not None and (reason := self._act(ref, Written(kind, item.schema, item.payload))):
            return Refused("ref", reason)
        self.pending.append(
            Pending(item.key, item.digest, kind, item.schema, ref, salt, item.payload, item.subject, item.personal)
        )
        self._known[item.key] = Known(item.digest, None)
        return Accepted(item.warnings) if item.warnings else _ACCEPTED

    def _why_not_amended(self, known: Known, ref: int | None) -> Refused | None:
        """Why other bytes under a known key are not published as an amendment; None when they are."""
        if not self._amend or ref is not None:
            return Refused("", "KEY_CONFLICT")
        if known.index is None or (self._closed_from is not None and known.index >= self._closed_from):
            return Refused("", "AMEND_TOO_EARLY")
        return None

    def _act(self, ref: int, act: Written) -> str:
        """Acts on an entry, after what acts on it in the store and earlier in this call; why it cannot, else empty."""
        if ref not in self._lives:
            written = self._written.get(ref, ())
            if not written or written[0].kind not in RECORDS:
                return "REF_NOT_ACTIVE"
            self._lives[ref] = Life(written[0], written[1:])
        return self._lives[ref].act(act)


def _acted_on(item: Checked, known: Mapping[bytes, Known], *, amend: bool) -> int | None:
    """The entry that a checked submission would act on; None for a new record."""
    if item.ref is not None:
        return item.ref
    before = known.get(item.key)
    return before.index if amend and before is not None and before.digest != item.digest else None


def submission_of(record: Subject | Licence | Penalty | ListEntry | AgencyFiling, payload: bytes) -> Submission:
    """The submission of an imported record: its own key makes a second import of the same row a duplicate."""
    return Submission(record.key, schema_of(record), payload)


def key_of(text: str) -> bytes:
    """What is stored of an idempotency key: its SHA-256, since keys may hold personal numbers."""
    return hashlib.sha256(text.encode()).digest()


def _about(record: Record) -> tuple[str, bool]:
    """The number of the record's subject, and whether that is a natural person."""
    match record:
        case Ending() | Annotation() | FeedPolicy() | Exchange() | Access() | LateAcknowledgement():
            return "", False
        case _:
            return record.identity.code, record.identity.subject_class is SubjectClass.NATURAL_PERSON
