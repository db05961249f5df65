# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""FE: feeds and entries. A follower can read everything, resume anywhere, and trust each chunk by itself."""

from creditexchange.v1 import feed_service_pb2 as feed

from conformance.breach import require
from conformance.cases import snapshot
from conformance.proof import leaf
from conformance.proof.merkle import Peaks, extends
from conformance.proof.note import head_of
from conformance.session import LIST_FEEDS, READ_ENTRIES, WATCH, Session
from conformance.verdict import Case, Text

MAX_CHUNK = 1 << 20
MAX_PAGES = 1000


async def chunks(session: Session) -> None:
    """Chunks follow each other without gap, none is empty, none is over 1 MiB."""
    seen = await snapshot.read(session, session.config.feeds.open)
    index = 0
    for chunk in seen.chunks:
        require(chunk.first_index == index, "CHUNK_OUT_OF_ORDER", f"first_index {index}", f"{chunk.first_index}")
        require(len(chunk.entries) > 0, "CHUNK_EMPTY", "at least one entry", f"none at {index}")
        require(chunk.ByteSize() <= MAX_CHUNK, "CHUNK_TOO_LARGE", f"at most {MAX_CHUNK} bytes", f"{chunk.ByteSize()}")
        index += len(chunk.entries)


async def chunk_proof(session: Session) -> None:
    """With the entries before it, each chunk's path leads to the signed root; the last has none."""
    seen = await snapshot.read(session, session.config.feeds.open)
    peaks = Peaks()
    for chunk in seen.chunks:
        for entry in chunk.entries:
            peaks.add(entry.leaf)
        good = extends(peaks.size, seen.head.size, chunk.consistency_path, peaks.root(), seen.head.root)
        require(good, "CHUNK_UNPROVEN", f"a path from {peaks.size} to {seen.head.size}", "another path")


async def resume(session: Session) -> None:
    """Reading on from the middle, or only so many, gives the same entries as reading all."""
    origin = session.config.feeds.open
    seen = await snapshot.read(session, origin, 2)
    middle, size = seen.head.size // 2, seen.head.size
    for start, most in ((middle, 0), (middle, 1), (0, middle), (size - 1, 0)):
        request = feed.ReadEntriesRequest(origin=origin, checkpoint_size=size, start_index=start, max_entries=most)
        again = await session.read(READ_ENTRIES, request, size + 1)
        got = [entry.SerializeToString(deterministic=True) for chunk in again for entry in chunk.entries]
        wanted = [entry.SerializeToString(deterministic=True) for entry in seen.entries[start:][: most or size]]
        asked = f"entries from {start}" + (f", at most {most}" if most else "")
        require(len(got) == len(wanted), "WRONG_COUNT", f"{len(wanted)} {asked}", f"{len(got)}")
        require(got == wanted, "ENTRIES_DIFFER", f"the same {asked}", "other bytes")
        require(again[0].first_index == start, "WRONG_START", f"first_index {start}", f"{again[0].first_index}")


async def leaf_form(session: Session) -> None:
    """Leaves are 84 bytes of version 1 and a known kind; an act refers to an earlier entry and nothing else refers."""
    seen = await snapshot.read(session, session.config.feeds.open)
    for index, raw in enumerate(seen.leaves):
        one = leaf.parse(raw)
        where = f"leaf {index}"
        require(one.version == 1, "LEAF_VERSION", f"{where} of version 1", f"{one.version}")
        require(one.kind in leaf.KINDS, "LEAF_KIND", f"{where} of a known kind", f"{one.kind}")
        if one.kind in leaf.ACTS:
            require(one.ref < index, "LEAF_REF", f"{where} refers to an earlier entry", f"{one.ref}")
        else:
            require(one.ref == leaf.NO_REF, "LEAF_REF", f"{where} refers to none", f"{one.ref}")
        has_schema, wants = one.schema != 0, one.kind in leaf.WITH_PAYLOAD
        require(has_schema == wants, "LEAF_SCHEMA", f"{where}: a schema only with a payload", f"{one.schema}")


async def leaf_time(session: Session) -> None:
    """Times in a feed never go back, and none lies ahead of now by more than the freshness bound."""
    seen = await snapshot.read(session, session.config.feeds.open)
    before, bound = 0, session.now_ms() + session.config.target.freshness_bound_seconds * 1000
    for index, raw in enumerate(seen.leaves):
        at = leaf.parse(raw).time_ms
        require(at >= before, "TIME_WENT_BACK", f"leaf {index} at {before} or later", f"{at}")
        require(at <= bound, "TIME_AHEAD", f"leaf {index} not after {bound}", f"{at}")
        before = at


