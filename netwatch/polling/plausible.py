"""Which speed of a port is believed, and why not.

A speed is what the device says only while the traffic is possible with it. Agents say 10 bit/s on ports of 10 Gbit/s,
bit/s where Mbit/s belong, 4294967295 without ifHighSpeed to say more; people type a `bandwidth` by hand for a routing
metric. Then the speed is unknown, never the traffic, and the reason stands beside the missing value. Tunnels,
loopbacks and other virtual ports have no speed to be full of: theirs is shown, and limits nothing.

Quiet but for the memory of what was refuted. May import: netwatch.model. Called by: netwatch.polling.readings.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from netwatch.model import NO_DOUBTS, Column, Doubts, Oid
from netwatch.polling.columns.counters import FASTEST_OCTETS, line_rate
from netwatch.polling.layout import Layout

IF_SPEED: Final = Oid.parse("1.3.6.1.2.1.2.2.1.5")
IF_HIGH_SPEED: Final = Oid.parse("1.3.6.1.2.1.31.1.1.1.15")
IF_TYPE: Final = Oid.parse("1.3.6.1.2.1.2.2.1.3")
VIRTUAL_TYPES: Final[Mapping[int, str]] = {
    24: "softwareLoopback",
    53: "propVirtual",
    112: "virtualIpAddress",
    131: "tunnel",
    135: "l2vlan",
    136: "l3ipvlan",
    150: "mplsTunnel",
    209: "bridge",
}
"""IANAifType of what is no port of its own."""

MEGABIT = 1_000_000
IF_SPEED_FULL = 2**32 - 1
"""ifSpeed of whatever is faster than it can say (RFC 2863)."""
SLOWEST_BITS = 1200
FASTEST_MEGABITS = FASTEST_OCTETS * 8 / MEGABIT
"""No port is slower than this, none faster."""
FAR_APART = 100
"""ifSpeed and ifHighSpeed so far apart do not speak of the same port."""
SET_BY_HAND_BITS = 10 * MEGABIT
"""A lower speed than Ethernet's lowest is a word of people, or wrong; faster traffic refutes it at once."""
BELIEVED_AGAIN_SECONDS = 24 * 3600.0


