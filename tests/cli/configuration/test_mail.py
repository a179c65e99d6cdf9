"""test-mail shows what each relay answered, step by step, and keeps passwords to itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from netwatch.simulator import RoughServer, SmtpSink, Step, reply
from tests.patience import PATIENCE_SECONDS

from ..conftest import NASTY, OBEYED

PASSWORD = "pa55word-of-the-relay"


@pytest.fixture
async def sink() -> AsyncIterator[SmtpSink]:
    server = SmtpSink(login=("netwatch", PASSWORD))
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def refusing() -> AsyncIterator[RoughServer]:
    server = RoughServer({Step.RCPT: reply(550, f"5.1.1 no such {NASTY}")})
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def mail_config(tmp_path):
    """Write a configuration that mails through some ports."""

    def write(*ports: int, password: str = PASSWORD):
        login = f"username: netwatch, password: {password}, auth: PLAIN"
        relays = "\n".join(f"    - {{host: 127.0.0.1, port: {port}, {login}}}" for port in ports)
        path = tmp_path / "netwatch.yaml"
        path.write_text(f"""
route: {{receiver: noc}}
receivers: [{{name: noc, email: {{to: [noc@example.net, second@example.net]}}}}]
smtp:
  from: "NetWatch <netwatch@example.net>"
  relays:
{relays}
store: {{url: "sqlite:///netwatch.db"}}
""")
        return path

    return write


async def test_a_relay_that_takes_the_mail_ends_with_0_and_the_mail_is_real(netwatch, mail_config, sink):
    result = await asyncio.to_thread(netwatch, "test-mail", "-c", mail_config(sink.port))

    assert result.exit_code == 0
    assert f"127.0.0.1:{sink.port} took the mail to noc@example.net" in result.stdout
    (mail,) = await sink.wait_for(1, PATIENCE_SECONDS)
    assert (mail.recipients, mail.user) == (("noc@example.net",), "netwatch")
    assert PASSWORD not in result.output


async def test_somebody_else_may_be_mailed(netwatch, mail_config, sink):
    await asyncio.to_thread(netwatch, "test-mail", "-c", mail_config(sink.port), "--to", "me@example.org")

    assert (await sink.wait_for(1, PATIENCE_SECONDS))[0].recipients == ("me@example.org",)


async def test_a_relay_that_refuses_is_taken_leave_of(netwatch, mail_config, refusing):
    await asyncio.to_thread(netwatch, "test-mail", "-c", mail_config(refusing.port))

    assert refusing.commands[-1] == "QUIT"


async def test_one_relay_that_refuses_ends_with_1_and_the_others_are_tried(netwatch, mail_config, sink, refusing):
    ports = (refusing.port, sink.port)

    result = await asyncio.to_thread(netwatch, "test-mail", "-c", mail_config(*ports), "--json")

    steps = json.loads(result.stdout)
    assert result.exit_code == 1
    assert {step["relay"]: step["accepted"] for step in steps} == {
        f"127.0.0.1:{refusing.port}": False,
        f"127.0.0.1:{sink.port}": True,
    }
    refused = [step for step in steps if not step["ok"]]
    assert [(step["step"], step["answer"][:3]) for step in refused] == [("rcpt", "550")]
    assert all(not isinstance(value, list | dict) for step in steps for value in step.values())
    assert len(await sink.wait_for(1, PATIENCE_SECONDS)) == 1


@pytest.mark.parametrize("shape", [[], ["--json"]], ids=["text", "json"])
async def test_nothing_a_relay_says_is_obeyed_by_the_terminal(netwatch, mail_config, refusing, shape):
    result = await asyncio.to_thread(netwatch, "test-mail", "-c", mail_config(refusing.port), *shape)

    assert result.exit_code == 1
    assert not [character for character in OBEYED if character in result.stdout]
    assert "[red]markup[/red]" in result.stdout


async def test_a_refused_login_does_not_print_the_password(netwatch, mail_config, sink):
    config = mail_config(sink.port, password="wr0ng-password")

    result = await asyncio.to_thread(netwatch, "test-mail", "-c", config)

    assert result.exit_code == 1
    assert "535" in result.stdout
    assert "wr0ng-password" not in result.output


def test_a_relay_that_is_not_there_ends_with_1(netwatch, mail_config, tcp_port):
    result = netwatch("test-mail", "-c", mail_config(tcp_port))

    assert result.exit_code == 1
    assert f"127.0.0.1:{tcp_port} did not take the mail" in result.stdout


def test_without_a_relay_there_is_nothing_to_test(netwatch, tmp_path):
    config = tmp_path / "netwatch.yaml"
    config.write_text('store: {url: "sqlite:///netwatch.db"}\n')

    result = netwatch("test-mail", "-c", config)

    assert result.exit_code == 1
    assert "smtp.relays" in result.stderr


def test_what_is_no_mail_address_is_wrong_usage(netwatch, mail_config, tcp_port):
    result = netwatch("test-mail", "-c", mail_config(tcp_port), "--to", "nobody at all")

    assert result.exit_code == 2
    assert "nobody at all" in result.stderr
