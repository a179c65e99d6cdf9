"""What a device's page says of its past besides its charts: how much it was up, and the last hour of each port.

It is worked out once for every poll and not for every look: pages that are left open ask again whenever anything
changes.

May import: netwatch.model, netwatch.web. Called by: devices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from markupsafe import Markup

from netwatch.model import Event, Past
from netwatch.web.charts.sparkline import sparkline
from netwatch.web.pacing import paced
from netwatch.web.pages.interfaces import CONCEPT, Interface
from netwatch.web.views import History
from netwatch.web.words import availability_words, duration

STRIPS = {"24 h": timedelta(hours=24), "7 d": timedelta(days=7), "30 d": timedelta(days=30)}
REMEMBERED = 64
"""Devices of which it is remembered."""
_MEANWHILE = timedelta(seconds=5)
"""Within so much, tables that share a reason were not read, or were read again, in one poll."""
_TABLES_NAMED = 4
_COARSE = timedelta(minutes=10)
"""A longer span is told in longer steps, and seems to know so much more."""
_WHOLE = 0.98
"""So much of a span is all of it: an agent that was restarted within a month need not be said each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lately:
    """How much of a day, a week and a month a device was up, in words; a picture for each port, by its key."""

    uptimes: Sequence[tuple[str, str]] = ()
    sparks: Mapping[str, Markup]


class Remembering:
    """Works it out where something new was read."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._known: dict[str, tuple[datetime | None, Lately]] = {}

    async def of(self, device: str, read_at: datetime | None, interfaces: Sequence[Interface]) -> Lately:
        """Return it; `read_at` is when something was read last."""
        at, known = self._known.pop(device, (None, None))
        if known is None or at != read_at or at is None:
            known = await self._worked_out(device, interfaces)
        while len(self._known) >= REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[device] = read_at, known
        return known

    async def _worked_out(self, device: str, interfaces: Sequence[Interface]) -> Lately:
        until = datetime.now(UTC)
        sparks = await _sparks(self._history, device, interfaces, until)
        return Lately(uptimes=await uptimes_of(self._history, device, until), sparks=sparks)


def together(events: Sequence[Event]) -> list[Event]:
    """Return events, the newest first, with one in place of those that a poll wrote of each table."""
    found: list[list[Event]] = []
    for event in events:
        if found and _is_same_news(found[-1][0], event):
            found[-1].append(event)
        else:
            found.append([event])
    return [same[0] if len(same) == 1 else replace(same[0], text=_of_tables(same)) for same in found]


def _is_same_news(one: Event, other: Event) -> bool:
    about = ("read", "reason")
    is_same = "read" in one.details and all(one.details.get(name) == other.details.get(name) for name in about)
    return is_same and one.device == other.device and abs(one.at - other.at) <= _MEANWHILE


def _of_tables(same: Sequence[Event]) -> str:
    tables = sorted({event.details["table"] for event in same})
    named = ", ".join(tables[:_TABLES_NAMED]) + (
        f" and {len(tables) - _TABLES_NAMED} more" if tables[_TABLES_NAMED:] else ""
    )
    if same[0].details["read"] == "no":
        return f"tables {named} cannot be read: {same[0].details['reason']}"
    longest = max(event.at - datetime.fromisoformat(event.details["since"]) for event in same)
    return f"tables {named} are read again, after {duration(longest)} at most"


async def uptimes_of(history: History, device: str, until: datetime) -> list[tuple[str, str]]:
    """Return how much of each span a device was up, in words; of what nothing is known none.

    A span of which little is known says of how much it speaks, and a longer one that knows no more is left out.
    """
    found = await history.availability(device, tuple(STRIPS.values()), until)
    told: list[tuple[str, str]] = []
    longest = timedelta(0)
    for (name, span), one in zip(STRIPS.items(), found, strict=False):
        if one.ratio is None or one.known <= longest:
            continue
        longest = one.known + _COARSE
        is_whole = one.known >= span * _WHOLE
        told.append((name if is_whole else f"the {duration(one.known)} known of {name}", availability_words(one)))
    return told


async def _sparks(
    past: History, device: str, interfaces: Sequence[Interface], until: datetime
) -> Mapping[str, Markup]:
    since = until - timedelta(hours=1)
    into, out = [
        await past.column(device, CONCEPT, f"interface_{way}_bits_per_second", since, until, timedelta(0))
        for way in ("in", "out")
    ]
    nothing: tuple[Mapping[str, str], Past] = ({}, Past())
    found: dict[str, Markup] = {}
    async for key in paced([one.key for one in interfaces if one.key in into or one.key in out]):
        drawn = sparkline(into.get(key, nothing)[1], out.get(key, nothing)[1], since, until)
        if drawn:
            found[key] = Markup(drawn)  # noqa: S704  # numbers, written here
    return found