MOST_ALIKE: Final = 1024
MOST_ROWS_ALIKE: Final = 512
"""Sets of speeds, and of how many rows, that are known as one object for all devices."""
_Block = tuple[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """One port's speed: bits per second or None, and what is wrong with the columns that say it."""

    bits: float | None
    high_doubt: str = ""
    plain_doubt: str = ""


def declared_speed(high: object, plain: object) -> Speed:
    """Return the speed that ifHighSpeed (Mbit/s) and ifSpeed (bit/s) say together, no traffic looked at."""
    high_doubt, plain_doubt = _high_doubt(high), _plain_doubt(plain, high)
    megabits = _positive(high) if not high_doubt else None
    bits = _positive(plain) if not plain_doubt else None
    if bits == IF_SPEED_FULL:
        bits = None
    if bits is not None and megabits is not None:
        ratio = megabits * MEGABIT / bits
        if ratio >= FAR_APART and bits < MEGABIT:
            plain_doubt, bits = f"{bit_rate(bits)}, but ifHighSpeed says {bit_rate(megabits * MEGABIT)}", None
        elif ratio >= FAR_APART or ratio <= 1 / FAR_APART:
            high_doubt, megabits = f"{megabits:,.15g} Mbit/s, but ifSpeed says {bit_rate(bits)}", None
    if bits is not None and high == 0:
        high_doubt = f"0 stands for less than 0.5 Mbit/s or unknown; ifSpeed says {bit_rate(bits)}"
    return Speed(
        bits=megabits * MEGABIT if megabits is not None else bits, high_doubt=high_doubt, plain_doubt=plain_doubt
    )


def _high_doubt(high: object) -> str:
    if isinstance(high, int | float) and high < 0:
        return f"{high:,} is no speed"
    if isinstance(high, int | float) and high >= FASTEST_MEGABITS:
        return f"{high:,.15g} Mbit/s is the speed of no port; the device seems to count in other units"
    return ""


def _plain_doubt(plain: object, high: object) -> str:
    if not isinstance(plain, int | float):
        return ""
    if plain < 0:
        return f"{plain:,} is no speed"
    if 0 < plain < SLOWEST_BITS:
        return f"{plain:,.15g} bit/s is the speed of no port"
    if plain == IF_SPEED_FULL and not _positive(high):
        return f"{IF_SPEED_FULL} stands for more than ifSpeed can say, and ifHighSpeed says nothing"
    return ""


def _positive(value: object) -> float | None:
    return value if isinstance(value, int | float) and value > 0 else None


def bit_rate(bits: float) -> str:
    """Return bits per second as people say them: `9 kbit/s`, `1.5 Gbit/s`."""
    for unit, size in (("Tbit/s", 1e12), ("Gbit/s", 1e9), ("Mbit/s", 1e6), ("kbit/s", 1e3)):
        if bits >= size:
            return f"{bits / size:,.3g} {unit}" if bits < 1000 * size else f"{bits / size:,.0f} {unit}"
    return f"{bits:,.4g} bit/s"


@dataclass(slots=True, kw_only=True)
class _Refuted:
    """A speed that the traffic refuted: what it was, and when it was last impossible."""

    bits: float
    seen_at: float
    fastest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Believed:
    """What was made of the speed columns: octets per second by row (FASTEST_OCTETS: unknown), columns with holes."""

    limits: list[float]
    speeds: list[Speed]
    columns: dict[str, Column] = field(default_factory=dict)
    doubts: Doubts = field(default_factory=lambda: NO_DOUBTS)


class Speeds:
    """The speeds of one table's rows; worked out anew only when a column says something else.

    high: the column in Mbit/s (ifHighSpeed), plain: the one in bit/s (ifSpeed); empty where the profile has none.
    """

    def __init__(self, high: str, plain: str) -> None:
        self._high = high
        self._plain = plain
        self._seen: tuple[Layout | None, Column | None, Column | None] = (None, None, None)
        self._believed = _Believed(limits=[], speeds=[])
        self._refuted: dict[str, _Refuted] = {}
        self._suspects: dict[str, float] = {}

    @property
    def current_limits(self) -> list[float]:
        """Return the octets per second of every row as last worked out."""
        return self._believed.limits

    def wants(self, too_fast: Mapping[int, float]) -> bool:
        """Return whether `refute` has anything to do."""
        return bool(too_fast or self._suspects)

    @property
    def doubts(self) -> Doubts:
        """Return what is not believed."""
        return self._believed.doubts

    def limits(self, layout: Layout, columns: Mapping[str, Column], at: float) -> list[float] | None:
        """Return the octets per second by row, None where the table has no speeds; `at` is monotonic seconds."""
        high, plain = columns.get(self._high), columns.get(self._plain)
        if high is None and plain is None:
            return None
        if self._refuted and self._forgive(at):
            self._seen = (None, None, None)
        if self._seen[0] is not layout or self._seen[1] != high or self._seen[2] != plain:
            self._seen = (layout, high, plain)
            self._believed = self._worked_out(layout, high, plain)
        return self._believed.limits

    def put_into(self, columns: Mapping[str, Column]) -> Mapping[str, Column]:
        """Return the columns without what is not believed."""
        return {**columns, **self._believed.columns} if self._believed.columns else columns

    def refute(self, too_fast: Mapping[int, float], at: float) -> bool:
        """Take in which rows carried more octets per second than they can; return whether a speed is refuted by it.

        Once may be a counter that jumped: the rate is missing. Twice running, or with a speed that nobody builds into
        a port, it is the speed that is wrong.
        """
        layout, high, plain = self._seen
        if layout is None:
            return False
        suspects, self._suspects = self._suspects, {}
        news = False
        for row, octets in too_fast.items():
            key, speed = layout.rows.keys[row], self._believed.speeds[row].bits
            if speed is None or octets > FASTEST_OCTETS:
                continue
            if speed >= SET_BY_HAND_BITS and key not in suspects:
                self._suspects[key] = octets
                continue
            self._refuted[key] = _Refuted(bits=speed, seen_at=at, fastest=octets * 8)
            news = True
        if news:
            self._believed = self._worked_out(layout, high, plain)
        return news

    def note(self, rates: Mapping[str, Sequence[float | None]], layout: Layout, at: float) -> None:
        """Take in the rates, so that a speed stays refuted as long as the traffic is impossible with it."""
        if not self._refuted:
            return
        octets = [counter.fillings[0].name for counter in layout.counters if counter.is_octets]
        for row, key in enumerate(layout.rows.keys):
            refuted = self._refuted.get(key)
            if refuted is not None and any((rates[name][row] or 0.0) * 8 > refuted.bits for name in octets):
                refuted.seen_at = at

    def _forgive(self, at: float) -> bool:
        old = [key for key, refuted in self._refuted.items() if at - refuted.seen_at > BELIEVED_AGAIN_SECONDS]
        for key in old:
            del self._refuted[key]
        return bool(old)

    def _worked_out(self, layout: Layout, high: Column | None, plain: Column | None) -> _Believed:
        names, rows = (self._high, self._plain), len(layout.suffixes)
        blocks = _block_of(high), _block_of(plain)
        if not self._refuted and None not in blocks and rows <= MOST_ROWS_ALIKE:
            return _declared(names, blocks, tuple(layout.virtual.items()), rows)
        speeds = _declared_speeds(high, plain, layout.virtual, rows)
        for row, key in enumerate(layout.rows.keys) if self._refuted else ():
            speeds[row] = self._after_refutation(key, speeds[row])
        return _believed_of(names, (high, plain), speeds, layout.virtual)

    def _after_refutation(self, key: str, speed: Speed) -> Speed:
        refuted = self._refuted.get(key)
        if refuted is None:
            return speed
        if speed.bits != refuted.bits:
            self._refuted.pop(key)
            return speed
        why = f"{bit_rate(refuted.bits)} cannot be: {bit_rate(refuted.fastest)} went through the port"
        return Speed(bits=None, high_doubt=speed.high_doubt or why, plain_doubt=speed.plain_doubt or why)


def _declared_speeds(high: Column | None, plain: Column | None, virtual: Mapping[int, str], rows: int) -> list[Speed]:
    nothing = [None] * rows
    speeds = [declared_speed(*both) for both in zip(high or nothing, plain or nothing, strict=True)]
    for row, kind in virtual.items():
        why = f"what a virtual port ({kind}) says is no limit of its traffic"
        speeds[row] = Speed(bits=None, high_doubt=why, plain_doubt=why)
    return speeds


def _believed_of(
    names: tuple[str, str], both: tuple[Column | None, Column | None], speeds: list[Speed], virtual: Mapping[int, str]
) -> _Believed:
    limits = [FASTEST_OCTETS if speed.bits is None else line_rate(speed.bits / MEGABIT) for speed in speeds]
    doubts: dict[str, Mapping[int, str]] = {}
    columns: dict[str, Column] = {}
    reasons = (
        {row: speed.high_doubt for row, speed in enumerate(speeds) if speed.high_doubt},
        {row: speed.plain_doubt for row, speed in enumerate(speeds) if speed.plain_doubt},
    )
    for name, column, why in zip(names, both, reasons, strict=True):
        if column is None:
            continue
        told = {row: words for row, words in why.items() if column[row] is not None}
        if told:
            doubts[name] = told
            columns[name] = _with_holes(column, told.keys() - virtual.keys())
    return _Believed(limits=limits, speeds=speeds, columns=columns, doubts=doubts or NO_DOUBTS)


def _block_of(column: Column | None) -> _Block | None:
    """Return what a column of numbers can be known by again; None where it holds anything else."""
    if column is None:
        return ("q", b"")
    return (column.typecode, column.tobytes()) if type(column) is array else None


@lru_cache(maxsize=MOST_ALIKE)
def _declared(
    names: tuple[str, str], blocks: tuple[_Block, _Block], virtual: tuple[tuple[int, str], ...], rows: int
) -> _Believed:
    """Return what like switches say of their speeds: 48 ports take 6 kB, ten thousand times."""
    high, plain = (array(code, octets) if octets else None for code, octets in blocks)
    speeds = _declared_speeds(high, plain, dict(virtual), rows)
    return _believed_of(names, (high, plain), speeds, dict(virtual))


def _with_holes(column: Column, rows: AbstractSet[int]) -> list[Any]:
    return [None if row in rows else value for row, value in enumerate(column)]
