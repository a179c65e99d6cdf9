"""How the two ports of a link are, by what their devices said last: up or down, how fast, and since when.

May import: netwatch.model, netwatch.web. Called by: map, drawing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from netwatch.model import CONCEPTS, TableReading
from netwatch.web.pages.fleet.links import End, Tie
from netwatch.web.words import bit_rate

PortWord = Literal["up", "down", "off", "unknown"]
"""off: an administrator's wish."""
LinkState = Literal["up", "down", "part", "half", "unknown", "none"]
"""part: some of several wires are down. half: nothing is known of one end. none: nobody said at which ports."""
CONCEPT, RAW, LAST_CHANGE = "interface", "ifTable", "ifLastChange"
OPER_STATUS: Final = CONCEPTS["interface"].enums["interface_oper"]
_OFF: Final = next(
    number for number, word in CONCEPTS["interface"].enums["interface_admin"].items() if word == "down"
)
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
        return _said(end, "unknown", None, None)
    admin, oper = _value(reading, "interface_admin", row), _value(reading, "interface_oper", row)
    word: PortWord = "off" if admin == _OFF else _WORDS.get(OPER_STATUS.get(oper, ""), "down")
    indexes = reading.rows.labels.get("ifIndex", reading.rows.index)
    speed = _value(reading, "interface_speed_bits_per_second", row)
    since = None
    if raw is not None and word != "unknown":
        since = _changed_at(raw, indexes[row] or reading.rows.index[row])
    return _said(end, word, speed if isinstance(speed, int | float) and speed > 0 else None, since)


def _value(reading: TableReading, column: str, row: int) -> Any:
    values = reading.columns.get(column)
    return values[row] if values is not None and row < len(values) else None


@lru_cache(maxsize=10_000)
def _said(end: End, word: PortWord, speed: float | None, since: int | None) -> PortNow:
    """Return a port in words; since: the minute, counted from 1970."""
    parts: list[str] = [word]
    if speed:
        parts.append(bit_rate(speed))
    if since is not None:
        parts.append(f"since {datetime.fromtimestamp(since * 60, UTC):%Y-%m-%d %H:%M} UTC")
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


def _changed_at(raw: TableReading, if_index: str) -> int | None:
    """Return the minute in which a port became as it is; None where its device does not say, or it was so from start.

    ifLastChange is sysUpTime at that moment, 0 where it is from before the agent began (RFC 2863).
    """
    stamps, indexes = raw.columns.get(LAST_CHANGE, ()), raw.rows.index
    if raw.uptime is None or if_index not in indexes:
        return None
    row = indexes.index(if_index)
    stamp = stamps[row] if row < len(stamps) else None
    if not isinstance(stamp, int) or stamp <= 0 or (ago := raw.uptime.total_seconds() - stamp / 100) < 0:
        return None
    return int(raw.at.timestamp() - ago) // 60
