"""What people may look for a device by: its name, address and labels, and what it and its parts say they are called.

May import: netwatch.model. Called by: netwatch.app.pages.views.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from netwatch.model import Device, RowSet

CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    "identity": ("serial", "chassis", "name", "vendor", "model", "location", "contact"),
    "component": ("serial",),
    "interface": ("ifAlias",),
    "address": ("address",),
    "neighbour": ("neighbour", "chassis"),
}
"""Concepts and those of their labels. What a switch forwards to is not among them: every switch on the way would be
found by it."""

_TABLES = tuple(CALLED)
RowSets = Callable[[str, Sequence[str]], list[RowSet | None]]


class Called:
    """The words of all devices; those of one are gathered again only when its rows are others.

    A search looks at the words of ten thousand devices, whose rows stay the same for days.
    """

    def __init__(self, row_sets: RowSets) -> None:
        """Keep who knows the rows of a device's tables, None where there are none."""
        self._row_sets = row_sets
        self._known: dict[str, tuple[list[RowSet | None], str]] = {}

    def words_of(self, device: Device) -> str:
        """Return the words of one device in small letters, a line each: first those of the configuration."""
        rows = self._row_sets(device.name, _TABLES)
        known = self._known.get(device.name)
        if known is not None and rows == known[0]:  # row sets are alike only where they are the same
            return known[1]
        own = (device.name, device.address, *device.labels.values())
        text = "\n".join((*own, *_texts_of(rows))).casefold()
        self._known[device.name] = rows, text
        return text


def _texts_of(rows: list[RowSet | None]) -> list[str]:
    there = zip(rows, CALLED.values(), strict=True)
    return [
        text
        for one, labels in there
        if one is not None
        for label in labels
        for text in dict.fromkeys(one.labels.get(label, ()))
        if text
    ]
