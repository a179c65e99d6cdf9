"""Tells open pages what changed, by server-sent events; a page that cannot hear it reloads by itself.

One watcher looks at the house every two seconds for all open pages, and only while there are any. A page that many
have open is made once, and they are sent the parts of it that are others now. Making pages takes a small share of a
core at most: where many different ones are open they are made more seldom.
May import: netwatch.web. Called by: netwatch.web.app, netwatch.web.server, which ends the streams when it stops.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import structlog

from netwatch.errors import NetWatchError
from netwatch.web.actions import Actions, NoActions
from netwatch.web.metrics import EVENT_STREAMS
from netwatch.web.open_pages.news import (
    MAILS,
    OWN,
    SILENCES,
    TRAPS,
    News,
    Stand,
    alerts_of,
    devices_of,
    news_between,
)
from netwatch.web.open_pages.rooms import PageKey, Render, Room
from netwatch.web.slots import Slots
from netwatch.web.views import NoTraps, TrapLog, Views

LOOK_EVERY_SECONDS = 2.0
TICK_EVERY_SECONDS = 15.0
MAX_STREAMS = 280
MOST_ROOMS = 100
"""Different pages that are made for who has them open; who opens another one is told to fetch it himself."""
SHARE = 0.03
"""How much of a core making pages may take."""
SLICE_SECONDS = 0.15
"""How long a turn makes pages, in seconds of CPU; those that are left are made in the next one."""
_log = structlog.get_logger(__name__)


class Live:
    """The event streams of open pages."""

    def __init__(
        self,
        views: Views,
        look_every_seconds: float = LOOK_EVERY_SECONDS,
        trap_log: TrapLog | None = None,
        actions: Actions | None = None,
        render: Render | None = None,
    ) -> None:
        self._views, self._actions = views, actions or NoActions()
        self._trap_log = trap_log or NoTraps()
        self._look_every = look_every_seconds
        self._render = render
        self._watcher: asyncio.Task[None] | None = None
        self._turn = asyncio.Event()
        self._streams = 0
        self._rooms: dict[PageKey, Room] = {}
        self.slots = Slots(MAX_STREAMS)
        self._closed = False

    async def stream(self, key: PageKey | None = None) -> AsyncIterator[str]:
        """Yield what changes of a page, and `tick` now and then; ends when the server stops.

        Without a key, or where too many pages are open, `change` when anything did.
        """
        self._enter()
        room = self._room(key)
        try:
            yield "retry: 5000\n\n"
            if room is None:
                while not self._closed:
                    yield f"event: {await self._next_word()}\ndata:\n\n"
                return
            async for event in self._events_of(room):
                yield event
        finally:
            self._leave(room)

    def close(self) -> None:
        """End all streams."""
        self._closed = True
        self._wake()
        for room in self._rooms.values():
            room.wake()

    async def _events_of(self, room: Room) -> AsyncIterator[str]:
        """Yield the page as it is, then what changes of it."""
        if self._render is not None:
            await room.first(self._render)
        known = room.number
        yield room.event_after(known)
        while not self._closed:
            try:
                async with asyncio.timeout(TICK_EVERY_SECONDS):
                    while known == room.number and not self._closed:
                        await room.turn()
            except TimeoutError:
                yield "event: tick\ndata:\n\n"
                continue
            if self._closed:
                yield "event: bye\ndata:\n\n"
            else:
                before, known = known, room.number
                yield room.event_after(before)

    def _room(self, key: PageKey | None) -> Room | None:
        """Return the room of a page, with one more guest."""
        if key is None or self._render is None or (key not in self._rooms and len(self._rooms) >= MOST_ROOMS):
            return None
        room = self._rooms.setdefault(key, Room(key))
        room.guests += 1
        return room

    def _enter(self) -> None:
        self._streams += 1
        EVENT_STREAMS.inc()
        if self._watcher is None:
            self._watcher = asyncio.create_task(self._watch(), name="web watcher")

    def _leave(self, room: Room | None) -> None:
        if room is not None:
            room.guests -= 1
            if room.guests == 0:
                self._rooms.pop(room.key, None)
        self._streams -= 1
        EVENT_STREAMS.dec()
        if self._streams == 0 and self._watcher is not None:
            self._watcher.cancel()
            self._watcher = None

    async def _next_word(self) -> str:
        try:
            async with asyncio.timeout(TICK_EVERY_SECONDS):
                await self._turn.wait()
        except TimeoutError:
            return "tick"
        return "bye" if self._closed else "change"

    def _wake(self) -> None:
        """Wake all who wait now; who comes later waits for the next turn."""
        self._turn.set()
        self._turn = asyncio.Event()

    async def _watch(self) -> None:
        before, pause = await self._look(), self._look_every
        while True:
            await asyncio.sleep(pause)
            begun = time.thread_time()
            now = await self._look()
            news = news_between(before, now)
            if news.topics:
                before = now
                self._wake()
            await self._renew_rooms(news)
            pause = max(self._look_every, (time.thread_time() - begun) / SHARE)

    async def _renew_rooms(self, news: News) -> None:
        """Make pages again that show any news, and those that were not for a while, as many as a turn has time for.

        The page that most have open comes first, but none has to wait for another twice.
        """
        now = time.monotonic()
        for room in self._rooms.values():
            room.is_due = room.is_due or news.concerns(room.key.path) or now - room.made_at >= TICK_EVERY_SECONDS
        due = sorted(
            (room for room in self._rooms.values() if room.is_due), key=lambda room: (room.waited, room.guests)
        )
        until = time.thread_time() + SLICE_SECONDS
        while due and self._render is not None:
            room = due.pop()
            if room.guests and room.number:
                await room.renew(self._render)
            if time.thread_time() >= until:
                break
        for room in due:
            room.waited += 1

    async def _look(self) -> Stand:
        """Return how the house is; what moves all the time (rates, ages) is left to ticks."""
        try:
            return Stand(
                devices=devices_of(self._views.stand()),
                alerts=alerts_of(await self._views.alerts()),
                rest={
                    SILENCES: hash(tuple((silence.id, silence.ends_at) for silence in self._actions.silences())),
                    MAILS: hash(tuple(sorted((await self._views.outbox_counts()).items()))),
                    TRAPS: hash(tuple(trap.at for trap in await self._trap_log.traps(1))),
                    OWN: hash((*self._views.problems(), *((relay.name, relay.up) for relay in self._views.relays()))),
                },
            )
        except NetWatchError as exc:
            _log.warning("web_look_failed", error=str(exc))
            return Stand()
