"""Makes the interfaces of a device out of its readings: of the concept, else of whatever tables have their columns.

A quiet room. May import: netwatch.model, netwatch.web.pages.concepts. Called by: devices.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from markupsafe import Markup, escape

from netwatch.model import Neighbour, TableReading
from netwatch.web.pages.concepts.rows import Row
from netwatch.web.words import bit_rate, percent

State = Literal["alert", "up", "down", "off", "unknown"]

CONCEPT = "interface"
_WARM, _HOT = 0.75, 0.9
_STATES: Mapping[str, State] = {"up": "up", "testing": "unknown", "unknown": "unknown", "": "unknown"}
_TELLS_INTERFACES = frozenset({"ifOperStatus", "ifAdminStatus", "ifHCInOctets", "ifInOctets"})
_OPER_STATUS = {1: "up", 2: "down", 3: "testing", 4: "unknown", 5: "dormant", 6: "not present", 7: "lower layer down"}
"""ifOperStatus (RFC 2863)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """One interface as the page shows it; None where the device did not say.

    distrusted: what the device gave and is not believed, and why. has_limit: its speed bounds its traffic.
    key: what names its row in the history, empty where that has none. duplex: half or full, empty where nobody says.
    role: what hangs on it, empty where nobody knows; role_reason: why that is thought.
    state: for the colour: `down` alone is no alarm (unused ports are), `alert` is. off: an administrator's wish.
    """

    index: str
    name: str
    alias: str
    state: State
    status: str
    speed: float | None
    in_bits: float | None
    out_bits: float | None
    errors: float | None
    discards: float | None
    duplex: str = ""
    key: str = ""
    distrusted: str = ""
    has_limit: bool = True
    neighbours: tuple[Neighbour, ...] = ()
    role: str = ""
    role_reason: str = ""

    @property
    def in_ratio(self) -> float | None:
        """Return how full the interface is inwards, 0 to 1."""
        return _ratio(self.in_bits, self.speed) if self.has_limit else None

    @property
    def out_ratio(self) -> float | None:
        """Return how full the interface is outwards, 0 to 1."""
        return _ratio(self.out_bits, self.speed) if self.has_limit else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Which columns anything stands in; the others are not shown."""

    alias: bool
    speed: bool
    bits: bool
    errors: bool
    discards: bool
    neighbours: bool = False
    role: bool = False


def said_of(interfaces: Sequence[Interface]) -> Said:
    """Return which columns a table of these has."""
    return Said(
        alias=any(one.alias or one.distrusted for one in interfaces),
        speed=any(one.speed is not None or one.duplex for one in interfaces),
        bits=any(one.in_bits is not None or one.out_bits is not None for one in interfaces),
        errors=any(one.errors is not None for one in interfaces),
        discards=any(one.discards is not None for one in interfaces),
        neighbours=any(one.neighbours for one in interfaces),
        role=any(one.role for one in interfaces),
    )


def load_html(bits: float | None, ratio: float | None) -> Markup:
    """Return what an interface carries one way, and a bar of how full that makes it; two of each row of a page."""
    if bits is None:
        return Markup("")
    bar = ""
    if ratio:
        tone, words = " hot" if ratio >= _HOT else " warm" if ratio >= _WARM else "", escape(percent(ratio))
        bar = (
            f'<svg class="bar{tone}" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="{words}">'
            f'<title>{words} of the speed</title><rect class="back" width="100" height="6"/>'
            f'<rect class="fill" width="{ratio * 100:.1f}" height="6"/></svg>'
        )
    return Markup(f'<span class="load">{bar}<span>{bit_rate(bits)}</span></span>')  # noqa: S704  # numbers, written here


def is_interface_table(reading: TableReading) -> bool:
    """Return whether a table's rows are interfaces."""
    return not _TELLS_INTERFACES.isdisjoint(reading.columns)


def interfaces_of(
    readings: Iterable[TableReading], alerting: Collection[str] = (), neighbours: Iterable[Neighbour] = ()
) -> list[Interface]:
    """Return the interfaces in the order of their index, those with a firing alert first.

    alerting: the keys of the rows that have one. neighbours: who stands at the ports of this device.
    """
    given = list(readings)
    concept = next((one for one in given if one.table == CONCEPT and one.rows.index), None)
    found = _of_tables(given, alerting) if concept is None else _of_concept(concept, alerting)
    at_port = _at_port(neighbours)
    found = [replace(one, neighbours=there) if (there := at_port.get(one.index)) else one for one in found]
    return sorted(found, key=lambda one: (one.state != "alert", _index_order(one.index)))


def _at_port(neighbours: Iterable[Neighbour]) -> Mapping[str, tuple[Neighbour, ...]]:
    """Return the neighbours to be shown of each port: those that are there, else those that were last."""
    found: dict[str, list[Neighbour]] = {}
    for one in neighbours:
        found.setdefault(one.if_index, []).append(one)
    return {
        index: tuple(one for one in there if one.is_there) or (max(there, key=lambda one: one.last_seen),)
        for index, there in found.items() if index
    }  # fmt: skip


