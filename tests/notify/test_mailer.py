"""Who is told, by the configuration."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Never

from netwatch.model import AlertState, OutboxKind
from netwatch.notify import (
    EmailSettings,
    Mailer,
    Manner,
    Place,
    ReceiverSettings,
    SmtpSettings,
    TrapReceiverSettings,
)

RECEIVERS = [
    ReceiverSettings(name="noc", email=EmailSettings(to=["NOC <noc@example.net>", "night@example.net"])),
    ReceiverSettings(name="quiet", email=EmailSettings(to=["q@example.net"], send_resolved=False)),
]


def test_a_receiver_is_mailed_at_all_its_addresses_from_the_configured_sender(make_notification):
    settings = SmtpSettings.model_validate({"from": "Watch <watch@example.net>"})

    entries = Mailer(settings, RECEIVERS).compose(make_notification()).entries

    assert [entry.recipient for entry in entries] == ["noc@example.net", "night@example.net"]
    assert {entry.envelope_sender for entry in entries} == {"watch@example.net"}


def test_recoveries_go_where_they_are_wanted():
    mailer = Mailer(SmtpSettings(), RECEIVERS)

    assert mailer.send_resolved("noc")
    assert not mailer.send_resolved("quiet")
    assert not mailer.send_resolved("gone since the restart")


def test_a_receiver_that_is_gone_gets_nothing(make_notification):
    notification = make_notification()
    orphan = replace(notification, group=replace(notification.group, receiver="gone"))

    assert Mailer(SmtpSettings(), RECEIVERS).compose(orphan).entries == ()


def test_a_reader_s_program_is_asked_to_report_where_the_receiver_or_all_want_it(make_notification):
    def asked(own: bool | None, *, of_all: bool) -> str | None:
        receiver = ReceiverSettings(name="noc", email=EmailSettings(to=["noc@example.net"], notify_read=own))
        settings = SmtpSettings.model_validate({"from": "Watch <watch@example.net>", "notify_read": of_all})
        (entry,) = Mailer(settings, [receiver]).compose(make_notification()).entries
        return email.message_from_bytes(entry.message)["Disposition-Notification-To"]

    assert asked(None, of_all=True) == asked(True, of_all=False) == "watch@example.net"
    assert asked(None, of_all=False) is asked(False, of_all=True) is None


def both(*, mail_ends: bool, trap_ends: bool) -> Mailer:
    email = EmailSettings(to=["noc@example.net"], send_resolved=mail_ends)
    trap = TrapReceiverSettings(to=["192.0.2.9:162"], credential="nms", send_resolved=trap_ends)
    return Mailer(SmtpSettings(), [ReceiverSettings(name="noc", email=email, trap=trap)])


def test_a_receiver_may_be_people_and_managers(make_notification):
    entries = both(mail_ends=True, trap_ends=True).compose(make_notification()).entries

    assert [(entry.kind, entry.recipient) for entry in entries] == [
        (OutboxKind.MAIL, "noc@example.net"),
        (OutboxKind.TRAP, "192.0.2.9:162"),
    ]


def test_each_way_tells_of_recoveries_only_where_it_shall(make_notification, make_alert):
    mailer = both(mail_ends=False, trap_ends=True)
    only_end = make_notification(resolved=[make_alert(1)])
    mixed = make_notification(make_alert(2, instance="ifName=x"), resolved=[make_alert(1)])

    assert mailer.send_resolved("noc")
    assert [entry.kind for entry in mailer.compose(only_end).entries] == [OutboxKind.TRAP]
    assert [(entry.kind, entry.alert_ids) for entry in mailer.compose(mixed).entries] == [
        (OutboxKind.MAIL, ("2",)),
        (OutboxKind.TRAP, ("2",)),
        (OutboxKind.TRAP, ("1",)),
    ]


def test_a_receiver_of_managers_alone_mails_nobody(make_notification):
    trap = TrapReceiverSettings(to=["192.0.2.9"], credential="nms")
    entries = Mailer(SmtpSettings(), [ReceiverSettings(name="noc", trap=trap)]).compose(make_notification()).entries

    assert [entry.kind for entry in entries] == [OutboxKind.TRAP]


def test_a_receiver_may_be_programs_and_other_alertmanagers(make_notification):
    receiver = ReceiverSettings.model_validate({
        "name": "noc", "webhook": {"url": "https://hooks.example.net"}, "alertmanager": {"urls": ["http://am:9093"]},
    })  # fmt: skip
    mailer = Mailer(SmtpSettings(), [receiver])

    entries = mailer.compose(make_notification()).entries

    assert mailer.send_resolved("noc")
    assert [(entry.kind, entry.recipient) for entry in entries] == [
        (OutboxKind.WEBHOOK, "https://hooks.example.net"),
        (OutboxKind.ALERTMANAGER, "http://am:9093"),
    ]


def test_every_receiver_reads_the_time_of_its_own_place_and_that_is_named(make_notification):
    receivers = [
        ReceiverSettings(name=name, timezone=zone, email=EmailSettings(to=[f"{name}@example.net"]))
        for name, zone in (("noc", "Europe/Berlin"), ("sydney", "Australia/Sydney"))
    ]
    mailer = Mailer(SmtpSettings(), receivers)
    notification = make_notification()

    for name, since in (("noc", b"2026-11-23 04:00:05 CET"), ("sydney", b"2026-11-23 14:00:05 AEDT")):
        for_one = replace(notification, group=replace(notification.group, receiver=name))
        assert since in mailer.compose(for_one).entries[0].message


def test_every_mail_says_where_the_device_is_and_how_to_take_it_in_hand(make_notification, make_alert):
    place = Place(address="192.0.2.1", location="Rack 4", labels={"site": "hq"})
    mailer = Mailer(SmtpSettings(), RECEIVERS, manner=Manner(place_of=lambda device: place))
    over = replace(make_alert(), state=AlertState.RESOLVED, resolved_at=make_alert().firing_at)

    began, ended = (
        email.message_from_bytes(mailer.compose(one).entries[0].message, policy=email.policy.default)
        .get_body(("plain",)).get_content().replace("\r\n", "\n")
        for one in (make_notification(), make_notification(resolved=[over], sequence=2))
    )  # fmt: skip

    assert "  Device       core-sw1 (192.0.2.1)\n  Location     Rack 4\n" in began
    assert (
        "To take it in hand: netwatch ack InterfaceDown core-sw1 ifName=Gi1/0/7, where NetWatch runs, or on its page;"
        in began
    )
    assert "      where: 192.0.2.1, Rack 4, site hq\n" in ended
    assert "To take it in hand" not in ended


class Unreadable(tuple[()]):
    """What stands around an alert, and breaks off when somebody looks."""

    def __iter__(self) -> Iterator[Never]:
        raise RuntimeError("<b>a fault\r\nof ours</b>")

    def __len__(self) -> int:
        return 1


class Kept:
    """A log of faults that a test can read."""

    def __init__(self) -> None:
        self.standing: dict[tuple[str, str], Exception] = {}

    def note(self, kind: str, name: str, error: Exception, now: datetime, device: str = "") -> None:
        self.standing[kind, name] = error

    def settle(self, kind: str, name: str, device: str = "") -> None:
        self.standing.pop((kind, name), None)


def test_a_mail_that_cannot_be_written_as_usual_is_told_in_few_words(make_notification, make_alert):
    faults = Kept()
    mailer = Mailer(SmtpSettings(), RECEIVERS, faults=faults)
    usual = mailer.compose(make_notification())
    broken = make_notification(make_alert(), resolved=(make_alert(),), also=Unreadable(), held_back=Unreadable())

    told = mailer.compose(broken)

    assert [entry.recipient for entry in told.entries] == ["noc@example.net", "night@example.net"]
    mails = [email.message_from_bytes(entry.message, policy=email.policy.default) for entry in told.entries]
    (text,) = {mail.get_body(("plain",)).get_content() for mail in mails}
    key = make_alert().key
    assert f"{key.device} {key.alertname}" in text
    assert text.index("Wrong now:") < text.index("Over:") < text.index("could not write this mail as usual")
    assert {mail["Subject"].partition("]")[0] for mail in mails} == {"[DOWN 2"}
    assert {mail["References"] for mail in mails} == {
        email.message_from_bytes(usual.entries[0].message, policy=email.policy.default)["References"]
    }
    assert list(faults.standing) == [("mail", "to noc")]

    assert len(mailer.compose(make_notification()).entries) == 2
    assert faults.standing == {}


def test_a_webhook_that_cannot_be_written_costs_no_mail(make_notification):
    faults = Kept()
    receiver = ReceiverSettings.model_validate(
        {"name": "noc", "email": {"to": ["noc@example.net"]}, "webhook": {"url": "http://127.0.0.1:9/hook"}}
    )
    notification = make_notification()
    odd = replace(notification.firing[0], value=b"no JSON")  # type: ignore[arg-type]

    told = Mailer(SmtpSettings(), [receiver], faults=faults).compose(replace(notification, firing=(odd,)))

    assert [entry.kind for entry in told.entries] == [OutboxKind.MAIL]
    assert ("message", "webhooks to noc") in faults.standing


def test_a_mail_in_few_words_bears_whatever_an_alert_holds(make_notification, make_alert):
    nasty = "\r\nBcc: x@example.net\x00\u202e<script>=?utf-8?q?x?= " * 40
    alert = make_alert(device=nasty)
    many = tuple(replace(alert, id=str(number)) for number in range(500))

    mailer = Mailer(SmtpSettings(), RECEIVERS, faults=Kept())
    (entry, _) = mailer.compose(make_notification(*many, also=Unreadable())).entries

    mail = email.message_from_bytes(entry.message, policy=email.policy.default)
    assert "Bcc" not in mail
    assert len(mail["Subject"]) <= 60
    assert "<script>" not in mail.get_body(("html",)).get_content()
    assert "and 300 more" in mail.get_body(("plain",)).get_content()
