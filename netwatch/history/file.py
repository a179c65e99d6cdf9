"""The file of the history: SQLite, beside the main database and apart from it.

One connection writes, in the history's own thread; any number of others read meanwhile, also from other processes.

May import: netwatch.errors, block, tiers. Called by: opening, recorder, upkeep, reader.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from weakref import WeakKeyDictionary

from netwatch.history.block import Shape
from netwatch.history.tiers import Tier

_SHAPES_AT_HAND = 20_000
"""Shapes that are remembered unpacked; beyond it they are read again."""
_DELETE_UNFOLDED = "DELETE FROM unfolded WHERE tier = ? AND start = ? AND series = ?"
_DELETE_BLOCK = "DELETE FROM blocks WHERE tier = ? AND start = ? AND series = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A block as it stands in the file; `until` is its newest time, milliseconds since 1970."""

    series: int
    tier: Tier
    start: int
    until: int
    shape: Shape
    body: bytes

    def of(self, series: int) -> Kept:
        """Return it as one of another series."""
        return replace(self, series=series)


class HistoryFile:
    """A connection to the file; whoever has it uses it in one thread at a time."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path, self._sql = path, connection
        self._series: dict[tuple[str, str], int] = {}
        self._shape_ids: WeakKeyDictionary[Shape, int] = WeakKeyDictionary()
        self._shapes: dict[int, Shape] = {}

    def close(self) -> None:
        """Let go of the file."""
        self._sql.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all that is done inside, or nothing of it."""
        self._sql.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._sql.in_transaction:
                self._sql.execute("ROLLBACK")
            self._series.clear()
            self._shape_ids.clear()
            raise
        self._sql.execute("COMMIT")

    def series_id(self, device: str, table: str) -> int:
        """Return the number of a table of a device, a new one where it has none."""
        found = self._series.get((device, table)) or self.find_series(device, table)
        if found is None:
            added = self._sql.execute("INSERT INTO series (device, name) VALUES (?, ?)", (device, table))
            found = int(added.lastrowid or 0)
        self._series[device, table] = found
        return found

    def find_series(self, device: str, table: str) -> int | None:
        """Return the number of a table of a device, None where nothing was ever kept of it."""
        return self._number("SELECT id FROM series WHERE device = ? AND name = ?", (device, table))

    def all_series(self) -> list[tuple[int, str, str]]:
        """Return the number, device and table of all that is kept, in the order of names."""
        return list(self._sql.execute("SELECT id, device, name FROM series ORDER BY device, name"))

    def put(self, kept: Kept) -> None:
        """Write a block in the place of one that begins at the same time."""
        row = (kept.series, kept.tier, kept.start, kept.until, self._shape_id(kept.shape), kept.body)
        self._sql.execute(
            "INSERT OR REPLACE INTO blocks (series, tier, start, until, shape, body) VALUES (?, ?, ?, ?, ?, ?)", row
        )
        if kept.tier is not Tier.HOURS:
            self._sql.execute(
                "INSERT OR IGNORE INTO unfolded (tier, start, series) VALUES (?, ?, ?)", row[1:3] + row[:1]
            )

    def blocks(self, series: int, tier: Tier, since: int, until: int) -> Iterator[Kept]:
        """Yield the blocks of a series that have something at or after `since` and before `until`, by time."""
        rows = self._sql.execute(
            "SELECT start, until, shape, body FROM blocks WHERE series = ? AND tier = ? AND start < ? AND until >= ?"
            " ORDER BY start",
            (series, tier, until, since),
        )
        for start, end, shape, body in rows:
            yield Kept(series=series, tier=tier, start=start, until=end, shape=self._shape(shape), body=body)

    def newest(self, series: int, tier: Tier) -> Kept | None:
        """Return the newest block of a series, None where there is none."""
        row = self._sql.execute(
            "SELECT start, until, shape, body FROM blocks WHERE series = ? AND tier = ? ORDER BY start DESC LIMIT 1",
            (series, tier),
        ).fetchone()
        if row is None:
            return None
        return Kept(series=series, tier=tier, start=row[0], until=row[1], shape=self._shape(row[2]), body=row[3])

    def first_start(self, series: int, tier: Tier) -> int | None:
        """Return when the oldest block of a series begins, None where there is none."""
        return self._number(
            "SELECT start FROM blocks WHERE series = ? AND tier = ? ORDER BY start LIMIT 1", (series, tier)
        )

    def span(self, tier: Tier) -> tuple[int, int] | None:
        """Return the oldest and the newest time of a tier; None where it is empty."""
        sql = "SELECT min(until), max(until) FROM blocks WHERE tier = ?"
        oldest, newest = self._sql.execute(sql, (tier,)).fetchone()
        return None if oldest is None else (oldest, newest)

    def unfolded(self, tier: Tier, span: int, spread: int, now: int, most: int) -> list[tuple[int, int]]:
        """Return series and beginning of periods of `span` that are over and have blocks that were not folded.

        Each series waits for its own part of `spread` after the end, so that not all are due at once.
        """
        return list(
            self._sql.execute(
                "SELECT series, start / :span * :span AS begin FROM unfolded WHERE tier = :tier AND start < :now"
                " AND (start / :span + 1) * :span + (series * 7919000) % :spread <= :now"
                " GROUP BY series, begin ORDER BY begin LIMIT :most",
                {"tier": tier, "span": span, "spread": max(spread, 1), "now": now, "most": most},
            )
        )

    def is_folded(self, series: int, tier: Tier, start: int) -> bool:
        """Return whether a coarser block holds what this one does."""
        sql = "SELECT count(*) FROM unfolded WHERE tier = ? AND start = ? AND series = ?"
        return self._number(sql, (tier, start, series)) == 0

    def mark_folded(self, blocks: Iterable[Kept]) -> None:
        """Note that a coarser block holds what these do."""
        self._sql.executemany(_DELETE_UNFOLDED, _places(blocks))

    def delete_blocks(self, blocks: Sequence[Kept]) -> None:
        """Delete these."""
        self.mark_folded(blocks)
        self._sql.executemany(_DELETE_BLOCK, _places(blocks))

    def delete_before(self, tier: Tier, until: int, most: int) -> int:
        """Delete up to `most` blocks of a tier whose newest time is before an instant; return how many went."""
        places = self._sql.execute(
            "SELECT tier, start, series FROM blocks WHERE tier = ? AND until < ? ORDER BY until LIMIT ?",
            (tier, until, most),
        ).fetchall()
        self._sql.executemany(_DELETE_UNFOLDED, places)
        self._sql.executemany(_DELETE_BLOCK, places)
        return len(places)

    def sweep(self) -> None:
        """Delete the shapes and series that no block has any more."""
        self._sql.execute("DELETE FROM shapes WHERE id NOT IN (SELECT shape FROM blocks)")
        self._sql.execute("DELETE FROM series WHERE id NOT IN (SELECT series FROM blocks)")
        self._series.clear()
        self._shape_ids.clear()
        self._shapes.clear()

    def give_back(self, pages: int) -> None:
        """Give free pages of the file back to the disk."""
        self._sql.execute(f"PRAGMA incremental_vacuum({pages})").fetchall()

    def size_bytes(self) -> int:
        """Return what of the file is in use."""
        return (self._pragma("page_count") - self.free_pages()) * self._pragma("page_size")

    def free_pages(self) -> int:
        """Return how many pages of the file nothing stands on."""
        return self._pragma("freelist_count")

    def pages(self) -> int:
        """Return how many pages the file has."""
        return self._pragma("page_count")

    def page_bytes(self) -> int:
        """Return how large a page is."""
        return self._pragma("page_size")

    def copy_into(self, other: sqlite3.Connection) -> None:
        """Copy all of it as it is at one moment; who writes meanwhile is not kept waiting."""
        self._sql.backup(other)

    def note(self, name: str, number: int) -> None:
        """Remember a number."""
        self._sql.execute("INSERT OR REPLACE INTO notes (name, number) VALUES (?, ?)", (name, number))

    def noted(self, name: str) -> int | None:
        """Return a number that was remembered."""
        return self._number("SELECT number FROM notes WHERE name = ?", (name,))

    def _shape_id(self, shape: Shape) -> int:
        found = self._shape_ids.get(shape)
        if found is None:
            body = shape.to_octets()
            digest = hashlib.sha256(body).digest()[:16]
            found = self._number("SELECT id FROM shapes WHERE digest = ?", (digest,))
            if found is None:
                added = self._sql.execute("INSERT INTO shapes (digest, body) VALUES (?, ?)", (digest, body))
                found = int(added.lastrowid or 0)
            self._shape_ids[shape] = found
        return found

    def _shape(self, number: int) -> Shape:
        found = self._shapes.get(number)
        if found is None:
            if len(self._shapes) >= _SHAPES_AT_HAND:
                self._shapes.clear()
            row = self._sql.execute("SELECT body FROM shapes WHERE id = ?", (number,)).fetchone()
            found = self._shapes[number] = Shape.from_octets(row[0] if row else b"")
        return found

    def _number(self, sql: str, values: Sequence[object]) -> int | None:
        row = self._sql.execute(sql, values).fetchone()
        return None if row is None else int(row[0])

    def _pragma(self, name: str) -> int:
        return int(self._sql.execute(f"PRAGMA {name}").fetchone()[0])


def _places(blocks: Iterable[Kept]) -> list[tuple[Tier, int, int]]:
    return [(one.tier, one.start, one.series) for one in blocks]
