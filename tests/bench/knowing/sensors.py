"""Sensors: which quantity of ours a class of theirs is, in which unit, and when the two values are the same."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench.knowing.polled import Row
from tests.bench.knowing.states import says_the_same
from tests.bench.knowing.verdicts import (
    MISSING,
    RIGHT,
    WRONG,
    Ground,
    Offered,
    Verdict,
    Wanted,
    matched,
    near,
    outcome_of,
)

ROUNDING = {"celsius": 0.06, "dbm": 0.06, "decibels": 0.06, "ratio": 0.0051}
"""What a value that was computed may be off by, in its unit; of the others a hundredth of the value."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One way to say what a class says: in this quantity, the value so many times as large."""

    quantity: str
    factor: float = 1.0
    convert: Callable[[float], float | None] | None = None

    def base(self, value: float) -> float | None:
        """Return a value of theirs in the quantity's unit."""
        return self.convert(value) if self.convert else value * self.factor


def dbm_of_watts(watts: float) -> float | None:
    """Return a power on the scale that light is measured on."""
    return 10 * math.log10(watts * 1000) if watts > 0 else None


def watts_of_dbm(dbm: float) -> float | None:
    """Return a power of that scale in watts."""
    return 10 ** (dbm / 10) / 1000 if dbm < 90 else None


PER_CENT = Meaning("ratio", 0.01)
MEANINGS: Mapping[str, tuple[Meaning, ...]] = {
    "temperature": (Meaning("celsius"),),
    "voltage": (Meaning("volts"),),
    "current": (Meaning("amperes"),),
    "power": (Meaning("watts"), Meaning("dbm", convert=dbm_of_watts)),
    "dbm": (Meaning("dbm"), Meaning("watts", convert=watts_of_dbm)),
    "signal": (Meaning("dbm"), Meaning("decibels")),
    "fanspeed": (Meaning("rpm"), PER_CENT),
    "humidity": (PER_CENT,),
    "load": (PER_CENT,),
    "charge": (PER_CENT,),
    "percent": (PER_CENT,),
    "loss": (PER_CENT,),
    "power_factor": (Meaning("ratio"),),
    "frequency": (Meaning("hertz"), Meaning("decibels"), Meaning("ratio", 0.01), Meaning("count")),
    "runtime": (Meaning("seconds", 60.0),),
    "delay": (Meaning("seconds"),),
    "count": (Meaning("count"), Meaning("seconds"), PER_CENT),
    "snr": (Meaning("decibels"),),
    "tv_signal": (Meaning("decibels"),),
    "quality_factor": (Meaning("decibels"),),
    "pressure": (Meaning("pascals", 1000.0),),
    "power_consumed": (Meaning("joules", 3_600_000.0),),
    "bitrate": (Meaning("count"), Meaning("hertz")),
    "airflow": (Meaning("count"),),
    "waterflow": (Meaning("count"),),
}
"""Class -> what may stand for it. Theirs are per cent, minutes, kilopascals, kilowatt hours."""

STATE = "state"
UNTELLING = frozenset((0.0, 1.0, 2.0, 100.0))
"""So many sensors have these that one of ours with such a value may be any other."""


def fits(row: Row, sensor_class: str, value: float) -> bool:
    """Return whether a row of ours says what a sensor of theirs says."""
    ours = row.number("sensor_value")
    if ours is None:
        return False
    for meaning in MEANINGS.get(sensor_class, ()):
        base = meaning.base(value)
        least = ROUNDING.get(meaning.quantity, 1e-9)
        if meaning.quantity == row.text("quantity") and base is not None and near(ours, base, least=least):
            return True
    return False


def judge_sensors(
    expected: Sequence[Mapping[str, Any]], ours: Sequence[Row], *, is_lenient: bool = False
) -> list[Verdict]:
    """Return what became of each sensor that has a value in a unit.

    is_lenient: a value that many sensors have is enough as well, so that a row of another sensor may pass for it.
    """
    measured = [one for one in expected if one["class"] != STATE]
    offered = [Offered(index=row.index, name=name_of(row), objects=row.objects) for row in ours]

    def agree(a: int, b: int) -> bool:
        return fits(ours[b], measured[a]["class"], float(measured[a]["current"] or 0.0))

    def tells(a: int) -> bool:
        return is_lenient or float(measured[a]["current"] or 0.0) not in UNTELLING

    found = matched(
        [Wanted(oid=one["oid"], name=one["descr"]) for one in measured],
        offered,
        agree,
        by_value=tells,
        by_place=tells,
    )
    return [_verdict(one, ours, found.get(a), is_right=a in found and agree(a, found[a][0]))
            for a, one in enumerate(measured)]  # fmt: skip


def name_of(row: Row) -> str:
    """Return all that a row of ours is called."""
    return " ".join(filter(None, (row.text(label) for label in ("sensor", "part", "port"))))


def _verdict(
    one: Mapping[str, Any], ours: Sequence[Row], found: tuple[int, Ground] | None, *, is_right: bool
) -> Verdict:
    row = ours[found[0]] if found else None
    comparable = (
        row is not None
        and row.number("sensor_value") is not None
        and (row.text("quantity") in {meaning.quantity for meaning in MEANINGS.get(one["class"], ())})
    )
    return Verdict(
        figure="sensors",
        kind=one["class"],
        outcome=RIGHT if is_right else WRONG if comparable else MISSING,
        wanted=f"{one['descr']} = {one['current']:g} ({one['oid']})",
        found=f"{name_of(row)} = {row.cells.get('sensor_value')} {row.text('quantity')}"
        if row and comparable
        else "",
        ground=found[1] if found and (is_right or comparable) else Ground.NONE,
    )


def judge_states(
    expected: Sequence[Mapping[str, Any]], ours: Sequence[Row], meanings: Mapping[str, str] | None = None
) -> list[Verdict]:
    """Return for each sensor that is a state whether a part or a sensor of ours has one, by place or name.

    meanings: what their numbers mean, by OID; a state of ours that is another is wrong. Of what nobody says what it
    means, it is enough to be found.
    """
    states = [one for one in expected if one["class"] == STATE]
    found = matched(
        [Wanted(oid=one["oid"], name=one["descr"]) for one in states],
        [Offered(index=row.index, name=state_name(row), objects=row.objects) for row in ours],
        lambda a, b: True,
        by_value=lambda a: False,
        by_place=lambda a: False,
    )
    return [
        _state_verdict(one, ours, found.get(a), (meanings or {}).get(one["oid"], "")) for a, one in enumerate(states)
    ]


def _state_verdict(
    one: Mapping[str, Any], ours: Sequence[Row], found: tuple[int, Ground] | None, meaning: str
) -> Verdict:
    row = ours[found[0]] if found else None
    return Verdict(
        figure="states",
        kind=STATE,
        outcome=outcome_of(found=row is not None, right=row is not None and says_the_same(meaning, state_of(row))),
        wanted=f"{one['descr']} = {one['current']:g} {meaning} ({one['oid']})",
        found=f"{state_name(row)}: {state_of(row)}" if row else "",
        ground=found[1] if found else Ground.NONE,
    )


def state_of(row: Row) -> str:
    """Return the state of a part or of a sensor."""
    return row.text("hardware_state") or row.text("sensor_state") or row.text("redundancy_state")


def state_name(row: Row) -> str:
    """Return what a row with a state is called."""
    return " ".join(filter(None, (row.text(name) for name in ("part", "sensor", "group", "port", "hardware_word"))))
