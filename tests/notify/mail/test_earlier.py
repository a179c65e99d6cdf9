"""What a mail in the middle of an incident said had ended is not lost with that mail."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from netwatch.model import AlertState, Memory
from netwatch.notify import EmailSettings, Mailer, ReceiverSettings, SmtpSettings
from netwatch.notify.mail.digest import SCOPE
from netwatch.notify.mail.earlier import MAX_INCIDENTS, MAX_LINES, Earlier

NOW = datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC)


def mailer() -> Mailer:
    receiver = ReceiverSettings(name="noc", email=EmailSettings(to=["noc@example.net"]))
    return Mailer(SmtpSettings(), [receiver])


def text_of(message: bytes) -> str:
    mail = email.message_from_bytes(message, policy=email.policy.default)
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def test_the_mail_that_overtakes_says_what_ended_in_those_that_never_left(make_alert, make_notification):
    first = make_alert(1, state=AlertState.RESOLVED, resolved_at=NOW - timedelta(seconds=20))
    second = make_alert(2, instance="ifName=Gi1/0/8")
    over = replace(second, state=AlertState.RESOLVED, resolved_at=NOW)
    post = mailer()
    kept = post.compose(make_notification(second, resolved=[first], sequence=2)).memories

    after_a_restart = mailer()
    after_a_restart.restore(kept)
    for one in (post, after_a_restart):
        last = one.compose(make_notification(resolved=[over], sequence=3))

        text = text_of(last.supersessions[0].message)
        assert (
            "Ended earlier in this incident:\n"
            "  InterfaceDown on core-sw1 Gi1/0/7, ended 2026-11-23 03:03:45 UTC after 3 min 40 s\n"
        ) in text
        assert "Ended earlier" not in text_of(last.entries[0].message)
        assert [(memory.key, memory.text) for memory in last.memories] == [(kept[0].key, None)]


def test_an_incident_that_just_goes_on_leaves_nothing_to_remember(make_alert, make_notification):
    post = mailer()

    assert post.compose(make_notification()).memories == ()
    assert post.compose(make_notification(sequence=2, repeat=True)).memories == ()
    assert post.compose(make_notification(resolved=[make_alert()], sequence=3)).memories == ()


def test_what_is_remembered_is_bounded(make_alert, make_notification):
    earlier = Earlier()
    over = [make_alert(number, state=AlertState.RESOLVED, resolved_at=NOW) for number in range(100)]
    notification = make_notification(make_alert(999), resolved=over)

    earlier.note(notification)
    earlier.note(notification)
    assert len(earlier.of(notification.group.thread_id)) == MAX_LINES

    for number in range(MAX_INCIDENTS):
        group = replace(notification.group, thread_id=f"t{number}")
        memories = earlier.note(replace(notification, group=group))
    assert [memory.text is None for memory in memories] == [False, True]
    assert earlier.of(notification.group.thread_id) == ()


def test_a_damaged_note_is_left_out():
    earlier = Earlier()

    earlier.restore(
        [Memory(scope=SCOPE, key="incident t1", text="{"), Memory(scope=SCOPE, key="incident t2", text="1")]
    )

    assert earlier.of("t1") == earlier.of("t2") == ()
