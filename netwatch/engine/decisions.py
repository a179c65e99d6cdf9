"""What people decide about alerts: silences, acknowledgements.

May import: netwatch.alerts, netwatch.model. Called by: netwatch.engine.engine, which commits what is drafted here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from netwatch.engine.alert_book import ALIVE, AlertBook
from netwatch.engine.draft import Draft, event_of
from netwatch.engine.telling.incidents import Incidents
from netwatch.engine.telling.suppression import Suppression
from netwatch.model import Alert, Event, Silence


class Decisions:
    """Carries decisions out: on the alerts, on what is held back, and on when groups are looked at again."""

    def __init__(self, book: AlertBook, suppression: Suppression, incidents: Incidents) -> None:
        self._book, self._suppression, self._incidents = book, suppression, incidents

    def silence(self, draft: Draft, silence: Silence, now: datetime) -> None:
        """Obey a silence from now on, in place of the one with its id.

        Raises:
            ValueError: one of its matchers is none; nothing has changed.
        """
        self._suppression.keep(silence)
        draft.silences[silence.id] = silence
        draft.events.append(_event_of_silence(silence, now))
        self._incidents.look_again_at_all()

    def acknowledge(self, draft: Draft, alert_ids: Iterable[str], by: str, comment: str, now: datetime) -> None:
        """Note that somebody has alerts in hand; those that are over, or in hand already, are passed over."""
        words = f"acknowledged by {by}" + (f": {comment}" if comment else "")
        for alert in self._alive(alert_ids):
            if alert.acked_at is None:
                self._put(draft, replace(alert, acked_at=now, acked_by=by, ack_comment=comment), words, now)

    def unacknowledge(self, draft: Draft, alert_ids: Iterable[str], by: str, now: datetime) -> None:
        """Note that nobody has alerts in hand after all."""
        for alert in self._alive(alert_ids):
            if alert.acked_at is not None:
                freed = replace(alert, acked_at=None, acked_by="", ack_comment="")
                self._put(draft, freed, f"acknowledgement taken back by {by}", now)

    def _alive(self, alert_ids: Iterable[str]) -> Iterator[Alert]:
        for alert_id in dict.fromkeys(alert_ids):
            alert = self._book.find(alert_id)
            if alert is not None and alert.state in ALIVE:
                yield alert

    def _put(self, draft: Draft, alert: Alert, words: str, now: datetime) -> None:
        draft.alerts[alert.id] = alert
        draft.events.append(event_of(alert, words, now, "ack"))
        self._book.keep(alert)
        self._incidents.look_again_at(alert.id)


def _event_of_silence(silence: Silence, now: datetime) -> Event:
    state = silence.state(now)
    until = f"{silence.starts_at:%Y-%m-%d %H:%M} to {silence.ends_at:%Y-%m-%d %H:%M} UTC"
    matchers = ", ".join(silence.matchers)
    text = f"silence {silence.id} of {silence.created_by} is {state}: {matchers}; {until}: {silence.comment}"
    return Event(at=now, kind="silence", text=text, details={"silence": silence.id, "matchers": matchers})
