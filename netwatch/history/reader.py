"""Reads the history: one reader for charts, rules, mails and the command line, also from another process.

What is asked for is answered from the finest tier that has it, or from one that is coarse enough for a long chart;
where that does not reach the others fill in.

May import: netwatch.errors, netwatch.model, block, cells, file, opening, parts, tiers.
Called by: netwatch.app, netwatch.cli.
"""

from __future__ import annotations

import sqlite3
import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from netwatch.errors import HistoryError
from netwatch.history.block import Block, Packed, Shape
from netwatch.history.cells import Damaged, Row
from netwatch.history.file import HistoryFile
from netwatch.history.opening import open_to_read
from netwatch.history.parts import Part, parts_of
from netwatch.history.tiers import GRAINS, HIGH, LOW, Tier, folded
from netwatch.model import Past, RowSet, Stretch, TableReading

T = TypeVar("T")


def tier_for(span: timedelta) -> Tier:
    """Return how fine a chart of so long should be: it is some hundred dots wide."""
    if span <= timedelta(hours=36):
        return Tier.RAW
    return Tier.FIVE_MINUTES if span <= timedelta(days=35) else Tier.HOURS


class HistoryReader:
    """Looks into the file, which is opened when it is first asked; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: HistoryFile | None = None
        self._opened: tuple[int, int] | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """Let go of the file; it is opened again when it is asked again."""
        with self._lock:
            self._let_go()

    def tables(self, device: str | None = None) -> list[tuple[str, str]]:
        """Return device and table of all that there is something of.

        Raises:
            HistoryError: there is no history, or it cannot be read; so do all of these.
        """
        found = self._asked(lambda file: file.all_series())
        return [(owner, table) for _, owner, table in found if device in (None, owner)]

    def shape(self, device: str, table: str) -> Shape | None:
        """Return what the rows and columns of a table were called last, None where nothing is kept of it."""

        def ask(file: HistoryFile) -> Shape | None:
            series = file.find_series(device, table)
            newest = (file.newest(series, tier) for tier in Tier) if series is not None else ()
            return next((one.shape for one in newest if one is not None), None)

        return self._asked(ask)

    def lines(
        self, device: str, table: str, key: str, columns: Sequence[str], *, since: datetime, until: datetime,
        tier: Tier = Tier.RAW,
    ) -> dict[str, Past]:  # fmt: skip
        """Return the values of some columns of a row, by column; none of what is not known."""
        begin, end = _milliseconds(since), _milliseconds(until)

        def ask(file: HistoryFile) -> dict[str, Past]:
            series = file.find_series(device, table)
            found = {column: Past(step=GRAINS[tier].step) for column in columns}
            if series is None:
                return found
            finer = {column: Past() for column in columns}
            for part in parts_of(file, series, tier, begin, end):
                _take(found if GRAINS[part.tier].step >= GRAINS[tier].step else finer, part, key)
            for name, line in found.items():
                line.add(*_stepped(finer[name], GRAINS[tier].step))
            return found

        return self._asked(ask)

    def column(
        self, device: str, table: str, column: str, *, since: datetime, until: datetime, tier: Tier = Tier.RAW
    ) -> dict[str, tuple[Mapping[str, str], Past]]:
        """Return one column in every row: labels and values by the row's key."""
        begin, end = _milliseconds(since), _milliseconds(until)

        def ask(file: HistoryFile) -> list[Part]:
            series = file.find_series(device, table)
            return [] if series is None else list(parts_of(file, series, tier, begin, end))

        step = GRAINS[tier].step
        labels: dict[str, Mapping[str, str]] = {}
        found: dict[str, Past] = defaultdict(lambda: Past(step=step))
        finer: dict[str, Past] = defaultdict(Past)
        for part in self._asked(ask):
            shape = part.kept.shape
            if column in shape.columns:
                for place, key in enumerate(shape.keys):
                    labels[key] = {name: texts[place] for name, texts in shape.labels.items()}
                    _take({column: (found if GRAINS[part.tier].step >= step else finer)[key]}, part, key)
        for key, fine in finer.items():
            found[key].add(*_stepped(fine, step))
        return {key: (labels[key], past) for key, past in found.items()}

    def stretches(
        self, device: str, table: str, columns: Collection[str], *, since: datetime, until: datetime,
        tier: Tier = Tier.FIVE_MINUTES, row: str | None = None, extremes: bool = True,
    ) -> Iterator[Stretch]:  # fmt: skip
        """Yield some columns of a row or of all, block by block, the oldest first, in a tier's steps or coarser.

        Without `extremes` lows and highs are the means.
        """
        begin, end = _milliseconds(since), _milliseconds(until)

        def ask(file: HistoryFile) -> list[Part]:
            series = file.find_series(device, table)
            return [] if series is None else list(parts_of(file, series, tier, begin, end))

        for part in self._asked(ask):
            with suppress(Damaged):  # one block that cannot be read must not cost all others
                found = _stretch(part, columns, GRAINS[tier].step, row, extremes=extremes)
                if found is not None:
                    yield found

    def readings(
        self, device: str, table: str, *, since: datetime, until: datetime, finest: Tier = Tier.FRESH
    ) -> Iterator[TableReading]:
        """Yield what was read of a table, the oldest first; where only means of steps are left, those."""
        begin, end = _milliseconds(since), _milliseconds(until)

        def ask(file: HistoryFile) -> list[Part]:
            series = file.find_series(device, table)
            wanted = Tier.RAW if finest is Tier.FRESH else finest
            return [] if series is None else list(parts_of(file, series, wanted, begin, end))

        last = begin - 1
        rows: tuple[Shape, RowSet] | None = None
        for part in self._asked(ask):
            kept = part.kept
            try:
                block = Packed(kept.body, kept.shape).block()
            except Damaged:
                continue
            if rows is None or rows[0] is not kept.shape:
                rows = (kept.shape, _rows_of(kept.shape))
            names = [name for name in kept.shape.columns if name[-1] not in (LOW, HIGH)]
            for place, at in enumerate(block.times):
                if last < at < part.end:
                    last = at
                    columns = {name: [row[place] for row in block.cells[name]] for name in names}
                    yield TableReading(
                        device=device, table=table, at=datetime.fromtimestamp(at / 1000, UTC), rows=rows[1],
                        columns=columns,
                    )  # fmt: skip

    def _asked(self, ask: Callable[[HistoryFile], T]) -> T:
        with self._lock:
            try:
                if self._file is not None and _identity(self.path) != self._opened:
                    self._let_go()  # deleted or replaced: what stands there now counts
                if self._file is None:
                    self._opened = _identity(self.path)
                    self._file = open_to_read(self.path)
                return ask(self._file)
            except (sqlite3.Error, Damaged) as exc:
                self._let_go()
                raise HistoryError(f"the history in {self.path} cannot be read: {exc}") from exc

    def _let_go(self) -> None:
        if self._file is not None:
            with suppress(sqlite3.Error):
                self._file.close()
        self._file = None


