"""What is too much to be told one by one is told in one mail, and adds up."""

from __future__ import annotations

import email
import email.policy
import itertools
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from netwatch.model import (
    Alert,
    AlertGroup,
    AlertKey,
    AlertState,
    Composition,
    Memory,
    Notification,
    OutboxKind,
    OutboxState,
)
from netwatch.notify import EmailSettings, Mailer, Manner, Place, ReceiverSettings, SmtpSettings
from netwatch.notify.mail.digest import SCOPE, restored

NOW = datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC)
TO = ("NOC <noc@example.net>", "night@example.net")
ONE = ("NOC <noc@example.net>",)


def mailer(*, mails: int = 1, critical_mails: int = 1, to: tuple[str, ...] = ONE) -> Mailer:
    storm = {"mails": mails, "critical_mails": critical_mails, "per": "1h", "digest_after": "1m"}
    smtp = SmtpSettings.model_validate({"from": "NetWatch <netwatch@example.net>", "storm": storm})
    return Mailer(smtp, [ReceiverSettings(name="noc", email=EmailSettings(to=list(to)))])


def notification(
    number: int, *, severity: str = "warning", over: bool = False, repeat: bool = False, sequence: int = 1,
    at: datetime = NOW, device: str = "",
) -> Notification:  # fmt: skip
    key = AlertKey(rule="PortDown", device=device or f"sw{number}", instance="ifName=Gi1")
    alert = Alert(
        id=f"a{number}", key=key, state=AlertState.RESOLVED if over else AlertState.FIRING,
        labels={"severity": severity}, pending_at=at, resolved_at=at if over else None,
    )  # fmt: skip
    group = AlertGroup(
        key=f"g{number}", receiver="noc", labels={}, thread_id=f"t{number}", opened_at=at,
        subject=f"{key.device} Gi1 PortDown",
    )  # fmt: skip
    return Notification(
        group=group, at=at, firing=() if over else (alert,), resolved=(alert,) if over else (), sequence=sequence,
        repeat=repeat,
    )  # fmt: skip


