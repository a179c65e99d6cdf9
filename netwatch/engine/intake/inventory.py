"""What a device is made of, compared with what it was; a change is a line of the event log, and nobody is mailed.

A serial, a model or a version that is another one, a part that came, went or moved. A reading in part proves
nothing, and nor does an agent that started less than ten minutes ago: a stack that boots gets its parts back one by
one. A part is taken as gone when two whole readings did not hold it, and it is missing for ten minutes. What a device
does not say now is not news; what it says for the first time is only remembered.

A quiet room: no clock, no socket, no database. May import: netwatch.model. Called by: netwatch.engine.engine.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from netwatch.model import ClockStep, Event, Memory, RowSet, TableReading

INVENTORY_SCOPE: Final = "inventory"
IDENTITY, COMPONENT = "identity", "component"
INVENTORY_CHANGED, FIRMWARE_CHANGED = "InventoryChanged", "FirmwareChanged"
SETTLE: Final = timedelta(minutes=10)
MOST_PARTS: Final = 2000
"""Parts of a device that are remembered; what is beyond is not compared."""
MOST_LINES: Final = 20
"""Lines of the log that one reading makes; the last of them counts what is not told."""
MOST_TEXT: Final = 200
_OF_DEVICE: Final[Mapping[str, str]] = {
    "vendor": INVENTORY_CHANGED, "model": INVENTORY_CHANGED, "serial": INVENTORY_CHANGED,
    "version": FIRMWARE_CHANGED, "os": FIRMWARE_CHANGED,
}  # fmt: skip
_OF_PART: Final[Mapping[str, str]] = {
    "model": INVENTORY_CHANGED, "serial": INVENTORY_CHANGED, "version": FIRMWARE_CHANGED,
}  # fmt: skip
Facts = dict[str, str]


@dataclass(slots=True, kw_only=True)
class _Missing:
    """A part that was not in the last whole readings: since when, and which reading said so last."""

    since: datetime
    read_at: datetime
    times: int = 1


@dataclass(slots=True, kw_only=True)
class _Device:
    """What is known of a device; None before its first reading. `odd` is an identity that was read once so far."""

    identity: Facts | None = None
    parts: dict[str, Facts] | None = None
    missing: dict[str, _Missing] = field(default_factory=dict)
    odd: Facts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _News:
    rule: str
    text: str
    instance: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


class Inventory:
    """The devices, each with its parts; what it knows survives a restart."""

    def __init__(self) -> None:
        self._devices: dict[str, _Device] = {}
        self._settled: dict[tuple[str, str], RowSet] = {}

    def recall(self, memories: Iterable[Memory]) -> None:
        """Take back what was known before a restart; what cannot be read is forgotten rather than fatal."""
        for memory in memories:
            if (device := _read(memory.text)) is not None:
                self._devices[memory.key] = device

    def take(self, reading: TableReading) -> tuple[list[Event], list[Memory]]:
        """Return what is news in a reading, and what is to be remembered; nothing for most readings."""
        if reading.table not in (IDENTITY, COMPONENT) or reading.partial or reading.lacking:
            return [], []
        if reading.uptime is not None and reading.uptime < SETTLE:
            return [], []
        place = reading.device, reading.table
        if self._settled.get(place) is reading.rows:
            return [], []
        device = self._devices.setdefault(reading.device, _Device())
        before = _written(device)
        news = _identity_news(device, reading) if reading.table == IDENTITY else _part_news(device, reading)
        if device.odd is None and not device.missing:
            self._settled[place] = reading.rows
        after = _written(device)
        memories = [Memory(scope=INVENTORY_SCOPE, key=reading.device, text=after)] if after != before else []
        return _events(reading, news), memories

    def move(self, step: ClockStep) -> None:
        """Move with the wall clock since when parts are missing."""
        for device in self._devices.values():
            for missing in device.missing.values():
                missing.since, missing.read_at = step.moved(missing.since), step.moved(missing.read_at)


def _identity_news(device: _Device, reading: TableReading) -> list[_News]:
    if not reading.rows.index:
        return []
    now = _facts(reading, 0, _OF_DEVICE)
    if device.identity is None:
        device.identity = now
        return []
    changed = _changed(device.identity, now)
    if changed and device.odd != now:  # said once; a source that failed may have made way for another one
        device.odd = now
        return []
    news = [
        _News(
            rule=_OF_DEVICE[name],
            text=f"its {_WORDS[name]} changed from {device.identity[name]} to {now[name]}",
            details={"what": name, "before": device.identity[name], "now": now[name]},
        )
        for name in changed
    ]
    device.identity, device.odd = {**device.identity, **{name: text for name, text in now.items() if text}}, None
    return news


def _part_news(device: _Device, reading: TableReading) -> list[_News]:
    now = _parts(reading)
    if device.parts is None:
        device.parts = now
        return []
    news: list[_News] = []
    for name, facts in now.items():
        device.missing.pop(name, None)
        known = device.parts.get(name)
        if known is None and (old := _old_name(device.parts, now, facts)) is not None:
            known = device.parts.pop(old)
            device.missing.pop(old, None)
            if not name.startswith(old):
                text = f"{_named(old, facts)} is {name} now"
                told = {"part": name, "what": "place", "before": old, "now": name}
                news.append(_News(rule=INVENTORY_CHANGED, text=text, instance=name, details=told))
        if known is None:
            news.append(
                _News(rule=INVENTORY_CHANGED, text=f"new: {_named(name, facts)}", instance=name, details=facts)
            )
            device.parts[name] = facts
            continue
        for what in _changed(known, facts):
            text = f"{_WORDS[what]} of {name} changed from {known[what]} to {facts[what]}"
            told = {"part": name, "what": what, "before": known[what], "now": facts[what]}
            news.append(_News(rule=_OF_PART[what], text=text, instance=name, details=told))
        device.parts[name] = {**known, **{what: text for what, text in facts.items() if text}}
    if not reading.leaves_out:  # of what is left out nobody knows whether it is there
        news += _gone(device, now, reading)
    return news


def _old_name(known: Mapping[str, Facts], now: Mapping[str, Facts], facts: Facts) -> str | None:
    """Return under which name a part was known that has another name now; its serial tells."""
    if not facts["serial"]:
        return None
    return next((name for name, had in known.items() if had["serial"] == facts["serial"] and name not in now), None)


def _gone(device: _Device, now: Mapping[str, Facts], reading: TableReading) -> Iterator[_News]:
    """Yield the parts that are missing for long enough, and forget them."""
    read_at = reading.asked_at or reading.at
    for name in [name for name in device.parts or {} if name not in now]:
        missing = device.missing.setdefault(name, _Missing(since=reading.at, read_at=read_at))
        if read_at > missing.read_at:
            missing.times, missing.read_at = missing.times + 1, read_at
        if missing.times < 2 or reading.at - missing.since < SETTLE or device.parts is None:
            continue
        facts = device.parts.pop(name)
        del device.missing[name]
        text = f"no longer there: {_named(name, facts)}"
        yield _News(rule=INVENTORY_CHANGED, text=text, instance=name, details=facts)


def _parts(reading: TableReading) -> dict[str, Facts]:
    """Return the parts that have a model or a serial by name; several of one name are told apart by serial."""
    labels = reading.rows.labels
    found: dict[str, list[Facts]] = defaultdict(list)
    for row in range(len(reading.rows.index)):
        facts = _facts(reading, row, _OF_PART)
        if name := _cut(labels["part"][row]) if (facts["model"] or facts["serial"]) and "part" in labels else "":
            found[name].append(facts)
    named: dict[str, Facts] = {}
    for name, alike in found.items():
        for facts in alike:
            own = name if len(alike) == 1 else " ".join(filter(None, (name, facts["serial"] or facts["model"])))
            if len(named) < MOST_PARTS:
                named[own] = facts
    return named


def _facts(reading: TableReading, row: int, names: Iterable[str]) -> Facts:
    labels = reading.rows.labels
    return {name: _cut(labels[name][row]) if name in labels else "" for name in names}


def _changed(before: Facts, now: Facts) -> list[str]:
    """Return what is said otherwise than before; what was not said before, or is not now, is no change."""
    return [name for name, text in now.items() if text and before.get(name) and text != before[name]]


def _named(name: str, facts: Facts) -> str:
    more = ", ".join(
        filter(None, (facts.get("model", ""), f"serial {facts['serial']}" if facts.get("serial") else ""))
    )
    return f"{name} ({more})" if more else name


def _events(reading: TableReading, news: list[_News]) -> list[Event]:
    told = news if len(news) <= MOST_LINES else news[: MOST_LINES - 1]
    events = [
        Event(
            at=reading.at, kind="device", text=one.text, device=reading.device, rule=one.rule, instance=one.instance,
            details={"table": reading.table, **one.details},
        )
        for one in told
    ]  # fmt: skip
    if left := len(news) - len(told):
        text = f"and {left} more parts that changed, came or went"
        events.append(Event(at=reading.at, kind="device", text=text, device=reading.device, rule=INVENTORY_CHANGED))
    return events


def _cut(text: str) -> str:
    return " ".join(text.split())[:MOST_TEXT]


def _written(device: _Device) -> str:
    missing = {
        name: [one.since.isoformat(), one.read_at.isoformat(), one.times] for name, one in device.missing.items()
    }
    return json.dumps({"identity": device.identity, "parts": device.parts, "missing": missing, "odd": device.odd})


def _read(text: str | None) -> _Device | None:
    try:
        kept: dict[str, Any] = json.loads(text or "")
        return _Device(
            identity=_told(kept["identity"]),
            parts=None if kept["parts"] is None else {str(name): _told(f) or {} for name, f in kept["parts"].items()},
            missing={
                str(name): _Missing(
                    since=datetime.fromisoformat(since), read_at=datetime.fromisoformat(read_at), times=int(times)
                )
                for name, (since, read_at, times) in kept["missing"].items()
            },
            odd=_told(kept["odd"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _told(facts: Any) -> Facts | None:
    return None if facts is None else {str(name): str(text) for name, text in facts.items()}


_WORDS: Final[Mapping[str, str]] = {
    "vendor": "maker", "model": "model", "serial": "serial number", "version": "version", "os": "operating system",
}  # fmt: skip
