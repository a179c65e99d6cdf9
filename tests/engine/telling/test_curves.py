"""The chart in a mail shows the day, as far as history and memory know it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwatch.engine.telling.curves import LongCurves
from netwatch.model import CONCEPTS, Curve
from netwatch.rules import Answer, parse_rules

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NEAR = Curve(points=((NOW - 2 * MINUTE, 7.0), (NOW - MINUTE, 8.0), (NOW, 9.0)), threshold=5.0)


def rule_of(expr):
    text = f'rules: [{{alert: Full, expr: "{expr}"}}]\n'
    return parse_rules(text, "rules.yaml", {"storage": CONCEPTS["storage"].schema})[0]


class Lately:
    def __init__(self, known: Curve | None) -> None:
        self.known = known

    def curve(self, rule, device, instance, now):
        return self.known


class Past:
    """A history that has a value every five minutes of the day up to when it was asked."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at, self.asked = at, []

    def keeps(self, table):
        return True

    def answer(self, question, at):
        self.asked.append(question)
        times = (round((self.at - number * 5 * MINUTE).timestamp() * 1000) for number in range(288, 0, -1))
        return Answer(at=self.at, keys={"disk": 0}, slots={one: [1.0] for one in times}, known=[288], wanted=1)


def curve_of(near: Curve | None, past: Past | None, expr: str = "storage_used_bytes > 5") -> Curve | None:
    return LongCurves(Lately(near), [rule_of(expr)], past).curve("Full", "sw1", "disk", NOW)


def test_before_the_hour_in_memory_stands_the_day_from_the_history():
    found = curve_of(NEAR, Past())

    assert found.points[0] == (NOW - timedelta(days=1), 1.0)
    assert found.points[-3:] == NEAR.points
    assert [at for at, _ in found.points] == sorted(at for at, _ in found.points)
    assert found.threshold == 5.0


def test_just_after_a_restart_the_history_alone_will_do():
    found = curve_of(None, Past())

    assert len(found.points) == 288


def test_an_answer_of_long_ago_would_leave_a_hole_and_is_not_drawn():
    assert curve_of(NEAR, Past(NOW - timedelta(hours=2))) == NEAR


@pytest.mark.parametrize("expr", [
    "avg_over(storage_used_bytes, '5m') > 5",  # what was in memory then is in no history
    "delta(storage_used_bytes) > 5",
    "avg(storage_used_bytes) > 5",
])  # fmt: skip
def test_what_history_cannot_work_out_is_not_asked_of_it(expr):
    past = Past()

    assert curve_of(NEAR, past, expr) == NEAR
    assert past.asked == []


def test_the_value_that_is_drawn_is_the_rules_own():
    past = Past()
    curve_of(NEAR, past, "storage_used_bytes > 0.9 * storage_size_bytes")

    (question,) = past.asked
    assert question.columns == {"storage_used_bytes", "storage_size_bytes"}
    assert (question.row, question.span) == ("disk", timedelta(days=1))


def test_without_a_history_the_hour_in_memory_is_drawn():
    assert curve_of(NEAR, None) == NEAR
