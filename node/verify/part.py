# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Re-checks some entries of one feed, in whatever process.

For each entry: its leaf hashes to what its tile holds · a present payload matches its commitment, every other carries
no bytes · the columns that questions are answered by say what the payload says · an act is found by what it acts on ·
what was ordered erased is gone.

Entries are first taken by the batch, at the speed of hashing: a batch in which everything is as it must be is done.
Anything else, be it only a payload that is withheld, has its batch looked at entry by entry, which names what is wrong.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from hashlib import sha256

from federation.errors import FieldFault, StoreFault
from federation.log.entry import PayloadState
from federation.log.leaf import KINDS_WITH_PAYLOAD, Committer, Leaf, LeafFields, LeafKind, leaf_fields
from federation.log.merkle import HASH_BYTES, CompactRange, leaf_hash
from federation.log.tile import TILE_LEVELS, TILE_WIDTH
from federation.records.codec import glance, glance_all
from federation.standards.identity import SubjectClass
from node.entry.holding import HeldEntry
from node.verify.ports import Finding, Part, PartReport, PlainRow, StoreReader

BATCH_ENTRIES = 4 * TILE_WIDTH
PART_ENTRIES = 8 * BATCH_ENTRIES
_BARE_STATES = frozenset({PayloadState.WITHHELD, PayloadState.ERASED, PayloadState.NONE, PayloadState.LOST})


def check_part(reader: StoreReader, part: Part) -> PartReport:
    """Checks one part.

    Raises:
        StoreFault: the store is away; a corrupt entry is a finding.
    """
    check = _PartCheck(reader, part)
    findings: list[Finding] = []
    hashes: list[bytes] = []
    ended = False
    for start in range(part.start, part.stop, BATCH_ENTRIES):
        stop = min(part.stop, start + BATCH_ENTRIES)
        fresh = check.sound(start, stop)
        if fresh is None:
            found, fresh = check.careful(start, stop)
            findings += found
        hashes += fresh
        ended = len(fresh) < stop - start
        if ended:
            break
    levels = CompactRange.empty().grown(hashes)[1]
    roots = levels[TILE_LEVELS] if len(levels) > TILE_LEVELS else ()
    return PartReport(tuple(findings), tuple(roots), tuple(hashes[TILE_WIDTH * len(roots) :]), ended)


