"""What of a device's neighbours is a line of the event log: those that pass frames or packets on; phones come and go.

A quiet room. May import: netwatch.model. Called by: book.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Final

from netwatch.model import Event
from netwatch.neighbours.heard import Heard, Key

NEIGHBOUR_CHANGED: Final = "NeighbourChanged"
MOST_LINES: Final = 20
"""Lines of the log that one reading makes; the last of them counts what is not told."""
_PASSES_ON = frozenset({"bridge", "router", "access-point", "repeater"})


def changes(device: str, now: Mapping[Key, Heard], was_there: Collection[Key], at: datetime) -> list[Event]:
    """Return what is news in what a device hears; `was_there` are those it heard before."""
    news = list(_news(now, was_there))
    told = news if len(news) <= MOST_LINES else news[: MOST_LINES - 1]
    events = [
        Event(
            at=at, kind="device", text=text, device=device, rule=NEIGHBOUR_CHANGED, instance=one.port,
            details={"port": one.port, "neighbour": one.name, "its_port": one.remote_port, "chassis": one.chassis},
        )
        for one, text in told
    ]  # fmt: skip
    if left := len(news) - len(told):
        text = f"and {left} more neighbours that came or went"
        events.append(Event(at=at, kind="device", text=text, device=device, rule=NEIGHBOUR_CHANGED))
    return events


def _news(now: Mapping[Key, Heard], was_there: Collection[Key]) -> Iterator[tuple[Heard, str]]:
    for key, one in now.items():
        if one.is_there is (key in was_there) or _PASSES_ON.isdisjoint(one.kinds):
            continue
        who = " ".join(filter(None, (one.name or one.chassis, one.remote_port)))
        yield one, f"new neighbour at {one.port}: {who}" if one.is_there else f"no longer heard at {one.port}: {who}"
