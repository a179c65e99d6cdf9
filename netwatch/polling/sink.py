"""Where readings go: the rest of the house, as polling sees it.

May import: netwatch.model. Called by: netwatch.polling; satisfied by netwatch.app.
"""

from __future__ import annotations

from typing import Protocol

from netwatch.model import Memory, ReadingGap, TableReading


class ReadingSink(Protocol):
    """Takes what polling brings home; called on the loop, and quick about it."""

    def take_reading(self, reading: TableReading) -> None:
        """Take a table that was read."""

    def take_gap(self, gap: ReadingGap) -> None:
        """Take the news that a table could not be read."""

    def remember(self, memory: Memory) -> None:
        """Keep a small fact over a restart."""
