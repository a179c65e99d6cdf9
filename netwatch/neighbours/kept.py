"""What is known of a device's neighbours as the store keeps it: a line of JSON per device.

A quiet room. May import: netwatch.model. Called by: book.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from netwatch.neighbours.heard import MOST_KINDS, Heard, cut
from netwatch.neighbours.marks import IN_ORDER, Mark

NEIGHBOUR_SCOPE: Final = "neighbours"
_TEXTS: Final = (
    "if_index", "port", "name", "chassis", "remote_port", "remote_port_name", "address", "platform", "protocol",
)  # fmt: skip
Own = Mapping[str, frozenset[Mark]]


def written(heard: Iterable[Heard], own: Own) -> str:
    """Return what a device hears and by which marks it is known, as text."""
    marks = {kind: sorted(map(list, these)) for kind, these in own.items()}
    return json.dumps({"heard": [_written(one) for one in heard], "own": marks})


def read(text: str | None) -> tuple[list[Heard], Own] | None:
    """Return what was written; None where that is no such text, or another version's."""
    try:
        kept = json.loads(text or "")
        own = {str(kind): frozenset(map(_mark, marks)) for kind, marks in kept["own"].items()}
        return [_heard(one) for one in kept["heard"]], own
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError):
        return None


def _written(one: Heard) -> list[Any]:
    return [
        *(getattr(one, name) for name in _TEXTS), " ".join(one.kinds),
        int(one.first_seen.timestamp()), int(one.last_seen.timestamp()), int(one.is_there),
    ]  # fmt: skip


def _heard(kept: Any) -> Heard:
    *texts, kinds, first, last, there = kept
    return Heard(
        **{name: cut(str(text)) for name, text in zip(_TEXTS, texts, strict=True)},
        kinds=tuple(str(kinds).split()[:MOST_KINDS]),
        first_seen=datetime.fromtimestamp(int(first), UTC),
        last_seen=datetime.fromtimestamp(int(last), UTC),
        is_there=bool(there),
    )


def _mark(kept: Any) -> Mark:
    kind, text = kept
    if kind not in IN_ORDER:
        raise ValueError(f"no mark is called {kind!r}")
    return Mark(kind, str(text))
