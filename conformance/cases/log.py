# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""LP: log proofs. What was signed stays signed, and everybody is shown the same."""

from creditexchange.v1 import feed_service_pb2 as feed

from conformance.breach import require
from conformance.cases import snapshot
from conformance.proof.merkle import extends, includes, root_of
from conformance.proof.note import Head, head_of, log_signed, strict
from conformance.session import CONSISTENCY, INCLUSION, WATCH, Session, channel_to
from conformance.verdict import Case, Text


async def form(session: Session) -> None:
    """Every byte of a checkpoint is as the wire form says, and its first line is the origin asked for."""
    origin = session.config.feeds.open
    head = strict(await session.note(origin))
    require(head.origin == origin, "WRONG_ORIGIN", origin, head.origin)


async def signed(session: Session) -> None:
    """A checkpoint carries the log key's signature under the feed's name, and it verifies."""
    origin = session.config.feeds.open
    good = log_signed(await session.note(origin), session.log_key(origin))
    require(good, "LOG_SIGNATURE_INVALID", f"a signature of {origin} that verifies", "none, or one that does not")


def _near_powers(size: int) -> list[int]:
    """Return numbers from 1 to size where trees change shape: the ends, and either side of powers of two."""
    powers = [1 << bit for bit in range(size.bit_length())]
    wanted = {1, 2, 3, size - 1, size, *powers, *(p - 1 for p in powers), *(p + 1 for p in powers)}
    return sorted(number for number in wanted if 1 <= number <= size)


async def inclusion(session: Session) -> None:
    """Leaves at the ends and around powers of two are proven to be in the signed tree, and in an older one."""
    origin = session.config.feeds.open
    seen = await snapshot.read(session, origin, 2)
    leaves = seen.leaves
    for size, root in ((seen.head.size, seen.head.root), (seen.head.size - 1, root_of(leaves[:-1]))):
        for index in (number - 1 for number in _near_powers(size)):
            request = feed.GetInclusionProofRequest(origin=origin, leaf_index=index, tree_size=size)
            path = (await session.ask(INCLUSION, request)).path
            good = includes(leaves[index], index, size, path, root)
            require(good, "INCLUSION_UNPROVEN", f"a path from leaf {index} to the root of size {size}", "another path")


async def consistency(session: Session) -> None:
    """Trees of several sizes are proven to be beginnings of the signed tree; equal sizes and 0 need an empty proof."""
    origin = session.config.feeds.open
    seen = await snapshot.read(session, origin, 2)
    last = seen.head.size
    pairs = [(first, last) for first in (0, *_near_powers(last))] + [
        (first, last - 1) for first in _near_powers(last - 1)
    ]
    for first, second in pairs:
        request = feed.GetConsistencyProofRequest(origin=origin, first_size=first, second_size=second)
        path = (await session.ask(CONSISTENCY, request)).path
        older = root_of(seen.leaves[:first])
        newer = seen.head.root if second == last else root_of(seen.leaves[:second])
        good = extends(first, second, path, older, newer)
        require(good, "CONSISTENCY_UNPROVEN", f"a proof from size {first} to {second}", "another proof")


async def root(session: Session) -> None:
    """The root over all entries is the signed one."""
    seen = await snapshot.read(session, session.config.feeds.open)
    found = root_of(seen.leaves)
    require(found == seen.head.root, "ROOT_DIFFERS", f"the signed root {seen.head.root.hex()}", found.hex())


async def extended(session: Session, origin: str, older: Head, newer: Head) -> None:
    """Hold that a later tree begins with an earlier one, by the node's own proof.

    Raises:
        Breach: SIZE_SHRANK or HISTORY_REWRITTEN.
    """
    require(newer.size >= older.size, "SIZE_SHRANK", f"at least {older.size}", f"{newer.size}")
    request = feed.GetConsistencyProofRequest(origin=origin, first_size=older.size, second_size=newer.size)
    path = (await session.ask(CONSISTENCY, request)).path
    good = extends(older.size, newer.size, path, older.root, newer.root)
    require(good, "HISTORY_REWRITTEN", f"the tree of size {older.size} seen before to be its beginning", "another tree")


async def append_only(session: Session) -> None:
    """The head of now extends the first head that this run saw, and the caller's knowledge of it changes nothing."""
    origin = session.config.feeds.open
    await session.note(origin)
    first = session.first_heads[origin]
    later = head_of(await session.note(origin, known=first))
    await extended(session, origin, head_of(first), later)


async def one_view(session: Session) -> None:
    """Repeated reads, the stream of heads and a second connection never show two roots of one size."""
    origin = session.config.feeds.open
    notes = [await session.note(origin) for _ in range(5)]
    notes.append(session.first_heads[origin])
    watch = feed.WatchCheckpointsRequest(origins=[origin])
    notes += [one.checkpoint for one in await session.read(WATCH, watch, 1)]
    async with channel_to(session.address, session.config, session.config.identity.credential) as channel:
        other = Session(session.address, session.config, channel)
        notes += [await other.note(origin)]
        notes += [one.checkpoint for one in await other.read(WATCH, watch, 1)]
    roots: dict[int, bytes] = {}
    for head in map(head_of, notes):
        known = roots.setdefault(head.size, head.root)
        require(known == head.root, "FORK", f"one root of size {head.size}: {known.hex()}", head.root.hex())


_PROOFS = Text("Build proofs as RFC 9162 sections 2.1.3 and 2.1.4 say.", "按 RFC 9162 第 2.1.3 与 2.1.4 节生成证明。")

CASES = (
    Case(
        "LP-01/form",
        ("C-LP-01",),
        Text("A checkpoint has exactly the wire form", "检查点格式与规范逐字节一致"),
        Text("Print origin, size and root on three lines and nothing else.", "只输出源、大小、根三行。"),
        form,
    ),
    Case(
        "LP-02/signed",
        ("C-LP-02",),
        Text("The log key's signature verifies", "日志密钥的签名可验证"),
        Text(
            "Sign the text under the name of the feed; check the configured log key.",
            "以数据流名称签名；核对所配置的日志公钥。",
        ),
        signed,
    ),
    Case(
        "LP-03/inclusion",
        ("C-LP-03",),
        Text("Inclusion proofs lead to the signed root", "包含证明可推导到签名的根"),
        _PROOFS,
        inclusion,
    ),
    Case(
        "LP-04/consistency",
        ("C-LP-04",),
        Text("Consistency proofs hold between sizes", "各大小之间的一致性证明成立"),
        _PROOFS,
        consistency,
    ),
    Case(
        "LP-05/root",
        ("C-LP-05",),
        Text("The root over all entries is the signed root", "全部条目计算出的根等于签名的根"),
        Text("Serve the stored leaf bytes; recompute before signing.", "返回存储的叶原字节；签名前重新计算。"),
        root,
    ),
    Case(
        "LP-06/append-only",
        ("C-LP-06",),
        Text("A later head extends an earlier one", "较新的检查点是较早检查点的延伸"),
        Text(
            "Never roll back after a checkpoint has left; correct by a new entry.",
            "检查点发出后不得回滚；以新条目更正。",
        ),
        append_only,
    ),
    Case(
        "LP-07/one-view",
        ("C-LP-07",),
        Text("Nobody is shown another root of the same size", "同一大小不出现两个不同的根"),
        Text("Let one sequencer sign a feed; never sign two roots of one size.", "每个数据流只由一个定序器签名。"),
        one_view,
    ),
)
