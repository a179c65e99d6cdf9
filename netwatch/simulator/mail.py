"""A mail server that keeps what it is sent, on aiosmtpd: what the demo mails to, and what tests read.

It behaves; the one that misbehaves on cue is rough_server.py.
May import: listener. Called by: cli (the demo), tests.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import secrets
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as modern
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from netwatch.simulator.listener import close_listener

MAX_KEPT = 10_000
MAX_MESSAGE_BYTES = 16 * 2**20
OK_QUEUED = "250 2.0.0 OK: kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMail:
    """One message as it arrived: envelope, bytes, and how the sender came (`user` is empty without AUTH)."""

    envelope_sender: str
    recipients: tuple[str, ...]
    message: bytes
    at: datetime
    tls: bool = False
    user: str = ""

    def parsed(self) -> EmailMessage:
        """Return the message as the email package reads it."""
        return BytesParser(_class=EmailMessage, policy=modern).parsebytes(self.message)

    @property
    def subject(self) -> str:
        """Return the subject, empty where there is none."""
        return str(self.parsed()["Subject"] or "")

    @property
    def text(self) -> str:
        """Return the plain text part."""
        part = self.parsed().get_body(("plain",))
        return str(part.get_content()) if part is not None else ""


class _Handler:
    """What aiosmtpd calls, by its names; AUTH is demanded here, since its own `auth_required` insists on TLS."""

    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink

    async def handle_MAIL(self, _server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self._sink.login is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        self._sink.keep(
            ReceivedMail(
                envelope_sender=envelope.mail_from or "",
                recipients=tuple(envelope.rcpt_tos),
                message=bytes(envelope.content),
                at=datetime.now(UTC),
                tls=bool(server.transport and server.transport.get_extra_info("ssl_object")),
                user=session.login_data.decode(errors="replace") if session.login_data else "",
            )
        )
        return OK_QUEUED

    async def auth_CRAM__MD5(self, server: SMTP, _args: list[str]) -> AuthResult:
        """Ask and check a CRAM-MD5 digest (RFC 2195), which aiosmtpd does not know."""
        challenge = f"<{secrets.token_hex(8)}@{server.hostname}>".encode()
        answer = await server.challenge_auth(challenge)
        if not isinstance(answer, bytes):
            return AuthResult(success=False, handled=True)
        name, _, digest = answer.rpartition(b" ")
        user, password = self._sink.login or ("", "")
        wanted = hmac.new(password.encode(), challenge, "md5").hexdigest().encode()
        good = name == user.encode() and hmac.compare_digest(digest, wanted)
        return AuthResult(success=good, handled=False, auth_data=LoginPassword(name, b""))


class _Session(SMTP):
    """A conversation that is known from before its first octet until it is gone; then `on_end` is called."""

    def __init__(self, handler: _Handler, *, on_end: Callable[[_Session], None], **options: Any) -> None:
        super().__init__(handler, **options)
        self._on_end, self._is_ending, self._gone = on_end, False, asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if self._is_ending:
            transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._gone.set()
        self._on_end(self)

    async def end(self) -> None:
        """Close the connection and wait until nobody talks on it; one whose handshake is under way ends with that."""
        self._is_ending = True
        if self.transport is not None:
            self.transport.close()
            await self._gone.wait()
        if self._handler_coroutine is not None:
            await asyncio.wait([self._handler_coroutine])


class SmtpSink:
    """Listens between `start()` and `stop()`; `port` is the real one once started.

    login: user and password that must be given before MAIL, None to ask for none.
    tls:   `starttls` refuses mail before STARTTLS; both need `context` (see certificate.self_signed).
    on_mail is called with every mail as it is kept; the newest MAX_KEPT are kept.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        login: tuple[str, str] | None = None,
        tls: Literal["none", "starttls", "implicit"] = "none",
        context: ssl.SSLContext | None = None,
        on_mail: Callable[[ReceivedMail], None] | None = None,
    ) -> None:
        if (tls != "none") != (context is not None):
            raise ValueError("a TLS context belongs to tls='starttls' and tls='implicit', and only to them")
        self.host, self.port, self.login, self.on_mail = host, port, login, on_mail
        self.received_total = 0
        self._tls, self._context = tls, context
        self._mails: deque[ReceivedMail] = deque(maxlen=MAX_KEPT)
        self._arrived = asyncio.Condition()
        self._server: asyncio.Server | None = None
        self._sessions: set[_Session] = set()
        self._wakers: set[asyncio.Task[None]] = set()

    @property
    def mails(self) -> list[ReceivedMail]:
        """Return the mails kept, oldest first."""
        return list(self._mails)

    async def start(self) -> None:
        """Listen."""
        context = self._context if self._tls == "implicit" else None
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, self.host, self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the listener and every open session; the mails stay readable."""
        if self._server is not None:
            await close_listener(self._server)
            for session in tuple(self._sessions):
                await session.end()
            await self._server.wait_closed()
            self._server = None
        for task in tuple(self._wakers):
            await task

    async def wait_for(
        self,
        count: int,
        timeout: float,  # noqa: ASYNC109 - the caller waits for mails, not for a coroutine to be cancelled
        *,
        matching: Callable[[ReceivedMail], bool] = lambda _mail: True,
    ) -> list[ReceivedMail]:
        """Return the mails that match as soon as there are `count`.

        Raises:
            TimeoutError: fewer arrived in `timeout` seconds; says how many.
        """

        def found() -> list[ReceivedMail]:
            return [mail for mail in self._mails if matching(mail)]

        async with self._arrived:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait_for(lambda: len(found()) >= count), timeout)
        if len(found()) < count:
            raise TimeoutError(f"{len(found())} of {count} mails arrived in {timeout} s")
        return found()

    def keep(self, mail: ReceivedMail) -> None:
        """Take a mail in: what a session does after the final dot."""
        self._mails.append(mail)
        self.received_total += 1
        if self.on_mail is not None:
            self.on_mail(mail)
        waker = asyncio.get_running_loop().create_task(self._wake())
        self._wakers.add(waker)
        waker.add_done_callback(self._wakers.discard)

    async def _wake(self) -> None:
        async with self._arrived:
            self._arrived.notify_all()

    def _session(self) -> _Session:
        session = _Session(
            _Handler(self),
            on_end=self._sessions.discard,
            hostname="sink.invalid",
            ident="NetWatch mail sink",
            data_size_limit=MAX_MESSAGE_BYTES,
            enable_SMTPUTF8=True,
            tls_context=self._context if self._tls == "starttls" else None,
            require_starttls=self._tls == "starttls",
            auth_require_tls=self._tls == "starttls",
            authenticator=self._authenticate,
            auth_exclude_mechanism=() if self.login else ("PLAIN", "LOGIN", "CRAM-MD5"),
            loop=asyncio.get_running_loop(),
        )
        self._sessions.add(session)
        return session

    def _authenticate(
        self, _server: SMTP, _session: Any, _envelope: Any, _mechanism: str, given: LoginPassword
    ) -> AuthResult:
        user, password = self.login or ("", "")
        good = hmac.compare_digest(given.login, user.encode())
        good &= hmac.compare_digest(given.password, password.encode())
        return AuthResult(success=good, handled=False, auth_data=given)
