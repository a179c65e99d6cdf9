"""An IMAP server that behaves, but at one step of one conversation: then it ends, stalls, or says what is wrong."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from netwatch.simulator import close_listener

STEPS = (
    "greeting", "CAPABILITY", "AUTHENTICATE", "SELECT", "NOOP", "UID SEARCH", "UID FETCH", "UID STORE", "IDLE",
)  # fmt: skip
HOWS = ("ends", "half", "nonsense", "bye", "no", "endless", "stalls")


class RoughImap:
    """Keeps mails by UID; misbehaves at `step` in the way `how`, in its first conversation that comes so far."""

    def __init__(self, step: str = "", how: str = "", *, capabilities: str = "IDLE AUTH=PLAIN MOVE") -> None:
        self.step, self.how, self.capabilities = step, how, capabilities
        self.uidvalidity = 1
        self.mails: dict[int, bytes] = {}
        self.expunged: set[int] = set()
        self.said: list[str] = []
        self.conversations = 0
        self.refuses_login = False
        self.refuses_fetch: set[int] = set()
        self.announced_octets: int | None = None
        self._arrived = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    async def deliver(self, *mails: bytes) -> None:
        for mail in mails:
            self.mails[max(self.mails, default=0) + 1] = mail
        async with self._arrived:
            self._arrived.notify_all()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[int]:
        server = await asyncio.start_server(self._converse, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            await close_listener(server)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await server.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.conversations += 1
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._talk(reader, writer)
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await self._misbehaves("greeting", "*", writer):
            return
        writer.write(b"* OK ready\r\n")
        told = 1 << 30
        while line := (await reader.readline()).decode():
            tag, _, rest = line.strip().partition(" ")
            self.said.append(rest)
            name = next((step for step in STEPS if rest.upper().startswith(step)), rest.partition(" ")[0].upper())
            if await self._misbehaves(name, tag, writer):
                return
            if name == "SELECT":
                told = len(self.mails)
            elif name != "IDLE" and len(self.mails) > told:  # as servers do: once, with whatever is answered
                told = len(self.mails)
                writer.write(f"* {told} EXISTS\r\n".encode())
            await self._answer(name, tag, rest, reader, writer, told)
            if name == "IDLE":
                told = len(self.mails)
            if name == "LOGOUT":
                return

    async def _misbehaves(self, step: str, tag: str, writer: asyncio.StreamWriter) -> bool:
        """Return whether the conversation is over; one that misbehaved does not do so again."""
        if step != self.step or not self.how:
            return False
        how, self.how = self.how, ""
        if how == "stalls":
            await asyncio.sleep(3600)
        elif how == "half":
            writer.write(b"* 1 FETCH (UID 1 BODY[]<0> {500}\r\nabc" if step == "UID FETCH" else b"* OK hal")
        elif how == "nonsense":
            writer.write(b"\x00\xff((((\r\n\r\n" + f"{tag} MAYBE\r\n".encode())
        elif how == "bye":
            writer.write(b"* BYE the server goes down\r\n")
        elif how == "no":
            writer.write(f"{tag} NO not now\r\n".encode())
        elif how == "endless":
            writer.write(b"* " + b"x" * 200_000)
        await writer.drain()
        return True

    async def _answer(
        self,
        name: str,
        tag: str,
        rest: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        told: int,
    ) -> None:
        if name == "CAPABILITY":
            writer.write(f"* CAPABILITY IMAP4rev1 {self.capabilities}\r\n".encode())
        elif name == "AUTHENTICATE":
            writer.write(b"+ \r\n")
            await reader.readline()
            if self.refuses_login:
                writer.write(f"{tag} NO [AUTHENTICATIONFAILED] never\r\n".encode())
                return
        elif name == "SELECT":
            following = max(self.mails, default=0) + 1
            writer.write(f"* {len(self.mails)} EXISTS\r\n* OK [UIDVALIDITY {self.uidvalidity}] v\r\n".encode())
            writer.write(f"* OK [UIDNEXT {following}] n\r\n".encode())
        elif name == "UID SEARCH":
            if asked := re.search(r"UID (\d+):(\d+)", rest):
                uids = [uid for uid in self.mails if int(asked[1]) <= uid <= int(asked[2])]
            elif asked := re.search(r"UID (\d+):\*", rest):
                uids = [uid for uid in self.mails if uid >= int(asked[1])] or list(self.mails)[-1:]
            else:
                counted = re.match(r"UID SEARCH (\d+):\* ", rest)
                uids = list(self.mails)[int(counted[1]) - 1 if counted else 0 :]
            writer.write(f"* SEARCH {' '.join(map(str, uids))}\r\n".encode())
        elif name == "UID FETCH" and int(rest.split()[2]) in self.refuses_fetch:
            writer.write(f"{tag} NO [SERVERBUG] internal error\r\n".encode())
            return
        elif name == "UID FETCH":
            self._fetch(int(rest.split()[2]), writer)
        elif name == "IDLE":
            writer.write(b"+ idling\r\n")
            await self._idle(told, reader, writer)
        writer.write(f"{tag} OK done\r\n".encode())

    def _fetch(self, uid: int, writer: asyncio.StreamWriter) -> None:
        mail = self.mails[uid]
        if uid in self.expunged:  # as Dovecot has it
            writer.write(f"* 1 FETCH (UID {uid} RFC822.SIZE 0 BODY[]<0> NIL)\r\n".encode())
            return
        count = len(mail) if self.announced_octets is None else self.announced_octets
        writer.write(f'* 1 FETCH (UID {uid} RFC822.SIZE {count} INTERNALDATE "30-Nov-2026 03:12:00 +0100" '.encode())
        writer.write(b"BODY[]<0> {%d}\r\n" % count + mail + b")\r\n")

    async def _idle(self, known: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def tell() -> None:
            async with self._arrived:
                await self._arrived.wait_for(lambda: len(self.mails) > known)
            writer.write(f"* {len(self.mails)} EXISTS\r\n".encode())

        telling = asyncio.ensure_future(tell())
        try:
            await reader.readline()
        finally:
            telling.cancel()
