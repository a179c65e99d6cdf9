"""What a simulated UPS adds: battery and load (UPS-MIB, RFC 1628).

May import: netwatch.model, tree. Called by: device.
"""

from __future__ import annotations

from collections.abc import Callable

from netwatch.model import Oid, Tag
from netwatch.simulator.tree import DataTree, text

UPS = Oid.parse("1.3.6.1.2.1.33.1")
BATTERY_NORMAL, BATTERY_LOW = 2, 3
SOURCE_NORMAL, SOURCE_BATTERY = 3, 5
MINUTES_WHEN_FULL = 42


class Power:
    """Mains or battery; the battery runs down while it has to serve."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._on_battery_since: float | None = None
        self.load_percent = 38

    def mains_fail(self) -> None:
        """Switch to the battery."""
        self._on_battery_since = self._on_battery_since or self._clock()

    def mains_return(self) -> None:
        """Switch back; the battery is full at once."""
        self._on_battery_since = None

    def seconds_on_battery(self) -> int:
        """Return upsSecondsOnBattery."""
        return 0 if self._on_battery_since is None else int(self._clock() - self._on_battery_since)

    def minutes_left(self) -> int:
        """Return upsEstimatedMinutesRemaining."""
        return max(0, MINUTES_WHEN_FULL - self.seconds_on_battery() // 60)

    def put_into(self, tree: DataTree) -> None:
        """Add the scalars and one output line."""
        tree.put(UPS.child(1, 1, 0), Tag.OCTET_STRING, text("Example Power"))
        tree.put(UPS.child(1, 2, 0), Tag.OCTET_STRING, text("Rack UPS 3000"))
        tree.put(UPS.child(2, 1, 0), Tag.INTEGER, self._battery_status)
        tree.put(UPS.child(2, 2, 0), Tag.INTEGER, self.seconds_on_battery)
        tree.put(UPS.child(2, 3, 0), Tag.INTEGER, self.minutes_left)
        tree.put(UPS.child(2, 4, 0), Tag.INTEGER, lambda: 100 * self.minutes_left() // MINUTES_WHEN_FULL)
        tree.put(UPS.child(2, 7, 0), Tag.INTEGER, 24)
        tree.put(UPS.child(4, 1, 0), Tag.INTEGER, self._source)
        tree.put(UPS.child(4, 4, 1, 2, 1), Tag.INTEGER, 230)
        tree.put(UPS.child(4, 4, 1, 5, 1), Tag.INTEGER, lambda: self.load_percent)

    def _battery_status(self) -> int:
        return BATTERY_LOW if self.minutes_left() < 5 else BATTERY_NORMAL

    def _source(self) -> int:
        return SOURCE_NORMAL if self._on_battery_since is None else SOURCE_BATTERY
