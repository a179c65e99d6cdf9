"""By what a device is known to others: its chassis ID, its addresses, its names; and whose mark is whose.

A mark that two devices have says nothing of either. A mark is compared as people write it: hardware addresses in one
spelling, names without their domain, and nothing in capitals.

A quiet room. May import: netwatch.model. Called by: the other files of this room.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final, NamedTuple

CHASSIS, ADDRESS, NAME, FULL_NAME = "chassis ID", "address", "name", "full name"
IN_ORDER: Final = (CHASSIS, ADDRESS, FULL_NAME, NAME)
"""What counts before what: a chassis ID is the maker's, a name is anybody's."""
_MAC = re.compile(r"(?i)(?:[0-9a-f]{1,2}[:-]){5}[0-9a-f]{1,2}|[0-9a-f]{12}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}")
_NOWHERE = frozenset({"", "0.0.0.0", "::", "127.0.0.1", "::1", "00:00:00:00:00:00", "localhost"})  # noqa: S104  # compared, not bound


class Mark(NamedTuple):
    """One thing that tells which device somebody is."""

    kind: str
    text: str


def mac_of(text: str) -> str:
    """Return a hardware address in one spelling, empty where the text is none."""
    if _MAC.fullmatch(text) is None:
        return ""
    parts = re.split("[:-]", text)
    digits = "".join(part.zfill(2) for part in parts) if len(parts) == 6 else text.replace(".", "")
    return bytes.fromhex(digits).hex(":")


def address_of(text: str) -> str:
    """Return an IP address in one spelling, empty where the text is none."""
    try:
        return str(ip_address(text.partition("%")[0]))
    except ValueError:
        return ""


def marks_of(chassis: str, addresses: Iterable[str], names: Iterable[str]) -> frozenset[Mark]:
    """Return the marks in what somebody says of itself, or is said of by others."""
    return frozenset(mark for mark in _marks(chassis, addresses, names) if mark.text not in _NOWHERE)


def _marks(chassis: str, addresses: Iterable[str], names: Iterable[str]) -> Iterator[Mark]:
    if chassis:
        if address := address_of(chassis):
            yield Mark(ADDRESS, address)
        yield Mark(CHASSIS, mac_of(chassis) or chassis.casefold())
    for text in addresses:
        yield Mark(ADDRESS, address_of(text))
    for text in names:
        name = text.strip().casefold().rstrip(".")
        if mac_of(name) or address_of(name):
            continue
        yield Mark(FULL_NAME, name)
        yield Mark(NAME, name.partition(".")[0])


@dataclass(frozen=True, slots=True)
class Found:
    """The device that marks lead to, and what kind of mark did; both empty for none."""

    device: str = ""
    by: str = ""


NOBODY: Final = Found()


class Marks:
    """Whose mark is whose."""

    def __init__(self) -> None:
        self._of: dict[str, frozenset[Mark]] = {}
        self._owners: dict[Mark, set[str]] = {}

    def of(self, device: str) -> frozenset[Mark]:
        """Return the marks of a device."""
        return self._of.get(device, frozenset())

    def put(self, device: str, marks: frozenset[Mark]) -> bool:
        """Take a device's marks in place of those it had; return whether they are others."""
        before = self.of(device)
        if before == marks:
            return False
        for mark in before - marks:
            self._owners[mark].discard(device)
        for mark in marks - before:
            self._owners.setdefault(mark, set()).add(device)
        self._of[device] = marks
        return True

    def owners(self, mark: Mark) -> frozenset[str]:
        """Return who has a mark."""
        return frozenset(self._owners.get(mark, ()))

    def find(self, marks: Iterable[Mark]) -> Found:
        """Return which device it is that is said to have these marks; of marks that several have, none counts."""
        by_kind: Mapping[str, list[Mark]] = {kind: [] for kind in IN_ORDER}
        for mark in marks:
            by_kind[mark.kind].append(mark)
        for kind in IN_ORDER:
            found = {owner for mark in by_kind[kind] for owner in self._sole(mark)}
            if len(found) == 1:
                return Found(found.pop(), NAME if kind == FULL_NAME else kind)
        return NOBODY

    def _sole(self, mark: Mark) -> Iterable[str]:
        owners = self._owners.get(mark, ())
        return owners if len(owners) == 1 else ()