class Shelf:
    """Keeps memories as the store does."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Memory] = {}

    def put(self, composition: Composition) -> Composition:
        for memory in composition.memories:
            self.kept[(memory.scope, memory.key)] = memory
            if memory.text is None:
                del self.kept[(memory.scope, memory.key)]
        return composition

    def memories(self) -> list[Memory]:
        return sorted(self.kept.values(), key=lambda memory: memory.key)


def text_of(entry):
    mail = email.message_from_bytes(entry.message, policy=email.policy.default)
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def test_what_is_too_much_becomes_rows_without_a_message_told_by_the_digest_to_come():
    post = mailer()

    first, second, third = (post.compose(notification(number)).entries[0] for number in (1, 2, 3))

    assert first.state is OutboxState.QUEUED
    assert (second.state, second.subject, second.message) == (
        OutboxState.DIGESTED, "[WARN] sw2 Gi1 PortDown", b"",
    )  # fmt: skip
    assert (second.thread_id, second.alert_ids) == ("t2", ("a2",))
    (digest,) = post.digests_due(NOW + timedelta(minutes=1)).entries
    assert second.told_by == third.told_by == digest.id


def test_a_digest_leaves_a_while_after_it_opened_and_only_once():
    post = mailer()
    for number in range(5):
        post.compose(notification(number, at=NOW + timedelta(seconds=number)))

    due = NOW + timedelta(seconds=1, minutes=1)
    assert post.next_digest_at() == due
    assert post.digests_due(due - timedelta(seconds=1)).entries == ()
    assert len(post.digests_due(due).entries) == 1
    assert post.next_digest_at() is None
    assert post.digests_due(due).entries == ()


def test_the_subject_counts_exactly_what_began_and_ended():
    post = mailer(critical_mails=1)
    post.compose(notification(0))
    post.compose(notification(1, severity="critical"))
    for number in range(2, 7_002):
        post.compose(notification(number, severity="critical"))
    for number in range(10_000, 12_900):
        post.compose(notification(number))
    for number in range(80):
        post.compose(notification(number, over=True, sequence=2))

    (digest,) = post.digests_due(NOW + timedelta(minutes=1)).entries

    assert digest.subject == "[DIGEST] 9,980 more changes: 7,000 critical, 80 ended"
    text = text_of(digest)
    assert "\n9,900 began (7,000 critical, 2,900 warning), 80 ended\n" in text
    assert "DIGEST: 9,980 more changes on 9,902 devices\n" in text
    assert "     9,900 began: 7,000 critical, 2,900 warning\n" in text
    assert "... and 9,940 more" in text
    assert "told in one, 1 min later." in text


SITES = {f"sw{number}": Place(labels={"site": "s05" if number < 40 else "s06"}, parents=("edge-r5",))
         for number in range(60)}  # fmt: skip


def test_a_digest_says_what_most_of_its_devices_share_and_leads_to_each():
    smtp = SmtpSettings.model_validate({"storm": {"mails": 1, "critical_mails": 1, "digest_after": "1m"}})
    receiver = ReceiverSettings(name="noc", timezone="Europe/Berlin", email=EmailSettings(to=list(ONE)))
    manner = Manner(place_of=lambda device: SITES[device])
    post = Mailer(smtp, [receiver], external_url="https://netwatch.example.net/", manner=manner)
    shelf = Shelf()
    for number in range(46):
        shelf.put(post.compose(notification(number)))
    again = Mailer(smtp, [receiver], external_url="https://netwatch.example.net/", manner=manner)
    again.restore(shelf.memories())

    for one in (post, again):
        (digest,) = one.digests_due(NOW + timedelta(minutes=1)).entries

        text = text_of(digest)
        assert "Most of the devices: all 45 behind edge-r5, 45 with PortDown, 39 of site s05.\n" in text
        assert "  sw7                  https://netwatch.example.net/devices/sw7\n" in text
        assert "  ... and 25 more\n" in text
        assert "      at 04:04:05 CET\n" in text
        html = email.message_from_bytes(digest.message, policy=email.policy.default).get_body(("html",))
        assert 'href="https://netwatch.example.net/devices/sw7"' in html.get_content()


def test_reminders_and_changes_are_counted_as_what_they_are():
    post = mailer()
    for one in (
        notification(1), notification(2, repeat=True, sequence=2), notification(3, sequence=2),
        notification(4, repeat=True, sequence=7),
    ):  # fmt: skip
        post.compose(one)

    (digest,) = post.digests_due(NOW + timedelta(minutes=1)).entries

    assert digest.subject == "[DIGEST] 3 more changes: 3 warning"
    assert "\n1 changed (1 warning), 2 still the same (2 warning)\n" in text_of(digest)


def test_what_is_critical_is_named_before_what_came_first():
    post = mailer()
    for number in range(100):
        post.compose(notification(number))
    for number in range(200, 205):
        post.compose(notification(number, severity="critical"))

    (digest,) = post.digests_due(NOW + timedelta(minutes=1)).entries

    named = [line.split()[1:2][0] for line in text_of(digest).splitlines() if line.startswith("  [")]
    assert named[:5] == ["sw201", "sw202", "sw203", "sw204", "sw1"]
    assert len(named) == 40


def test_a_digest_is_a_mail_like_any_other():
    post = mailer()
    for number in (1, 2):
        post.compose(notification(number, device="<script>alert(1)</script>\r\nBcc: x@example.net"))

    (digest,) = post.digests_due(NOW + timedelta(minutes=1)).entries

    mail = email.message_from_bytes(digest.message, policy=email.policy.default)
    assert str(mail["To"]) == "NOC <noc@example.net>"
    assert str(mail["Subject"]) == digest.subject
    assert mail["Message-ID"] == digest.message_id
    assert mail["Bcc"] is None
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert "<script" not in mail.get_body(("html",)).get_content()


def test_the_event_log_says_that_a_digest_began_and_what_it_told():
    post = mailer()
    compositions = [post.compose(notification(number)) for number in range(4)]
    told = post.digests_due(NOW + timedelta(minutes=1))

    ((opened,),) = [one.events for one in compositions if one.events]
    assert opened.text == (
        "noc@example.net gets more mail than smtp.storm allows: "
        "what is beyond it is told in one digest, 60 s from now"
    )
    assert [(event.text, event.entry_id) for event in told.events] == [
        ("digest of 3 mails to noc@example.net: 3 began (3 warning)", told.entries[0].id)
    ]


def test_a_clock_set_back_does_not_keep_a_digest():
    post = mailer()
    for number in (1, 2):
        post.compose(notification(number))
    before = NOW - timedelta(hours=1)

    assert post.digests_due(before).entries == ()
    assert len(post.digests_due(before + timedelta(minutes=1)).entries) == 1


def test_a_restart_forgets_nothing_of_a_digest():
    shelf, post = Shelf(), mailer()
    for number in range(1_000):
        shelf.put(post.compose(notification(number)))

    again = mailer()
    again.restore(shelf.memories())

    assert again.next_digest_at() == post.next_digest_at()
    ours, theirs = (one.digests_due(NOW + timedelta(minutes=1)) for one in (again, post))
    assert ours.entries == theirs.entries
    shelf.put(ours)
    assert shelf.memories() == []


def test_a_damaged_note_is_no_reason_not_to_start():
    memories = [Memory(scope=SCOPE, key="a@example.net head", text="{}"), Memory(scope=SCOPE, key="x", text="{")]

    assert restored(memories) == {}


def test_a_recipient_of_two_receivers_gets_one_digest():
    post = mailer(to=TO)
    for number in (1, 2, 3):
        post.compose(notification(number))

    digests = post.digests_due(NOW + timedelta(minutes=1)).entries

    assert sorted(digest.recipient for digest in digests) == ["night@example.net", "noc@example.net"]


STORY = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(["critical", "warning", "info", "odd"]),
        st.sampled_from(["began", "changed", "ended", "repeated", "digests", "restart"]),
        st.integers(0, 90),
    ),
    max_size=60,
)


@settings(max_examples=100, deadline=None)
@given(STORY)
def test_mails_and_what_digests_told_add_up_to_all_there_was_to_tell(story):
    shelf, post, now = Shelf(), mailer(mails=2, critical_mails=1, to=TO), NOW
    wanted, mailed, told, rows = 0, 0, Counter(), Counter()
    for number, severity, what, seconds in [*story, (0, "info", "digests", 61)]:
        now += timedelta(seconds=seconds)
        if what == "restart":
            post = mailer(mails=2, critical_mails=1, to=TO)
            post.restore(shelf.memories())
        elif what == "digests":
            before = restored(shelf.memories())
            for entry in shelf.put(post.digests_due(now)).entries:
                told[entry.id] = before[entry.recipient].total
        else:
            one = notification(
                number, severity=severity, over=what == "ended", repeat=what == "repeated", at=now,
                sequence=1 if what == "began" else 2,
            )  # fmt: skip
            wanted += len(TO)
            for entry in shelf.put(post.compose(one)).entries:
                mailed += entry.state is OutboxState.QUEUED
                rows[entry.told_by] += entry.state is OutboxState.DIGESTED

    for entry in shelf.put(post.digests_due(now + timedelta(minutes=2))).entries:
        told[entry.id] = rows[entry.id]
    assert mailed + told.total() == wanted
    assert {entry: count for entry, count in rows.items() if entry and count} == dict(told)
    assert shelf.memories() == []


def test_of_ten_thousand_mails_at_once_only_those_that_leave_are_written():
    post, shelf = mailer(mails=20, critical_mails=20), Shelf()
    entries = [
        entry
        for number in range(10_000)
        for entry in shelf.put(post.compose(notification(number, severity="critical"))).entries
    ]

    (digest,) = shelf.put(post.digests_due(NOW + timedelta(minutes=1))).entries

    assert sum(bool(entry.message) for entry in entries) == 40
    assert digest.subject == "[DIGEST] 9,960 more changes: 9,960 began (9,960 critical)"
    assert shelf.memories() == []


@pytest.mark.parametrize("key", ["mails", "critical_mails"])
def test_nobody_can_be_allowed_no_mail_at_all(key):
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        SmtpSettings.model_validate({"storm": {key: 0}})


def test_what_cannot_be_posted_is_counted_in_the_digest_once():
    hooked = ReceiverSettings.model_validate({
        "name": "noc", "email": {"to": list(ONE)}, "webhook": {"url": "https://hooks.example.net/x"},
    })  # fmt: skip
    writer = Mailer(SmtpSettings.model_validate({"storm": {"mails": 1, "critical_mails": 1}}), [hooked])
    writer.compose(notification(1))
    odd = notification(2)
    no_json = replace(odd, firing=(replace(odd.firing[0], value=b"no JSON"),))  # type: ignore[arg-type]

    with capture_logs():
        entries = writer.compose(no_json).entries

    assert [(entry.kind, entry.state) for entry in entries] == [(OutboxKind.MAIL, OutboxState.DIGESTED)]
    assert writer.next_digest_at() is not None


def test_ids_are_new_for_every_row():
    post = mailer(to=TO)
    entries = [post.compose(notification(number)).entries for number in range(5)]

    ids = [entry.id for entry in itertools.chain(*entries)]
    assert len(set(ids)) == len(ids) == 10
