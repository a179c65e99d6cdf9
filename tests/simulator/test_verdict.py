"""An expectation of the demo is met by a mail that arrived and was made after its alert came to that state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from netwatch.model import Alert, AlertKey, AlertState, OutboxEntry
from netwatch.simulator import Expectation, ReceivedMail, unmet

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
DOWN = Expectation(rule="InterfaceDown", device="sw1", becomes="firing", instance="Gi0/7")
HELD = Expectation(rule="InterfaceDown", device="sw1", becomes="held back", instance="Gi0/7")
UP = Expectation(rule="InterfaceDown", device="sw1", becomes="resolved", instance="Gi0/7")


def alert(resolved_after: int | None = None, instance: str = "ifName=Gi0/7") -> Alert:
    return Alert(
        id="a1", key=AlertKey(rule="InterfaceDown", device="sw1", instance=instance), state=AlertState.FIRING,
        pending_at=NOON, firing_at=NOON,
        resolved_at=NOON + timedelta(seconds=resolved_after) if resolved_after is not None else None,
    )  # fmt: skip


def entry(after: int, message_id: str = "<1@x>", alert_ids: tuple[str, ...] = ("a1",)) -> OutboxEntry:
    made_at = NOON + timedelta(seconds=after)
    return OutboxEntry(
        id=message_id, message_id=message_id, envelope_sender="", recipient="you@example.net", subject="",
        message=b"", created_at=made_at, not_before=made_at, alert_ids=alert_ids,
    )  # fmt: skip


def mail(message_id: str = "<1@x>") -> ReceivedMail:
    message = f"Message-ID: {message_id}\r\n\r\n".encode()
    return ReceivedMail(envelope_sender="", recipients=("you@example.net",), message=message, at=NOON)


@pytest.mark.parametrize(
    ("alerts", "entries", "mails", "left"),
    [
        ([alert()], [entry(1)], [mail()], []),
        ([alert(instance="Gi0/7")], [entry(1)], [mail()], []),
        ([], [entry(1)], [mail()], [DOWN]),  # no such alert
        ([alert(instance="ifName=Gi0/8")], [entry(1)], [mail()], [DOWN]),  # of another interface
        ([alert()], [entry(-1)], [mail()], [DOWN]),  # the mail was made before
        ([alert()], [entry(1)], [], [DOWN]),  # the mail did not arrive
        ([alert()], [entry(1, alert_ids=("b2",))], [mail()], [DOWN]),  # it tells of something else
    ],
)
def test_a_mail_meets_an_expectation_or_not(alerts, entries, mails, left):
    assert unmet([DOWN], alerts, entries, mails) == left


def test_a_recovery_needs_a_mail_of_its_own():
    first, second = entry(1, "<1@x>"), entry(30, "<2@x>")

    assert unmet([DOWN, UP], [alert(20)], [first], [mail("<1@x>")]) == [UP]
    assert unmet([DOWN, UP], [alert(20)], [first, second], [mail("<1@x>"), mail("<2@x>")]) == []
    assert unmet([UP], [alert()], [second], [mail("<2@x>")]) == [UP]


@pytest.mark.parametrize(
    ("alerts", "mails", "left"),
    [
        ([alert()], [], []),
        ([], [], [HELD]),  # it never fired
        ([alert()], [mail()], [HELD]),  # somebody was told
        ([alert(), replace(alert(), id="b2")], [mail()], []),  # of one before, which was another
    ],
)
def test_what_is_held_back_fires_and_is_in_no_mail(alerts, mails, left):
    assert unmet([HELD], alerts, [entry(1)], mails) == left
