"""What people decide about alerts: silences, acknowledgements, and that what is gone will not come back.

May import: netwatch.alerts, netwatch.model. Called by: netwatch.engine.engine, which commits what is drafted here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from netwatch.alerts import Happening, Timing
from netwatch.engine.alert_book import AlertBook
from netwatch.engine.draft import Draft, event_of
from netwatch.engine.intake.readings import ReadingIntake
from netwatch.engine.last_words import with_last_words
from netwatch.engine.telling.incidents import Incidents
from netwatch.engine.telling.suppression import Suppression
from netwatch.model import ALIVE, Alert, Event, Silence


class Decisions:
    """Carries decisions out: on the alerts, on what is held back, and on when groups are looked at again."""

    def __init__(
        self,
        book: AlertBook,
        suppression: Suppression,
        incidents: Incidents,
        readings: ReadingIntake,
        rule_of: Callable[[Alert], Timing | None],
    ) -> None:
        self._book, self._suppression, self._incidents = book, suppression, incidents
        self._readings, self._rule_of = readings, rule_of

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

    def forget(self, draft: Draft, alert_ids: Iterable[str], by: str, now: datetime) -> None:
        """End alerts of what will not come back; those whose row is there are passed over."""
        for alert in self._alive(alert_ids):
            rule = self._rule_of(alert)
            if rule is None or self._readings.holds(alert):
                continue
            after = self._book.step(rule, alert.key, Happening.FORGOTTEN, now)
            if after.alert is None or not after.changed:
                continue
            over = with_last_words(after.alert, f"{after.reason} by {by}", now)
            self._book.put(draft, over, after.transition, f"{after.reason} by {by}", now, {"by": by})
            self._readings.forget(alert)
            draft.memories.extend(self._readings.unsaved(alert))

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
