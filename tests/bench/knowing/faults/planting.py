"""What a planted fault is, and the ways to find a place for one in a recording.

A plant looks at the objects of a recording and says what to change, or None where the device has nothing of the kind.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from netwatch.model import Oid, Tag, Value
from tests.bench.knowing.corpus import Cell, Name

Held = Mapping[Name, tuple[Tag, Value]]
"""The objects of a device as its agent holds them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How pings to a device go: how long an answer takes, and of how many packets one is lost; 0 for none."""

    round_trip_seconds: float = 0.004
    lost_one_of: int = 0


WELL = Line()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happens to one device.

    before: put before anything is polled, so that all is well. fault: put then. gone: taken away then.
    names:  each must be in the words of the alert, whatever the case.
    drift:  what is found so many seconds after it began, where it grows; it is waited for as long as it lasts, where
            that is longer than the rule waits.
    anew:   the device is discovered anew after it, as it is at the slow interval.
    silent: it does not answer at all by SNMP. line: the way to it, by which it is pinged too; it is well before.
    """

    before: Sequence[Cell] = ()
    fault: Sequence[Cell] = ()
    gone: Sequence[Name] = ()
    names: tuple[str, ...] = ()
    drift: Callable[[float], Sequence[Cell]] | None = None
    lasts_seconds: float = 0.0
    anew: bool = False
    silent: bool = False
    line: Line | None = None


Plant = Callable[[Held], Change | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault, and the rules of which one must tell of it (or none, where it must stay silent).

    only: recordings it is tried on, as beginnings of names, all where it is empty. clears: whether the alert is to
    end when the value comes back; what only happened ends by itself or not at all.
    """

    name: str
    rules: tuple[str, ...]
    plant: Plant
    only: tuple[str, ...] = ()
    clears: bool = True


def oid(text: str) -> Name:
    """Read a dotted name."""
    return tuple(Oid.parse(text))


def column(held: Held, under: str) -> dict[Name, tuple[Tag, Value]]:
    """Return the cells of a column by their index."""
    name = oid(under)
    return {other[len(name) :]: cell for other, cell in held.items() if other[: len(name)] == name}


def number(held: Held, under: str, index: Name, default: int = 0) -> int:
    """Return a cell that is a number."""
    value = held.get((*oid(under), *index), (Tag.NULL, default))[1]
    return value if isinstance(value, int) else default


def words(held: Held, columns: Sequence[str], index: Name) -> tuple[str, ...]:
    """Return the first text that one of the columns has for a row."""
    for under in columns:
        value = held.get((*oid(under), *index), (Tag.NULL, None))[1]
        if isinstance(value, bytes) and value.strip(b" \0"):
            return (value.decode("utf-8", "replace").strip(" \0"),)
    return ()


def rows(
    held: Held, under: str, well: Collection[Value], where: Mapping[str, Collection[Value]]
) -> Iterator[tuple[Name, Tag]]:
    """Yield the rows of a column that are well, and of which other columns hold what they should."""
    for index, (tag, value) in column(held, under).items():
        others = {other: held.get((*oid(other), *index), (Tag.NULL, None))[1] for other in where}
        if (not well or value in well) and all(others[other] in where[other] for other in where):
            yield index, tag


def turns(
    under: str,
    sick: Value,
    *,
    well: Collection[Value] = (),
    names: Sequence[str] = (),
    where: Mapping[str, Collection[Value]] | None = None,
    beside: Mapping[str, Value] | None = None,
) -> Plant:
    """Return a plant that turns the first row that is well; `beside` columns of the row turn with it."""

    def plant(held: Held) -> Change | None:
        named = sorted(rows(held, under, well, where or {}), key=lambda row: not words(held, names, row[0]))
        if not named:
            return None
        index, tag = named[0]
        fault = [((*oid(under), *index), tag, sick)]
        for other, value in (beside or {}).items():
            cell = held.get((*oid(other), *index))
            if cell is not None:
                fault.append(((*oid(other), *index), cell[0], value))
        return Change(fault=fault, names=words(held, names, index))

    return plant


def all_turn(*changes: tuple[str, Value, Value]) -> Plant:
    """Return a plant that gives every row of some columns a value, after another; the first column must be there."""

    def plant(held: Held) -> Change | None:
        places = [
            ((*oid(under), *index), tag, well, sick)
            for under, well, sick in changes
            for index, (tag, _) in column(held, under).items()
        ]
        if not column(held, changes[0][0]):
            return None
        return Change(
            before=[(name, tag, well) for name, tag, well, _ in places],
            fault=[(name, tag, sick) for name, tag, _, sick in places],
        )

    return plant


def grafted(graft: Sequence[tuple[str, Tag, Value]], fault: Sequence[tuple[str, Tag, Value]], *names: str) -> Plant:
    """Return a plant in objects that the recording does not have, and is given; without a fault they vanish again."""

    def plant(held: Held) -> Change | None:
        before = [(oid(name), tag, value) for name, tag, value in graft]
        if any(name in held for name, _, _ in before):
            return None
        changed = [(oid(name), tag, value) for name, tag, value in fault]
        return Change(before=before, fault=changed, gone=() if changed else [cell[0] for cell in before], names=names)

    return plant


def stays(under: str, odd: Value, **more: object) -> Plant:
    """Return a plant of something odd that is there from the beginning and is no fault."""
    turned = turns(under, odd, **more)  # type: ignore[arg-type]  # handed on as they are

    def plant(held: Held) -> Change | None:
        change = turned(held)
        return None if change is None else Change(before=change.fault, names=change.names)

    return plant
