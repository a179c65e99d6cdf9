"""A web server that misbehaves on cue, and what it was sent."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netwatch.simulator import close_listener


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One request as it came: header names in lower case."""

    line: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What to do with a request.

    before: `drop` at once, without reading; answer: the bytes to send, in pieces; then: `close`, or `hang` until the
    client goes.
    """

    answer: Sequence[bytes] = ()
    before: str = "read"
    then: str = "close"


def answer(status: int, text: str = "", **headers: str) -> Move:
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    whole = f"HTTP/1.1 {status} Whatever\r\n{head}Content-Length: {len(text)}\r\n\r\n{text}"
    return Move(answer=[whole.encode()], then="read on")


OK = answer(200)
DROP_AT_ONCE = Move(before="drop")
DROP_UNANSWERED = Move()
HANG_UNANSWERED = Move(then="hang")
HANG_IN_HEADERS = Move(answer=[b"HTTP/1.1 200 OK\r\nContent-Le"], then="hang")
HANG_AFTER_STATUS = Move(answer=[b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"], then="hang")
HANG_IN_REFUSAL = Move(answer=[b"HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\nhalf a"], then="hang")
NO_HTTP = Move(answer=[b"220 mail.example.net ESMTP\r\n"])
ENDLESS_HEADERS = Move(answer=[b"HTTP/1.1 200 OK\r\n", b"X: " + b"y" * 300_000])
HUGE_REFUSAL = Move(
    answer=[b"HTTP/1.1 500 Oh\r\nContent-Length: 999999999\r\n\r\n", *[b"x" * 65536] * 64], then="hang"
)


class RoughHttp:
    """Plays its moves, one for each request, then the usual: 200."""

    def __init__(self, *moves: Move, context: ssl.SSLContext | None = None) -> None:
        self.port, self.posts, self.connections = 0, [], 0  # type: ignore[var-annotated]
        self._moves, self._context = list(moves), context
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http{'s' if self._context else ''}://127.0.0.1:{self.port}"

    def play(self, *moves: Move) -> None:
        self._moves = list(moves)

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            await close_listener(self._server)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._server.wait_closed()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self._play_one(reader, writer):
                    pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _play_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if self._moves and self._moves[0].before == "drop":
            self._moves.pop(0)
            return False
        posted = await self._read(reader)
        move = self._moves.pop(0) if self._moves else OK
        self.posts.append(posted)
        for piece in move.answer:
            writer.write(piece)
            await writer.drain()
        if move.then == "hang":
            await reader.read(-1)
        return move.then == "read on"

    async def _read(self, reader: asyncio.StreamReader) -> Posted:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return Posted(line=head[0], headers=headers, body=body)
