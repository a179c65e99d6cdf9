"""Devices that fall silent and answer again at random, and the record of when each of them was silent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from netwatch.simulator import SimulatedNetwork

SHORT_SECONDS, LONG_SECONDS, ANSWERING_SECONDS = (0.2, 1.5), (4.0, 9.0), (0.5, 5.0)
SHARE_OF_SHORT = 0.3
JOIN_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From one instant to another."""

    begin: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        return (self.end - self.begin).total_seconds()

    def meet(self, other: Span) -> Span:
        """Return what both have in common; of no or negative length where that is nothing."""
        return Span(begin=max(self.begin, other.begin), end=min(self.end, other.end))


@dataclass(slots=True)
class Silences:
    """What was done to the devices, by name: surely silent, and surely answering."""

    silent: dict[str, list[Span]] = field(default_factory=dict)
    answering: dict[str, list[Span]] = field(default_factory=dict)

    def spans(self) -> Iterator[tuple[str, str, Span]]:
        """Yield what mails should call it (DOWN, OK), the device, and how long it lasted."""
        for word, by_device in (("DOWN", self.silent), ("OK", self.answering)):
            for device, spans in by_device.items():
                yield from ((word, device, span) for span in spans)


@contextmanager
def random_silences(
    network: SimulatedNetwork, dice: Random, long_seconds: tuple[float, float] = LONG_SECONDS
) -> Iterator[Silences]:
    """Let every device come and go until the block ends; then all answer."""
    silences, over = Silences(), threading.Event()
    threads = [
        threading.Thread(
            target=_moods, args=(network, name, Random(dice.random()), silences, over, long_seconds), daemon=True
        )
        for name in network.devices
    ]
    for thread in threads:
        thread.start()
    try:
        yield silences
    finally:
        over.set()
        for thread in threads:
            thread.join(JOIN_SECONDS)


def _moods(
    network: SimulatedNetwork,
    name: str,
    dice: Random,
    silences: Silences,
    over: threading.Event,
    long_seconds: tuple[float, float],
) -> None:
    device = network[name]
    since = datetime.now(UTC)
    while not over.wait(dice.uniform(*ANSWERING_SECONDS)):
        silences.answering.setdefault(name, []).append(Span(begin=since, end=datetime.now(UTC)))
        network.do(device.silence)
        since = datetime.now(UTC)
        over.wait(dice.uniform(*(SHORT_SECONDS if dice.random() < SHARE_OF_SHORT else long_seconds)))
        silences.silent.setdefault(name, []).append(Span(begin=since, end=datetime.now(UTC)))
        network.do(device.recover)
        since = datetime.now(UTC)
    silences.answering.setdefault(name, []).append(Span(begin=since, end=datetime.now(UTC)))
