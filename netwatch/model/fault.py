"""Something of NetWatch's own that broke off: which thing, at which line of ours, and since when.

May import: nothing of ours. Called by: netwatch.polling, netwatch.engine, netwatch.web, netwatch.app.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_HOME = Path(__file__).resolve().parents[1]
_WORDS_CUT_AT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong of one thing, while everything beside it goes on.

    kind:   what it is: `rule`, `trap rule`, `table`, `mail`.
    name:   its name.
    device: of which device; empty where it is about no one device.
    error:  the exception in words; for the log alone, as it may quote what was being worked on.
    where:  the innermost line of NetWatch that was reached, `netwatch/rules/memory.py:88`.
    since:  when it broke off first; `at`: the last time; `count`: how often.
    """

    kind: str
    name: str
    device: str
    error: str
    where: str
    since: datetime
    at: datetime
    count: int = 1

    @classmethod
    def of(
        cls, error: BaseException, now: datetime, before: Fault | None, *, kind: str, name: str, device: str
    ) -> Fault:
        """Return what an exception did to a thing, counted on where that broke off `before`."""
        return cls(
            kind=kind, name=name, device=device, error=_words_of(error), where=where_of(error),
            since=now if before is None else before.since, at=now, count=1 if before is None else before.count + 1,
        )  # fmt: skip

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what makes it the same fault again: kind, name and device."""
        return self.kind, self.name, self.device

    def __str__(self) -> str:
        """Return a sentence for people, with the kind of the exception and not its text."""
        about = f" on {self.device}" if self.device else ""
        return (
            f"{self.kind} {self.name}{about} fails ({self.error.partition(':')[0]} at {self.where}): please report it"
        )


def _words_of(error: BaseException) -> str:
    """Return an exception in words, short and on one line; what it holds may come from a device."""
    words = " ".join(f"{type(error).__name__}: {error}".split())
    printable = "".join(char if char.isprintable() else "?" for char in words)
    return printable if len(printable) <= _WORDS_CUT_AT else f"{printable[:_WORDS_CUT_AT]}.."


def where_of(error: BaseException) -> str:
    """Return the innermost line of NetWatch that an exception came through, empty where it met none."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(_HOME):
            return f"netwatch/{path.relative_to(_HOME).as_posix()}:{frame.lineno}"
    return ""
