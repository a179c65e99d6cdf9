"""Which devices are tied to which: what they are reached through, and who stands at their ports.

A quiet room. May import: netwatch.model, netwatch.web. Called by: map.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from netwatch.model import Neighbour
from netwatch.web.alert_search import natural
from netwatch.web.pages.overview import DeviceRow

LINKS_OF_A_DEVICE: Final = 200
"""So many of its neighbours are looked at."""


@dataclass(slots=True, kw_only=True)
class Tie:
    """What ties two devices, `one` before `other` by name. through: the one of them that the other is reached by.

    wires: at which ports they hear each other.
    """

    one: str
    other: str
    through: str = ""
    wires: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """Return what it is."""
        far = self.other if self.through == self.one else self.one
        reached = [f"{far} is reached through {self.through}"] if self.through else []
        return "; ".join([*reached, *self.wires]) or f"{self.one} and {self.other}"


def ties_of(rows: Sequence[DeviceRow], neighbours_of: Callable[[str], Iterable[Neighbour]]) -> list[Tie]:
    """Return the ties among these devices, in the order of their names."""
    names = {row.status.device.name for row in rows}
    found: dict[tuple[str, str], Tie] = {}
    for row in rows:
        device = row.status.device
        for parent in device.depends_on:
            if parent in names and parent != device.name:
                _tie(found, parent, device.name).through = parent
        for one in list(neighbours_of(device.name))[:LINKS_OF_A_DEVICE]:
            if one.is_there and one.peer in names and one.peer != device.name:
                tie = _tie(found, device.name, one.peer)
                words = f"{device.name} {one.port or one.if_index} to {one.far_end}"
                if len(tie.wires) < 2:
                    tie.wires.append(words)
    return [found[pair] for pair in sorted(found, key=lambda pair: (natural(pair[0]), natural(pair[1])))]


def chosen(
    rows: Sequence[DeviceRow], most: int, around: str, neighbours_of: Callable[[str], Iterable[Neighbour]]
) -> list[DeviceRow]:
    """Return the devices to draw: all, or where they are too many those in trouble and what they are reached through.

    rows: the worst first. around: the device whose surroundings are wanted, two steps far; empty for all.
    """
    by_name = {row.status.device.name: row for row in rows}
    if around:
        names = _around(by_name, around, neighbours_of)
        return [row for row in rows if row.status.device.name in names][:most]
    if len(rows) <= most:
        return list(rows)
    wanted: dict[str, None] = {}
    for row in rows:
        if len(wanted) >= most:
            break
        wanted[row.status.device.name] = None
        for parent in row.status.device.depends_on:
            if parent in by_name and len(wanted) < most:
                wanted[parent] = None
    return [row for row in rows if row.status.device.name in wanted]


def _around(
    by_name: Mapping[str, DeviceRow], around: str, neighbours_of: Callable[[str], Iterable[Neighbour]]
) -> set[str]:
    names, edge = {around}, [around]
    for _ in range(2):
        beyond: list[str] = []
        for name in edge:
            if name in by_name:
                beyond += by_name[name].status.device.depends_on
            beyond += [one.peer for one in list(neighbours_of(name))[:LINKS_OF_A_DEVICE] if one.is_there and one.peer]
        children = [name for name, row in by_name.items() if set(row.status.device.depends_on) & set(edge)]
        edge = [name for name in dict.fromkeys([*beyond, *children]) if name not in names]
        names.update(edge)
    return names


def _tie(found: dict[tuple[str, str], Tie], one: str, other: str) -> Tie:
    pair = (one, other) if natural(one) <= natural(other) else (other, one)
    return found.setdefault(pair, Tie(one=pair[0], other=pair[1]))
