"""Follows one device's uptime from check to check, and over restarts of NetWatch itself.

May import: netwatch.model. Called by: netwatch.polling.device_poller.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import NamedTuple

from netwatch.model import Memory
from netwatch.polling.uptime import SLACK_SECONDS, TICKS_PER_SECOND, Life, passage_between

SCOPE = "polling"
REMEMBER_EVERY = timedelta(hours=1)
HOST_SLACK_SECONDS = 60.0
"""By how much more than the silence a host must have been up to have lived through it, as two clocks differ."""


class _Sight(NamedTuple):
    ticks: int
    at: datetime
    arrived: float | None


class Lifeline:
    """When the device started, as far as NetWatch saw it."""

    def __init__(self, device: str, memory: Memory | None = None) -> None:
        self._device = device
        self._saw_start = False
        self._silent_seconds = 0.0
        self._host_ahead: float | None = None
        self._remembered_at: datetime | None = None
        self._last = self._recalled(memory)

    def see(self, ticks: int | None, at: datetime, arrived: float) -> Life:
        """Take in a sysUpTime; return how the device lived since the last one."""
        if ticks is None:
            return Life.UNKNOWN
        last, self._last = self._last, _Sight(ticks=ticks, at=at, arrived=arrived)
        if last is None:
            return Life.UNKNOWN
        life = _life_between(last, self._last)
        if life is not Life.SAME:
            self._saw_start = life is Life.RESTARTED
            self._host_ahead = None
            self._silent_seconds = _seconds_between(last, self._last)
            self._remembered_at = None
        return life

    def go_on(self, ticks: int, at: datetime, arrived: float) -> bool:
        """Take in a sysUpTime that is where it must be in the same life; False where that is for `see` to say."""
        last = self._last
        if last is None or last.arrived is None:
            return False
        seconds = arrived - last.arrived
        ahead = (ticks - last.ticks) / TICKS_PER_SECOND - seconds
        if abs(ahead) > SLACK_SECONDS or ticks <= (seconds + SLACK_SECONDS) * TICKS_PER_SECOND:
            return False
        self._last = _Sight(ticks, at, arrived)
        return True

    def see_host(self, uptime_seconds: float | None) -> None:
        """Take in how long the host says it has been up, right after its agent was seen to start again.

        A host that was up before its agent was last heard did not start again in between. It need not be as old as
        the agent's former life: hrSystemUptime begins at 0 again after 497 days.
        """
        age = self.seconds_since_restart
        if uptime_seconds is None or age is None:
            return
        slack = HOST_SLACK_SECONDS + self._silent_seconds / 100
        if uptime_seconds > max(age, self._silent_seconds) + slack:
            self._host_ahead = uptime_seconds - age

    @property
    def host_uptime_seconds(self) -> float | None:
        """Return how long the host has been up, where its agent alone started again; else None."""
        age = self.seconds_since_restart
        return None if age is None or self._host_ahead is None else age + self._host_ahead

    @property
    def seconds_since_restart(self) -> float | None:
        """Return the age of the agent's present life if NetWatch saw it begin, else None."""
        if not self._saw_start or self._last is None:
            return None
        return self._last.ticks / TICKS_PER_SECOND

    def to_remember(self, now: datetime) -> Memory | None:
        """Return what should be kept now: at first sight, after a restart, and once an hour."""
        last = self._last
        if last is None or (self._remembered_at is not None and now - self._remembered_at < REMEMBER_EVERY):
            return None
        self._remembered_at = now
        text = json.dumps({"ticks": last.ticks, "at": last.at.isoformat(), "saw_start": self._saw_start,
                           "host_ahead": self._host_ahead})  # fmt: skip
        return Memory(scope=SCOPE, key=self._device, text=text)

    def _recalled(self, memory: Memory | None) -> _Sight | None:
        if memory is None or memory.text is None:
            return None
        try:
            facts = json.loads(memory.text)
            sight = _Sight(ticks=int(facts["ticks"]), at=datetime.fromisoformat(facts["at"]), arrived=None)
        except (ValueError, KeyError, TypeError):
            return None  # written by another version; the next one is ours again
        if sight.at.tzinfo is None:
            return None
        self._saw_start = facts.get("saw_start") is True
        ahead = facts.get("host_ahead")
        self._host_ahead = float(ahead) if isinstance(ahead, int | float) else None
        return sight


def _seconds_between(last: _Sight, now: _Sight) -> float:
    if last.arrived is not None and now.arrived is not None:
        return now.arrived - last.arrived
    return max((now.at - last.at).total_seconds(), 0.0)


def _life_between(last: _Sight, now: _Sight) -> Life:
    """Compare two sights; by the wall clock only where NetWatch itself restarted in between.

    That clock may have been set meanwhile, so there only an uptime that went down is a restart.
    """
    if last.arrived is not None and now.arrived is not None:
        return passage_between(last.ticks, now.ticks, now.arrived - last.arrived).life
    if now.ticks >= last.ticks:
        return Life.SAME
    return passage_between(last.ticks, now.ticks, max((now.at - last.at).total_seconds(), 0.0)).life
