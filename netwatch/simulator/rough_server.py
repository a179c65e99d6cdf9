"""A mail server that misbehaves on cue: at every step of SMTP it refuses, hangs, or drops the line, as told.

It says what it was asked, what it took, and what it answered. The server that behaves is mail.py.
May import: listener. Called by: tests.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from netwatch.simulator.listener import close_listener

MAX_LINE_BYTES = 2**16
MAX_MESSAGE_BYTES = 2**25


class Step(StrEnum):
    """The moments of a session at which the server may misbehave; DOT is the end of the message."""

    GREETING = "greeting"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    DOT = "dot"
    RSET = "RSET"
    NOOP = "NOOP"
    QUIT = "QUIT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What to do at a step: answer in words, say nothing (`hang`) or close the connection (`drop`).

    after: seconds to wait first. code 421 also closes, as RFC 5321, section 3.8, says.
    """

    kind: Literal["reply", "hang", "drop"]
    code: int = 0
    text: str = ""
    after: float = 0.0


def reply(code: int, text: str = "", *, after: float = 0.0) -> Act:
    """Answer with this code; a text of several lines makes a reply of several lines."""
    return Act(kind="reply", code=code, text=text or _WORDS.get(code, "as you say"), after=after)


HANG = Act(kind="hang")
DROP = Act(kind="drop")

