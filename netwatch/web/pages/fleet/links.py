"""Which devices are tied to which: what they are reached through, and who stands at their ports.

A quiet room. May import: netwatch.model, netwatch.web. Called by: map.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, NamedTuple

from netwatch.model import Neighbour
from netwatch.web.alert_search import natural
from netwatch.web.pages.overview import DeviceRow

LINKS_OF_A_DEVICE: Final = 200
"""So many of its neighbours are looked at."""
MOST_WIRES: Final = 16
"""So many ports of two devices that are tied to each other are told apart."""


class End(NamedTuple):
    """A port of a device; empty where nobody says how it is called or numbered."""

    device: str
    if_index: str
    port: str

    @property
    def is_whole(self) -> bool:
        """Return whether all is known that names it."""
        return bool(self.if_index and self.port)

    def names(self) -> list[tuple[str, ...]]:
        """Return by what it is the same as one that was met before: its name, or its ifIndex."""
        found: list[tuple[str, ...]] = [(self.device, self.port)] if self.port else []
        return [*found, (self.device, "", self.if_index)] if self.if_index else found

    def fuller(self, other: End) -> End:
        """Return it with what another says of the same port."""
        return End(self.device, self.if_index or other.if_index, self.port or other.port)


class Wire:
    """Two ports at which two devices hear each other; `near` is that of the one that comes first by name."""

    __slots__ = ("far", "is_whole", "near")

    def __init__(self, near: End, far: End) -> None:
        self.near, self.far = near, far
        self.is_whole = near.is_whole and far.is_whole

    def learn(self, near: End, far: End) -> None:
        """Take in what the other device says of the same two ports."""
        self.near, self.far = self.near.fuller(near), self.far.fuller(far)
        self.is_whole = self.near.is_whole and self.far.is_whole


@dataclass(slots=True, kw_only=True)
class Tie:
    """What ties two devices, `one` before `other` by name. through: the one of them that the other is reached by.

    wires: at which ports they hear each other, each told once though both say so.
    """

    one: str
    other: str
    through: str = ""
    wires: list[Wire] = field(default_factory=list)
    known: dict[tuple[str, ...], Wire] = field(default_factory=dict, repr=False)

    @property
    def reached(self) -> str:
        """Return which is reached through which, empty where that is not configured."""
        far = self.other if self.through == self.one else self.one
        return f"{far} is reached through {self.through}" if self.through else ""

    def hear(self, said: Neighbour) -> None:
        """Take in what one of the two says it hears at a port of its own."""
        wire = self.known.get((said.device, said.port))
        if wire is not None and wire.is_whole:
            return
        here = End(said.device, said.if_index, said.port)
        there = End(said.peer, said.peer_if_index, said.peer_port or said.remote_port_name)
        near, far = (here, there) if here.device == self.one else (there, here)
        names = [*near.names(), *far.names()]
        wire = next((self.known[name] for name in names if name in self.known), None)
        if wire is not None:
            wire.learn(near, far)
        elif len(self.wires) < MOST_WIRES:
            wire = Wire(near, far)
            self.wires.append(wire)
        else:
            return
        for name in names:
            self.known[name] = wire


def ties_of(rows: Sequence[DeviceRow], neighbours_of: Callable[[str], Iterable[Neighbour]]) -> list[Tie]:
    """Return the ties among these devices, in the order of their names."""
    names = {row.status.device.name for row in rows}
    found: dict[tuple[str, str], Tie] = {}
    for row in rows:
        device = row.status.device
        for parent in device.depends_on:
            if parent in names and parent != device.name:
                _tie(found, parent, device.name).through = parent
        for one in islice(neighbours_of(device.name), LINKS_OF_A_DEVICE):
            if one.is_there and one.peer in names and one.peer != device.name:
                _tie(found, device.name, one.peer).hear(one)
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
    known = found.get((one, other)) or found.get((other, one))
    if known is not None:
        return known
    pair = (one, other) if natural(one) <= natural(other) else (other, one)
    tie = found[pair] = Tie(one=pair[0], other=pair[1])
    return tie
