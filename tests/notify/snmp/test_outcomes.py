"""A row is sent, deferred by the timetable, held or given up, and the event log says which."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from netwatch.model import OutboxState
from netwatch.notify.ledger.attempts import given_back
from netwatch.notify.snmp.compose import compose_traps
from netwatch.notify.snmp.outcomes import hopeless, not_taken, rested, taken

from ..conftest import NOW

DICE = 0.5


@pytest.fixture
def entry(make_notification):
    (row,) = compose_traps(make_notification(), managers=["192.0.2.9"], now=NOW)
    return replace(row, state=OutboxState.SENDING, lease_until=NOW + timedelta(minutes=1))


def test_what_was_taken_is_sent(entry):
    outcome = taken(entry, "acknowledged", now=NOW)

    row, (event,) = outcome.entry, outcome.events
    assert (row.state, row.attempts, row.sent_at, row.lease_until) == (OutboxState.SENT, 1, NOW, None)
    assert event.text == 'trap to 192.0.2.9:162 "[DOWN] core-sw1 Gi1/0/7 InterfaceDown" acknowledged'
    assert (event.kind, event.alert_id, event.entry_id) == ("delivery", "1", entry.id)
    assert (event.details["relay"], event.details["reply"]) == ("192.0.2.9:162", "acknowledged")


def test_what_was_not_taken_is_tried_again_by_the_timetable(entry):
    first = not_taken(entry, "no answer", now=NOW, dice=DICE)
    second = not_taken(first.entry, "no answer", now=NOW, dice=DICE)

    assert [one.entry.not_before - NOW for one in (first, second)] == [timedelta(seconds=5), timedelta(seconds=20)]
    assert (first.entry.state, first.entry.last_reply) == (OutboxState.DEFERRED, "no answer")
    assert "deferred, try 2 at 03:04:10 UTC: no answer" in first.events[0].text


def test_after_five_days_and_every_short_step_it_is_given_up(entry):
    outcome = not_taken(replace(entry, attempts=9), "no answer", now=NOW + timedelta(days=6), dice=DICE)

    assert (outcome.entry.state, outcome.outcome) == (OutboxState.DEAD, "dead")
    assert "given up after 10 tries: no answer" in outcome.events[0].text


def test_what_can_never_be_sent_is_dead_at_once(entry):
    assert hopeless(entry, "no such receiver", now=NOW).entry.state is OutboxState.DEAD


def test_what_waits_for_its_manager_spends_no_attempt_and_makes_no_noise(entry):
    outcome = rested(entry, until=NOW, dice=DICE)

    assert (outcome.entry.state, outcome.entry.attempts, outcome.events) == (OutboxState.QUEUED, 0, ())
    assert outcome.entry.not_before == NOW + timedelta(seconds=2)


@pytest.mark.parametrize(("attempts", "state"), [(0, OutboxState.QUEUED), (2, OutboxState.DEFERRED)])
def test_what_is_given_back_is_as_it_was(entry, attempts, state):
    row = given_back(replace(entry, attempts=attempts))

    assert (row.state, row.attempts, row.lease_until) == (state, attempts, None)