class _PartCheck:
    """The two ways of looking at the batches of a part."""

    def __init__(self, reader: StoreReader, part: Part) -> None:
        self._reader = reader
        self._origin = part.origin
        self._committer = Committer(part.origin)
        self._tiles = reader.tiles(part.origin, 0, part.start // TILE_WIDTH, -(-part.stop // TILE_WIDTH))

    def sound(self, start: int, stop: int) -> list[bytes] | None:
        """The leaf hashes of a batch in which everything is as it must be; None for any other."""
        try:
            rows = self._reader.plain(self._origin, start, stop)
        except StoreFault as fault:
            if fault.reason != "STORE_CORRUPT":
                raise
            return None
        # there is one entry an index, so that none is missing when there are as many as indexes
        if len(rows) < stop - start or {type(cell) for row in rows for cell in row[:3]} != {bytes}:
            return None
        fields = leaf_fields([row[0] for row in rows])
        if fields is None or not self._agree(fields, rows):
            return None
        hashes = [sha256(b"\x00" + row[0]).digest() for row in rows]  # leaf_hash, without a call for each
        acts = {(field[4], index) for index, field in enumerate(fields, start) if field[4] < index}
        return hashes if self._fits(start, hashes) and acts <= self._acted(acts) else None

    def _agree(self, fields: Sequence[LeafFields], rows: Sequence[PlainRow]) -> bool:
        """Whether leaves are of payloads, the payloads match them, and the columns say what the payloads say."""
        if not {field[1] for field in fields} <= KINDS_WITH_PAYLOAD:
            return False
        commit = self._committer.commitment
        committed = [
            commit(field[3], salt, payload) for field, (_, salt, payload, _, _) in zip(fields, rows, strict=True)
        ]
        if committed != [field[5] for field in fields]:
            return False
        seen = glance_all([field[3] for field in fields], [row[2] for row in rows])
        said = [(subject or "", bool(personal)) for _, _, _, subject, personal in rows]
        return seen is not None and said == [(code, about is SubjectClass.NATURAL_PERSON) for about, code in seen]

    def _fits(self, start: int, hashes: Sequence[bytes]) -> bool:
        """Whether leaves from the first of a tile on are what the tiles hold."""
        for at in range(0, len(hashes), TILE_WIDTH):
            made = b"".join(hashes[at : at + TILE_WIDTH])
            if self._tiles.get((start + at) // TILE_WIDTH, b"")[: len(made)] != made:
                return False
        return True

    def _acted(self, acts: AbstractSet[tuple[int, int]]) -> AbstractSet[tuple[int, int]]:
        """Those acts that are found by what they act on."""
        return self._reader.acted(self._origin, sorted({ref for ref, _ in acts})) if acts else frozenset()

    def careful(self, start: int, stop: int) -> tuple[list[Finding], list[bytes]]:
        """All findings in a batch, and its leaf hashes up to an entry that is missing or cannot be read."""
        entries, broken = self._read(start, stop - start)
        there = [entry for index, entry in enumerate(entries, start) if entry.index == index]
        findings = [found for entry in there for found in self._entry(entry)]
        acts = {(ref, entry.index) for entry in there if (ref := _ref(entry)) is not None}
        found = self._acted(acts)
        findings += [
            Finding(self._origin, index, "ACT_MISSING") for ref, index in sorted(acts) if (ref, index) not in found
        ]
        findings += self._not_erased(there)
        if broken is not None:
            findings.append(broken)
        elif len(there) < stop - start:
            findings.append(Finding(self._origin, start + len(there), "ENTRY_MISSING"))
        return findings, [leaf_hash(entry.raw_leaf) for entry in there]

    def _read(self, start: int, limit: int) -> tuple[Sequence[HeldEntry], Finding | None]:
        """The next entries, up to one that cannot be read; and that one.

        Raises:
            StoreFault: the store is away; a corrupt entry is a finding.
        """
        try:
            return self._reader.held(self._origin, start, limit), None
        except StoreFault as fault:
            if fault.reason != "STORE_CORRUPT":
                raise
            if limit == 1:
                return (), Finding(self._origin, start, fault.reason)
        half = limit // 2
        entries, broken = self._read(start, half)
        if broken is not None or len(entries) < half:
            return entries, broken
        more, broken = self._read(start + half, limit - half)
        return [*entries, *more], broken

    def _not_erased(self, entries: Sequence[HeldEntry]) -> Iterator[Finding]:
        """Names what was ordered erased and is there all the same, wherever in the feed it stands."""
        for entry in entries:
            ref = _ref(entry) if entry.leaf is not None and entry.leaf.kind is LeafKind.ERASE else None
            held = None if ref is None else self._reader.entry(self._origin, ref)
            if held is not None and (held.salt or held.payload):
                yield Finding(self._origin, held.index, "PAYLOAD_NOT_ERASED")

    def _entry(self, entry: HeldEntry) -> Iterator[Finding]:
        """Leaf against tile, payload against leaf, columns against payload."""
        place, within = divmod(entry.index, TILE_WIDTH)
        stored = self._tiles.get(place, b"")[within * HASH_BYTES : (within + 1) * HASH_BYTES]
        if leaf_hash(entry.raw_leaf) != stored:
            yield Finding(self._origin, entry.index, "LEAF_MISMATCH")
        reason = _payload_fault(entry, self._committer)
        if reason:
            yield Finding(self._origin, entry.index, reason)


def _ref(entry: HeldEntry) -> int | None:
    """The earlier entry that an entry names; None when it names none."""
    leaf = entry.leaf
    return leaf.ref if leaf is not None and leaf.ref is not None and leaf.ref < entry.index else None


def _payload_fault(entry: HeldEntry, committer: Committer) -> str:
    """What is wrong with the payload of an entry, or with the columns drawn from it; empty when nothing is."""
    leaf = entry.leaf
    if entry.state is PayloadState.QUARANTINED:
        return "" if entry.fault is not None else "STATE_INVALID"
    if leaf is None:
        return "LEAF_MALFORMED"
    if entry.state in _BARE_STATES:
        return _bare_fault(entry, leaf)
    if leaf.kind not in KINDS_WITH_PAYLOAD:
        return "STATE_INVALID"
    if committer.commitment(leaf.schema, entry.salt, entry.payload) != leaf.commitment:
        return "PAYLOAD_COMMITMENT"
    return _column_fault(entry, leaf)


def _bare_fault(entry: HeldEntry, leaf: Leaf) -> str:
    """What is wrong with an entry without payload: it says nothing, and only kinds without payload have none."""
    if entry.salt or entry.payload or (entry.state is PayloadState.NONE) == (leaf.kind in KINDS_WITH_PAYLOAD):
        return "STATE_INVALID"
    return "COLUMN_MISMATCH" if entry.subject or entry.personal or entry.fault is not None else ""


def _column_fault(entry: HeldEntry, leaf: Leaf) -> str:
    """Whether subject, personal mark and fault say what the payload says."""
    said: tuple[str, bool, str | None]
    try:
        seen = glance(leaf.schema, entry.payload)
    except FieldFault as fault:
        said = ("", True, fault.reason)
    else:
        said = (seen.code, seen.personal, None)
    return "" if said == (entry.subject, entry.personal, entry.fault) else "COLUMN_MISMATCH"
