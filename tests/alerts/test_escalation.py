"""Who is told as well when nobody takes an alert in hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.alerts import EscalationStep, due_steps, next_step_at
from netwatch.model import Alert, AlertGroup, AlertKey, AlertState

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BOSS = EscalationStep(after=timedelta(minutes=30), receiver="boss")
CHIEF = EscalationStep(after=timedelta(minutes=60), receiver="chief")
STEPS = (BOSS, CHIEF)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def firing(name: str = "a", since: float = 0, **changes) -> Alert:
    alert = Alert(
        id=name, key=AlertKey(rule="A", device="sw1"), state=AlertState.FIRING, pending_at=at(since),
        firing_at=at(since),
    )  # fmt: skip
    return replace(alert, **changes)


def group(*members: str, told: tuple[str, ...] | None = None, **changes) -> AlertGroup:
    one = AlertGroup(
        key="noc{}", receiver="noc", labels={}, thread_id="t", opened_at=NOON, members=members,
        told=dict.fromkeys(members if told is None else told, NOON),
    )  # fmt: skip
    return replace(one, **changes)


def nobody(receiver: str, alert_id: str) -> bool:
    return False


def due(*alerts: Alert, minutes: float, told_by=nobody, muted=(), of: AlertGroup | None = None):
    known = {alert.id: alert for alert in alerts}
    told_at_once = replace(group(*known), told={alert.id: alert.firing_at or NOON for alert in alerts})
    steps = due_steps(of or told_at_once, known, STEPS, told_by, muted, at(minutes))
    return [(step.receiver, [alert.id for alert in late]) for step, late in steps]


@pytest.mark.parametrize(("minutes", "told"), [
    (29, []), (30, [("boss", ["a"])]), (60, [("boss", ["a"]), ("chief", ["a"])]),
])  # fmt: skip
def test_a_step_is_due_when_its_time_is_over(minutes, told):
    assert due(firing(), minutes=minutes) == told


def test_each_alert_has_its_own_time():
    assert due(firing("a"), firing("b", since=20), minutes=40) == [("boss", ["a"])]
    assert due(firing("a"), firing("b", since=20), minutes=50) == [("boss", ["a", "b"])]


def test_the_time_begins_when_people_were_told():
    told_late = replace(group("a"), told={"a": at(20)})

    assert due(firing(), minutes=49, of=told_late) == []
    assert due(firing(), minutes=50, of=told_late) == [("boss", ["a"])]


def test_a_receiver_is_told_once():
    assert due(firing(), minutes=90, told_by=lambda receiver, _: receiver == "boss") == [("chief", ["a"])]


@pytest.mark.parametrize("alert", [
    firing(acked_at=NOON), firing(state=AlertState.RESOLVED, resolved_at=NOON), firing(state=AlertState.PENDING),
])  # fmt: skip
def test_what_was_taken_in_hand_or_is_over_goes_no_further(alert):
    assert due(alert, minutes=90) == []
    assert next_step_at(group("a"), {"a": alert}, STEPS, nobody, (), NOON) is None


def test_what_nobody_was_told_of_goes_no_further():
    assert due(firing(), minutes=90, of=group("a", told=())) == []
    assert due(firing(), minutes=90, muted={"a"}) == []


def test_an_escalation_is_not_escalated():
    assert due(firing(), minutes=90, of=group("a", escalation="nobody acknowledged it for 30m")) == []


def test_the_next_step_is_known_ahead():
    known = {"a": firing("a"), "b": firing("b", since=-10)}
    both = replace(group("a", "b"), told={"a": NOON, "b": at(-10)})
    boss_told_of_b = lambda receiver, alert_id: (receiver, alert_id) == ("boss", "b")  # noqa: E731

    assert next_step_at(both, known, STEPS, nobody, (), NOON) == at(20)
    assert next_step_at(both, known, STEPS, boss_told_of_b, (), NOON) == at(30)
    assert next_step_at(both, known, STEPS, nobody, (), at(25)) == at(25)
    assert next_step_at(both, known, (), nobody, (), NOON) is None
    assert next_step_at(group("gone"), known, STEPS, nobody, (), NOON) is None


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 100), min_size=1, max_size=4),
    st.sets(st.tuples(st.sampled_from(["boss", "chief"]), st.integers(0, 3))),
    st.integers(0, 200),
)
def test_there_is_something_to_do_exactly_when_it_was_foreseen(since, told, minutes):
    known = {str(number): firing(str(number), since=begun) for number, begun in enumerate(since)}
    told_by = lambda receiver, alert_id: (receiver, int(alert_id)) in told  # noqa: E731

    foreseen = next_step_at(group(*known), known, STEPS, told_by, (), at(0))

    steps = due_steps(group(*known), known, STEPS, told_by, (), at(minutes))
    assert bool(steps) is (foreseen is not None and foreseen <= at(minutes))
