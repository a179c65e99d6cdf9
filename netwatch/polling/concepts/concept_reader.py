"""One concept of one device: what its mappings say, put together row behind row.

A reading is partial if one of its sources could not be read, and there is none, but a gap, if none could. What breaks
off in one mapping costs that mapping. May import: netwatch.model, netwatch.profiles, netwatch.polling.faults.
Called by: meanings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from netwatch.formulas import Frame
from netwatch.model import Column, Concept, Doubts, ReadingGap, RowSet, TableReading
from netwatch.polling.concepts.assembly import Assembled, Assembly, joined_columns, joined_doubts
from netwatch.polling.concepts.completing import (
    DEVICE,
    SHARES,
    device_load,
    one_identity,
    taken_off,
    with_device_row,
    with_shares,
)
from netwatch.polling.concepts.joined import Readings
from netwatch.polling.concepts.limits import with_sane_limits
from netwatch.polling.concepts.offers import NO_OFFER, Offer
from netwatch.polling.concepts.shares import with_believed_shares
from netwatch.polling.concepts.source import MapReader, Piece, PieceRows, are_the_same, is_told_of
from netwatch.polling.faults import DeviceFaults
from netwatch.polling.standing.columns import Standing

_NONE_BROKEN: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Seen:
    """What one poll brought, and the same with the reading before in place of each that says nothing new."""

    now: Readings
    standing: Readings
    frames: dict[str, Frame]
    frames_in_time: dict[str, Frame]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What the pieces of a concept say together."""

    rows: RowSet
    columns: Mapping[str, Column]
    doubts: Doubts
    cut: bool


