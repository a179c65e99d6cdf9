"""Reads single keys from the terminal while a screen is shown, and gives it back as it was. At the edge.

May import: nothing. Called by: netwatch.cli.look.top.command.
"""

from __future__ import annotations

import os
import re
import select
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SEQUENCES = re.compile("\x1b(?:\\[[0-9;?]*[ -/]*[@-~]|O.|.)?")
Wait = Callable[[float], str]
"""Waits for a key for so many seconds at most; returns it, or nothing where none came."""


@contextmanager
def keys() -> Iterator[Wait]:
    """Have the terminal give each key at once and show none; it is as before afterwards, whatever happens."""
    if not sys.stdin.isatty():
        yield _no_key
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal)
        yield _Keys(terminal).within
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


class _Keys:
    """Keys one by one, however many came at once; arrows and their like are several octets and mean nothing here."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self._typed: list[str] = []

    def within(self, seconds: float) -> str:
        if not self._typed and select.select([self._terminal], [], [], seconds)[0]:
            octets = os.read(self._terminal, 1024)
            plain = _SEQUENCES.sub("", octets.decode(errors="replace"))
            self._typed = list(plain) if octets else ["q"]  # nobody sits there any more
        return self._typed.pop(0) if self._typed else ""


def _no_key(seconds: float) -> str:
    select.select([], [], [], seconds)
    return ""
