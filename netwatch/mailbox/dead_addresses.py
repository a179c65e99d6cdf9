"""Remembers which addresses refuse mail for good: after so many reports in a row an address is taken for dead.

Mail is sent to it all the same: whether a person is still reached there is for people to find out, and they are told.
A mail that arrived, or an answer, takes all of it back.
May import: netwatch.model. Called by: netwatch.app.returns and netwatch.app.health, through the door.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from netwatch.model import Memory

DEAD_ADDRESSES_MEMORY = "dead addresses"
DEAD_AFTER = 3
"""Reports in a row that an address is not there; one may be a server that was set up wrong for an hour."""
FORGOTTEN_AFTER = timedelta(days=7)
"""Since the last report: mails arrive without a word, so nothing may be known of one that was put right."""
MOST_ADDRESSES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """What came back from an address: how often in a row, since when, the last time, and in which words."""

    address: str
    count: int
    first_at: datetime
    last_at: datetime
    words: str

    @property
    def is_dead(self) -> bool:
        """Return whether the address is taken for dead."""
        return self.count >= DEAD_AFTER

    @property
    def sentence(self) -> str:
        """Return it for people."""
        return f"{self.address} refused {self.count} mails in a row since {self.first_at:%Y-%m-%d}: {self.words}"


class DeadAddresses:
    """The addresses that refused mail, as they are remembered."""

    def __init__(self) -> None:
        self._known: dict[str, Refusals] = {}

    def restore(self, memories: Iterable[Memory]) -> None:
        """Take back what a former life wrote down; what cannot be read is left out."""
        for memory in memories:
            with suppress(ValueError, KeyError, TypeError):
                one = json.loads(memory.text or "")
                at = [datetime.fromisoformat(one[name]) for name in ("first", "last")]
                self._known[memory.key] = Refusals(
                    address=memory.key,
                    count=int(one["count"]),
                    first_at=at[0],
                    last_at=at[1],
                    words=str(one["words"]),
                )

    def refused(self, address: str, words: str, now: datetime) -> tuple[Refusals, Sequence[Memory]]:
        """Return what is known of an address once it refused another mail, and what is to be written; see `note`."""
        address = address.lower()
        known = self._known.get(address)
        first = Refusals(address=address, count=1, first_at=now, last_at=now, words=words)
        is_old = known is None or now - known.last_at > FORGOTTEN_AFTER
        new = first if known is None or is_old else replace(known, count=known.count + 1, last_at=now, words=words)
        return new, (_memory(new),)

    def reached(self, address: str) -> Sequence[Memory]:
        """Return what is to be written when an address was reached: nothing for one that never refused."""
        address = address.lower()
        forgotten = Memory(scope=DEAD_ADDRESSES_MEMORY, key=address, text=None)
        return (forgotten,) if address in self._known else ()

    def note(self, memories: Sequence[Memory]) -> None:
        """Take in what was written; beyond the bound the address that refused longest ago is forgotten."""
        for memory in memories:
            if memory.text is None:
                self._known.pop(memory.key, None)
        self.restore(memory for memory in memories if memory.text is not None)
        while len(self._known) > MOST_ADDRESSES:
            del self._known[min(self._known, key=lambda one: self._known[one].last_at)]

    def dead(self, now: datetime) -> Sequence[Refusals]:
        """Return the addresses that are taken for dead, the first ones first."""
        dead = [one for one in self._known.values() if one.is_dead and now - one.last_at <= FORGOTTEN_AFTER]
        return sorted(dead, key=lambda one: (one.first_at, one.address))


def _memory(one: Refusals) -> Memory:
    text = json.dumps(
        {"count": one.count, "first": one.first_at.isoformat(), "last": one.last_at.isoformat(), "words": one.words}
    )
    return Memory(scope=DEAD_ADDRESSES_MEMORY, key=one.address, text=text)
