"""What comes and goes: an alert that began too often of late is over only once it has been calm for a while.

So people get one mail that it began, and one that it is over, however often it came and went in between.

A quiet room: no clock, no socket, no database.
May import: netwatch.model. Called by: netwatch.engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from netwatch.alerts.settings import FlappingSettings
from netwatch.alerts.states import NoData, OnGone, Timing


@dataclass(frozen=True, slots=True, kw_only=True)
class FlapPolicy:
    """`starts` beginnings within `within` are flapping, until it is calm for `calm`; starts 0 turns it off."""

    starts: int = 5
    within: timedelta = timedelta(minutes=30)
    calm: timedelta = timedelta(minutes=15)

    @classmethod
    def of(cls, settings: FlappingSettings) -> FlapPolicy:
        """Return the policy of the configuration."""
        return cls(starts=settings.starts, within=settings.within, calm=settings.calm)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalmedTiming:
    """A rule's times with the end held back."""

    hold_for: timedelta
    keep_firing_for: timedelta
    no_data: NoData
    on_gone: OnGone


def noted(history: tuple[datetime, ...], now: datetime, policy: FlapPolicy) -> tuple[datetime, ...]:
    """Return the beginnings that still count, with one more at `now`; never more than matter."""
    if policy.starts <= 0:
        return ()
    # The wall clock may have been set back: what lies ahead of it was no later than now.
    recent = [min(start, now) for start in history if start > now - policy.within]
    return (*recent, now)[-policy.starts :]


def is_flapping(history: tuple[datetime, ...], now: datetime, policy: FlapPolicy) -> bool:
    """Return whether there were too many beginnings of late."""
    recent = [start for start in history if start > now - policy.within]
    return 0 < policy.starts <= len(recent)


def calmed(timing: Timing, policy: FlapPolicy) -> Timing:
    """Return the times of a rule whose alert flaps: it keeps firing until it was calm long enough."""
    return CalmedTiming(
        hold_for=timing.hold_for,
        keep_firing_for=max(timing.keep_firing_for, policy.calm),
        no_data=timing.no_data,
        on_gone=timing.on_gone,
    )
