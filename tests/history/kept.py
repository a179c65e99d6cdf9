"""A file of the history with days in it, made without waiting for them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from netwatch.history import HistorySettings
from netwatch.history.block import pack_block
from netwatch.history.file import HistoryFile, Kept
from netwatch.history.opened import OpenBlock
from netwatch.history.opening import open_to_write
from netwatch.history.tiers import Tier
from netwatch.history.upkeep import Upkeep
from netwatch.model import TableReading

ALL_DAY = 3600.0


def put(file: HistoryFile, readings: Iterable[TableReading]) -> None:
    """Write readings as the recorder does."""
    opened: dict[tuple[str, str], OpenBlock] = {}
    with file.transaction():
        for one in readings:
            place = (one.device, one.table)
            found = opened.get(place)
            if found is not None and found.takes(one):
                found.add(one)
                continue
            if found is not None:
                close(file, place, found)
            opened[place] = OpenBlock(one, found.shape if found is not None else None)
        for place, found in opened.items():
            close(file, place, found)


def close(file: HistoryFile, place: tuple[str, str], opened: OpenBlock) -> None:
    block = opened.block()
    body = pack_block(block, group=0xFFFF, level=1)
    start, until = block.times[0], block.times[-1]
    file.put(
        Kept(series=file.series_id(*place), tier=Tier.FRESH, start=start, until=until, shape=block.shape, body=body)
    )


def written(path: Path, readings: Iterable[TableReading], settings: HistorySettings | None = None) -> HistoryFile:
    """Return a file that these readings were written to and that was looked after since, up to the newest."""
    readings = list(readings)
    file = open_to_write(path)
    put(file, readings)
    look_after(file, round(readings[-1].at.timestamp() * 1000), settings)
    return file


def look_after(
    file: HistoryFile, now: int, settings: HistorySettings | None = None, *, may_delete: bool = True
) -> None:
    upkeep = Upkeep(settings or HistorySettings())
    for turn in range(6):  # from each tier to the next, and what is old goes when there is nothing else to do
        upkeep.step(file, now + turn * 60_000, seconds=ALL_DAY, may_delete=may_delete)
