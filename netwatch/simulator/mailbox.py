"""A mailbox on IMAP that keeps what is put into it: where the demo's person answers to, and what tests read.

It knows what NetWatch asks a mailbox, IDLE among it, and no more; it behaves. One user, one folder, in the clear on
this machine.
May import: listener. Called by: cli (the demo), tests.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hmac
import re
from datetime import UTC, datetime

from netwatch.simulator.listener import close_listener

CAPABILITIES = "IMAP4rev1 IDLE AUTH=PLAIN"
MOST_KEPT = 10_000


class MailboxServer:
    """Listens between `start()` and `stop()`; `port` is the real one once started."""

    def __init__(self, user: str, password: str, *, host: str = "127.0.0.1") -> None:
        self.host, self.port, self.user = host, 0, user
        self._login = base64.b64encode(f"\0{user}\0{password}".encode())
        self._mails: list[bytes] = []
        self._seen: set[int] = set()
        self._arrived = asyncio.Condition()
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._talk, self.host, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """End every conversation, and listen no more."""
        if self._server is not None:
            await close_listener(self._server)
            for talk in self._talks:
                talk.cancel()
            await asyncio.gather(*self._talks, return_exceptions=True)
            await self._server.wait_closed()
            self._server = None

    async def deliver(self, octets: bytes) -> None:
        """Put a mail into the mailbox; whoever waits is told.

        Raises:
            ValueError: there are too many.
        """
        if len(self._mails) >= MOST_KEPT:
            raise ValueError(f"the mailbox keeps {MOST_KEPT:,} mails")
        async with self._arrived:
            self._mails.append(octets)
            self._arrived.notify_all()

    @property
    def read(self) -> int:
        """Return how many mails are marked as read."""
        return len(self._seen)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        if talk is not None:
            self._talks.add(talk)
            talk.add_done_callback(self._talks.discard)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await _Talk(self, reader, writer).run()
        writer.close()


class _Talk:
    """One conversation."""

    def __init__(self, mailbox: MailboxServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._mailbox, self._reader, self._writer = mailbox, reader, writer
        self._told = 0
        self._is_in = False

    async def run(self) -> None:
        self._say("* OK the demo's mailbox is ready")
        while line := (await self._reader.readline()).decode("utf-8", "replace"):
            tag, _, said = line.strip().partition(" ")
            command = said.upper()
            if command == "LOGOUT":
                self._say("* BYE")
                self._say(f"{tag} OK")
                await self._writer.drain()
                return
            self._say(f"{tag} {await self._answered(command, said)}")
            await self._writer.drain()

    async def _answered(self, command: str, said: str) -> str:
        """Say what a command asks for, and return how it ended."""
        if command == "CAPABILITY":
            self._say(f"* CAPABILITY {CAPABILITIES}")
            return "OK"
        if command == "AUTHENTICATE PLAIN":
            self._say("+ ")
            given = (await self._reader.readline()).strip()
            self._is_in = hmac.compare_digest(given, self._mailbox._login)
            return "OK" if self._is_in else "NO [AUTHENTICATIONFAILED] no"
        if not self._is_in:
            return "NO log in first"
        if command != "IDLE" and not command.startswith("SELECT"):
            self._tell_of_new()
        return await self._served(command, said)

    async def _served(self, command: str, said: str) -> str:
        mails = self._mailbox._mails
        if command.startswith("SELECT"):
            self._told = len(mails)
            for line in (f"{self._told} EXISTS", "OK [UIDVALIDITY 1] v", f"OK [UIDNEXT {self._told + 1}] n"):
                self._say(f"* {line}")
        elif (found := re.fullmatch(r"UID SEARCH UID (\d+):\*", command)) is not None:
            first = min(int(found[1]), max(len(mails), 1))
            self._say(f"* SEARCH {' '.join(map(str, range(first, len(mails) + 1)))}".rstrip())
        elif (found := re.match(r"UID FETCH (\d+) ", command)) is not None:
            self._fetch(int(found[1]))
        elif (found := re.match(r"UID STORE (\d+) ", command)) is not None:
            self._mailbox._seen.add(int(found[1]))
        elif command == "IDLE":
            await self._idle()
        elif command != "NOOP":
            return "BAD that is not known here"
        return "OK"

    def _fetch(self, uid: int) -> None:
        if not 1 <= uid <= len(self._mailbox._mails):
            return
        mail = self._mailbox._mails[uid - 1]
        at = datetime.now(UTC)
        month = (["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"])[at.month - 1]
        when = f"{at.day:02}-{month}-{at.year} {at:%H:%M:%S} +0000"
        head = f'* {uid} FETCH (UID {uid} RFC822.SIZE {len(mail)} INTERNALDATE "{when}" BODY[]<0> {{{len(mail)}}}\r\n'
        self._writer.write(head.encode() + mail + b")\r\n")

    async def _idle(self) -> None:
        self._say("+ waiting")
        await self._writer.drain()
        done = asyncio.ensure_future(self._reader.readline())
        try:
            while not done.done():
                news = asyncio.ensure_future(self._news())
                await asyncio.wait((done, news), return_when=asyncio.FIRST_COMPLETED)
                news.cancel()
                await asyncio.gather(news, return_exceptions=True)
                self._tell_of_new()
                await self._writer.drain()
        finally:
            done.cancel()

    async def _news(self) -> None:
        async with self._mailbox._arrived:
            await self._mailbox._arrived.wait_for(lambda: len(self._mailbox._mails) > self._told)

    def _tell_of_new(self) -> None:
        if (count := len(self._mailbox._mails)) > self._told:
            self._told = count
            self._say(f"* {count} EXISTS")

    def _say(self, line: str) -> None:
        self._writer.write(line.encode() + b"\r\n")
