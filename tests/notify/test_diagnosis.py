"""What `netwatch test-mail` has to tell."""

from __future__ import annotations

import email
import email.policy

import pytest

from netwatch.notify import Phase, SmtpSettings
from netwatch.notify import test_mail as walk_through
from netwatch.simulator import HANG, Step, reply, self_signed


def settings_for(*relays):
    entries = [{"host": "127.0.0.1", "timeout": "60s", **relay} for relay in relays]
    return SmtpSettings.model_validate({"from": "NetWatch <netwatch@example.net>", "relays": entries})


async def test_every_step_to_a_relay_that_works_is_told_and_a_real_mail_sent(rough, tmp_path):
    certificate = self_signed(tmp_path)
    server = await rough(context=certificate.server_context())
    relay = {"port": server.port, "tls": "starttls", "ca_file": str(certificate.certificate)}

    (diagnosis,) = await walk_through(
        settings_for({**relay, "username": "netwatch", "password": "secret"}), "NOC <noc@example.net>"
    )

    assert diagnosis.accepted
    assert diagnosis.relay == f"127.0.0.1:{server.port}"
    assert all(step.ok for step in diagnosis.steps)
    assert [step.phase for step in diagnosis.steps] == [
        Phase.GREETING, Phase.EHLO, Phase.STARTTLS, Phase.EHLO, Phase.AUTH, Phase.STARTTLS,
        Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.END_OF_DATA,
    ]  # fmt: skip
    assert "STARTTLS" in diagnosis.steps[1].text
    assert "TLSv1.3" in diagnosis.steps[5].text
    assert "certificate for 127.0.0.1" in diagnosis.steps[5].text
    assert "secret" not in str(diagnosis)
    mail = email.message_from_bytes(server.accepted[0].message, policy=email.policy.default)
    assert mail["Subject"] == f"[TEST] NetWatch through 127.0.0.1:{server.port}"
    assert mail["To"] == "NOC <noc@example.net>"


@pytest.mark.parametrize(
    ("step", "act", "phase"),
    [
        (Step.GREETING, reply(554), Phase.GREETING),
        (Step.EHLO, HANG, Phase.EHLO),
        (Step.MAIL, reply(550), Phase.MAIL),
        (Step.RCPT, reply(550), Phase.RCPT),
        (Step.DOT, reply(554), Phase.END_OF_DATA),
    ],
)
async def test_the_last_step_told_is_the_one_that_failed(step, act, phase, rough):
    server = await rough({step: act})

    (diagnosis,) = await walk_through(
        settings_for({"port": server.port, "timeout": "500ms" if act is HANG else "60s"}), "noc@example.net"
    )

    assert not diagnosis.accepted
    assert (diagnosis.steps[-1].phase, diagnosis.steps[-1].ok) == (phase, False)
    assert [known.ok for known in diagnosis.steps[:-1]] == [True] * (len(diagnosis.steps) - 1)


async def test_a_relay_that_fails_does_not_hide_the_next_one(rough, tcp_port):
    server = await rough()
    unreadable = {"port": server.port, "tls": "starttls", "ca_file": "/nowhere/ca.pem"}

    found = await walk_through(settings_for({"port": tcp_port}, unreadable, {"port": server.port}), "noc@example.net")

    assert [diagnosis.accepted for diagnosis in found] == [False, False, True]
    assert found[0].steps[-1].text == "Connection refused"
    assert "/nowhere/ca.pem" in found[1].steps[-1].text


async def test_an_address_that_is_none_is_refused_before_anything_is_sent(rough):
    server = await rough()

    with pytest.raises(ValueError, match="not a mail address"):
        await walk_through(settings_for({"port": server.port}), "noc")

    assert server.connections == 0