def _of_concept(reading: TableReading, alerting: Collection[str]) -> list[Interface]:
    return [_meant(Row(reading, number), is_alerting=key in alerting) for number, key in enumerate(reading.rows.keys)]


def _meant(row: Row, *, is_alerting: bool) -> Interface:
    admin, oper = row.word("interface_admin"), row.word("interface_oper")
    index = row.label("ifIndex") or row.reading.rows.index[row.number]
    duplex = row.word("interface_duplex")
    return Interface(
        index=index,
        name=row.label("ifName") or index,
        alias=row.label("ifAlias"),
        state="alert" if is_alerting else "off" if admin == "down" else _STATES.get(oper, "down"),
        status="off" if admin == "down" else _spaced(oper) or "unknown",
        speed=row.value("interface_speed_bits_per_second") or None,
        in_bits=row.value("interface_in_bits_per_second"),
        out_bits=row.value("interface_out_bits_per_second"),
        errors=row.value("interface_errors_per_second"),
        discards=row.value("interface_discards_per_second"),
        key=row.reading.rows.keys[row.number],
        duplex=duplex if duplex in ("half", "full") else "",
        distrusted="; ".join(dict.fromkeys(row.reading.doubts_of(row.number).values())),
        role=row.label("role"),
        role_reason=row.label("role_reason"),
    )


def _spaced(word: str) -> str:
    """Write `lowerLayerDown` as `lower layer down`."""
    return re.sub(r"(?=[A-Z])", " ", word).lower()


def _of_tables(readings: Iterable[TableReading], alerting: Collection[str]) -> list[Interface]:
    rows: dict[str, dict[str, object]] = {}
    for reading in filter(is_interface_table, readings):
        for number, index in enumerate(reading.rows.index):
            row = rows.setdefault(index, {})
            row.update(reading.rows.labels_of(number))
            row["alerting"] = row.get("alerting", False) or reading.rows.keys[number] in alerting
            doubts = reading.doubts_of(number)
            row["distrusted"] = "; ".join(filter(None, (str(row.get("distrusted", "")), reading.distrusted(number))))
            row["has_limit"] = row.get("has_limit", True) and ("ifHighSpeed" not in doubts or "ifSpeed" not in doubts)
            row.update({name: _at(values, number) for name, values in reading.columns.items()})
            row.update({f"rate {name}": _at(values, number) for name, values in reading.rates.items()})
    return [_interface(index, row) for index, row in rows.items()]


def _interface(index: str, row: Mapping[str, object]) -> Interface:
    admin, oper = row.get("ifAdminStatus"), row.get("ifOperStatus")
    status = "off" if admin == 2 else _OPER_STATUS.get(oper, "unknown") if isinstance(oper, int) else "unknown"
    state: State = "up" if oper == 1 else "unknown" if status in ("unknown", "testing") else "down"
    name = str(row.get("ifName") or row.get("ifDescr") or index)
    return Interface(
        index=index,
        name=name,
        alias=str(row.get("ifAlias") or ""),
        state="alert" if row["alerting"] else "off" if admin == 2 else state,
        status=status,
        speed=_speed(row),
        in_bits=_bits(row, "ifHCInOctets", "ifInOctets"),
        out_bits=_bits(row, "ifHCOutOctets", "ifOutOctets"),
        errors=_sum(row, "ifInErrors", "ifOutErrors"),
        discards=_sum(row, "ifInDiscards", "ifOutDiscards"),
        distrusted=str(row["distrusted"]),
        has_limit=bool(row["has_limit"]),
    )


def _speed(row: Mapping[str, object]) -> float | None:
    """Return bits per second; ifSpeed ends at 4.29e9 and ifHighSpeed is 0 where an agent does not know it."""
    high = _number(row.get("ifHighSpeed"))
    return high * 1e6 if high else _number(row.get("ifSpeed")) or None


def _bits(row: Mapping[str, object], wide: str, narrow: str) -> float | None:
    rate = _number(row.get(f"rate {wide}"))
    rate = _number(row.get(f"rate {narrow}")) if rate is None else rate
    return None if rate is None else rate * 8


def _sum(row: Mapping[str, object], *columns: str) -> float | None:
    rates = [rate for column in columns if (rate := _number(row.get(f"rate {column}"))) is not None]
    return sum(rates) if rates else None


def _ratio(bits: float | None, speed: float | None) -> float | None:
    return None if bits is None or not speed else min(bits / speed, 1.0)


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) else None


def _at(values: Sequence[object], number: int) -> object:
    return values[number] if number < len(values) else None


def _index_order(index: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if part.isascii() and part.isdigit() else (0, part) for part in index.split("."))
