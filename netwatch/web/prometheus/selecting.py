"""Fetches the readings that an expression is worked out of: of the past from the history, of now the last ones.

Labels are those that Prometheus has where it scrapes the targets of /sd/prometheus: `instance` and `device` are the
device's name, its labels of the configuration, and those of the row.

May import: netwatch.model, netwatch.web, promql. Called by: query_route.
"""

from __future__ import annotations

import asyncio
import math
from bisect import bisect_right
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from netwatch.model import QUANTITIES, Device, Matcher, Past, TableReading, all_hold
from netwatch.web.charts.grid import usual_distance
from netwatch.web.prometheus.promql.evaluate import LOOKBACK_MS, Samples
from netwatch.web.prometheus.promql.nodes import NAME, Node, Selector, TooMuch, selectors_of
from netwatch.web.prometheus.promql.rows import Labels
from netwatch.web.views import History, KeptFamily, Views

JOB: Final = "netwatch_devices"
MOST_SAMPLES: Final = 3_000_000
"""Readings that are fetched for one expression."""
MOST_COLUMNS: Final = 20_000
"""Columns of devices that are looked at for one selector."""
_LOOK_BACK: Final = timedelta(minutes=65)
"""So far before the first instant readings are looked for: the slowest tables are read once an hour."""
_STANDS: Final = 2.2
"""A value stands for so many usual distances of readings where that is longer than Prometheus' five minutes."""
_OF_NO_UNIT: Final = "count"
INFO: Final = "netwatch_device_info"
INFO_HELP: Final = "What is known of a device; always 1."
_OF_IDENTITY: Final = ("vendor", "model", "version", "serial", "os", "type", "location", "contact")
_NOW: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instants:
    """When an expression is worked out."""

    first: datetime
    last: datetime
    step: timedelta

    def at(self) -> list[float]:
        """Return them as milliseconds since 1970."""
        begin, step = self.first.timestamp() * 1000, self.step / timedelta(milliseconds=1)
        count = int((self.last - self.first) / self.step) + 1 if step else 1
        return [begin + number * step for number in range(count)]


class Selecting:
    """Finds series among the devices there are."""

    def __init__(self, views: Views, history: History) -> None:
        self._views, self._history = views, history

    async def given(self, node: Node, instants: Instants, now: datetime) -> dict[Selector, Sequence[Samples]]:
        """Return the readings of each selector of an expression.

        Raises:
            TooMuch: there would be too many.
        """
        found: dict[Selector, Sequence[Samples]] = {}
        left = MOST_SAMPLES
        for selector in dict.fromkeys(selectors_of(node)):
            samples: list[Samples] = []
            is_now = instants.first == instants.last and selector.range_seconds is None
            async for one in (
                self._last(selector, instants.first)
                if is_now and abs(instants.first - now) < _NOW
                else self._past(selector, instants)
            ):
                left -= len(one.times)
                if left < 0:
                    raise TooMuch(
                        f"it would take more than {MOST_SAMPLES:,} readings; ask for fewer series or a shorter time"
                    )
                samples.append(one)
            found[selector] = samples
        return found

    def not_kept(self, node: Node) -> list[str]:
        """Return the metrics that are asked for by name and of which there is no history."""
        known = self._history.families()
        names = [one.text for each in selectors_of(node) for one in each.matchers if _is_name(one)]
        return [name for name in dict.fromkeys(names) if name not in known and name != INFO]

    def series(self, selector: Selector) -> Iterator[Labels]:
        """Yield the labels of the series there are now."""
        for device, names in self._wanted(selector):
            yield from self._infos(selector, device)
            readings = {reading.table: reading for reading in self._views.readings(device.name)}
            for name, family in names:
                for labels, value in _rows_of(device, name, family, readings.get(family.table)):
                    if value is not None and all_hold(selector.matchers, labels):
                        yield labels

    async def _last(self, selector: Selector, at: datetime) -> AsyncIterator[Samples]:
        """Yield what was read last, as a scrape at this moment would bring it."""
        begin = math.floor(at.timestamp() * 1000)
        for device, names in self._wanted(selector):
            for labels in self._infos(selector, device):
                yield Samples(labels=labels, times=[begin], values=[1.0])
            readings = {reading.table: reading for reading in self._views.readings(device.name)}
            for name, family in names:
                for labels, value in _rows_of(device, name, family, readings.get(family.table)):
                    if value is not None and all_hold(selector.matchers, labels):
                        yield Samples(labels=labels, times=[begin], values=[value])
            await asyncio.sleep(0)

    async def _past(self, selector: Selector, instants: Instants) -> AsyncIterator[Samples]:
        back = timedelta(seconds=selector.range_seconds) if selector.range_seconds else _LOOK_BACK
        step = min(instants.step, back / 2) if selector.range_seconds else instants.step
        until = instants.last + timedelta(milliseconds=1)
        begin, looked_at = round((instants.first - back).timestamp() * 1000), 0
        for device, names in self._wanted(selector):
            for labels in self._infos(selector, device):
                yield Samples(labels=labels, times=[begin], values=[1.0], stands_ms=math.inf)
            for name, family in names:
                looked_at += 1
                if looked_at > MOST_COLUMNS:
                    raise TooMuch(
                        f"it would look at more than {MOST_COLUMNS:,} columns of devices; name fewer series"
                    )
                rows = await self._history.column(
                    device.name, family.table, family.column, instants.first - back, until, step
                )
                wanted = [
                    (labels, past)
                    for row, past in rows.values()
                    if _is_of(family, row) and all_hold(selector.matchers, labels := _labels(device, name, row))
                ]
                thinned = None if selector.range_seconds else instants
                for one in await asyncio.to_thread(_samples, wanted, family.scale, thinned):
                    yield one

    def _infos(self, selector: Selector, device: Device) -> Iterator[Labels]:
        """Yield the labels of what is known of a device, where that is asked for."""
        if any(one.label == NAME and not one.holds({NAME: INFO}) for one in selector.matchers):
            return
        status = self._views.device(device.name)
        if status is None:
            return
        known = {"address": device.address, "profile": status.profile, "sys_name": status.sys_name}
        identity = self._views.identity(device.name)
        known |= {name: identity.get(name, "") for name in _OF_IDENTITY if name not in device.labels}
        labels = _labels(device, INFO, known)
        if all_hold(selector.matchers, labels):
            yield labels

    def _wanted(self, selector: Selector) -> Iterator[tuple[Device, Sequence[tuple[str, KeptFamily]]]]:
        """Yield the devices that may have such series, with the metrics that may be meant."""
        of_name = [one for one in selector.matchers if one.label == NAME]
        names = [
            (name, family)
            for name, family in self._history.families().items()
            if all(one.holds({NAME: name}) for one in of_name)
        ]
        if names or all(one.holds({NAME: INFO}) for one in of_name):
            for sign in self._views.stand():
                if _may_be(sign.device, selector.matchers):
                    yield sign.device, names