_WORDS = {
    220: "rough.invalid ESMTP", 221: "2.0.0 bye", 235: "2.7.0 welcome", 250: "2.0.0 OK", 354: "go on",
    421: "4.3.2 closing", 450: "4.2.1 mailbox busy", 451: "4.3.0 try later", 452: "4.2.2 mailbox full",
    454: "4.7.0 not now", 535: "5.7.8 wrong user or password", 550: "5.1.1 no such mailbox", 554: "5.7.1 refused",
}  # fmt: skip
_USUAL = {
    Step.GREETING: 220, Step.EHLO: 250, Step.STARTTLS: 220, Step.AUTH: 235, Step.MAIL: 250, Step.RCPT: 250,
    Step.DATA: 354, Step.DOT: 250, Step.RSET: 250, Step.NOOP: 250, Step.QUIT: 221,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RoughMail:
    """A message that came as far as its final dot; `reply_code` is None where the server then said nothing.

    connection: the how-manieth it came on. answered_before: how many final dots had been answered by then.
    """

    envelope_sender: str
    recipients: tuple[str, ...]
    message: bytes
    reply_code: int | None
    tls: bool
    connection: int
    answered_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """One AUTH as it was tried, before the server said yes or no."""

    mechanism: str
    user: str
    password: str
    tls: bool


@dataclass(slots=True)
class _Session:
    number: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    tls: bool = False
    sender: str = ""
    recipients: list[str] = field(default_factory=list)


class _EndOfSession(Exception):
    """The connection is to be closed now."""


class RoughServer:
    """Plays a script between `start()` and `stop()`.

    script:     step -> one act for every time, or a sequence: one act each time the step comes up, over all
                connections, None for the usual answer; after its end the usual answer.
    recipients: address -> act at its RCPT, for every time.
    on_step:    called when a step is asked for (false) and when the server has answered it (true).
    extensions: what EHLO offers. STARTTLS is added where `context` is given, unless `strip_starttls`.
    """

    def __init__(
        self,
        script: Mapping[Step, Act | Sequence[Act | None]] | None = None,
        *,
        recipients: Mapping[str, Act] | None = None,
        on_step: Callable[[Step, bool], None] = lambda _step, _answered: None,
        extensions: Sequence[str] = ("PIPELINING", "8BITMIME", "SMTPUTF8", "AUTH PLAIN LOGIN CRAM-MD5"),
        context: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        strip_starttls: bool = False,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.host, self.port = host, port
        self.mails: list[RoughMail] = []
        self.commands: list[str] = []
        self.logins: list[Login] = []
        self.connections = self._answered = 0
        self._on_step = on_step
        self._recipients, self._extensions = dict(recipients or {}), tuple(extensions)
        self._context, self._implicit, self._strip = context, implicit_tls, strip_starttls
        self._always: dict[Step, Act] = {}
        self._next: dict[Step, list[Act | None]] = {}
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self.play(script or {})

    @property
    def accepted(self) -> list[RoughMail]:
        """Return the messages the server took and said so."""
        return [mail for mail in self.mails if mail.reply_code is not None and mail.reply_code < 300]

    def play(self, script: Mapping[Step, Act | Sequence[Act | None]]) -> None:
        """Replace the script; an empty one makes the server behave."""
        self._always = {step: act for step, act in script.items() if isinstance(act, Act)}
        self._next = {step: list(acts) for step, acts in script.items() if not isinstance(acts, Act)}

    def allow_all(self) -> None:
        """Let every recipient be taken as usual from now on."""
        self._recipients = {}

    def offer_starttls(self) -> None:
        """Strip STARTTLS no longer."""
        self._strip = False

    async def start(self) -> None:
        """Listen; `port` is the real one from now on."""
        context = self._context if self._implicit else None
        self._server = await asyncio.start_server(
            self._serve, self.host, self.port, ssl=context, limit=MAX_LINE_BYTES
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the listener and every connection, hanging ones too."""
        if self._server is None:
            return
        await close_listener(self._server)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    async def wait_for(
        self,
        count: int,
        timeout: float,  # noqa: ASYNC109 - the caller waits for mails, not for a coroutine to be cancelled
    ) -> list[RoughMail]:
        """Return the messages that reached their final dot, as soon as there are `count`.

        Raises:
            TimeoutError: fewer came in `timeout` seconds.
        """
        async with asyncio.timeout(timeout):
            while len(self.mails) < count:
                self._news.clear()
                await self._news.wait()
        return self.mails[:]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a stream callback runs in a task
        self._tasks.add(task)
        self.connections += 1
        session = _Session(self.connections, reader, writer, tls=self._implicit)
        try:
            await self._talk(session)
        except (_EndOfSession, ConnectionError, asyncio.IncompleteReadError, ValueError, ssl.SSLError):
            pass
        except asyncio.CancelledError:  # stop(); the stream machinery complains about a cancelled callback
            pass
        finally:
            self._tasks.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError, asyncio.CancelledError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), 1)

    async def _talk(self, session: _Session) -> None:
        await self._act(session, Step.GREETING)
        while line := await session.reader.readline():
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            verb, _, rest = text.partition(" ")
            self.commands.append("AUTH" if verb.upper() == "AUTH" else text)
            await self._obey(session, verb.upper(), rest)

    async def _obey(self, session: _Session, verb: str, rest: str) -> None:
        match verb:
            case "EHLO" | "HELO":
                await self._act(session, Step.EHLO, "\n".join(("rough.invalid", *self._offers(session))))
            case "STARTTLS":
                await self._start_tls(session)
            case "AUTH":
                await self._auth(session, rest)
            case "MAIL":
                session.sender, session.recipients = _address(rest), []
                await self._act(session, Step.MAIL)
            case "RCPT":
                await self._recipient(session, _address(rest))
            case "DATA":
                await self._data(session)
            case "RSET" | "NOOP":
                await self._act(session, Step(verb))
            case "QUIT":
                await self._act(session, Step.QUIT)
                raise _EndOfSession
            case _:
                await self._say(session, reply(500, "5.5.2 what?"))

    def _offers(self, session: _Session) -> tuple[str, ...]:
        tls = self._context is not None and not session.tls and not self._strip
        return (*self._extensions, "STARTTLS") if tls else self._extensions

    async def _start_tls(self, session: _Session) -> None:
        if self._context is None or session.tls:
            await self._say(session, reply(502, "5.5.1 no TLS here"))
        elif await self._act(session, Step.STARTTLS) == 220:
            await session.writer.start_tls(self._context)
            session.tls = True

    async def _auth(self, session: _Session, rest: str) -> None:
        mechanism, _, initial = rest.partition(" ")
        user, password = await self._ask_login(session, mechanism.upper(), initial)
        self.logins.append(Login(mechanism=mechanism.upper(), user=user, password=password, tls=session.tls))
        act = self._act_for(Step.AUTH)
        if mechanism.upper() == "XOAUTH2" and act.kind == "reply" and act.code == 535:
            await self._ask(session, '{"status":"401","schemes":"bearer","scope":"mail.send"}')
        await self._say(session, act)

    async def _ask_login(self, session: _Session, mechanism: str, initial: str) -> tuple[str, str]:
        if mechanism == "PLAIN":
            answer = _decoded(initial) if initial else await self._ask(session, "")
            _, user, password = f"{answer}\0\0".split("\0")[:3]
            return user, password
        if mechanism == "LOGIN":
            user = _decoded(initial) if initial else await self._ask(session, "Username:")
            return user, await self._ask(session, "Password:")
        if mechanism == "XOAUTH2":
            answer = _decoded(initial) if initial else await self._ask(session, "")
            fields = dict(part.partition("=")[::2] for part in answer.split("\1"))
            return fields.get("user", ""), fields.get("auth", "").removeprefix("Bearer ")
        user, _, digest = (await self._ask(session, "<1.2@rough.invalid>")).rpartition(" ")
        return user, digest

    async def _ask(self, session: _Session, challenge: str) -> str:
        session.writer.write(b"334 " + base64.b64encode(challenge.encode()) + b"\r\n")
        await session.writer.drain()
        return _decoded((await session.reader.readline()).decode("ascii", "replace").strip())

    async def _recipient(self, session: _Session, address: str) -> None:
        code = await self._play(session, Step.RCPT, self._recipients.get(address) or self._act_for(Step.RCPT))
        if code < 300:
            session.recipients.append(address)

    async def _data(self, session: _Session) -> None:
        if not session.recipients:
            await self._say(session, reply(503, "5.5.1 no recipients"))
        elif await self._act(session, Step.DATA) == 354:
            await self._message(session, await _read_message(session.reader))

    async def _message(self, session: _Session, message: bytes) -> None:
        act = self._act_for(Step.DOT)
        self.mails.append(
            RoughMail(
                envelope_sender=session.sender,
                recipients=tuple(session.recipients),
                message=message,
                reply_code=act.code if act.kind == "reply" else None,
                tls=session.tls,
                connection=session.number,
                answered_before=self._answered,
            )
        )
        self._news.set()
        await self._play(session, Step.DOT, act)
        self._answered += 1

    def _act_for(self, step: Step) -> Act:
        queue = self._next.get(step)
        scripted = queue.pop(0) if queue else self._always.get(step)
        return scripted or reply(_USUAL[step])

    async def _act(self, session: _Session, step: Step, usual_text: str = "") -> int:
        act = self._act_for(step)
        if usual_text and act.kind == "reply" and act.code == _USUAL[step]:
            act = reply(act.code, usual_text, after=act.after)
        return await self._play(session, step, act)

    async def _play(self, session: _Session, step: Step, act: Act) -> int:
        self._on_step(step, False)
        code = await self._say(session, act)
        self._on_step(step, True)
        return code

    async def _say(self, session: _Session, act: Act) -> int:
        """Carry an act out; return its code. Ends the session where the act says so."""
        if act.after:
            await asyncio.sleep(act.after)
        if act.kind == "hang":
            await session.reader.read(-1)  # until the client gives up, whatever it still sends
        if act.kind != "reply":
            session.writer.transport.abort()
            raise _EndOfSession
        session.writer.write(_wire(act))
        await session.writer.drain()
        if act.code == 421:
            raise _EndOfSession
        return act.code


def _wire(act: Act) -> bytes:
    lines = act.text.split("\n")
    wire = "".join(f"{act.code}-{line}\r\n" for line in lines[:-1])
    return f"{wire}{act.code} {lines[-1]}\r\n".encode()


def _address(rest: str) -> str:
    return rest.partition("<")[2].partition(">")[0]


def _decoded(text: str) -> str:
    return base64.b64decode(text.encode("ascii", "replace")).decode("utf-8", "replace")


async def _read_message(reader: asyncio.StreamReader) -> bytes:
    """Read up to the lone dot and undo dot stuffing (RFC 5321, section 4.5.2)."""
    lines: list[bytes] = []
    size = 0
    while (line := await reader.readline()) != b".\r\n":
        size += len(line)
        if not line or size > MAX_MESSAGE_BYTES:
            raise _EndOfSession
        lines.append(line[1:] if line.startswith(b".") else line)
    return b"".join(lines)
