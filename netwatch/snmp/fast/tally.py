"""Counts the datagrams of one question apart from all others that are under way.

A scrape says how many packets it sent. What the wire counts is everybody's, and a peer may be asked by several at
once, so whoever wants to know opens a tally: what is asked within it, and in tasks begun there, is counted in it.
May import: nothing. Called by: endpoint, get_run, walk, question; dispatch hands it out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """Requests sent, those among them that were sent again, and answers taken."""

    sent: int = 0
    resent: int = 0
    answered: int = 0


_open: ContextVar[Tally | None] = ContextVar("tally", default=None)
tally_open = _open.get
"""Returns the tally that is open where it is called, None where nobody counts."""


@contextmanager
def counted(tally: Tally) -> Iterator[None]:
    """Count what is asked within."""
    token = _open.set(tally)
    try:
        yield
    finally:
        _open.reset(token)
