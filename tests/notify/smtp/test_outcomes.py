"""What a try makes of a row."""

from __future__ import annotations

from datetime import timedelta

import pytest

from netwatch.model import OutboxState
from netwatch.notify import Phase
from netwatch.notify.ledger.attempts import given_back
from netwatch.notify.smtp.outcomes import Trouble, accepted, failed
from netwatch.notify.smtp.session import SmtpFailure


def trouble(phase, code=None, text="words", relay="mail:25"):
    return Trouble(relay=relay, failure=SmtpFailure(phase, text, code=code))


@pytest.fixture
def entry(make_entries):
    return make_entries()[0]


def test_an_accepted_row_keeps_the_servers_words_and_what_went_before(entry):
    now = entry.created_at + timedelta(seconds=1)

    outcome = accepted(entry, relay="b:25", reply="250 ok", before=[trouble(Phase.CONNECT, relay="a:25")], now=now)

    assert (outcome.entry.state, outcome.entry.sent_at, outcome.entry.attempts) == (OutboxState.SENT, now, 1)
    assert outcome.entry.last_reply == "b:25: 250 ok"
    assert outcome.events[-1].text.endswith("accepted by b:25: 250 ok (after a:25 connect: words)")
    assert outcome.events[-1].alert_id == "1"


def test_every_relay_tried_leaves_a_line_with_phase_reply_and_time(entry):
    before = Trouble(relay="a:25", failure=SmtpFailure(Phase.MAIL, "later", code=451), took=0.25)

    outcome = accepted(entry, relay="b:25", reply="250 ok", before=[before], now=entry.created_at, took=1.5)

    first, second = outcome.events
    assert {event.entry_id for event in outcome.events} == {entry.id}
    assert {event.group_key for event in outcome.events} == {"noc/core-sw1"}
    assert first.details == {
        "attempt": "1", "relay": "a:25", "phase": "mail", "reply": "451 later", "took": "0.250 s"
    }  # fmt: skip
    assert second.details == {
        "attempt": "1", "relay": "b:25", "phase": "end_of_data", "reply": "250 ok", "took": "1.500 s"
    }  # fmt: skip
    assert first.text.endswith("passed on to the next relay: a:25 mail: 451 later")


def test_a_deferred_row_says_when_it_is_tried_again(entry):
    outcome = failed(entry, [trouble(Phase.RCPT, 450)], now=entry.created_at, dice=0.5)

    assert outcome.entry.state is OutboxState.DEFERRED
    assert outcome.entry.not_before == entry.created_at + timedelta(seconds=5)
    assert "deferred, try 2 at " in outcome.events[-1].text
    assert "mail:25 rcpt: 450 words" in outcome.events[-1].text


def test_a_row_tried_for_five_days_is_dead(entry):
    now = entry.created_at + timedelta(days=5)
    old = type(entry)(**{name: getattr(entry, name) for name in entry.__slots__} | {"attempts": 480})

    outcome = failed(old, [trouble(Phase.DATA, 451)], now=now, dice=0.5)

    assert outcome.entry.state is OutboxState.DEAD
    assert "given up after 481 tries: mail:25 data: 451 words" in outcome.events[-1].text


def test_a_held_row_lets_others_go_first_and_has_spent_nothing(entry):
    troubles = [trouble(Phase.CONNECT, relay="a:25"), trouble(Phase.AUTH, 535, relay="b:25")]

    outcome = failed(entry, troubles, now=entry.created_at, dice=0.5)

    assert (outcome.entry.state, outcome.entry.attempts) == (OutboxState.QUEUED, 0)
    assert outcome.entry.not_before == entry.created_at + timedelta(seconds=2)
    assert outcome.entry.last_reply == "a:25 connect: words; b:25 auth: 535 words"


def test_nothing_of_the_mail_itself_ever_changes(entry):
    for outcome in (
        accepted(entry, relay="a:25", reply="250 ok", before=[], now=entry.created_at),
        *(
            failed(entry, [trouble(phase, code)], now=entry.created_at, dice=0.1)
            for phase in Phase
            for code in (450, 550, 421, None)
        ),
    ):
        assert outcome.entry.message is entry.message
        assert outcome.entry.message_id == entry.message_id
    assert given_back(entry).message is entry.message
