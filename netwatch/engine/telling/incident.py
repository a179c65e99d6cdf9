"""One incident in memory: who is in it, what was told, and when it is to be looked at.

Joining costs the same however many are in it already: the members stand in a dictionary, and become a group's tuple
only when there is something to tell. Who joined since is not written down before that: after a restart everything
that fires joins again.

May import: netwatch.alerts, netwatch.model. Called by: netwatch.engine.telling.incidents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from netwatch.alerts import GroupTiming, Release, tick_at_or_after, urgent_at
from netwatch.model import Alert, AlertGroup, ClockStep, MuteKind, Muting


class Incident:
    """An open group with its timing.

    flush_at: when there will be something to tell. step_at: when somebody else is to be told, since nobody took it
    in hand. None where nothing of the kind is foreseen.
    muted: members held back when last looked at. releases: members that were, and when that ended.
    """

    __slots__ = ("_head", "_members", "flush_at", "muted", "releases", "step_at", "timing")

    def __init__(self, group: AlertGroup, timing: GroupTiming) -> None:
        self._head = replace(group, members=())
        self._members = dict.fromkeys(group.members)
        self.timing = timing
        self.flush_at: datetime | None = None
        self.step_at: datetime | None = None
        self.muted: Mapping[str, Muting] = {}
        self.releases: dict[str, Release] = {}

    @property
    def due(self) -> datetime | None:
        """Return when to look at it."""
        return min((at for at in (self.flush_at, self.step_at) if at is not None), default=None)

    @property
    def key(self) -> str:
        """Return the group's key."""
        return self._head.key

    @property
    def receiver(self) -> str:
        """Return who is told."""
        return self._head.receiver

    @property
    def is_escalation(self) -> bool:
        """Return whether somebody is told in it because nobody else took it in hand."""
        return bool(self._head.escalation)

    @property
    def thread_id(self) -> str:
        """Return the thread of its mails."""
        return self._head.thread_id

    @property
    def opened_at(self) -> datetime:
        """Return when its first alert fired."""
        return self._head.opened_at

    @property
    def members(self) -> Mapping[str, None]:
        """Return the ids of the alerts in it, in the order they came."""
        return self._members

    @property
    def group(self) -> AlertGroup:
        """Return it as the group that is written down."""
        return replace(self._head, members=tuple(self._members))

    def has_told(self, alert_id: str) -> bool:
        """Return whether the receiver was told of an alert that is in it."""
        return alert_id in self._head.told

    def join(self, alert: Alert) -> bool:
        """Take a firing alert in; return whether it is new here."""
        if alert.id in self._members:
            return False
        self._members[alert.id] = None
        self.hurry(alert.firing_at or alert.pending_at)
        if self.timing.is_urgent(alert) and self.flush_at is not None:
            self.flush_at = min(self.flush_at, urgent_at(alert, self._head, self.timing))
        return True

    def hurry(self, instant: datetime) -> None:
        """See to it that it is looked at at the first tick not before an instant."""
        tick = tick_at_or_after(instant, self._head, self.timing)
        self.flush_at = tick if self.flush_at is None else min(self.flush_at, tick)

    def note_mutings(self, mutings: Mapping[str, Muting], now: datetime) -> None:
        """Take in what is held back now."""
        for member, muting in self.muted.items():
            if member not in mutings:
                self.releases[member] = Release(at=now, at_once=muting.kind is not MuteKind.INHIBITED)
        for member in mutings:
            self.releases.pop(member, None)
        self.muted = mutings

    def move_releases(self, step: ClockStep) -> None:
        """Move with the wall clock when members stopped being held back."""
        self.releases = {
            member: replace(release, at=step.moved(release.at)) for member, release in self.releases.items()
        }

    def take_over(self, before: Incident) -> None:
        """Go on from what was known before the group was flushed."""
        self.muted = {member: muting for member, muting in before.muted.items() if member in self._members}
        self.releases = {
            member: release
            for member, release in before.releases.items()
            if member in self._members and not self.has_told(member)
        }
