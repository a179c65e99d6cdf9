"""Pages and lists that break off in a way nobody foresaw: counted, logged once with where, said until they work.

May import: netwatch.engine, netwatch.model. Called by: netwatch.web.guard, which notes them; netwatch.app, which
shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from netwatch.engine import Faults
from netwatch.model import Fault

KIND = "page"


class PageFaults:
    """What of the web's routes fails now; a route is settled as soon as it answers again."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._faults = Faults()
        self._clock = clock

    def note(self, route: str, error: Exception) -> None:
        """Take in that a route's answer broke off."""
        self._faults.note(KIND, route, error, self._clock())

    def settle(self, route: str) -> None:
        """Take in that a route answered; quick, since it is called with every answer."""
        self._faults.settle(KIND, route)

    def standing(self) -> Sequence[Fault]:
        """Return what fails now, the newest first."""
        return self._faults.standing(self._clock())