async def pages(session: Session, size: int) -> list[feed.Feed]:
    """Return every feed that ListFeeds shows, read with pages of one size."""
    found, token = list[feed.Feed](), ""
    for _ in range(MAX_PAGES):
        page = await session.ask(LIST_FEEDS, feed.ListFeedsRequest(page_size=size, page_token=token))
        require(not size or len(page.feeds) <= size, "PAGE_TOO_LARGE", f"at most {size} feeds", f"{len(page.feeds)}")
        found += page.feeds
        token = page.next_page_token
        if not token:
            return found
    require(not token, "PAGES_ENDLESS", f"an end within {MAX_PAGES} pages", "more")
    return found


async def listing(session: Session) -> None:
    """ListFeeds shows readable feeds once each, by origin, and the same whatever the page size."""
    whole, single = [[one.origin for one in await pages(session, size)] for size in (0, 1)]
    require(whole == sorted(set(whole)), "LIST_ORDER", "origins in order, each once", f"{whole}")
    require(single == whole, "PAGES_DIFFER", f"the same by pages of one: {whole}", f"{single}")
    wanted = session.config.feeds.open
    require(wanted in whole, "FEED_NOT_LISTED", wanted, f"{whole}")


async def watch(session: Session) -> None:
    """The stream of heads begins at once with the newest of the feed asked for."""
    origin = session.config.feeds.open
    newest = await session.head(origin)
    first = await session.read(WATCH, feed.WatchCheckpointsRequest(origins=[origin]), 1)
    require(len(first) == 1, "WATCH_SILENT", "a first head", "the stream ended")
    require(first[0].origin == origin, "WRONG_ORIGIN", origin, first[0].origin)
    size = head_of(first[0].checkpoint).size
    require(size >= newest.size, "WATCH_OLD", f"size {newest.size} or more", f"{size}")


CASES = (
    Case(
        "FE-01/chunks",
        ("C-FE-01",),
        Text("Chunks follow each other and stay within 1 MiB", "分块连续且不超过 1 MiB"),
        Text(
            "Cut chunks by bytes, 64 to 256 KiB, and number them by first entry.",
            "按字节切分（64 至 256 KiB），以首条目编号。",
        ),
        chunks,
    ),
    Case(
        "FE-02/chunk-proof",
        ("C-FE-02",),
        Text("Each chunk proves itself against the signed root", "每个分块可自行对照签名的根验证"),
        Text(
            "Send the consistency proof from the size after the chunk to checkpoint_size.",
            "附上从本块末到 checkpoint_size 的一致性证明。",
        ),
        chunk_proof,
    ),
    Case(
        "FE-03/resume",
        ("C-FE-03",),
        Text("Reading resumes anywhere with the same bytes", "从任意位置续读得到相同字节"),
        Text(
            "Bind answers to checkpoint_size; honour start_index and max_entries.",
            "按 checkpoint_size 固定，遵守起点与条数。",
        ),
        resume,
    ),
    Case(
        "FE-04/leaf-form",
        ("C-FE-04",),
        Text("Leaves have the wire form and refer backwards only", "叶的格式正确且只引用更早的条目"),
        Text("Write leaves as wire form section 2 says.", "按线格式第 2 节写叶。"),
        leaf_form,
    ),
    Case(
        "FE-05/leaf-time",
        ("C-FE-05",),
        Text("Times never go back", "时间不倒退"),
        Text("Use max(now, last + 1) as the time of a batch.", "批次时间取 max(now, last + 1)。"),
        leaf_time,
    ),
    Case(
        "FE-06/listing",
        ("C-FE-06",),
        Text("ListFeeds is ordered, complete and pages well", "ListFeeds 有序、完整、翻页正确"),
        Text("Order by origin and continue after the last one sent.", "按源排序，从上次末项之后继续。"),
        listing,
    ),
    Case(
        "FE-07/watch",
        ("C-FE-07",),
        Text("The stream of heads begins with the newest", "检查点流以最新检查点开始"),
        Text("Send the current head of each feed before waiting.", "先发送各数据流当前检查点，再等待。"),
        watch,
    ),
)
