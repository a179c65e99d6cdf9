"""One page that some have open: made once for all of them, and told to each as what changed since the last time.

May import: netwatch.web. Called by: netwatch.web.live.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from html import unescape

from netwatch.web.open_pages.trees import Tree, changes, tree_of
from netwatch.web.users.roles import Role

_MAIN = re.compile(r'<main id="main"[^>]*>.*</main>', re.DOTALL)
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_ICON = re.compile(r'<link rel="icon" href="([^"]*)"')
_CLOCK = re.compile(r'<p class="clock">.*?(<time[^>]*>[^<]*</time>)', re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageKey:
    """What page it is: two who see the same share it. role: of who looks, None where nobody signs in."""

    path: str
    query: str = ""
    role: Role | None = None


Render = Callable[[PageKey], Awaitable[str]]
"""Makes a page; empty where there is none, or it breaks off."""


class Room:
    """A page, and who waits for what changes of it."""

    def __init__(self, key: PageKey) -> None:
        self.key = key
        self.guests = 0
        self.number = 0
        """Which change was the last; 0 before the page was made."""
        self.is_broken = False
        self.is_due, self.waited, self.made_at = False, 0, 0.0
        """Whether it is to be made again, how many turns that waits, and when it was made, by time.monotonic()."""
        self._head: dict[str, str] = {}
        self._tree: Tree | None = None
        self._parts: str | None = None
        self._turn, self._making = asyncio.Event(), asyncio.Lock()

    async def first(self, render: Render) -> None:
        """Make the page where it was never made: once, however many open it in one moment, as after a restart."""
        async with self._making:
            if self.number == 0:
                await self.renew(render)

    async def renew(self, render: Render) -> None:
        """Make the page again; who waits is told where it is another one."""
        self.is_due, self.waited, self.made_at = False, 0, time.monotonic()
        text = await render(self.key)
        main = _MAIN.search(text)
        try:
            tree = tree_of(main[0]) if main else None
        except ValueError:
            tree = None
        self.is_broken = tree is None
        if tree is None:
            self.number, self._parts = self.number + 1, None
            self.wake()
            return
        before, self._tree = self._tree, tree
        head = {
            "title": unescape(_first(_TITLE, text)),
            "icon": unescape(_first(_ICON, text)),
            "clock": _first(_CLOCK, text),
        }
        told = changes(before, tree) if before is not None else None
        if told == [] and {**head, "clock": ""} == {**self._head, "clock": ""}:
            return
        self._head = head
        self._parts = None if told is None else _event("parts", {**head, "parts": told})
        self.number += 1
        self.wake()

    def event_after(self, number: int) -> str:
        """Return what somebody is told who knows how the page was at a change."""
        if self.is_broken or self._tree is None:
            return "event: change\ndata:\n\n"
        if self._parts is not None and number == self.number - 1:
            return self._parts
        return _event("whole", {**self._head, "main": self._tree.text})

    def wake(self) -> None:
        """Wake all who wait now; who comes later waits for the next turn."""
        self._turn.set()
        self._turn = asyncio.Event()

    async def turn(self) -> None:
        """Wait until something is told."""
        await self._turn.wait()


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""


def _event(name: str, told: dict[str, object]) -> str:
    return f"event: {name}\ndata: {json.dumps(told, ensure_ascii=False, separators=(',', ':'))}\n\n"
