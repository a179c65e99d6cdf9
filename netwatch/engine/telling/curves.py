"""Joins what history knows of a rule's value over a day with what memory has of the last hour, for a chart in a mail.

The history is asked when an alert fires, so that its answer is there when the mail is written; where none is, the
hour in memory does.

May import: netwatch.rules, netwatch.model, surroundings. Called by: netwatch.engine.engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from netwatch.engine.telling.surroundings import Curves
from netwatch.model import Alert, Curve
from netwatch.rules import Hindsight, Question, Rule, curve_question

FRESH = timedelta(hours=1)
"""An older answer would leave a hole before what memory has."""


class LongCurves:
    """Satisfies the Protocol `Curves`."""

    def __init__(self, lately: Curves, rules: Iterable[Rule], hindsight: Hindsight | None) -> None:
        self._lately, self._hindsight = lately, hindsight
        self._rules = {rule.name: rule for rule in rules} if hindsight is not None else {}

    def expect(self, alert: Alert, now: datetime) -> None:
        """Have the history asked, since a mail will want the curve soon."""
        question = self._question(alert.key.rule, alert.key.device, alert.key.instance)
        if question is not None and self._hindsight is not None and isinstance(alert.value, int | float):
            self._hindsight.answer(question, now)

    def curve(self, rule: str, device: str, instance: str, now: datetime) -> Curve | None:
        """Return a rule's value over the last day as far as it is known, None where there is nothing to draw."""
        near = self._lately.curve(rule, device, instance, now)
        question = self._question(rule, device, instance)
        if question is None or self._hindsight is None:
            return near
        answer = self._hindsight.answer(question, now)
        if answer is None or not answer.slots or abs(now - answer.at) > FRESH:
            return near
        first = near.points[0][0] if near is not None else now
        far = ((datetime.fromtimestamp(at / 1000, UTC), slot[0]) for at, slot in answer.slots.items())
        points = (*(point for point in far if point[0] < first), *(near.points if near is not None else ()))
        return Curve(points=points, threshold=near.threshold if near is not None else None)

    def _question(self, rule: str, device: str, instance: str) -> Question | None:
        known = self._rules.get(rule)
        return None if known is None else curve_question(known, device, instance)
