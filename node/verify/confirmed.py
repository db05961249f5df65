# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What an interrupted check had found whole, as it is kept until the next run: a right edge for each feed.

    {"format": 1, "store": "…", "feeds": {"<origin>": "<hex of the right edge's stored form>"}}

The file stands for nothing that it does not prove: an edge counts only while the stored tree leads to it, and the root
at the end is computed from it. It vouches for leaves, not for payloads: so it is for its owner's eyes and pen alone.
"""

import json
from collections.abc import Mapping

from federation.errors import FieldFault
from federation.log.merkle import CompactRange

FORMAT = 1
MAX_BYTES = 16 * 1024 * 1024


def confirmed_to_text(store: str, edges: Mapping[str, CompactRange]) -> str:
    """The stored form.

    Args:
        store: what tells this store from any other, a copy of it included.
        edges: right edges by origin.
    """
    feeds = {origin: edge.to_bytes().hex() for origin, edge in edges.items()}
    return json.dumps({"format": FORMAT, "store": store, "feeds": feeds}, indent=1)


def confirmed_from_text(text: str, store: str) -> dict[str, CompactRange]:
    """The edges of this very store; none when the text is of another, of another format, or cannot be read."""
    try:
        kept = json.loads(text)
        if not isinstance(kept, dict) or (kept.get("format"), kept.get("store")) != (FORMAT, store):
            return {}
        return {str(origin): CompactRange.from_bytes(bytes.fromhex(edge)) for origin, edge in kept["feeds"].items()}
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError, FieldFault):
        return {}
