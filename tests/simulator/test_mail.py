"""The mail sink keeps what real SMTP clients send it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator

import aiosmtplib
import pytest

from netwatch.simulator import ReceivedMail, SmtpSink, self_signed
from tests.patience import PATIENCE_SECONDS

MESSAGE = b"From: a@example.net\r\nSubject: [DOWN] core-sw1\r\n\r\n.a line that starts with a dot\r\n"


async def send(sink: SmtpSink, **options: object) -> None:
    client = aiosmtplib.SMTP(
        hostname=sink.host, port=sink.port, timeout=PATIENCE_SECONDS, local_hostname="test.invalid", **options
    )
    async with client:
        await client.sendmail("netwatch@example.net", ["noc@example.net"], MESSAGE)


@pytest.fixture
async def sink() -> AsyncIterator[SmtpSink]:
    sink = SmtpSink()
    await sink.start()
    yield sink
    await sink.stop()


async def test_a_mail_is_kept_as_it_was_sent(sink):
    await send(sink, start_tls=False)

    (mail,) = await sink.wait_for(1, timeout=PATIENCE_SECONDS)
    assert mail.message == MESSAGE
    assert (mail.envelope_sender, mail.recipients) == ("netwatch@example.net", ("noc@example.net",))
    assert mail.subject == "[DOWN] core-sw1"
    assert mail.text.startswith(".a line")
    assert not mail.tls


async def test_waiting_ends_when_the_mails_wanted_are_there(sink):
    waiting = asyncio.create_task(
        sink.wait_for(1, timeout=PATIENCE_SECONDS, matching=lambda mail: "core" in mail.subject)
    )
    await send(sink, start_tls=False)

    assert len(await waiting) == 1


async def test_waiting_in_vain_says_how_many_came(sink):
    with pytest.raises(TimeoutError, match="0 of 2 mails"):
        await sink.wait_for(2, timeout=0.05)


async def test_every_mail_is_told_to_the_listener(sink):
    told: list[ReceivedMail] = []
    sink.on_mail = told.append

    await send(sink, start_tls=False)

    assert told == sink.mails
    assert sink.received_total == 1


async def test_its_end_is_that_of_every_conversation_begun_or_only_accepted():
    for turns in range(6):
        sink = SmtpSink()
        await sink.start()
        with contextlib.ExitStack() as clients:
            for _ in range(5):
                clients.enter_context(socket.create_connection((sink.host, sink.port)))
            for _ in range(turns):
                await asyncio.sleep(0)

            await sink.stop()

        assert not [task for task in asyncio.all_tasks() if "_handle_client" in task.get_coro().__qualname__]
        assert not sink._sessions


@pytest.mark.parametrize("mechanism", ["auth_plain", "auth_login", "auth_crammd5"])
async def test_a_sink_with_a_login_takes_mail_only_after_it(mechanism):
    sink = SmtpSink(login=("netwatch", "secret"))
    await sink.start()
    client = aiosmtplib.SMTP(hostname=sink.host, port=sink.port, timeout=PATIENCE_SECONDS, start_tls=False)
    async with client:
        with pytest.raises(aiosmtplib.SMTPResponseException, match="Authentication required"):
            await client.mail("netwatch@example.net")
        with pytest.raises(aiosmtplib.SMTPAuthenticationError):
            await getattr(client, mechanism)("netwatch", "wrong")
        await getattr(client, mechanism)("netwatch", "secret")
        await client.sendmail("netwatch@example.net", ["noc@example.net"], MESSAGE)
    await sink.stop()

    assert sink.mails[0].user == "netwatch"


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_a_sink_with_tls_shows_a_certificate_that_a_client_can_verify(tls, tmp_path):
    certificate = self_signed(tmp_path)
    sink = SmtpSink(tls=tls, context=certificate.server_context())
    await sink.start()
    context = ssl.create_default_context(cafile=certificate.certificate)

    await send(sink, tls_context=context, start_tls=tls == "starttls", use_tls=tls == "implicit")
    if tls == "starttls":
        with pytest.raises(aiosmtplib.SMTPException, match="STARTTLS"):
            await send(sink, start_tls=False)
    await sink.stop()

    assert [mail.tls for mail in sink.mails] == [True]


async def test_stopping_ends_open_sessions(sink):
    reader, writer = await asyncio.open_connection(sink.host, sink.port)
    await reader.readline()

    await sink.stop()

    assert await reader.read() == b""
    writer.close()