class ConceptReader:
    """One concept of one device."""

    def __init__(self, device: str, concept: Concept, faults: DeviceFaults) -> None:
        self._offer = NO_OFFER
        self._readers: list[MapReader | None] = []
        self._standing_pieces: Sequence[Piece] | None = None
        self.was_read = False
        self._device, self._concept, self._faults = device, concept, faults
        self._assembly = Assembly(concept)
        self._broke_off = False
        self._standing = Standing()
        self._rows: tuple[RowSet, RowSet] | None = None
        self._said: tuple[Sequence[Piece], _Said] | None = None

    def take(self, offer: Offer) -> None:
        """Use these mappings from now on; what is known of those that stay is kept."""
        known = {reader.compiled: reader for reader in self._sources}
        self._offer, self._standing_pieces = offer, None
        self._readers = [known.get(source) for source in offer.sources]

    @property
    def _sources(self) -> Iterator[MapReader]:
        """Yield the mappings that the device was ever asked for the table of."""
        return filter(None, self._readers)

    def note_moved(self, tables: AbstractSet[str]) -> None:
        """Take in which tables say something else than before; to be told with every poll, read or not."""
        if not self._offer.tables.isdisjoint(tables):
            self._standing_pieces = None

    def read(self, seen: Seen, failed: Mapping[str, str], now: datetime) -> TableReading | ReadingGap | None:
        """Return the reading, a gap, or None where no table of the concept was asked for."""
        if self._standing_pieces is not None and not failed:
            pieces, broken = self._standing_pieces, _NONE_BROKEN
        else:
            pieces, broken = self._pieces(seen, failed)
            may_stand = not (failed or broken or self._broke_off or self._offer.heeds_time)
            self._standing_pieces = pieces if may_stand else None
        if not pieces:
            if not broken or not self.was_read:
                return None
            return ReadingGap(
                device=self._device, table=self._concept.name, at=now, reason="; ".join(broken.values())
            )
        self.was_read = True
        try:
            reading = self._reading(pieces, self._unread(broken), seen.now)
        except Exception as exc:  # noqa: BLE001  # what breaks off in one concept must not cost the others
            self._broke_off, reason = True, self._faults.note(self._concept.name, exc)
            return ReadingGap(device=self._device, table=self._concept.name, at=now, reason=reason)
        if self._broke_off:
            self._faults.settle(self._concept.name)
        partial = {**{p.reading.table: p.reading.partial_because for p in pieces if p.reading.partial}, **broken}
        if partial:
            why = "; ".join(f"{table}: {reason or 'in part only'}" for table, reason in partial.items())
            reading = replace(reading, partial=True, partial_because=why)
        return reading

    def _pieces(self, seen: Seen, failed: Mapping[str, str]) -> tuple[Sequence[Piece], Mapping[str, str]]:
        pieces: list[Piece] = []
        broken: dict[str, str] = {}
        for place, compiled in enumerate(self._offer.sources):
            table = compiled.map.table
            if table not in seen.now and table not in failed:
                continue
            if failed and table in failed:
                broken[table] = failed[table]
                continue
            source = self._readers[place]
            if source is None:
                if not is_told_of(compiled, seen.now[table]):
                    continue
                source = self._readers[place] = MapReader(compiled)
            try:
                piece = (
                    source.piece(seen.now, seen.frames_in_time)
                    if source.heeds_time
                    else source.piece(seen.standing, seen.frames)
                )
            except Exception as exc:  # noqa: BLE001  # one mapping's oddity must not cost the others, nor be silent
                broken[table] = self._faults.note(f"{self._concept.name} of {table}", exc)
                self._broke_off = True
                continue
            if self._broke_off:
                self._faults.settle(f"{self._concept.name} of {table}")
            if piece is not None:
                pieces.append(piece)
        return pieces, broken

    def _unread(self, broken: Collection[str]) -> list[PieceRows]:
        """Return the rows, as they were last, of tables that could not be read."""
        if not broken:
            return []
        return [source.rows for source in self._sources if source.compiled.map.table in broken and source.rows]

    def _reading(self, pieces: Sequence[Piece], unread: Sequence[PieceRows], readings: Readings) -> TableReading:
        """Return what the pieces say together; not put together anew where they are the very same as before."""
        if self._said is None or unread or not are_the_same(pieces, self._said[0]):
            self._said = pieces, self._put_together(pieces, unread)
        said = self._said[1]
        if unread:
            self._said = None
        read = [readings.get(piece.reading.table, piece.reading) for piece in pieces]
        asked = [reading.asked_at for reading in read if reading.asked_at is not None]
        return TableReading(
            device=self._device, table=self._concept.name, at=max(reading.at for reading in read), rows=said.rows,
            columns=said.columns, uptime=read[-1].uptime, asked_at=min(asked, default=None),
            doubts=said.doubts, partial=said.cut,
            partial_because="more rows than are read" if said.cut else "",
        )  # fmt: skip

    def _put_together(self, pieces: Sequence[Piece], unread: Sequence[PieceRows]) -> _Said:
        counted = _without_caches(pieces)
        assembled = self._assembly.rows(counted, unread)
        columns = joined_columns(counted, assembled)
        rows, name = assembled.rows, self._concept.name
        doubts: Doubts = joined_doubts(counted, assembled)
        if name == "sensor":
            columns = with_sane_limits(columns)
        columns, odd = with_believed_shares(columns)
        if name in SHARES:
            columns, beyond = with_believed_shares(with_shares(columns, *SHARES[name]))
            odd |= beyond
        if odd:
            doubts = {**doubts, **{column: {**doubts.get(column, {}), **rows} for column, rows in odd.items()}}
        if name == "cpu" and rows.index:
            before, (rows, columns) = len(rows.index), self._with_device_row(rows, columns)
            doubts = {column: {row + len(rows.index) - before: why for row, why in by_row.items()}
                      for column, by_row in doubts.items()}  # fmt: skip
        if name == "identity":
            rows = self._identity(rows, counted, assembled)
        return _Said(rows=rows, columns=self._standing.of(columns), doubts=doubts, cut=assembled.cut)

    def _with_device_row(self, rows: RowSet, columns: dict[str, Column]) -> tuple[RowSet, dict[str, Column]]:
        if self._rows is None or self._rows[0] is not rows:
            self._rows = (rows, with_device_row(rows))
        whole = self._rows[1]
        if len(whole.index) > len(rows.index):
            loads = columns.get("cpu_busy_ratio", ())
            columns["cpu_busy_ratio"] = (device_load(rows.labels["scope"], loads), *loads)
        return whole, columns

    def _identity(self, rows: RowSet, pieces: Sequence[Piece], assembled: Assembled) -> RowSet:
        ranks = [
            piece.rows.compiled.map.rank
            for piece, kept in zip(pieces, assembled.kept, strict=True)
            for _ in (piece.rows.index if kept is None else kept)
        ]
        if self._rows is None or self._rows[0] is not rows:
            labels = {name: (text,) for name, text in one_identity(rows.labels, ranks).items()}
            self._rows = (rows, RowSet(index=("",), keys=(DEVICE,), labels=labels))
        return self._rows[1]


def _without_caches(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces of pools, with what is cache taken off the pool of its table and rank that holds it."""
    used, size, _ = SHARES["memory"]
    found = [piece for piece in pieces if not piece.rows.compiled.map.taken_off]
    ranks = [piece.rows.compiled.map.rank for piece in found]
    for caches in pieces:
        if not caches.rows.compiled.map.taken_off:
            continue
        for place, piece in enumerate(found):
            is_theirs = (piece.reading.table, ranks[place]) == (caches.reading.table, caches.rows.compiled.map.rank)
            if is_theirs and {used, size} <= piece.columns.keys():
                in_use, sizes = piece.columns[used], piece.columns[size]
                less = taken_off(in_use, sizes, caches.columns.get(used, ()), caches.columns.get(size, ()))
                found[place] = replace(piece, columns={**piece.columns, used: less})
    return found
