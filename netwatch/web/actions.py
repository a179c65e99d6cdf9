"""What can be changed from the page, the API and the links of mails: silences, alerts, which found device is watched.

netwatch.app hands in an object that has these methods. Every change says by whom it was made: by who signed in, and
where nobody does as that person gave the name; the event log keeps it.
May import: netwatch.alerts, netwatch.engine, netwatch.model, netwatch.errors. Called by: netwatch.web, netwatch.app.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from netwatch.alerts import RouteMatch
from netwatch.engine import LinkToken
from netwatch.errors import LinkError, NetWatchError
from netwatch.model import Alert, Muting, Silence


class ActionRefused(NetWatchError):
    """What was asked for cannot be done as it was asked for; says why, in words for people."""


class NotThere(ActionRefused):
    """What was to be changed is not there (any more)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceOrder:
    """A silence somebody wants; `replacing` is the id of the one it is to take the place of, if any."""

    matchers: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    created_by: str
    comment: str
    replacing: str = ""


class Actions(Protocol):
    """What the page may ask for. What is awaited is durable when it returns."""

    def silences(self) -> Sequence[Silence]:
        """Return every silence there is, also those not begun and those over, in no order."""

    async def put_silence(self, order: SilenceOrder) -> Silence:
        """Make a silence, or change one; a change of what it covers ends the old one and makes a new one.

        Raises:
            NotThere: the one to replace is not there.
            ActionRefused: it has no author, comment, usable matcher or future.
        """

    async def expire_silence(self, silence_id: str, by: str) -> Silence:
        """End a silence now; one that is over stays as it is.

        Raises:
            NotThere: there is none of that id.
        """

    async def acknowledge(self, alert_ids: Collection[str], by: str, comment: str) -> Sequence[Alert]:
        """Note that somebody has taken alerts in hand, and return them; those that are over are left out.

        Raises:
            NotThere: none of them is alive.
            ActionRefused: nobody is named.
        """

    async def unacknowledge(self, alert_ids: Collection[str], by: str) -> Sequence[Alert]:
        """Take that back.

        Raises:
            NotThere: none of them is alive.
            ActionRefused: nobody is named.
        """

    async def forget(self, alert_ids: Collection[str], by: str) -> Sequence[Alert]:
        """Take as removed what alerts are about, and return them.

        Raises:
            NotThere: none of them is alive.
            ActionRefused: nobody is named, or what they are about is there.
        """

    def may_forget(self, alert: Alert) -> bool:
        """Return whether an alert is alive although what it is about is no longer there."""

    async def mutings_of(self, alerts: Iterable[Alert]) -> Mapping[str, Muting]:
        """Return why nobody is told of these alerts right now, by their ids; what is told of is not in it."""

    def receivers(self) -> Sequence[str]:
        """Return every receiver, in the order of the configuration."""

    def routes_of(self, alert: Alert) -> Sequence[RouteMatch]:
        """Return who is told of an alert, and in which group."""

    def incident(self, thread_id: str) -> Sequence[Alert] | None:
        """Return the alerts of an incident that fire now, None where it is over."""

    def link(self, token: str) -> LinkToken:
        """Return what a link of a mail allows.

        Raises:
            LinkError: it is over, or none of ours.
        """

    def routing(self) -> str:
        """Return routes and receivers as YAML in Alertmanager's words, without addresses and secrets."""

    def wake_outbox(self) -> None:
        """Have the outbox looked at now, since somebody put a message back into it by hand."""

    def found_entries(self, addresses: Collection[str]) -> Sequence[str]:
        """Return what would be written of found devices that wait, by their addresses: a line of YAML each."""

    async def take_found(self, addresses: Collection[str], by: str) -> Sequence[str]:
        """Watch found devices that wait, and return their names; those that do not wait are left out.

        Raises:
            NotThere: none of them waits.
            ActionRefused: nobody is named, or it cannot be written down.
        """


class NoActions:
    """Stands in where nothing can be changed."""

    def silences(self) -> Sequence[Silence]:
        """Return none."""
        return ()

    async def put_silence(self, order: SilenceOrder) -> Silence:
        """Refuse."""
        raise ActionRefused(_NOTHING)

    async def expire_silence(self, silence_id: str, by: str) -> Silence:
        """Refuse."""
        raise NotThere(_NOTHING)

    async def acknowledge(self, alert_ids: Collection[str], by: str, comment: str) -> Sequence[Alert]:
        """Refuse."""
        raise ActionRefused(_NOTHING)

    async def unacknowledge(self, alert_ids: Collection[str], by: str) -> Sequence[Alert]:
        """Refuse."""
        raise ActionRefused(_NOTHING)

    async def forget(self, alert_ids: Collection[str], by: str) -> Sequence[Alert]:
        """Refuse."""
        raise ActionRefused(_NOTHING)

    def may_forget(self, alert: Alert) -> bool:
        """Return no."""
        return False

    async def mutings_of(self, alerts: Iterable[Alert]) -> Mapping[str, Muting]:
        """Return none."""
        return {}

    def receivers(self) -> Sequence[str]:
        """Return none."""
        return ()

    def routes_of(self, alert: Alert) -> Sequence[RouteMatch]:
        """Return none."""
        return ()

    def incident(self, thread_id: str) -> Sequence[Alert] | None:
        """Know none."""
        return None

    def link(self, token: str) -> LinkToken:
        """Refuse."""
        raise LinkError("this NetWatch makes no links")

    def routing(self) -> str:
        """Return an empty configuration."""
        return ""

    def wake_outbox(self) -> None:
        """Do nothing."""

    def found_entries(self, addresses: Collection[str]) -> Sequence[str]:
        """Return none."""
        return ()

    async def take_found(self, addresses: Collection[str], by: str) -> Sequence[str]:
        """Refuse."""
        raise NotThere(_NOTHING)


_NOTHING = "nothing can be changed here"
