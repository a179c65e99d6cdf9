"""A machine that bears no mark is not written to without end, and no person's command is lost for that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwatch.mailbox import Decision, Outcome, Record, is_echo
from netwatch.mailbox.reading.outcome import Verb

NOW = datetime(2026, 11, 30, 3, 5, tzinfo=UTC)
THANKS = "it begins with 'Thank'"


def record(ago: timedelta, outcome: Outcome, verb: Verb, words: str, sender: str = "Desk@example.net") -> Record:
    return Record(
        at=NOW - ago, identity=f"<{ago}@x>", sender=sender, subject="", outcome=outcome, words=words, verb=str(verb)
    )


def vain(minutes: float, **more: str) -> Record:
    return record(timedelta(minutes=minutes), Outcome.REFUSED, Verb.UNKNOWN, THANKS, **more)


def asked(seconds: float) -> Record:
    return record(timedelta(seconds=seconds), Outcome.ASKED, Verb.STATUS, "asked for status")


UNKNOWN = (Verb.UNKNOWN, Decision(outcome=Outcome.REFUSED, words=THANKS, reply=True))
STATUS = (Verb.STATUS, Decision(outcome=Outcome.ASKED, words="asked for status", verb=Verb.STATUS, reply=True))
ACK = (Verb.ACK, Decision(outcome=Outcome.ACTED, words="ack", verb=Verb.ACK, reply=True))


OVER = (Verb.ACK, Decision(outcome=Outcome.REFUSED, words="it is over", reply=True))


def over(seconds: float, verb: Verb) -> Record:
    return record(timedelta(seconds=seconds), Outcome.REFUSED, verb, "it is over")


@pytest.mark.parametrize(("now", "before", "echo"), [
    (UNKNOWN, [], False),
    (UNKNOWN, [vain(1)], False),
    (UNKNOWN, [vain(1), vain(2)], True),
    (UNKNOWN, [vain(600), vain(1200)], True),  # it answers each mail of ours, hours apart
    (UNKNOWN, [vain(1), vain(60 * 25)], False),  # yesterday
    (UNKNOWN, [vain(1), asked(90), vain(2)], False),  # wrote something that was understood in between
    (UNKNOWN, [vain(1, sender="ann@example.net"), vain(2)], False),  # somebody else
    (STATUS, [vain(1), vain(2), vain(3)], False),  # a command that is understood is always answered
    (ACK, [vain(1), vain(2)], False),
    (STATUS, [asked(50)], False),
    (STATUS, [asked(50), asked(100)], True),  # the third with the same words, each within a minute of the last
    (STATUS, [asked(50), asked(200)], False),
    (STATUS, [asked(70), asked(80)], False),  # after a pause it is a person again
    (ACK, [asked(1), asked(2)], False),  # other words
    (OVER, [over(1, Verb.STATUS), over(2, Verb.WHY)], False),  # the same reply, and other words
    (OVER, [over(1, Verb.ACK), over(2, Verb.ACK)], True),
])  # fmt: skip
def test_a_reply_is_left_out_where_the_last_ones_were_of_no_use_or_in_the_same_breath(now, before, echo):
    verb, decision = now

    assert is_echo("desk@example.net", verb, decision, before, NOW) is echo


def test_a_clock_that_was_set_back_holds_nothing():
    assert not is_echo("desk@example.net", *UNKNOWN, [vain(-5), vain(-6)], NOW)
    assert not is_echo("desk@example.net", *STATUS, [asked(-5), asked(-6)], NOW)
