"""What a device says of its neighbours: the rows of a reading as records, and what they make of those of before.

What neighbours say of themselves is anybody's text: it is cut, and keeps nothing that moves a cursor.
A quiet room. May import: netwatch.model. Called by: book, kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from netwatch.model import TableReading, cleaned
from netwatch.neighbours.marks import Mark, marks_of

MOST_NEIGHBOURS: Final = 1_000
"""Neighbours of one device that are kept; those that are there before those that were."""
KEPT_FOR: Final = timedelta(days=30)
MOST_TEXT: Final = 200
"""Letters of a text that a neighbour says of itself."""
MOST_KINDS: Final = 8


class Key(NamedTuple):
    """By what a neighbour is known again: never by an index, which is another one each time it returns."""

    port: str
    chassis: str
    remote_port: str


@dataclass(slots=True, kw_only=True)
class Heard:
    """One neighbour of one device as it was last heard."""

    if_index: str
    port: str
    name: str
    chassis: str
    remote_port: str
    remote_port_name: str
    address: str
    platform: str
    kinds: tuple[str, ...]
    protocol: str
    first_seen: datetime
    last_seen: datetime
    is_there: bool = True

    @property
    def key(self) -> Key:
        """Return what it is known by."""
        return Key(self.port, self.chassis, self.remote_port)

    def says_the_same(self, other: Heard) -> bool:
        """Return whether two say the same but for when it was heard."""
        return replace(self, first_seen=other.first_seen, last_seen=other.last_seen) == other


def heard_in(reading: TableReading) -> Iterator[Heard]:
    """Yield the neighbours of a reading, in its order."""
    labels = reading.rows.labels
    at = reading.asked_at or reading.at
    for row in range(len(reading.rows.index)):

        def text(name: str, row: int = row) -> str:
            return cut(labels[name][row]) if name in labels else ""

        yield Heard(
            if_index=text("ifIndex"), port=text("port"), name=text("neighbour"), chassis=text("chassis"),
            remote_port=text("neighbour_port"), remote_port_name=text("neighbour_port_name"), address=text("address"),
            platform=text("platform"),
            kinds=tuple(text("capabilities").split()[:MOST_KINDS]), protocol=text("protocol"),
            first_seen=at, last_seen=at,
        )  # fmt: skip


def cut(text: str) -> str:
    """Return the text as one line; the object itself where nothing is to be changed, since many are alike."""
    if len(text) <= MOST_TEXT and text.isprintable():
        return text
    return " ".join(cleaned(text[: 4 * MOST_TEXT]).split())[:MOST_TEXT]


def marks_in(one: Heard) -> frozenset[Mark]:
    """Return by what somebody is to be recognised who says this of himself."""
    return marks_of(one.chassis, [one.address], [one.name])


def renewed(known: Mapping[Key, Heard], reading: TableReading, at: datetime) -> tuple[bool, dict[Key, Heard], int]:
    """Return whether what a device hears is news, all that is known of it now, and how many are left out.

    Of whom a reading in part does not hold nobody knows whether he is there; who was not heard for KEPT_FOR is
    forgotten.
    """
    now = {one.key: one for one in heard_in(reading)}
    is_news = False
    for key, one in now.items():
        before = known.get(key)
        if before is not None:
            one.first_seen = min(before.first_seen, at)
        is_news = is_news or before is None or not one.says_the_same(before)
    for key, before in known.items():
        if key in now:
            continue
        if at - before.last_seen > KEPT_FOR:
            is_news = True
            continue
        now[key] = before
        if before.is_there and not reading.partial and not reading.leaves_out:
            before.is_there, is_news = False, True
    beyond = max(0, len(now) - MOST_NEIGHBOURS)
    if beyond:
        now = dict(sorted(now.items(), key=lambda item: not item[1].is_there)[:MOST_NEIGHBOURS])
    return is_news, now, beyond
