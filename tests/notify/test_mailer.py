"""Who is told, by the configuration."""

from __future__ import annotations

from dataclasses import replace

from netwatch.notify import EmailSettings, Mailer, ReceiverSettings, SmtpSettings

RECEIVERS = [
    ReceiverSettings(name="noc", email=EmailSettings(to=["NOC <noc@example.net>", "night@example.net"])),
    ReceiverSettings(name="quiet", email=EmailSettings(to=["q@example.net"], send_resolved=False)),
]


def test_a_receiver_is_mailed_at_all_its_addresses_from_the_configured_sender(make_notification):
    settings = SmtpSettings.model_validate({"from": "Watch <watch@example.net>"})

    entries = Mailer(settings, RECEIVERS).compose(make_notification())

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

    assert Mailer(SmtpSettings(), RECEIVERS).compose(orphan) == []
