"""One SMTP connection to one relay, step by step, so that every failure says in which phase it happened.

aiosmtplib frames commands and replies; the order of steps is ours. Its `send()` and `data()` are not used: they
cannot tell a silence before the final dot from one after it, and that decides whether a mail may be lost or doubled.
May import: netwatch.errors, netwatch.model, netwatch.oauth, netwatch.notify.{address, guard, smtp.*}.
Called by: netwatch.notify.{diagnosis, smtp.{pool, relays}}.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import aiosmtplib
from aiosmtplib import SMTPException, SMTPResponse, SMTPResponseException, SMTPServerDisconnected

from netwatch.errors import TokenError
from netwatch.model import is_loopback
from netwatch.notify.address import is_address
from netwatch.notify.guard import clean_line
from netwatch.notify.smtp.failures import SmtpFailure, in_words, without_secrets
from netwatch.notify.smtp.replies import TOO_LARGE, Phase
from netwatch.notify.smtp.settings import RelaySettings
from netwatch.notify.smtp.wire import best_mechanism, no_way_to_log_in, own_name, stuffed
from netwatch.notify.smtp.xoauth2 import log_in_with_token
from netwatch.oauth import TokenSource

DOT_TIMEOUTS = 4
"""A server may filter and store before it answers the final dot; RFC 5321, 4.5.3.2 gives it most time there too."""
QUIT_SECONDS = 1.0
MOST_WORDS = 600
NO_MAILBOX = 553
"""What a server would say to an address that is none (RFC 5321, section 4.2.2); we say it first."""
_XTEXT = re.compile(r"[A-Za-z0-9._-]{1,100}")
"""Ids of ours need no encoding (RFC 3461, section 4); one that would is left out."""
NO_COMMAND = frozenset({500, 501, 502, 504})
"""Replies to EHLO that ask for HELO (RFC 5321, section 3.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step as it went: what was asked, what came back, how long it took. For the diagnosis."""

    phase: Phase
    ok: bool
    text: str
    took_seconds: float


def ignore_step(_step: Step) -> None:
    """Watch nothing."""


class Session:
    """A connection from `open()` to `quit()` or `close()`; carries one message at a time.

    `phase` is how far the present dialogue came, `delivered` how many messages this connection carried.
    """

    def __init__(
        self,
        relay: RelaySettings,
        *,
        local_hostname: str | None = None,
        context: ssl.SSLContext | None = None,
        watch: Callable[[Step], None] = ignore_step,
        tokens: TokenSource | None = None,
    ) -> None:
        """Keep what is needed; `tokens` are those of a relay that wants XOAUTH2."""
        self.phase = Phase.CONNECT
        self._tokens, self._token = tokens, ""
        self.delivered = 0
        self._relay, self._local_hostname, self._watch = relay, local_hostname, watch
        self._timeout = relay.timeout.total_seconds()
        self._smtp = aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            local_hostname="localhost",  # never used: EHLO gets its name below, when our own address is known
            timeout=self._timeout,
            use_tls=relay.tls == "implicit",
            start_tls=False,
            tls_context=context,
        )

    @property
    def is_connected(self) -> bool:
        """Return whether the connection still stands, as far as is known."""
        return self._smtp.is_connected

    async def open(self) -> None:
        """Connect, greet, protect and log in.

        Raises:
            SmtpFailure: one of the steps failed; the connection is closed.
        """
        try:
            await self._step(Phase.CONNECT, self._smtp.connect())
            await self._greet()
            if self._relay.tls == "starttls":
                await self._start_tls()
                await self._greet()
            if self._relay.username is not None:
                await self._log_in(self._relay.username)
        except BaseException:
            self.close()
            raise

    async def deliver(
        self, *, envelope_sender: str, recipient: str, message: bytes, envelope_id: str = "",
        notify_success: bool = False,
    ) -> str:  # fmt: skip
        """Hand over one message; return the server's words when it accepted.

        envelope_id: what a report about it is to name, where the server does that (RFC 3461). notify_success: whether
        one is to come also where all went well.

        Raises:
            SmtpFailure: it did not; its `meaning` says what becomes of the message.
        """
        if not is_address(recipient):
            raise SmtpFailure(Phase.RCPT, f"not sent: {clean_line(recipient)!r} is no mail address", code=NO_MAILBOX)
        await self.mail(envelope_sender, eight_bit=not message.isascii(), size=len(message), envelope_id=envelope_id)
        options = []
        if notify_success and self._smtp.supports_extension("dsn"):
            options = ["NOTIFY=SUCCESS,FAILURE,DELAY", f"ORCPT=rfc822;{_xtext(recipient)}"]
        await self._step(Phase.RCPT, self._smtp.rcpt(recipient, options=options))
        await self._step(Phase.DATA, self._data())
        reply = await self._content(message)
        self.delivered += 1
        return reply

    async def mail(
        self, envelope_sender: str, *, eight_bit: bool = False, size: int = 0, envelope_id: str = ""
    ) -> None:
        """Name the sender, as the first step of a message or to see whether this relay would take one."""
        options = ["BODY=8BITMIME"] if eight_bit and self._smtp.supports_extension("8bitmime") else []
        if size and self._smtp.supports_extension("size"):
            self._refuse_what_is_too_large(size)
            options.append(f"SIZE={size}")
        if _XTEXT.fullmatch(envelope_id) and self._smtp.supports_extension("dsn"):
            options += ["RET=HDRS", f"ENVID={envelope_id}"]
        await self._step(Phase.MAIL, self._smtp.mail(envelope_sender, options=options))

    def _refuse_what_is_too_large(self, size: int) -> None:
        """Fail as the server would, where it said how much it takes (RFC 1870, section 6.1); 0 is no limit."""
        offered = str(self._smtp.esmtp_extensions.get("size", "")).strip()
        most = int(offered[:18]) if offered.isascii() and offered.isdigit() else 0
        if most and size > most:
            text = f"not sent: the mail has {size:,} bytes, and the server takes {most:,}"
            self._tell(Phase.MAIL, ok=False, text=text, started=time.monotonic())
            raise SmtpFailure(Phase.MAIL, text, code=TOO_LARGE)

    async def reset(self) -> bool:
        """Forget a half-told message; return whether the connection can carry another."""
        if not self.is_connected:
            return False
        try:
            await self._smtp.rset()
        except (SMTPException, OSError):
            self.close()
        return self.is_connected

    async def quit(self) -> None:
        """Take leave, briefly, and close."""
        with contextlib.suppress(SMTPException, OSError):
            if self.is_connected:
                await self._smtp.quit(timeout=min(QUIT_SECONDS, self._timeout))
        self.close()

    def close(self) -> None:
        """Close without a word."""
        self._smtp.close()

    def transport_info(self, key: str) -> Any:
        """Return what asyncio knows of the connection (`ssl_object`, `peername`), None where it is closed."""
        return self._smtp.get_transport_info(key) if self.is_connected else None

    async def _greet(self) -> None:
        name = self._local_hostname or own_name(self.transport_info("sockname"))
        try:
            await self._step(Phase.EHLO, self._smtp.ehlo(hostname=name))
        except SmtpFailure as failure:
            if failure.code not in NO_COMMAND or not self.is_connected:
                raise
            await self._step(Phase.EHLO, self._smtp.helo(hostname=name))

    async def _start_tls(self) -> None:
        if not self._smtp.supports_extension("starttls"):
            self._fail(Phase.STARTTLS, "the server does not offer STARTTLS, and tls: starttls requires it")
        await self._step(Phase.STARTTLS, self._smtp.starttls())

    async def _log_in(self, username: str) -> None:
        if self.transport_info("ssl_object") is None and not is_loopback(self._relay.host):
            self._fail(Phase.AUTH, "the connection is not protected, and a password is never sent in the clear")
        offered = [name.upper() for name in self._smtp.server_auth_methods]
        mechanism = self._relay.auth or best_mechanism(offered)
        if mechanism is None or mechanism not in offered:
            later = self.transport_info("ssl_object") is None and self._smtp.supports_extension("starttls")
            self._fail(Phase.AUTH, no_way_to_log_in(offered, self._relay.auth, after_starttls=later))
        if mechanism == "XOAUTH2":
            await self._log_in_by_token(username)
            return
        password = self._relay.password.get_secret_value() if self._relay.password else ""
        ways = {"PLAIN": self._smtp.auth_plain, "LOGIN": self._smtp.auth_login, "CRAM-MD5": self._smtp.auth_crammd5}
        await self._step(Phase.AUTH, ways[mechanism](username, password))

    async def _log_in_by_token(self, username: str) -> None:
        """Log in with the token at hand, and where that is refused once more with a new one."""
        if self._tokens is None:
            self._fail(Phase.AUTH, "there is no way to get a token")
        self._token = await self._next_token(self._tokens)
        try:
            await self._step(Phase.AUTH, log_in_with_token(self._smtp, username, self._token))
        except SmtpFailure as refused:
            if (refused.code or 0) < 500 or not self.is_connected:
                raise
            self._token = await self._next_token(self._tokens, instead_of=self._token)
            await self._step(Phase.AUTH, log_in_with_token(self._smtp, username, self._token))

    async def _next_token(self, tokens: TokenSource, *, instead_of: str = "") -> str:
        self.phase = Phase.AUTH
        started = time.monotonic()
        try:
            return await tokens.token(instead_of=instead_of)
        except TokenError as exc:
            words = clean_line(str(exc), MOST_WORDS)
            self._tell(Phase.AUTH, ok=False, text=words, started=started)
            raise SmtpFailure(Phase.AUTH, words) from exc

    async def _data(self) -> SMTPResponse:
        reply = await self._smtp.execute_command(b"DATA")
        if reply.code != 354:
            raise SMTPResponseException(reply.code, reply.message)
        return reply

    async def _content(self, message: bytes) -> str:
        """Send the message and the final dot, knowing at every moment on which side of the dot we are."""
        protocol = self._smtp.protocol
        if protocol is None:
            self._fail(Phase.DATA, "the server closed the connection", dropped=True)
        answer = asyncio.create_task(protocol.read_response())
        try:
            await asyncio.sleep(0)  # lets the reader wait before the first octet leaves
            protocol.write(stuffed(message))
            await self._drained(answer)
            protocol.write(b".\r\n")
            self.phase = Phase.END_OF_DATA
            return await self._step(Phase.END_OF_DATA, self._accepted(answer))
        except SMTPServerDisconnected as exc:
            raise self._failure(Phase.DATA, exc) from exc
        finally:
            if answer.cancel():
                self.close()  # the answer may still come, and would be taken for the next command's
            elif not answer.cancelled():
                answer.exception()  # seen, so that asyncio does not report it as forgotten

    async def _drained(self, answer: asyncio.Task[SMTPResponse]) -> None:
        """Wait until the system took every octet, so that the dot really is the last thing to leave."""
        deadline = time.monotonic() + self._timeout
        while (left := self._smtp.transport) is not None and left.get_write_buffer_size() > 0:  # type: ignore[attr-defined]
            await asyncio.wait({answer}, timeout=0.02)
            if time.monotonic() > deadline and not answer.done():
                self.close()
                self._fail(Phase.DATA, f"the server took no data for {self._timeout:g} s")
        await asyncio.sleep(0)
        if answer.done():  # refused in the middle, or gone: either way the message was not complete
            await self._step(Phase.DATA, self._refused_early(answer))

    async def _refused_early(self, answer: asyncio.Task[SMTPResponse]) -> NoReturn:
        try:
            reply = await answer
        finally:
            self.close()
        raise SMTPResponseException(reply.code, reply.message)

    async def _accepted(self, answer: asyncio.Task[SMTPResponse]) -> SMTPResponse:
        done, _ = await asyncio.wait({answer}, timeout=self._seconds_given())
        if not done:
            self.close()
            raise TimeoutError
        reply = answer.result()
        if not 200 <= reply.code <= 299:
            if reply.code == 421:
                self.close()
            raise SMTPResponseException(reply.code, reply.message)
        return reply

    async def _step(self, phase: Phase, doing: Awaitable[SMTPResponse]) -> str:
        self.phase = phase
        started = time.monotonic()
        try:
            reply = await doing
            _end_if_cancelled()
        except (SMTPException, OSError, ValueError) as exc:
            failure = self._failure(phase, exc)
            self._tell(failure.phase, ok=False, text=failure.words, started=started)
            raise failure from exc
        words = f"{reply.code} {self._cleaned(reply.message)}"
        self._tell(Phase.GREETING if phase is Phase.CONNECT else phase, ok=True, text=words, started=started)
        return words

    def _tell(self, phase: Phase, *, ok: bool, text: str, started: float) -> None:
        self.phase = phase
        self._watch(Step(phase=phase, ok=ok, text=text, took_seconds=time.monotonic() - started))

    def _fail(self, phase: Phase, text: str, *, dropped: bool = False) -> NoReturn:
        self._tell(phase, ok=False, text=text, started=time.monotonic())
        raise SmtpFailure(phase, text, dropped=dropped)

    def _failure(self, phase: Phase, exc: Exception) -> SmtpFailure:
        if phase is Phase.CONNECT and (isinstance(exc, SMTPResponseException) or _was_connected(exc)):
            phase = Phase.GREETING
        if isinstance(exc, SMTPResponseException):
            if 400 <= exc.code <= 599:
                return SmtpFailure(phase, self._cleaned(exc.message), code=exc.code)
            self.close()  # what comes next on this connection belongs to nobody
            return SmtpFailure(phase, f"an answer that means nothing here: {exc.code} {self._cleaned(exc.message)}")
        root = exc.__cause__ if isinstance(exc.__cause__, OSError) else exc
        if isinstance(exc, ValueError) and not isinstance(exc, OSError):
            return SmtpFailure(phase, f"not sent: {self._cleaned(str(exc))}", code=NO_MAILBOX)
        return SmtpFailure(
            phase, self._cleaned(in_words(root, self._seconds_given())), dropped=isinstance(root, ConnectionError)
        )

    def _seconds_given(self) -> float:
        return self._timeout * (DOT_TIMEOUTS if self.phase is Phase.END_OF_DATA else 1)

    def _cleaned(self, text: str) -> str:
        """Return a server's words as one harmless line; some servers repeat what they did not understand."""
        return clean_line(without_secrets(text, self._relay, self._token), 300)


def _xtext(address: str) -> str:
    """Return an address as it stands in ORCPT (RFC 3461, section 4)."""
    return address.replace("+", "+2B").replace("=", "+3D")


def _end_if_cancelled() -> None:
    """Carry out a cancellation that Python 3.11's `wait_for` lost because the answer came in the same moment."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _was_connected(exc: Exception) -> bool:
    """Return whether aiosmtplib's connect() failed on the greeting: its cause is then an SMTP error of its own."""
    return isinstance(exc.__cause__, SMTPException)
