"""When everything is due: a timing wheel on the monotonic clock.

A quiet room: time comes in as seconds. An entry is due at `k * interval + phase`; the phase comes from a hash of
its name, so that devices spread evenly over the interval and keep their place over restarts.

May import: nothing. Called by: netwatch.polling.poller.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Due(NamedTuple, Generic[Key]):
    """An entry whose time has come; `missed` counts later turns of it that have passed as well."""

    key: Key
    due_at: float
    missed: int


@dataclass(slots=True)
class _Entry(Generic[Key]):
    key: Key
    interval: float
    phase: float
    due_at: float


def phase_of(name: str, interval: float) -> float:
    """Return where in the interval `name` has its place: the same on every machine and after every restart."""
    return zlib.crc32(name.encode()) / 2**32 * interval


def next_turn(now: float, interval: float, phase: float) -> float:
    """Return the first `k * interval + phase` after `now`."""
    turn = (math.floor((now - phase) / interval) + 1) * interval + phase
    return turn if turn > now else turn + interval


class TimingWheel(Generic[Key]):
    """Entries in slots of one tick; a tick opens its slot and looks at nothing else."""

    def __init__(self, now: float, tick_seconds: float = 0.1) -> None:
        self._tick_seconds = tick_seconds
        self._opened = math.floor(now / tick_seconds)
        self._slots: dict[int, dict[Key, _Entry[Key]]] = {}
        self._slot_of: dict[Key, int] = {}

    def __len__(self) -> int:
        return len(self._slot_of)

    def __contains__(self, key: object) -> bool:
        return key in self._slot_of

    def add(self, key: Key, interval: float, phase: float, first_at: float) -> None:
        """Enter `key`, due once at `first_at` and from then on at its own place in every interval.

        A key that is there already is replaced.
        """
        self.remove(key)
        self._place(_Entry(key, interval, phase, first_at))

    def remove(self, key: Key) -> None:
        """Take `key` out; nothing happens where it is not there."""
        slot = self._slot_of.pop(key, None)
        if slot is not None:
            del self._slots[slot][key]

    def advance(self, now: float) -> list[Due[Key]]:
        """Return what is due by `now`, each entry once however late the tick is, and enter it for its next turn."""
        opened, self._opened = self._opened, max(self._opened, math.floor(now / self._tick_seconds))
        return [
            self._turn(entry, now) for slot in self._passed(opened) for entry in self._slots.pop(slot, {}).values()
        ]

    def _passed(self, opened: int) -> list[int]:
        if self._opened - opened <= len(self._slots):
            return [slot for slot in range(opened + 1, self._opened + 1) if slot in self._slots]
        return sorted(slot for slot in self._slots if slot <= self._opened)

    def _turn(self, entry: _Entry[Key], now: float) -> Due[Key]:
        late = now - entry.due_at
        due = Due(entry.key, entry.due_at, math.floor(late / entry.interval) if late >= entry.interval else 0)
        entry.due_at = next_turn(now, entry.interval, entry.phase)
        self._place(entry)
        return due

    def _place(self, entry: _Entry[Key]) -> None:
        # Rounded up, so that nothing runs before its time; never into a slot that was opened already.
        slot = max(math.ceil(entry.due_at / self._tick_seconds), self._opened + 1)
        self._slots.setdefault(slot, {})[entry.key] = entry
        self._slot_of[entry.key] = slot
