"""What senders tell beyond the alerts that are kept of them: counted, and told as one alert with the sum.

Who invents keys shall not fill the memory, and who really has so many ports shall not be cut short in silence. The
traps themselves stand in the trap log, the first of each key among them.

A quiet room: no clock, no socket, no database.
May import: netwatch.rules, netwatch.alerts, netwatch.model. Called by: traps.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import timedelta

from netwatch.alerts import Happening, Step
from netwatch.engine.alert_book import AlertBook
from netwatch.engine.draft import Draft
from netwatch.engine.intake.heard import Heard
from netwatch.engine.metrics import TRAP_ALERTS_REFUSED
from netwatch.model import OWN_NAME, Alert, AlertKey
from netwatch.rules import TrapRule

MOST_ALERTS = 10_000
"""Alerts of one rule and sender, about 3 kB each; the largest OLTs have fewer ports."""
MOST_IN_ALL = 50_000
"""Alerts of all rules about traps together: 150 MB."""
MOST_COUNTED = 100_000
"""Keys beyond that are told apart, of one rule and sender: 8 MB. Then the sum is the least there are."""
SUM_TTL = timedelta(days=1)
"""How long a sum is told after the last such trap, where its rule knows no end by itself."""
_INSTANCE = "more"


class Beyond:
    """The keys beyond, by the alert that tells their sum; after a restart only the sum itself is known."""

    def __init__(self, book: AlertBook, rules: Collection[str]) -> None:
        self._book, self._rules = book, rules
        self._keys: dict[AlertKey, set[int]] = {}
        self._earlier: dict[AlertKey, int] = {}

    def where_full(self, rule: str, device: str) -> AlertKey | None:
        """Return which alert tells the sum, of this sender or of all; None where one more alert can be kept."""
        if len(self._book.current(rule, device)) >= MOST_ALERTS:
            return _key_of_sum(rule, device)
        if sum(self._book.count_of(name) for name in self._rules) >= MOST_IN_ALL:
            return _key_of_sum(rule, OWN_NAME)
        return None

    def take(self, heard: Heard, place: AlertKey) -> Step:
        """Count one key more, and return what becomes of the alert of the sum."""
        TRAP_ALERTS_REFUSED.inc()
        rule, event = heard.rule, heard.event
        before = self._book.current(place.rule, place.device).get(place.instance)
        if place not in self._keys:
            known = before.value if before is not None else 0
            self._keys[place], self._earlier[place] = set(), int(known) if isinstance(known, int | float) else 0
        keys = self._keys[place]
        if len(keys) < MOST_COUNTED:
            keys.add(_hash_of(heard))
        after = self._book.step(rule, place, Happening.TRAP, event.at)
        if after.alert is None:
            return after
        count = (before.trap_count if before else 0) + event.count
        alert = replace(after.alert, seen_at=event.at, trap_count=count)
        return replace(after, alert=self._told(rule, self._book.dressed(alert, {}, rule.labels, None, None)))

    def settle(self, draft: Draft, heard: Heard) -> Iterator[Step]:
        """Take in that a key is well; what is left is written down, and yielded where nothing is."""
        for device in dict.fromkeys((heard.event.device, heard.event.source, OWN_NAME)):
            place = _key_of_sum(heard.rule.name, device)
            keys = self._keys.get(place, set())
            before = self._book.current(place.rule, place.device).get(place.instance)
            if before is None or _hash_of(heard) not in keys:
                continue
            keys.discard(_hash_of(heard))
            if self._number(place):
                self._book.put(draft, self._told(heard.rule, before), None, "", heard.event.at)
            else:
                self.forget(place)
                yield self._book.step(heard.rule, place, Happening.TRAP_OVER, heard.event.at)

    def forget(self, place: AlertKey) -> None:
        """Begin anew with a sum that is over; any other alert is none."""
        self._keys.pop(place, None)
        self._earlier.pop(place, None)

    def _number(self, place: AlertKey) -> int:
        return self._earlier[place] + len(self._keys[place])

    def _told(self, rule: TrapRule, alert: Alert) -> Alert:
        """Return the alert of a sum in words."""
        number = self._number(alert.key)
        least = "at least " if len(self._keys[alert.key]) >= MOST_COUNTED else ""
        where = "of all senders" if alert.key.device == OWN_NAME else f"on {alert.key.device}"
        words = {
            "summary": f"and {least}{number:,} more {rule.name} {where}",
            "description": (
                f"NetWatch keeps {MOST_ALERTS:,} alerts of one rule and sender at once, and {MOST_IN_ALL:,} of all "
                f"rules about traps. It was told of {least}{number:,} more; each stands in the trap log, which "
                "`netwatch traps` shows."
            ),
        }
        return replace(alert, value=float(number), annotations=words)


def ttl_of(rule: TrapRule, alert: Alert) -> timedelta | None:
    """Return after how long without a trap an alert ends; None for never, which no sum does."""
    is_sum = alert.key == _key_of_sum(rule.name, alert.key.device)
    return rule.ttl or (SUM_TTL if is_sum else None)


def _key_of_sum(rule: str, device: str) -> AlertKey:
    return AlertKey(rule=rule, device=device, instance=_INSTANCE)


def _hash_of(heard: Heard) -> int:
    return hash((heard.event.device or heard.event.source, heard.told_key))
