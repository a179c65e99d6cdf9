"""The open connections to one relay, used again while they are good and closed when nobody needs them.

May import: netwatch.oauth, netwatch.notify.smtp.*. Called by: netwatch.notify.smtp.relays.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Coroutine

from netwatch.notify.smtp.failures import SmtpFailure
from netwatch.notify.smtp.replies import Phase
from netwatch.notify.smtp.session import Session
from netwatch.notify.smtp.settings import RelaySettings
from netwatch.notify.smtp.spares import Spares
from netwatch.notify.smtp.tls import tls_context
from netwatch.oauth import TokenSource

MAILS_PER_CONNECTION = 100


class Pool:
    """At most `connections` at a time; fewer where the server wants fewer, one to begin with after trouble."""

    def __init__(
        self,
        settings: RelaySettings,
        *,
        local_hostname: str | None,
        connections: int,
        idle_seconds: float,
        spares: Spares | None = None,
    ) -> None:
        self._spares = spares or Spares(0)
        self._settings, self._local_hostname, self._idle_seconds = settings, local_hostname, idle_seconds
        self._connections = self._limit = connections
        self._tokens = TokenSource(settings.oauth2) if settings.oauth2 is not None else None
        self._context: ssl.SSLContext | None = None
        self._context_known = settings.tls == "none"
        self._idle: list[Session] = []
        self._open = 0
        self._freed = asyncio.Condition()
        self._leaving: set[asyncio.Task[None]] = set()
        self._stopping = False

    @property
    def is_empty(self) -> bool:
        """Return whether no connection stands."""
        return self._open == 0

    @property
    def room(self) -> int:
        """Return how many connections there may be at the moment."""
        return self._limit

    def start_slowly(self) -> None:
        """Allow one connection only, until mails are accepted: the server was in trouble, and is not to be rushed."""
        self._limit = 1

    def grow(self) -> None:
        """Allow one connection more, up to what is configured: a mail was accepted."""
        self._limit = min(self._limit + 1, self._connections)

    async def stop(self) -> None:
        """Take leave on every idle connection."""
        self._stopping = True
        idle, self._idle = self._idle, []
        await asyncio.gather(*(session.quit() for session in idle), *self._leaving)

    @contextlib.asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """Lend a connection; afterwards it is fit for the next message, or closed.

        Raises:
            SmtpFailure: none could be opened.
        """
        session = await self._borrow()
        try:
            yield session
        except SmtpFailure:
            await session.reset()
            raise
        except BaseException:
            session.close()
            raise
        finally:
            await self._give_back(session)

    async def _borrow(self) -> Session:
        while True:
            async with self._freed:
                await self._freed.wait_for(lambda: self._idle or self._open < self._limit)
                while self._idle:
                    session = self._idle.pop()
                    if session.is_connected:
                        return session
                    self._open -= 1
                self._open += 1
            try:
                return await self.opened()
            except BaseException as exc:
                crowded = self._open > 1 and isinstance(exc, SmtpFailure) and (exc.code or 0) // 100 == 4
                await self._let_go()
                if not (crowded and isinstance(exc, SmtpFailure) and exc.phase in (Phase.GREETING, Phase.EHLO)):
                    raise
                self._limit = max(1, self._open)  # it wants fewer connections, and works on those it has

    async def opened(self) -> Session:
        """Return a new connection, ready for mail, that the caller is to close.

        Raises:
            SmtpFailure: it did not come about.
        """
        if not self._context_known:
            self._context = await asyncio.to_thread(tls_context, self._settings)
            self._context_known = True
        try:
            return await self._connected()
        except SmtpFailure:
            if not self._spares.are_needed():
                raise
        with self._spares.lent():
            return await self._connected()

    async def _connected(self) -> Session:
        session = Session(
            self._settings, local_hostname=self._local_hostname, context=self._context, tokens=self._tokens
        )
        await session.open()
        return session

    async def _give_back(self, session: Session) -> None:
        if not session.is_connected:
            await self._let_go()
        elif session.delivered >= MAILS_PER_CONNECTION or self._stopping:
            await self._let_go()
            self._spawn(session.quit())
        else:
            async with self._freed:
                self._idle.append(session)
                self._freed.notify()
            asyncio.get_running_loop().call_later(self._idle_seconds, self._retire, session, session.delivered)

    async def _let_go(self) -> None:
        async with self._freed:
            self._open -= 1
            self._freed.notify()

    async def drop_idle(self) -> None:
        """Close every connection that stands idle."""
        async with self._freed:
            idle, self._idle = self._idle, []
            self._open -= len(idle)
            self._freed.notify_all()
        for session in idle:
            session.close()

    def _retire(self, session: Session, delivered: int) -> None:
        """Close a connection nobody used since it was given back."""
        if session in self._idle and session.delivered == delivered and not self._stopping:
            self._idle.remove(session)
            self._open -= 1
            self._spawn(session.quit())

    def _spawn(self, leaving: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(leaving)
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)
