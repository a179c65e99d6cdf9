"""Which 64-bit counters an agent really keeps: those that move with their 32-bit twins.

Some agents answer ifHCInOctets with 0 for ever, or with a number that stands still, while ifInOctets counts. That is
seen where both are read side by side: every discovery walks both; and rows that are not clear yet (both 0 on a port
that is up, or apart and not seen moving) are asked for both beside a poll, twice two varbinds for most, until one of
them moves. What was not kept is looked at again now and then: a firmware may mend it.

A quiet room. May import: netwatch.model, netwatch.profiles. Called by: netwatch.polling.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from netwatch.model import Oid, Value
from netwatch.polling.columns.counters import COUNTER32
from netwatch.polling.columns.strips import Suffix
from netwatch.polling.layout import counter_widths
from netwatch.profiles import ColumnSpec, TableSpec

IF_OPER_STATUS: Final = Oid.parse("1.3.6.1.2.1.2.2.1.8")
UP = 1
MOST_AT_ONCE = 60
"""Rows asked for both widths beside one poll."""
FIRST_LOOK_SECONDS = 30.0
"""No agent is known to serve one answer for longer; before, a counter that stands still says nothing."""
LONGEST_LOOK_SECONDS = 600.0
CLOSELY_SECONDS = 600.0
"""For so long a port that came up with both counters at 0 is looked at with every poll."""


class Pair(NamedTuple):
    """A 64-bit counter and its 32-bit twin, read side by side."""

    wide: int
    narrow: int


NOTHING_YET = Pair(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Twinning:
    """What is known of a table's twins, by instance of the 64-bit one.

    unkept: those that the agent does not keep. unclear: those that have to be looked at. Both as last read.
    """

    unkept: Mapping[Oid, Pair] = field(default_factory=dict)
    unclear: Mapping[Oid, Pair] = field(default_factory=dict)

    def without_moved(self, now: Mapping[Oid, object]) -> Twinning:
        """Return what is unclear still, now that the 64-bit counters have these values."""
        left = {oid: pair for oid, pair in self.unclear.items() if now.get(oid, pair.wide) == pair.wide}
        return self if len(left) == len(self.unclear) else Twinning(unkept=self.unkept, unclear=left)

    def with_new(self, instances: Sequence[Oid]) -> Twinning:
        """Return this with instances that are 0 and should soon move."""
        new = {oid: NOTHING_YET for oid in instances if oid not in self.unkept and oid not in self.unclear}
        return Twinning(unkept=self.unkept, unclear={**self.unclear, **new}) if new else self

    def to_look_at(self, *, is_time: bool) -> list[Oid]:
        """Return the instances to read side by side now: all, or those that wait for their first packet.

        What was looked at stands last afterwards, so that all have their turn.
        """
        if is_time:
            return [*self.unclear, *self.unkept][:MOST_AT_ONCE]
        return [oid for oid, pair in self.unclear.items() if pair == NOTHING_YET][:MOST_AT_ONCE]


def judged(before: Twinning, looks: Mapping[Oid, Pair]) -> Twinning:
    """Return what is known after these twins were read side by side."""
    unkept, unclear = dict(before.unkept), dict(before.unclear)
    for oid, pair in looks.items():
        was_unkept, was_unclear = unkept.pop(oid, None), unclear.pop(oid, None)
        if _is_unkept(pair, was_unkept, was_unclear):
            unkept[oid] = pair
        elif was_unclear is not None and pair.wide == was_unclear.wide:
            unclear[oid] = was_unclear
        elif was_unclear is None and was_unkept is None and pair.wide % COUNTER32 != pair.narrow:
            unclear[oid] = pair
    return Twinning(unkept=unkept, unclear=unclear)


def _is_unkept(pair: Pair, was_unkept: Pair | None, was_unclear: Pair | None) -> bool:
    if was_unkept is not None:
        return pair.wide == was_unkept.wide
    if pair.wide == 0 < pair.narrow:
        return True
    return was_unclear is not None and pair.wide == was_unclear.wide and pair.narrow != was_unclear.narrow


class Twins:
    """The 64-bit counters of a table with their 32-bit twins."""

    def __init__(self, spec: TableSpec) -> None:
        self._pairs = {
            wide.oid: (wide, narrow) for wide, narrow in counter_widths(spec.columns) if narrow is not None
        }

    @property
    def there_are(self) -> bool:
        """Return whether any counter of the table comes in both widths."""
        return bool(self._pairs)

    def looks(
        self, cells: Mapping[Oid, Mapping[Suffix, Value]], suffixes: Sequence[Suffix], before: Twinning
    ) -> Iterator[tuple[Oid, Pair]]:
        """Yield every instance of which a walk saw both widths, as far as that says anything to `judged`.

        Most agree, and of those nothing is noted unless there was doubt before.
        """
        in_doubt = bool(before.unkept or before.unclear)
        for oid, (_, narrow) in self._pairs.items():
            wides = map(cells.get(oid, {}).get, suffixes)
            narrows = map(cells.get(narrow.oid, {}).get, suffixes)
            for suffix, wide, low in zip(suffixes, wides, narrows, strict=True):
                if not in_doubt and type(wide) is int and wide % COUNTER32 == low:
                    continue  # nearly all, and nothing is made of them
                pair = pair_of(wide, low)
                if pair is not None and (in_doubt or pair.wide % COUNTER32 != pair.narrow):
                    yield oid.join(suffix), pair

    def waiting(self, up: Sequence[Suffix], at_zero: Collection[Oid]) -> list[Oid]:
        """Return the octet counters that are 0 although their ports are up."""
        if not at_zero:
            return []
        return [instance for oid in self.octets for suffix in up if (instance := oid.join(suffix)) in at_zero]

    @property
    def octets(self) -> list[Oid]:
        """Return the columns of octet counters."""
        return [oid for oid, (wide, _) in self._pairs.items() if "octets" in wide.name.lower()]

    def twin_of(self, instance: Oid) -> Oid:
        """Return the instance of the 32-bit twin."""
        wide, narrow = self._columns_of(instance)
        return narrow.oid.join(instance[len(wide.oid) :])

    def doubts(self, twinning: Twinning, suffixes: Sequence[Suffix]) -> dict[str, dict[int, str]]:
        """Return why rows are not read with 64 bits, by column and row."""
        if not twinning.unkept:
            return {}
        rows = {suffix: row for row, suffix in enumerate(suffixes)}
        found: dict[str, dict[int, str]] = {}
        for instance, pair in twinning.unkept.items():
            wide, narrow = self._columns_of(instance)
            row = rows.get(instance[len(wide.oid) :])
            if row is not None:
                how = "stays 0" if pair.wide == 0 else f"stands still at {pair.wide}"
                why = (
                    f"{wide.name} {how} while {narrow.name} counts: the agent does not keep it, {narrow.name} is read"
                )
                found.setdefault(wide.name, {})[row] = why
        return found

    def _columns_of(self, instance: Oid) -> tuple[ColumnSpec, ColumnSpec]:
        return next(pair for oid, pair in self._pairs.items() if instance.is_under(oid))


def pair_of(wide: object, narrow: object) -> Pair | None:
    """Return the twins where both are counts."""
    if isinstance(wide, int) and isinstance(narrow, int) and wide >= 0 and narrow >= 0:
        return Pair(wide, narrow)
    return None
