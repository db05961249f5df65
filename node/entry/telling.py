# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What records of subjects say of codes now: new ones, and those that a new act has ended, replaced or brought back."""

from collections.abc import Callable, Mapping, Sequence

from federation.records.codec import ties_codes
from federation.records.subject import Subject
from federation.rules.conflict.tie import Tie
from node.entry.holding import HeldEntry, acts_of
from node.entry.lineage import LineageReader, void_places


def told_ties(
    reader: LineageReader, origin: str, entries: Sequence[HeldEntry], believing: Callable[[Subject], Sequence[Tie]]
) -> Mapping[int, Sequence[Tie]]:
    """What is said by every record that some new entries are or act on, by index; nothing by one that stands no more.

    Args:
        reader: where earlier entries, and the acts on them, are read; not asked when no new entry can matter.
        origin: a feed of subjects.
        entries: new entries of it, in order.
        believing: what is believed of a record.
    """
    acted = {leaf.ref for each in entries if (leaf := each.leaf) and leaf.ref is not None and leaf.ref < each.index}
    wanted = sorted(acted | {entry.index for entry in entries if ties_codes(entry.payload)})
    if not wanted:
        return {}
    held, acts = reader.held_at(origin, wanted), reader.acts(origin, wanted)
    void = void_places(reader, held)
    told: dict[int, Sequence[Tie]] = {}
    for entry in held:
        on = acts_of(entry, acts.get(entry.index, ()), void.get((origin, entry.index), ""))
        record = entry.record()
        stands = not (on.void or on.course.ended or on.course.holds)
        told[entry.index] = believing(record) if stands and isinstance(record, Subject) else ()
    return told
