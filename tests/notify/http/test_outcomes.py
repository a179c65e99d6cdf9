"""What an answer of a web server makes of a row."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from netwatch.model import OutboxKind, OutboxState
from netwatch.notify.http.outcomes import Answer, WebPhase, answered, hopeless, rested, retry_after

from ..conftest import NOW


@pytest.fixture
def entry(make_entries):
    row = make_entries()[0]
    lease = NOW + timedelta(minutes=1)
    return replace(
        row, kind=OutboxKind.WEBHOOK, recipient="https://hook", created_at=NOW, not_before=NOW,
        state=OutboxState.SENDING,
        lease_until=lease,
    )  # fmt: skip


@pytest.mark.parametrize(("status", "phase", "state"), [
    (200, WebPhase.ANSWER, OutboxState.SENT),
    (299, WebPhase.ANSWER, OutboxState.SENT),
    (302, WebPhase.ANSWER, OutboxState.DEFERRED),
    (400, WebPhase.ANSWER, OutboxState.DEAD),
    (401, WebPhase.ANSWER, OutboxState.DEAD),
    (408, WebPhase.ANSWER, OutboxState.DEFERRED),
    (425, WebPhase.ANSWER, OutboxState.DEFERRED),
    (429, WebPhase.ANSWER, OutboxState.DEFERRED),
    (499, WebPhase.ANSWER, OutboxState.DEAD),
    (500, WebPhase.ANSWER, OutboxState.DEFERRED),
    (None, WebPhase.CONNECT, OutboxState.DEFERRED),
    (None, WebPhase.SEND, OutboxState.DEFERRED),
    (None, WebPhase.ANSWER, OutboxState.UNKNOWN),
])  # fmt: skip
def test_an_answer_decides_where_a_row_stands(entry, status, phase, state):
    outcome = answered(entry, Answer(words="words", status=status, phase=phase, took=0.5), now=NOW, dice=0.5)

    row, (event,) = outcome.entry, outcome.events
    assert (row.state, row.attempts, row.lease_until, row.last_reply) == (state, 1, None, "words")
    assert row.not_before == (NOW + timedelta(seconds=5) if state.value in ("deferred", "unknown") else NOW)
    assert event.details == {
        "attempt": "1", "relay": "https://hook", "phase": str(phase), "reply": "words", "took": "0.500 s",
    }  # fmt: skip


def test_a_place_that_asks_for_time_gets_it_but_no_more_than_an_hour(entry):
    def due(**wait):
        answer = Answer(words="later", status=503, retry_after=timedelta(**wait))
        return answered(entry, answer, now=NOW, dice=0.5).entry.not_before - NOW

    assert [due(seconds=1), due(minutes=20), due(days=9)] == [
        timedelta(seconds=5), timedelta(minutes=20), timedelta(hours=1),
    ]  # fmt: skip


@pytest.mark.parametrize(("header", "seconds"), [
    ("0", 0), ("120", 120), (" 7 ", 7), ("Mon, 23 Nov 2026 03:05:05 GMT", 60), ("Mon, 23 Nov 2026 03:00:00 GMT", 0),
    ("", None), ("soon", None), ("-5", None), ("1.5", None), ("\u0661", None), ("9" * 99, 10**8),
])  # fmt: skip
def test_retry_after_is_seconds_or_a_date(header, seconds):
    assert retry_after(header, NOW) == (None if seconds is None else timedelta(seconds=seconds))


def test_what_was_tried_for_five_days_is_given_up(entry):
    old = replace(entry, attempts=500)

    outcome = answered(old, Answer(words="503", status=503), now=NOW + timedelta(days=5), dice=0.5)

    assert outcome.entry.state is OutboxState.DEAD
    assert "given up after 501 tries: 503" in outcome.events[0].text


def test_what_can_never_be_posted_is_dead_and_what_waits_its_turn_is_untried(entry):
    assert hopeless(entry, "no such receiver", now=NOW).entry.state is OutboxState.DEAD
    waiting = rested(entry, until=NOW, dice=0.5)
    assert (waiting.entry.state, waiting.entry.attempts, waiting.events) == (OutboxState.QUEUED, 0, ())
