"""One connection, step by step: protection, login, and which side of the final dot a failure is on."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from datetime import timedelta

import pytest

from netwatch.notify import Phase, RelaySettings
from netwatch.notify.smtp.failures import SmtpFailure
from netwatch.notify.smtp.session import Session
from netwatch.notify.smtp.tls import tls_context
from netwatch.simulator import DROP, HANG, SmtpSink, Step, reply, self_signed

LOGIN = {"username": "netwatch", "password": "Tr0ub4dor&3"}
MAIL = {
    "envelope_sender": "netwatch@example.net",
    "recipient": "noc@example.net",
    "message": b"Subject: x\r\n\r\nhello\r\n",
}


def session_to(server, *, local_hostname=None, watch=lambda _step: None, **changes) -> Session:
    relay = RelaySettings.model_validate({"host": "127.0.0.1", "port": server.port, "timeout": "60s", **changes})
    return Session(relay, local_hostname=local_hostname, context=tls_context(relay), watch=watch)


@contextlib.asynccontextmanager
async def opened(server, **changes):
    session = session_to(server, **changes)
    await session.open()
    yield session
    await session.quit()


@pytest.fixture
async def sink():
    """A server that behaves and wants TLS and a login."""
    running = []

    async def start(**options):
        server = SmtpSink(**options)
        await server.start()
        running.append(server)
        return server

    yield start
    for server in running:
        await server.stop()


# -- protection ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_mail_and_login_go_protected(tls, sink, tmp_path):
    certificate = self_signed(tmp_path)
    server = await sink(tls=tls, context=certificate.server_context(), login=("netwatch", "Tr0ub4dor&3"))

    async with opened(server, tls=tls, ca_file=str(certificate.certificate), **LOGIN) as session:
        await session.deliver(**MAIL)

    (mail,) = server.mails
    assert (mail.tls, mail.user) == (True, "netwatch")


async def test_a_server_without_starttls_gets_neither_login_nor_mail(rough, tmp_path):
    server = await rough(context=self_signed(tmp_path).server_context(), strip_starttls=True)

    with pytest.raises(SmtpFailure, match="does not offer STARTTLS") as failed:
        await session_to(server, tls="starttls", **LOGIN).open()

    assert failed.value.phase is Phase.STARTTLS
    assert server.logins == []
    assert not any(command.startswith("MAIL") for command in server.commands)


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_an_unknown_certificate_is_refused_in_words(tls, rough, tmp_path):
    server = await rough(context=self_signed(tmp_path).server_context(), implicit_tls=tls == "implicit")

    with pytest.raises(SmtpFailure, match="certificate is not accepted: self-signed certificate"):
        await session_to(server, tls=tls, **LOGIN).open()

    assert server.logins == []


@pytest.mark.parametrize(
    ("made_for", "words"),
    [({"host": "mail.example.net"}, "not valid for '127.0.0.1'"), ({"valid_for": timedelta(days=-1)}, "expired")],
)
async def test_a_certificate_of_another_name_or_time_is_refused_in_words(made_for, words, rough, tmp_path):
    certificate = self_signed(tmp_path, **made_for)
    server = await rough(context=certificate.server_context())

    with pytest.raises(SmtpFailure, match=words) as failed:
        await session_to(server, tls="starttls", ca_file=str(certificate.certificate)).open()

    assert failed.value.phase is Phase.STARTTLS


# -- login --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
async def test_each_mechanism_logs_in(mechanism, sink):
    server = await sink(login=("netwatch", "Tr0ub4dor&3"))

    async with opened(server, auth=mechanism, **LOGIN) as session:
        await session.deliver(**MAIL)

    assert server.mails[0].user == "netwatch"


async def test_a_pinned_mechanism_that_is_not_offered_is_not_replaced_by_another(rough):
    server = await rough(extensions=("AUTH PLAIN LOGIN",))

    with pytest.raises(SmtpFailure, match="AUTH CRAM-MD5 is not offered; offered: PLAIN LOGIN"):
        await session_to(server, auth="CRAM-MD5", **LOGIN).open()

    assert server.logins == []


@pytest.mark.parametrize(("extensions", "settings", "words"), [
    ((), {}, "the server offers no AUTH: leave username and password out"),
    (("AUTH",), {}, "the server offers no AUTH: leave username and password out"),
    (("AUTH GSSAPI NTLM",), {}, "no way to log in that NetWatch knows; offered: GSSAPI NTLM; known: PLAIN LOGIN"),
    (("AUTH XOAUTH2",), {}, "offered: XOAUTH2; known: PLAIN LOGIN CRAM-MD5; XOAUTH2 needs oauth2"),
    (("AUTH LOGIN",), {"auth": "PLAIN"}, "offered: LOGIN; leave auth out, or set auth: LOGIN"),
])  # fmt: skip
async def test_why_there_is_no_way_to_log_in_is_said_with_what_to_set(rough, extensions, settings, words):
    server = await rough(extensions=extensions)

    with pytest.raises(SmtpFailure, match=words) as failed:
        await session_to(server, **settings, **LOGIN).open()

    assert failed.value.phase is Phase.AUTH


@pytest.mark.parametrize(("extensions", "settings", "words"), [
    ((), {}, "the server offers AUTH only after STARTTLS: set tls: starttls"),
    ((), {"auth": "LOGIN"}, "the server offers AUTH only after STARTTLS: set tls: starttls"),
    (("AUTH CRAM-MD5",), {"auth": "PLAIN"}, "offered: CRAM-MD5; set tls: starttls, for more may be offered after it"),
    (("AUTH GSSAPI",), {}, "offered: GSSAPI; set tls: starttls, for more may be offered after it"),
])  # fmt: skip
async def test_a_server_may_keep_logins_for_protected_connections(rough, tmp_path, extensions, settings, words):
    server = await rough(extensions=extensions, context=self_signed(tmp_path).server_context())

    with pytest.raises(SmtpFailure, match=words):
        await session_to(server, **settings, **LOGIN).open()

    assert server.logins == []


@pytest.mark.parametrize(("extension", "said"), [
    ("SIZE 1000", True), ("SIZE", True), ("SIZE 0", True), ("8BITMIME", False),
])  # fmt: skip
async def test_the_size_is_said_where_the_server_wants_to_know(rough, extension, said):
    server = await rough(extensions=(extension,))

    async with opened(server) as session:
        await session.deliver(**MAIL)

    (command,) = [command for command in server.commands if command.startswith("MAIL")]
    assert (f"SIZE={len(MAIL['message'])}" in command) is said


@pytest.mark.parametrize(("extension", "envelope_id", "said"), [
    ("DSN", "0190-ab", True), ("DSN", "", False), ("DSN", "has spaces", False), ("DSN", "x=y+z", False),
    ("8BITMIME", "0190-ab", False),
])  # fmt: skip
async def test_a_report_is_to_name_the_row_where_the_server_makes_reports(rough, extension, envelope_id, said):
    server = await rough(extensions=(extension,))

    async with opened(server) as session:
        await session.deliver(**MAIL, envelope_id=envelope_id)

    (command,) = [command for command in server.commands if command.startswith("MAIL")]
    assert (" RET=HDRS" in command, f" ENVID={envelope_id}" in command) == (said, said)


@pytest.mark.parametrize(("extension", "asked", "options"), [
    ("DSN", True, " NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;ann+2Bnoc+3D1@example.net"),
    ("DSN", False, ""), ("8BITMIME", True, ""),
])  # fmt: skip
async def test_a_report_of_success_is_asked_for_where_that_is_wanted_and_the_server_makes_them(
    rough, extension, asked, options
):
    server = await rough(extensions=(extension,))

    async with opened(server) as session:
        await session.deliver(**{**MAIL, "recipient": "ann+noc=1@example.net"}, notify_success=asked)

    (command,) = [command for command in server.commands if command.startswith("RCPT")]
    assert command == f"RCPT TO:<ann+noc=1@example.net>{options}"


async def test_a_mail_larger_than_the_server_said_it_takes_is_not_begun(rough):
    server = await rough(extensions=("SIZE 10",))

    async with opened(server) as session:
        with pytest.raises(SmtpFailure, match="the mail has 21 bytes, and the server takes 10") as failed:
            await session.deliver(**MAIL)

    assert failed.value.too_large
    assert not any(command.startswith("MAIL") for command in server.commands)


async def test_a_refused_login_is_tried_once_and_by_one_mechanism(rough):
    server = await rough({Step.AUTH: reply(535)})

    with pytest.raises(SmtpFailure, match="535") as failed:
        await session_to(server, **LOGIN).open()

    assert failed.value.phase is Phase.AUTH
    assert [login.mechanism for login in server.logins] == ["PLAIN"]


async def test_a_server_that_repeats_the_password_does_not_get_it_into_words(rough):
    blob = base64.b64encode(b"\0netwatch\0Tr0ub4dor&3").decode()
    server = await rough({Step.AUTH: reply(535, f"what is {blob}, or Tr0ub4dor&3?")})
    steps = []

    with pytest.raises(SmtpFailure) as failed:
        await session_to(server, watch=steps.append, **LOGIN).open()

    assert "Tr0ub4dor" not in f"{failed.value} {failed.value.words} {steps}"
    assert blob not in f"{failed.value} {steps}"
    assert "what is ***, or ***?" in failed.value.text


# -- steps --------------------------------------------------------------------------------------------------------


async def test_every_step_is_told_with_its_reply(rough):
    server, steps = await rough(), []

    async with opened(server, watch=steps.append) as session:
        await session.deliver(**MAIL)

    assert [(step.phase, step.text[:3]) for step in steps] == [
        (Phase.GREETING, "220"),
        (Phase.EHLO, "250"),
        (Phase.MAIL, "250"),
        (Phase.RCPT, "250"),
        (Phase.DATA, "354"),
        (Phase.END_OF_DATA, "250"),
    ]


@pytest.mark.parametrize(
    ("step", "act", "phase"),
    [
        (Step.GREETING, HANG, Phase.GREETING),
        (Step.GREETING, DROP, Phase.GREETING),
        (Step.GREETING, reply(554), Phase.GREETING),
        (Step.DATA, DROP, Phase.DATA),
        (Step.DATA, reply(250), Phase.DATA),
        (Step.DOT, DROP, Phase.END_OF_DATA),
        (Step.DOT, HANG, Phase.END_OF_DATA),
        (Step.DOT, reply(354), Phase.END_OF_DATA),
    ],
)
async def test_a_failure_names_its_phase_and_which_side_of_the_dot_it_is_on(step, act, phase, rough):
    server = await rough({step: act})
    session = session_to(server, timeout="500ms" if act is HANG else "60s")

    async def go_through():
        await session.open()
        await session.deliver(**MAIL)

    with pytest.raises(SmtpFailure) as failed:
        await go_through()

    assert failed.value.phase is phase
    assert not session.is_connected or failed.value.code is not None


async def test_a_refused_connection_is_a_failure_to_connect(tcp_port):
    session = Session(RelaySettings(host="127.0.0.1", port=tcp_port))

    with pytest.raises(SmtpFailure, match="connect") as failed:
        await session.open()

    assert failed.value.phase is Phase.CONNECT


async def raw_server(talk):
    """Start a server that is nothing but this function."""
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    server.port = server.sockets[0].getsockname()[1]
    return server


def script(*lines: bytes, at_data: bytes = b"354 go on\r\n", until_dot: bool = True):
    async def talk(reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            writer.write(b"220 raw\r\n")
            while line := await reader.readline():
                if line.startswith(b"DATA"):
                    break
                writer.write(b"250 ok\r\n")
            writer.write(at_data)
            await writer.drain()
            if until_dot:
                await reader.readuntil(b"\r\n.\r\n")
            for answer in lines:
                writer.write(answer)
        writer.close()

    return talk


LARGE = (b"x" * 997 + b"\r\n") * 12_000
"""More than two sockets hold."""


async def test_a_refusal_in_the_middle_of_the_message_is_known_to_be_before_the_dot():
    server = await raw_server(script(b"552 5.3.4 too much\r\n", until_dot=False))
    relay = RelaySettings(host="127.0.0.1", port=server.port, timeout="60s")
    session = Session(relay)
    await session.open()

    with pytest.raises(SmtpFailure) as failed:
        await session.deliver(**{**MAIL, "message": LARGE})

    session.close()
    server.close()
    await server.wait_closed()
    assert failed.value.phase is Phase.DATA


async def test_a_server_that_takes_no_data_is_known_to_be_before_the_dot():
    release = asyncio.Event()

    async def talk(reader, writer):
        writer.write(b"220 raw\r\n")
        while not (await reader.readline()).startswith(b"DATA"):
            writer.write(b"250 ok\r\n")
        writer.write(b"354 go on\r\n")
        await release.wait()
        writer.close()

    server = await raw_server(talk)
    session = Session(RelaySettings(host="127.0.0.1", port=server.port, timeout="500ms"))
    await session.open()

    with pytest.raises(SmtpFailure, match="took no data for") as failed:
        await session.deliver(**{**MAIL, "message": LARGE})

    release.set()
    server.close()
    await server.wait_closed()
    assert failed.value.phase is Phase.DATA


@pytest.mark.parametrize("answer", [b"\xff\xfe garbage\r\n", b"hello\r\n", b"9" * 50_000 + b"\r\n", b""])
async def test_an_answer_to_the_dot_that_is_none_may_be_an_acceptance(answer):
    server = await raw_server(script(answer))
    session = Session(RelaySettings(host="127.0.0.1", port=server.port, timeout="60s"))
    await session.open()

    with pytest.raises(SmtpFailure) as failed:
        await session.deliver(**MAIL)

    server.close()
    await server.wait_closed()
    assert (failed.value.phase, failed.value.code) == (Phase.END_OF_DATA, None)
    assert failed.value.text.isprintable()


async def test_a_server_that_knows_only_helo_is_greeted_so(smtp_sink):
    sink = smtp_sink("-e", "-f", "EHLO")

    async with opened(sink) as session:
        await session.deliver(**MAIL)

    assert b"X-Client-Proto: SMTP\n" in sink.mails[0]


async def test_ehlo_says_the_name_configured(smtp_sink):
    sink = smtp_sink()

    async with opened(sink, local_hostname="watch.example.net") as session:
        await session.deliver(**MAIL)

    assert b"X-Helo-Args: watch.example.net\n" in sink.mails[0]


# -- content ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b".\r\n", b"..\r\n.x\r\nx.\r\n", b"a\r\n.\r\nMAIL FROM:<x@y.example>\r\n"])
async def test_dots_arrive_as_they_were_sent(body, smtp_sink):
    sink = smtp_sink()

    async with opened(sink) as session:
        await session.deliver(**{**MAIL, "message": b"Subject: x\r\n\r\n" + body})

    (mail,) = sink.mails
    assert mail.endswith(b"Subject: x\n\n" + body.replace(b"\r\n", b"\n") + b"\n")


async def test_eight_bit_is_announced_only_where_it_is_needed_and_known(smtp_sink):
    sink = smtp_sink()

    async with opened(sink) as session:
        await session.deliver(**MAIL)
        await session.deliver(**{**MAIL, "message": "Subject: x\r\n\r\nZürich\r\n".encode()})

    arguments = sorted(line for mail in sink.mails for line in mail.split(b"\n") if line.startswith(b"X-Mail-Args"))
    assert arguments == [b"X-Mail-Args: <netwatch@example.net>", b"X-Mail-Args: <netwatch@example.net> BODY=8BITMIME"]


@pytest.mark.parametrize(
    "recipient",
    ["noc@example.net> NOTIFY=NEVER", "a b@example.net", "noc@example.net\r\nRSET", "büro@example.net", ""],
)
async def test_an_address_that_could_be_a_command_is_refused_before_it_is_sent(recipient, rough):
    server = await rough()

    async with opened(server) as session:
        with pytest.raises(SmtpFailure, match="not sent") as failed:
            await session.deliver(**{**MAIL, "recipient": recipient})

    assert failed.value.permanent
    assert not any(command.startswith("RCPT") for command in server.commands)
