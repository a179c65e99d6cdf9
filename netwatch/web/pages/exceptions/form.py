"""The form by which a row is ignored or gets other limits: its fields, what it orders, and what would come of it.

A quiet room. May import: netwatch.alerts, netwatch.model, netwatch.web. Called by: exceptions.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from netwatch.alerts import routing_labels
from netwatch.model import CONCEPTS, Alert, TableReading
from netwatch.web.actions import ActionRefused
from netwatch.web.pages.concepts.rows import Row
from netwatch.web.row_exceptions import ExceptionOrder, Part, RowPlace

OWN_VERDICT = "SensorAlarm"
"""The shipped rule by which a device's own word for a sensor raises an alert, whatever limits it has."""
LIMITS: Mapping[str, str] = {
    "sensor_low_critical": "Critical below",
    "sensor_low_warning": "Warning below",
    "sensor_high_warning": "Warning above",
    "sensor_high_critical": "Critical above",
}
_LONGEST_NUMBER = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionForm:
    """The fields as text. without_verdict: the device's own word counts no more beside the limits."""

    part: Part
    place: RowPlace
    values: Mapping[str, str] = field(default_factory=dict)
    without_verdict: bool = False
    comment: str = ""
    author: str = ""

    @classmethod
    def of_fields(cls, fields: Mapping[str, Sequence[str]]) -> ExceptionForm:
        """Return what was sent; a field that is not there is empty."""
        first = {name: texts[0] for name, texts in fields.items() if texts}
        return cls(
            part="limits" if first.get("part") == "limits" else "ignore",
            place=RowPlace(
                device=first.get("device", ""), table=first.get("table", ""), key=first.get("row", "")
            ),
            values={name: first.get(name, "").strip() for name in LIMITS},
            without_verdict="without_verdict" in first,
            comment=first.get("comment", ""), author=first.get("author", ""),
        )  # fmt: skip

    def order(self, row: Row) -> ExceptionOrder:
        """Return what is ordered for a row.

        Raises:
            ActionRefused: a field is no number, no limit is given, or limits contradict each other.
        """
        values: dict[str, float] = {}
        if self.part == "limits":
            values = {name: _number(LIMITS[name], text) for name, text in self.values.items() if text}
            if not values:
                raise ActionRefused("give at least one limit")
            _refuse_contradictions({name: values.get(name, row.value(name)) for name in LIMITS})
        return ExceptionOrder(
            place=self.place, by=self.author, comment=self.comment, values=values,
            without=(OWN_VERDICT,) if values and self.without_verdict else (),
        )  # fmt: skip


def limits_of(row: Row) -> dict[str, str]:
    """Return the limits that a sensor has now, as they are typed."""
    return {name: "" if (value := row.value(name)) is None else f"{value:.10g}" for name in LIMITS}


def alerts_about(alerts: Iterable[Alert], reading: TableReading, row: Row) -> list[Alert]:
    """Return the alerts that end when a row is ignored: of itself, and of a port's sensors."""
    name = name_of(row)
    first = _first_label(reading)
    key = reading.rows.keys[row.number]
    return [
        alert for alert in alerts
        if (alert.key.instance == key and routing_labels(alert).get(first, name) == name)
        or (reading.table == "interface" and name and routing_labels(alert).get("ifName") == name)
    ]  # fmt: skip


def name_of(row: Row) -> str:
    """Return what people call a row."""
    return row.label(_first_label(row.reading)) or row.reading.rows.keys[row.number]


def judged(row: Row, values: Mapping[str, float]) -> str:
    """Return what comes of a sensor's value now with other limits, in words."""
    value = row.value("sensor_value")
    if value is None:
        return "It has no value now."
    merged = {name: values.get(name, row.value(name)) for name in LIMITS}
    beyond = [
        words.lower() for name, words in LIMITS.items()
        if (limit := merged[name]) is not None and (value > limit if "high" in name else value < limit)
    ]  # fmt: skip
    now = row.measured("sensor_value")
    if not beyond:
        return f"At {now} as it is now nothing is wrong with it."
    worst = next((one for one in beyond if one.startswith("critical")), beyond[0])
    return f"At {now} as it is now it is beyond a limit: {worst} the limit given."


def _first_label(reading: TableReading) -> str:
    if reading.table == "interface":
        return "ifName"
    concept = CONCEPTS.get(reading.table)
    return concept.labels[0] if concept is not None else next(iter(reading.rows.labels), "")


def _number(what: str, text: str) -> float:
    try:
        value = float(text) if len(text) <= _LONGEST_NUMBER else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ActionRefused(f"{what}: a number is wanted, such as 70 or -12.5")
    return value


def _refuse_contradictions(limits: Mapping[str, float | None]) -> None:
    known = [(LIMITS[name].lower(), value) for name in LIMITS if (value := limits[name]) is not None]
    for (words, value), (next_words, next_value) in pairwise(known):
        if value > next_value:
            raise ActionRefused(f"{words} {value:g} and {next_words} {next_value:g} cannot both be meant")
