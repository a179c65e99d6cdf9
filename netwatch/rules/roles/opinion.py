"""The nouns of port roles: what is thought of a port, and for which reason.

May import: netwatch.model. Called by: the other files of this folder.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from netwatch.model.concepts import PORT_ROLES, UPLINK

MOST_ALIKE: Final = 4096
"""Opinions that are known as one object: ten thousand switches think the same of most of their ports."""
_WEIGHT: Final = {role: weight for weight, role in enumerate(reversed(PORT_ROLES), start=1)}


class Opinion(NamedTuple):
    """What facts say of one port.

    role: empty where nobody knows. kind: which kind of fact said it, so that a number in `reason` that changes is no
    other opinion. reason: words for people. neighbour: what is on the other end. counts_first: whether it is an
    uplink on the first day.
    """

    role: str
    kind: str
    reason: str
    neighbour: str = ""
    counts_first: bool = False

    @property
    def weight(self) -> int:
        """Return how much hangs on the port, 0 where nobody knows."""
        return _WEIGHT.get(self.role, 0)

    def is_like(self, other: Opinion) -> bool:
        """Return whether another opinion says the same for the same kind of reason."""
        return (self.role, self.kind, self.neighbour) == (other.role, other.kind, other.neighbour)


@lru_cache(maxsize=MOST_ALIKE)
def opinion(role: str, kind: str, reason: str, neighbour: str = "", *, counts_first: bool = False) -> Opinion:
    """Return an opinion, equal ones as one object."""
    return Opinion(role, kind, reason, neighbour, counts_first)


NOBODY_KNOWS: Final = Opinion("", "", "")


@lru_cache(maxsize=MOST_ALIKE)
def on_first_day(learned: Opinion) -> Opinion:
    """Return what counts on the first day, on which most is yet to be learned."""
    if not learned.counts_first or learned.role == UPLINK:
        return learned
    return opinion(UPLINK, learned.kind, f"{learned.reason}; counts as uplink on the first day", learned.neighbour)
