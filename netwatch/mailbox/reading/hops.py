"""Reads where a mail was on its way, and for how long (Received, RFC 5321, section 4.4).

A quiet room. Servers' clocks differ, and a header may be forged: a step that would end before it began takes no time,
and times are only for people to look at.
May import: nothing. Called by: netwatch.mailbox.{probes, reading.mail}.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MOST_HOPS = 20
_BY = re.compile(r"\bby\s+([^\s;()]{1,100})")
_MAILBOX = "the mailbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """A step of the way: `by` which server it ended with, when that was by its own clock, and how long it took."""

    by: str
    at: datetime
    took: timedelta


def hops_of(received: Sequence[str], sent_at: datetime, arrived_at: datetime) -> tuple[Hop, ...]:
    """Return the steps from when a mail was sent to when it was found in the mailbox; `received` as it stands there.

    Where a server wrote no time that can be read its step is part of the next.
    """
    steps = [*_steps(received), (_MAILBOX, arrived_at)]
    hops, before = [], sent_at
    for by, at in steps:
        # A server writes whole seconds, and may go a little ahead of us.
        hops.append(Hop(by=by, at=at, took=max(timedelta(0), at - before)))
        before = max(before, min(at, arrived_at))
    return tuple(hops)


def _steps(received: Sequence[str]) -> Iterator[tuple[str, datetime]]:
    """Yield servers and times, the first server first."""
    for value in reversed(received[:MOST_HOPS]):
        by = _BY.search(value)
        with suppress(ValueError, TypeError, IndexError, OverflowError):
            at = parsedate_to_datetime(value.rpartition(";")[2].strip()[:100])
            yield by[1] if by else "a server", at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
