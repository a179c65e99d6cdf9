"""The rough mail server misbehaves at the step it is told to, and tells what it took."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiosmtplib
import pytest

from netwatch.simulator import DROP, HANG, RoughServer, Step, reply, self_signed
from tests.patience import PATIENCE_SECONDS

MESSAGE = b"Subject: hello\r\n\r\n.dotted\r\n"
ON_THE_WAY = [Step.GREETING, Step.EHLO, Step.AUTH, Step.MAIL, Step.RCPT, Step.DATA, Step.DOT]


@asynccontextmanager
async def playing(*args, **options) -> AsyncIterator[RoughServer]:
    server = RoughServer(*args, **options)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def send(server: RoughServer, *recipients: str, **options: object) -> object:
    options = {"start_tls": False, "timeout": PATIENCE_SECONDS, **options}
    client = aiosmtplib.SMTP(hostname=server.host, port=server.port, **options)
    async with client:
        await client.login("netwatch", "secret")
        return await client.sendmail("netwatch@example.net", recipients or ["noc@example.net"], MESSAGE)


async def test_without_a_script_it_takes_the_mail():
    async with playing() as server:
        await send(server)

        (mail,) = server.accepted
        assert mail.message == MESSAGE
        assert mail.recipients == ("noc@example.net",)
        assert server.commands[-1] == "QUIT"


@pytest.mark.parametrize("step", ON_THE_WAY)
@pytest.mark.parametrize("code", [450, 550])
async def test_a_refusal_reaches_the_client_with_its_code(step, code):
    async with playing({step: reply(code, "first line\nsecond line")}) as server:
        with pytest.raises(aiosmtplib.SMTPException) as failed:
            await send(server)

        assert str(code) in repr(failed.value) or step is Step.EHLO
        assert server.accepted == []
        assert [mail.reply_code for mail in server.mails] == ([code] if step is Step.DOT else [])


@pytest.mark.parametrize("step", ON_THE_WAY)
@pytest.mark.parametrize("act", [HANG, DROP, reply(421)])
async def test_a_hang_and_a_dropped_line_are_no_acceptance(step, act):
    async with playing({step: act}) as server:
        with pytest.raises((aiosmtplib.SMTPException, OSError)):
            await send(server, timeout=0.5 if act is HANG else PATIENCE_SECONDS)

        assert server.accepted == []
        assert len(server.mails) == (step is Step.DOT)


async def test_a_script_may_misbehave_only_the_first_times():
    async with playing({Step.MAIL: [reply(451), None, reply(452)]}) as server:
        for refused in (True, False, True, False):
            if refused:
                with pytest.raises(aiosmtplib.SMTPException):
                    await send(server)
            else:
                await send(server)

        assert len(server.accepted) == 2
        assert server.connections == 4


async def test_one_recipient_may_be_refused_and_the_other_served():
    async with playing(recipients={"gone@example.net": reply(550)}) as server:
        refused, _ = await send(server, "gone@example.net", "noc@example.net")

        assert set(refused) == {"gone@example.net"}
        assert server.accepted[0].recipients == ("noc@example.net",)


@pytest.mark.parametrize("mechanism", ["plain", "login", "crammd5"])
async def test_it_notes_who_logged_in_and_whether_in_the_clear(mechanism):
    async with playing() as server:
        client = aiosmtplib.SMTP(hostname=server.host, port=server.port, timeout=PATIENCE_SECONDS, start_tls=False)
        async with client:
            await getattr(client, f"auth_{mechanism}")("netwatch", "secret")

        (login,) = server.logins
        assert (login.user, login.tls) == ("netwatch", False)
        assert login.password == "secret" or mechanism == "crammd5"
        assert not any("secret" in command for command in server.commands)


async def test_starttls_is_really_spoken(tmp_path):
    certificate = self_signed(tmp_path)
    context = ssl.create_default_context(cafile=certificate.certificate)
    async with playing(context=certificate.server_context()) as server:
        await send(server, start_tls=True, tls_context=context)

        assert server.accepted[0].tls
        assert server.logins[0].tls


async def test_starttls_may_be_stripped_or_refused(tmp_path):
    certificate = self_signed(tmp_path)
    async with playing(context=certificate.server_context(), strip_starttls=True) as server:
        with pytest.raises(aiosmtplib.SMTPException):
            await send(server, start_tls=True)
    async with playing({Step.STARTTLS: reply(454)}, context=certificate.server_context()) as server:
        with pytest.raises(aiosmtplib.SMTPException):
            await send(server, start_tls=True)


async def test_implicit_tls_with_a_certificate_for_somebody_else_is_noticed_by_the_client(tmp_path):
    certificate = self_signed(tmp_path, host="elsewhere.invalid")
    context = ssl.create_default_context(cafile=certificate.certificate)
    async with playing(context=certificate.server_context(), implicit_tls=True) as server:
        with pytest.raises((aiosmtplib.SMTPException, OSError)):
            await send(server, use_tls=True, tls_context=context)
