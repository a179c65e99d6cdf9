"""What senders tell beyond the alerts that are kept of them: counted, and told as one alert with the sum.

Who invents keys shall not fill the memory, and who really has so many ports shall not be cut short in silence. The
traps themselves stand in the trap log, the first of each key among them.

A quiet room: no clock, no socket, no database.
May import: netwatch.rules, netwatch.alerts, netwatch.model. Called by: traps.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

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
MOST_NEW = 10_000
"""Alerts that may begin of one rule and sender in a minute; each costs a hundred times what a trap costs that is only
counted, and nobody reads more of them."""
A_WHILE = timedelta(minutes=1)
ONE_BY_ONE = 100
"""So many are told at once, one after the other; a larger sum is written once a second."""
TELL_EVERY = timedelta(seconds=1)
_MOST_PACED = 4_096
SUM_TTL = timedelta(days=1)
"""How long a sum is told after the last such trap, where its rule knows no end by itself."""
_INSTANCE = "more"


@dataclass(slots=True)
class _Sum:
    """What one alert of a sum stands for.

    keys: those that were told, as hashes; earlier: how many the alert told of before a restart, of which only that
    number is known. told_at: when the alert was written last, None before. owed: traps that were counted after that.
    """

    rule: TrapRule
    keys: set[int]
    earlier: int
    told_at: datetime | None = None
    owed: int = 0
    owed_at: datetime | None = None

    @property
    def number(self) -> int:
        """Return how many keys that are."""
        return self.earlier + len(self.keys)

    def is_due(self, now: datetime) -> bool:
        """Return whether the sum may be written again."""
        return self.told_at is None or not timedelta(0) <= now - self.told_at < TELL_EVERY


class Beyond:
    """The keys beyond, by the alert that tells their sum; after a restart only the sum itself is known."""

    def __init__(self, book: AlertBook, rules: Collection[str]) -> None:
        self._book, self._rules = book, rules
        self._sums: dict[AlertKey, _Sum] = {}
        self._owing: dict[AlertKey, _Sum] = {}
        self._begun: dict[tuple[str, str], tuple[datetime, int]] = {}
        self._at_most = MOST_IN_ALL

    def where_full(self, rule: str, device: str, now: datetime) -> AlertKey | None:
        """Return which alert tells the sum, of this sender or of all; None where one more alert can be kept.

        Where it can, it is taken for begun.
        """
        if len(self._book.current(rule, device)) >= MOST_ALERTS or not self._may_begin((rule, device), now):
            return _key_of_sum(rule, device)
        return _key_of_sum(rule, OWN_NAME) if self._all_are_too_many() else None

    def _all_are_too_many(self) -> bool:
        """Count one more; there are eighty rules, so they are counted again only when so many can have begun."""
        self._at_most += 1
        if self._at_most > MOST_IN_ALL:
            self._at_most = 1 + sum(self._book.count_of(name) for name in self._rules)
        return self._at_most > MOST_IN_ALL

    def _may_begin(self, who: tuple[str, str], now: datetime) -> bool:
        since, begun = self._begun.get(who, (now, 0))
        if not timedelta(0) <= now - since < A_WHILE:
            since, begun = now, 0
        if begun >= MOST_NEW:
            return False
        if len(self._begun) >= _MOST_PACED:
            self._begun = {one: known for one, known in self._begun.items() if now - known[0] < A_WHILE}
        self._begun[who] = (since, begun + 1)
        return True

    def take(self, heard: Heard, place: AlertKey) -> Step | None:
        """Count one key more, and return what becomes of the alert of the sum; None where that is told later."""
        TRAP_ALERTS_REFUSED.inc()
        event = heard.event
        one = self._sums.get(place)
        if one is None:
            one = self._sums[place] = self._known(heard.rule, place)
        if len(one.keys) < MOST_COUNTED:
            one.keys.add(_hash_of(heard))
        if len(one.keys) > ONE_BY_ONE and one.told_at is not None and not one.is_due(event.at):
            if not one.owed:
                self._owing[place] = one
            one.rule, one.owed, one.owed_at = heard.rule, one.owed + event.count, event.at
            return None
        one.rule = heard.rule
        return self._summed(one, place, event.count, event.at)

    def _known(self, rule: TrapRule, place: AlertKey) -> _Sum:
        before = self._book.current(place.rule, place.device).get(place.instance)
        known = before.value if before is not None else 0
        return _Sum(rule, set(), int(known) if isinstance(known, int | float) else 0)

    def _summed(self, one: _Sum, place: AlertKey, count: int, at: datetime) -> Step:
        """Return the alert of a sum after so many traps more, and those that are owed."""
        count += one.owed
        one.owed, one.owed_at = 0, None
        self._owing.pop(place, None)
        before = self._book.current(place.rule, place.device).get(place.instance)
        after = self._book.step(one.rule, place, Happening.TRAP, at)
        if after.alert is None:
            return after
        one.told_at = at
        alert = replace(after.alert, seen_at=at, trap_count=(before.trap_count if before else 0) + count)
        return replace(after, alert=_told(one, self._book.dressed(alert, {}, one.rule.labels, None, None)))

    def tell(self, draft: Draft, now: datetime) -> None:
        """Write the sums that were counted on and not told, where that is due."""
        for place, one in [(place, one) for place, one in self._owing.items() if one.is_due(now)]:
            at = one.owed_at or now
            after = self._summed(one, place, 0, at)
            if after.alert is not None:
                one.told_at = max(now, at)
                self._book.put(draft, after.alert, after.transition, after.reason, at)

    @property
    def next_due(self) -> datetime | None:
        """Return when `tell` will have something to do, None where nothing is owed."""
        return min(
            (one.told_at + TELL_EVERY for one in self._owing.values() if one.told_at is not None), default=None
        )

    def settle(self, draft: Draft, heard: Heard) -> Iterator[Step]:
        """Take in that a key is well; what is left is written down, and yielded where nothing is."""
        for device in dict.fromkeys((heard.event.device, heard.event.source, OWN_NAME)):
            place = _key_of_sum(heard.rule.name, device)
            one = self._sums.get(place)
            before = self._book.current(place.rule, place.device).get(place.instance)
            if before is None or one is None or _hash_of(heard) not in one.keys:
                continue
            one.keys.discard(_hash_of(heard))
            if one.number:
                self._book.put(draft, _told(one, before), None, "", heard.event.at)
            else:
                self.forget(place)
                yield self._book.step(heard.rule, place, Happening.TRAP_OVER, heard.event.at)

    def forget(self, place: AlertKey) -> None:
        """Begin anew with a sum that is over; any other alert is none."""
        self._sums.pop(place, None)
        self._owing.pop(place, None)


def _told(one: _Sum, alert: Alert) -> Alert:
    """Return the alert of a sum in words."""
    rule, number = one.rule, one.number
    least = "at least " if len(one.keys) >= MOST_COUNTED else ""
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
