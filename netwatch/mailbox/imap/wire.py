"""Commands to an IMAP server and its responses, whole and bounded.

May import: netwatch.errors, netwatch.mailbox.{arrived, stream, imap.replies}.
Called by: netwatch.mailbox.imap.client.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from netwatch.errors import MailboxError
from netwatch.mailbox.arrived import MOST_OCTETS
from netwatch.mailbox.imap.replies import Reply, literal_octets, quoted
from netwatch.mailbox.stream import Stream

MOST_REPLIES = 100_000
"""Responses to one command."""
MOST_REPLY_OCTETS = MOST_OCTETS + 2**18
MOST_LITERALS = 1000


class Refused(MailboxError):
    """The server answered a command with NO or BAD."""


class ImapWire:
    """Sends one command at a time.

    exists: how many mails there are. has_grown: whether the server said, in whatever it said, that there are more
    than it had said before. It says that once, in answer to any command, and not again when we begin to wait for it.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream, self._count = stream, 0
        self.exists = 0
        self.has_grown = False

    async def greeting(self) -> Reply:
        """Return the first thing the server says.

        Raises:
            MailboxError: it wants nothing of us.
        """
        async with self._stream.step():
            reply = await self.reply()
        if reply.kind not in (b"OK", b"PREAUTH"):
            raise MailboxError(f"the server is not ready: {reply.words or 'it speaks no IMAP'}")
        return reply

    async def ask(
        self,
        *words: bytes,
        answer: Callable[[Reply], Awaitable[bytes]] | None = None,
        seconds: float | None = None,
    ) -> Sequence[Reply]:
        """Send a command and return all that was said, the tagged response last.

        What `string` made goes quoted or as a literal. `answer` says what to send where the server asks to
        go on.

        Raises:
            Refused: NO or BAD. MailboxError: anything else than OK.
        """
        self._count += 1
        tag, said = b"N%d" % self._count, list[Reply]()
        async with self._stream.step(seconds):
            for piece in _pieces(tag, words):
                if piece is None:
                    await self._until_asked(tag, said)
                else:
                    await self._stream.send(piece)
            while (reply := await self._next(said)).first != tag:
                if reply.first == b"+":
                    await self._stream.send((await answer(reply) if answer is not None else b"*") + b"\r\n")
        return _taken(words[0], said)

    async def begin(self, word: bytes) -> bytes:
        """Send a command that goes on until we end it, and return its tag once the server is ready."""
        self._count += 1
        tag, said = b"N%d" % self._count, list[Reply]()
        async with self._stream.step():
            await self._stream.send(tag + b" " + word + b"\r\n")
            await self._until_asked(tag, said)
        return tag

    async def end(self, tag: bytes, octets: bytes) -> None:
        """End what was begun."""
        said: list[Reply] = []
        async with self._stream.step():
            await self._stream.send(octets)
            while (await self._next(said)).first != tag:
                continue
        _taken(b"IDLE", said)

    async def reply(self) -> Reply:
        """Return the next response; the caller stands in a step."""
        lines, literals, total = [await self._stream.line()], list[bytes](), 0
        while (count := literal_octets(lines[-1])) is not None:
            total += count + len(lines[-1])
            if total > MOST_REPLY_OCTETS or len(literals) >= MOST_LITERALS:
                raise MailboxError("the server sends more than it was asked for")
            literals.append(await self._stream.octets(count))
            lines.append(await self._stream.line())
        reply = Reply(lines=tuple(lines), literals=tuple(literals))
        self._note(reply)
        return reply

    def _note(self, reply: Reply) -> None:
        """Take in how many mails there are."""
        if reply.first != b"*" or (number := reply.number) is None:
            return
        if reply.kind == b"EXISTS":
            self.has_grown |= number > self.exists
            self.exists = number
        elif reply.kind == b"EXPUNGE":
            self.exists -= 1

    async def _next(self, said: list[Reply]) -> Reply:
        reply = await self.reply()
        said.append(reply)
        if len(said) > MOST_REPLIES:
            raise MailboxError("the server answers without end")
        return reply

    async def _until_asked(self, tag: bytes, said: list[Reply]) -> None:
        while (reply := await self._next(said)).first != b"+":
            if reply.first == tag:
                _taken(b"", said)
                raise MailboxError("the server is done before it was asked")


def _pieces(tag: bytes, words: Sequence[bytes]) -> Sequence[bytes | None]:
    """Return what to send; None is to wait until the server asks for the literal that follows."""
    pieces: list[bytes | None] = []
    line = tag
    for word in words:
        if word.startswith(b"\0"):  # a string, whatever is in it
            text = word[1:]
            if (safe := quoted(text)) is not None:
                line += b" " + safe
                continue
            pieces += [line + b" {%d}\r\n" % len(text), None]
            line = text
        else:
            line += b" " + word
    return [*pieces, line + b"\r\n"]


def string(text: bytes) -> bytes:
    """Return a word for `ask` that goes as a quoted string or a literal, whatever is in it."""
    return b"\0" + text


def _taken(command: bytes, said: Sequence[Reply]) -> Sequence[Reply]:
    last = said[-1]
    if last.kind == b"OK":
        return said
    name = command.decode("ascii", "replace")
    if last.kind in (b"NO", b"BAD"):
        raise Refused(f"the server refuses {name}: {last.words}".rstrip(": "))
    raise MailboxError(f"the server answers {name} with what is no IMAP")
