"""How the two ports of a link are, by what their devices said last: up or down, how fast, and since when.

May import: netwatch.model, netwatch.web. Called by: map, drawing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from netwatch.model import TableReading
from netwatch.web.pages.concepts.rows import Row
from netwatch.web.pages.fleet.links import End, Tie
from netwatch.web.words import bit_rate

PortWord = Literal["up", "down", "off", "unknown"]
"""off: an administrator's wish."""
LinkState = Literal["up", "down", "part", "half", "unknown", "none"]
"""part: some of several wires are down. half: nothing is known of one end. none: nobody said at which ports."""
CONCEPT, RAW, LAST_CHANGE = "interface", "ifTable", "ifLastChange"
_WORDS: Final[dict[str, PortWord]] = {"up": "up", "testing": "unknown", "unknown": "unknown", "": "unknown"}

ReadingOf = Callable[[str, str], TableReading | None]
"""Device and table -> its last reading that is not stale."""


class PortNow(NamedTuple):
    """How a port is, and the same in words: with its device, its speed, and since when it is so to the minute."""

    word: PortWord
    said: str


class WireNow(NamedTuple):
    """The two ends of a wire, in the order of the tie, and how it is."""

    near: PortNow
    far: PortNow
    state: LinkState


class TieNow(NamedTuple):
    """A tie and how it is."""

    tie: Tie
    wires: tuple[WireNow, ...]
    state: LinkState


@dataclass(slots=True)
class _Looked:
    """What a device said last, and those of its ports that were looked for in it."""

    reading: TableReading | None
    raw: TableReading | None
    ports: dict[End, PortNow] = field(default_factory=dict)


class Ports:
    """The ports at the ends of links: each is looked for once in what its device said, till it says something new."""

    def __init__(self) -> None:
        self._known: dict[str, _Looked] = {}

    def of(self, ties: Iterable[Tie], reading_of: ReadingOf, is_down: Callable[[str], bool]) -> list[TieNow]:
        """Return ties with the states of their ports.

        is_down: whether a device does not answer; what it said of its ports before then is worth nothing.
        """
        asked: dict[str, _Looked] = {}

        def looked(device: str) -> _Looked:
            if device not in asked:
                said = (None, None) if is_down(device) else (reading_of(device, CONCEPT), reading_of(device, RAW))
                asked[device] = self._looked(device, *said)
            return asked[device]

        found = []
        for tie in ties:
            wires = []
            for wire in tie.wires:
                near, far = _at(looked(tie.one), wire.near), _at(looked(tie.other), wire.far)
                wires.append(WireNow(near, far, _state(near.word, far.word)))
            found.append(TieNow(tie, tuple(wires), _together([wire.state for wire in wires])))
        self._known = asked
        return found

    def _looked(self, device: str, reading: TableReading | None, raw: TableReading | None) -> _Looked:
        known = self._known.get(device)
        return known if known and known.reading is reading and known.raw is raw else _Looked(reading, raw)


def _at(looked: _Looked, end: End) -> PortNow:
    now = looked.ports.get(end)
    if now is None:
        now = looked.ports[end] = _now(looked.reading, looked.raw, end)
    return now


def _now(reading: TableReading | None, raw: TableReading | None, end: End) -> PortNow:
    row = _row(reading, end) if reading is not None else None
    if reading is None or row is None:
        return _said(end, "unknown")
    port = Row(reading, row)
    word = "off" if port.word("interface_admin") == "down" else _WORDS.get(port.word("interface_oper"), "down")
    index = port.label("ifIndex") or reading.rows.index[row]
    since = _changed_at(raw, index) if raw is not None and word != "unknown" else None
    return _said(end, word, port.value("interface_speed_bits_per_second") or None, since)


def _said(end: End, word: PortWord, speed: float | None = None, since: datetime | None = None) -> PortNow:
    parts = [word, *([bit_rate(speed)] if speed else []), *([f"since {since:%Y-%m-%d %H:%M} UTC"] if since else [])]
    return PortNow(word, f"{' '.join(filter(None, (end.device, end.port or end.if_index)))} ({', '.join(parts)})")


def _state(here: PortWord, there: PortWord) -> LinkState:
    words = {here, there}
    if words & {"down", "off"}:
        return "down"
    if words == {"up"}:
        return "up"
    return "half" if "up" in words else "unknown"


def _together(states: list[LinkState]) -> LinkState:
    """Return the state of several wires: a part of them may be down."""
    if not states:
        return "none"
    if "down" in states:
        return "down" if set(states) == {"down"} else "part"
    return next(state for state in ("half", "unknown", "up") if state in states)


def _row(reading: TableReading, end: End) -> int | None:
    """Return the row of a port: by its name where it has one, since an ifIndex may be another one's tomorrow."""
    for label, text in (("ifName", end.port), ("ifIndex", end.if_index)):
        texts = reading.rows.labels.get(label, ())
        if text and text in texts:
            return texts.index(text)
    return None


def _changed_at(raw: TableReading, if_index: str) -> datetime | None:
    """Return when a port became as it is, to the minute; None where its device does not say, or it was so from start.

    ifLastChange is sysUpTime at that moment, 0 where it is from before the agent began (RFC 2863).
    """
    stamps = raw.columns.get(LAST_CHANGE, ())
    if raw.uptime is None or if_index not in raw.rows.index:
        return None
    row = raw.rows.index.index(if_index)
    stamp = stamps[row] if row < len(stamps) else None
    if not isinstance(stamp, int) or stamp <= 0 or (then := timedelta(milliseconds=stamp * 10)) > raw.uptime:
        return None
    return (raw.at - (raw.uptime - then)).replace(second=0, microsecond=0)
