"""Lines and octets to and from a mail server: each step has a time-out as a whole, and nothing is read without bound.

A library's time-out is mostly one for each read: a server that says one octet every few seconds holds it for ever.
Here a step is over when its time is, whatever came of it.
May import: netwatch.errors, netwatch.model, netwatch.mailbox.settings. Called by: netwatch.mailbox.{imap, pop3}.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from netwatch.errors import MailboxError
from netwatch.mailbox.settings import MailboxSettings
from netwatch.model import network_words, refuse_what_is_no_file

LONGEST_LINE = 65_536
MAX_CA_BYTES = 16 * 2**20
_READ_AHEAD = 2**17


class Stream:
    """One TCP connection, perhaps in TLS. Not for two tasks at once."""

    def __init__(self, settings: MailboxSettings) -> None:
        self._settings = settings
        self.seconds = settings.timeout.total_seconds()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._in_clear: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        """Connect, with TLS from the start where that is wanted."""
        settings = self._settings
        async with self.step():
            context = await self._context() if settings.tls == "implicit" else None
            self._reader, self._writer = await asyncio.open_connection(
                settings.host, settings.tcp_port, ssl=context, limit=_READ_AHEAD,
                server_hostname=settings.host if context is not None else None,
            )  # fmt: skip
            made: socket.socket | None = self._writer.get_extra_info("socket")
            if made is not None:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    async def start_tls(self) -> None:
        """Go on in TLS; what came in the clear after the server's word for it is never read."""
        if self._writer is None:
            raise MailboxError("there is no connection")
        async with self.step():
            context, loop = await self._context(), asyncio.get_running_loop()
            reader = asyncio.StreamReader(limit=_READ_AHEAD)
            protocol = asyncio.StreamReaderProtocol(reader)
            old = self._writer.transport
            transport = await loop.start_tls(old, protocol, context, server_hostname=self._settings.host)
            if transport is None:
                raise MailboxError("the server closed the connection")
            protocol.connection_made(transport)
            self._in_clear = self._writer  # one that is collected closes what the new one writes to
            self._reader, self._writer = reader, asyncio.StreamWriter(transport, protocol, reader, loop)

    async def line(self) -> bytes:
        """Return the next line without its end; the caller stands in a step."""
        if self._reader is None:
            raise MailboxError("there is no connection")
        try:
            line = await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError as exc:
            raise MailboxError("the server sent a line without end") from exc
        except asyncio.IncompleteReadError as exc:
            raise MailboxError("the server closed the connection") from exc
        if len(line) > LONGEST_LINE:
            raise MailboxError("the server sent a line without end")
        return line.rstrip(b"\r\n")

    async def octets(self, count: int) -> bytes:
        """Return exactly so many octets; the caller knows that they are not too many, and stands in a step."""
        if self._reader is None:
            raise MailboxError("there is no connection")
        try:
            return await self._reader.readexactly(count)
        except asyncio.IncompleteReadError as exc:
            raise MailboxError("the server closed the connection") from exc

    async def send(self, octets: bytes) -> None:
        """Send; the caller stands in a step."""
        if self._writer is None:
            raise MailboxError("there is no connection")
        self._writer.write(octets)
        await self._writer.drain()

    @asynccontextmanager
    async def step(self, seconds: float | None = None) -> AsyncIterator[None]:
        """Bound what is done within, and translate what goes wrong in it.

        Raises:
            MailboxError: it took too long, or the network failed.
        """
        limit = self.seconds if seconds is None else seconds
        try:
            async with asyncio.timeout(limit):
                yield
        except (OSError, ssl.SSLError, UnicodeError) as exc:  # TimeoutError is one; odd names are UnicodeErrors
            raise MailboxError(network_words(exc, limit)) from exc

    def close(self) -> None:
        """End at once."""
        for writer in (self._writer, self._in_clear):
            if writer is not None:
                with suppress(OSError, RuntimeError):  # a transport that is half made, or a loop that is closing
                    writer.close()
                    writer.transport.abort()
        self._reader = self._writer = self._in_clear = None

    async def _context(self) -> ssl.SSLContext:
        return await asyncio.to_thread(_tls_context, self._settings.ca_file)  # reads a few hundred certificates


def _tls_context(ca_file: str | None) -> ssl.SSLContext:
    try:
        if ca_file is not None:
            refuse_what_is_no_file(ca_file, MAX_CA_BYTES)
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as exc:
        raise MailboxError(f"cannot read the certificates in {ca_file}: {exc.strerror}") from exc
    # Debian's Python leaves the oldest version to openssl.cnf, which an operator may have opened for something else.
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