def _is_name(matcher: Matcher) -> bool:
    return matcher.label == NAME and matcher.matches is None and not matcher.negated


def _may_be(device: Device, matchers: Iterable[Matcher]) -> bool:
    """Return whether what the device's own labels say does not speak against it."""
    own = _labels(device, "", {})
    return all(one.holds(own) for one in matchers if one.label in ("instance", "device", "job"))


def _labels(device: Device, name: str, row: Mapping[str, str]) -> Labels:
    own = {label: text for label, text in row.items() if text}
    return {NAME: name, **device.labels, **own, "instance": device.name, "device": device.name, "job": JOB}


def _is_of(family: KeptFamily, row: Mapping[str, str]) -> bool:
    quantity = row.get("quantity", "")
    if family.quantity == _OF_NO_UNIT:
        return quantity == _OF_NO_UNIT or quantity not in QUANTITIES
    return not family.quantity or quantity == family.quantity


def _rows_of(
    device: Device, name: str, family: KeptFamily, reading: TableReading | None
) -> Iterator[tuple[Labels, float | None]]:
    """Yield labels and value of the rows of a reading that are of a metric."""
    if reading is None or family.column not in reading.columns:
        return
    values = reading.columns[family.column]
    for place in range(len(reading.rows.keys)):
        row = reading.rows.labels_of(place)
        value = values[place] if place < len(values) else None
        if _is_of(family, row):
            yield _labels(device, name, row), _number(value, family.scale)


def _samples(found: Sequence[tuple[Labels, Past]], scale: float, instants: Instants | None) -> list[Samples]:
    """Return lines as samples; with instants only those that one of them may see."""
    samples = []
    for labels, past in found:
        places = range(len(past.times)) if instants is None else _seen(past.times, instants)
        every = max(past.step, usual_distance(past))
        samples.append(Samples(
            labels=labels, times=[past.times[place] for place in places],
            values=[_number(past.means[place], scale) for place in places],
            stands_ms=max(LOOKBACK_MS, every * _STANDS),
        ))  # fmt: skip
    return samples


def _seen(times: Sequence[int], instants: Instants) -> list[int]:
    """Return the places of the newest reading at each instant."""
    found: list[int] = []
    for now in instants.at():
        place = bisect_right(times, now) - 1
        if place >= 0 and (not found or found[-1] != place):
            found.append(place)
    return found


def _number(value: object, scale: float) -> float | None:
    return value * scale if isinstance(value, int | float) else None
