"""What a device says of its neighbours: the rows of a reading as records.

What neighbours say of themselves is anybody's text: it is cut, and keeps nothing that moves a cursor.
A quiet room. May import: netwatch.model. Called by: book, kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, NamedTuple

from netwatch.model import TableReading, cleaned

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