def with_recent(found: Mapping[str, Past], blocks: Sequence[Block], key: str, since: datetime) -> None:
    """Add to the lines of a row what is not written yet, from an instant on; of single readings only."""
    begin = _milliseconds(since)
    for block in blocks:
        if key not in block.shape.keys:
            continue
        row = block.shape.keys.index(key)
        for name, line in found.items():
            if name in block.cells and not line.step:
                first = bisect_left(block.times, max(begin, line.times[-1] + 1) if line.times else begin)
                values = block.cells[name][row][first:]
                line.add(block.times[first:], values, values, values)


def _stretch(part: Part, columns: Collection[str], step: int, only: str | None, *, extremes: bool) -> Stretch | None:
    """Return what a block has of some columns, in steps, of one row or all; None where that is nothing."""
    kept = part.kept
    if only is not None and only not in kept.shape.keys:
        return None
    keys = kept.shape.keys if only is None else (only,)
    names = [
        name for name in kept.shape.columns if (name.rstrip(LOW + HIGH) if extremes else name) in columns
    ]  # fmt: skip
    packed = Packed(kept.body, kept.shape)
    times = packed.times()
    first, last = bisect_left(times, part.begin), bisect_left(times, part.end)
    if not names or first >= last:
        return None
    place = None if only is None else kept.shape.keys.index(only)
    cells: dict[str, Sequence[Row]] = {
        name: [row[first:last] for row in (packed.column(name) if place is None else (packed.row(name, place),))]
        for name in names
    }
    shape = Shape(keys=keys, columns=tuple(names))
    block: Block | None = Block(shape=shape, times=times[first:last], cells=cells)
    own = GRAINS[part.tier].step
    if own < step and block is not None:
        block = folded(block, step)
    if block is None:
        return None
    means = {name: rows for name, rows in block.cells.items() if name in columns}
    lows, highs = ({name: block.cells.get(name + sign, rows) for name, rows in means.items()} for sign in (LOW, HIGH))
    return Stretch(
        keys=shape.keys, step=max(own, step), times=block.times, means=means, lows=lows, highs=highs
    )  # fmt: skip


def _take(found: Mapping[str, Past], part: Part, key: str) -> None:
    """Add what a block has of a row to the lines."""
    kept = part.kept
    if key not in kept.shape.keys:
        return
    with suppress(Damaged):  # one block that cannot be read must not cost all others
        _take_row(found, part, kept.shape.keys.index(key))


def _take_row(found: Mapping[str, Past], part: Part, row: int) -> None:
    kept = part.kept
    packed = Packed(kept.body, kept.shape)
    times = packed.times()
    for name, line in found.items():
        if name not in kept.shape.columns:
            continue
        first = bisect_left(times, max(part.begin, line.times[-1] + 1) if line.times else part.begin)
        last = bisect_left(times, part.end)
        if first >= last:
            continue
        means = packed.row(name, row)[first:last]
        lows, highs = (
            packed.row(name + sign, row)[first:last] if name + sign in kept.shape.columns else means
            for sign in (LOW, HIGH)
        )
        line.add(times[first:last], lows, means, highs)


def _stepped(fine: Past, step: int) -> tuple[Sequence[Any], Sequence[Any], Sequence[Any], Sequence[Any]]:
    """Return times, lows, means and highs of what is finer than it should be, in steps."""
    cells = {"x": [fine.means], "x" + LOW: [fine.lows], "x" + HIGH: [fine.highs]}
    shape = Shape(keys=("",), columns=tuple(cells))
    block = folded(Block(shape=shape, times=fine.times, cells=cells), step) if step and fine.times else None
    if block is None:
        return (), (), (), ()
    means = block.cells["x"][0]
    lows, highs = (block.cells[name][0] if (name := "x" + sign) in block.cells else means for sign in (LOW, HIGH))
    return block.times, lows, means, highs


def _rows_of(shape: Shape) -> RowSet:
    return RowSet(index=shape.labels.get("ifIndex", shape.keys), keys=shape.keys, labels=shape.labels)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino)


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)
