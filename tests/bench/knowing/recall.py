"""Whether a planted fault raises its rule, names the right row in words, and ends when the value comes back."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context

import structlog

from tests.bench.knowing.corpus import Cell, Name, Recorded, cells_of
from tests.bench.knowing.drill import Drill, Raised, drilled
from tests.bench.knowing.faults.planting import WELL, Change, Fault, Held
from tests.bench.knowing.faults.table import FAULTS, SILENT
from tests.bench.knowing.polled import TIMEOUT

MOST_RECORDINGS = 5
"""On so many recordings each fault is tried at most: the ones it fits, spread evenly."""
SHORT_TIMEOUT = timedelta(seconds=0.2)
"""For a device that is to fall silent; it is asked four times."""
LONGEST_END_SECONDS = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one fault on one recording.

    fired: which rule told of it, empty if none. after_seconds: how long that took. named: whether its words say which
    part it is. cleared: whether it was over in time. others: rules that fired besides.
    """

    fault: str
    recording: str
    fired: str = ""
    after_seconds: float = 0.0
    row: str = ""
    words: str = ""
    names: tuple[str, ...] = ()
    named: bool = False
    cleared: bool = False
    others: tuple[str, ...] = ()

    @property
    def is_well(self) -> bool:
        """Return whether the rule did all that is asked of it."""
        return bool(self.fired) and self.named and self.cleared


def held_of(cells: Sequence[Cell]) -> Held:
    """Return objects by their names, as plants look at them."""
    return {tuple(name): (tag, value) for name, tag, value in cells}


def places(faults: Sequence[Fault], devices: Sequence[Recorded]) -> list[tuple[Fault, Recorded]]:
    """Return on which recordings each fault is tried."""
    held = {device.name: held_of(cells_of(device)) for device in devices}
    found: list[tuple[Fault, Recorded]] = []
    for fault in faults:
        fitting = [
            device
            for device in devices
            if (not fault.only or device.name.startswith(fault.only)) and fault.plant(held[device.name]) is not None
        ]
        step = max(1, len(fitting) // MOST_RECORDINGS)
        found += [(fault, device) for device in fitting[::step][:MOST_RECORDINGS]]
    return found


def with_changes(cells: Sequence[Cell], change: Change) -> list[Cell]:
    """Return the objects as they are before the fault."""
    held = {**held_of(cells), **{name: (tag, value) for name, tag, value in change.before}}
    return [(name, tag, value) for name, (tag, value) in held.items()]


async def try_fault(fault: Fault, name: str, cells: Sequence[Cell]) -> Outcome:
    """Plant a fault in a device that was polled for a while, and take it out again."""
    change = fault.plant(held_of(cells))
    assert change is not None
    answers_within = SHORT_TIMEOUT if change.silent else TIMEOUT
    pinged = change.line is not None
    async with drilled(name, with_changes(cells, change), answers_within=answers_within, pinged=pinged) as drill:
        await drill.settle()
        known = set(drill.firing())
        before = dict(drill.agent.values)
        inflict(drill, change)
        fired, after = await _until_fired(drill, fault, change, known)
        others = tuple(sorted({rule for rule, row in set(drill.firing()) - known if rule not in fault.rules}))
        if fired is None:
            return Outcome(fault=fault.name, recording=name, names=change.names, others=others)
        mend(drill, change, before)
        cleared = not fault.clears or await _until_over(drill, fault, fired)
    return Outcome(
        fault=fault.name, recording=name, fired=fired.rule, after_seconds=after, row=fired.row, words=fired.words,
        names=change.names, named=is_named(fired, change.names), cleared=cleared, others=others,
    )  # fmt: skip


def inflict(drill: Drill, change: Change) -> None:
    """Let it happen."""
    for name, tag, value in change.fault:
        drill.agent.put(name, tag, value)
    if change.gone:
        drill.agent.remove(change.gone)
    drill.agent.silent = change.silent
    drill.line.is_now = change.line or WELL
    if change.anew:
        drill.poller.rediscover()


def mend(drill: Drill, change: Change, before: Mapping[Name, tuple[object, object]]) -> None:
    """Have everything that was changed be as before."""
    drill.agent.silent = False
    drill.line.is_now = WELL
    for name in [*(cell[0] for cell in change.fault), *change.gone]:
        tag, value = before.get(tuple(name), (None, None))
        if tag is not None:
            drill.agent.put(name, tag, value)  # type: ignore[arg-type]  # as it was there
        else:
            drill.agent.remove([name])


async def _until_fired(
    drill: Drill, fault: Fault, change: Change, known: set[tuple[str, str]]
) -> tuple[Raised | None, float]:
    began = drill.clock.seconds
    for seconds in drill.strides(fault.rules, at_least=change.lasts_seconds):
        if change.drift is not None:
            for cell in change.drift(drill.clock.seconds + seconds - began):
                drill.agent.put(*cell)
        await drill.poll(seconds)
        found = _told(drill, fault, change, known)
        if found is not None:
            return found, drill.clock.seconds - began
    return None, 0.0


def _told(drill: Drill, fault: Fault, change: Change, known: set[tuple[str, str]]) -> Raised | None:
    """Return the alert that tells of the fault, the one with the right name if there are several."""
    news = [one for key, one in drill.firing().items() if key not in known and one.rule in fault.rules]
    named = [one for one in news if is_named(one, change.names)]
    return next(iter(named or news), None)


def is_named(alert: Raised, names: Sequence[str]) -> bool:
    """Return whether the words of an alert say which part it is about; case and spaces do not count."""
    told = " ".join(alert.words.lower().split())
    return all(" ".join(name.lower().split()) in told for name in names)


async def _until_over(drill: Drill, fault: Fault, fired: Raised) -> bool:
    """Return whether the alert ends, at the latest an hour after what its rule says."""
    waits = [*drill.strides(fault.rules, ends=True), *drill.strides(fault.rules)]
    for seconds in [*waits, *(300.0,) * (LONGEST_END_SECONDS // 300)]:
        await drill.poll(seconds)
        if not any(one.rule == fired.rule and one.row == fired.row for one in drill.firing().values()):
            return True
    return False


async def try_silence(fault: Fault, name: str, cells: Sequence[Cell]) -> Outcome:
    """Have something happen that is no fault; what fires then, and not without it, is told."""
    change = fault.plant(held_of(cells))
    assert change is not None
    async with drilled(name, cells) as drill:
        await drill.settle()
        without = set(drill.firing())
    async with drilled(name, with_changes(cells, change), pinged=change.line is not None) as drill:
        await drill.settle()
        inflict(drill, change)
        await drill.settle()
        news = [one for key, one in drill.firing().items() if key not in without and one.rule in fault.rules]
    first = news[0] if news else Raised(rule="", device=name, row="", words="")
    return Outcome(fault=fault.name, recording=name, fired=first.rule, row=first.row, words=first.words)


def _try(fault_name: str, device: Recorded) -> Outcome:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    for faults, attempt in ((FAULTS, try_fault), (SILENT, try_silence)):
        for fault in faults:
            if fault.name == fault_name:
                return asyncio.run(attempt(fault, device.name, cells_of(device)))
    raise KeyError(fault_name)


def tried(found: Sequence[tuple[Fault, Recorded]], processes: int = 0) -> Iterator[Outcome]:
    """Try every fault on its recordings, in processes of their own."""
    with ProcessPoolExecutor(processes or os.cpu_count() or 1, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_try, [fault.name for fault, _ in found], [device for _, device in found])
