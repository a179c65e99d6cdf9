"""What people may look for a device by: its name, address and labels, and what it and its parts say they are called.

May import: netwatch.model. Called by: netwatch.app.pages.views.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

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


class Rows(Protocol):
    """Who knows the rows of devices' tables; the board does."""

    def row_sets(self, device: str, tables: Sequence[str]) -> list[RowSet | None]:
        """Return the rows of several tables, None for those that were never read."""

    def vendor_of(self, device: str) -> str:
        """Return who made a device, empty where it did not say."""

    def follow_rows(self, follower: Callable[[str, str], None]) -> None:
        """Call with device and table whenever rows are others; with no table where the device is forgotten."""


class Called:
    """The words of all devices; those of one are gathered again only when its rows are others, and then once.

    A search looks at the words of ten thousand devices, whose rows stay the same for days. Searches run beside the
    loop that takes readings: what was gathered while other rows came is not kept.
    """

    def __init__(self, rows: Rows) -> None:
        """Follow the rows of all devices."""
        self._rows = rows
        self._words: dict[str, tuple[Device, str]] = {}
        self._vendors: dict[str, str] = {}
        self._changes: Counter[str] = Counter()
        rows.follow_rows(self._is_other)

    def words_of(self, device: Device) -> str:
        """Return the words of one device in small letters, a line each: first those of the configuration."""
        known = self._words.get(device.name)
        if known is not None and known[0] is device:
            return known[1]
        name, before = device.name, self._changes[device.name]
        own = (name, device.address, *device.labels.values())
        text = "\n".join((*own, *_texts_of(self._rows.row_sets(name, _TABLES)))).casefold()
        self._words[name] = device, text
        if self._changes[name] != before:
            self._words.pop(name, None)
        return text

    def vendor_of(self, device: str) -> str:
        """Return who made a device, empty where it did not say."""
        known = self._vendors.get(device)
        if known is not None:
            return known
        before = self._changes[device]
        vendor = self._vendors[device] = self._rows.vendor_of(device)
        if self._changes[device] != before:
            self._vendors.pop(device, None)
        return vendor

    def _is_other(self, device: str, table: str) -> None:
        """Forget what was gathered of a device; first it is counted, which whoever gathers now sees."""
        if table in CALLED or not table:
            self._changes[device] += 1
            self._words.pop(device, None)
            self._vendors.pop(device, None)


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
