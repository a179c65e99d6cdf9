"""The concepts of one device: after each poll, one reading of every concept that any of its tables is mapped onto.

A reading is partial if one of its sources could not be read, and there is none, but a gap, if none could. What breaks
off in one mapping costs that mapping. May import: netwatch.model, netwatch.profiles, netwatch.polling.faults.
Called by: netwatch.polling.device_poller.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from netwatch.formulas import Frame
from netwatch.model import CONCEPTS, Column, Concept, Doubts, ReadingGap, RowSet, TableReading
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
from netwatch.polling.concepts.ports import PortStates
from netwatch.polling.concepts.shares import with_believed_shares
from netwatch.polling.concepts.source import MapReader, Piece, PieceRows, are_the_same
from netwatch.polling.faults import DeviceFaults
from netwatch.polling.standing.columns import Standing
from netwatch.profiles import BadMapping, ConceptMap, ProfileLibrary

log = structlog.get_logger(__name__)

TIMES_LACKING = 3
"""So often in a row it is said that a device does not have a concept: before a restart of ours it may have had it."""


FACTS_LOOKED_AT = timedelta(minutes=5)
"""Facts that stand among scalars are looked at so often; those of tables whenever these are read."""
FACTS_TOLD_AGAIN = timedelta(minutes=10)
FACTS_GOOD_FOR = timedelta(minutes=30)
"""Facts seldom change: they are handed on when they do, and now and then so that nobody takes them for stale."""


class Meanings:
    """What the tables of one device mean; `mean` is asked with what one poll brought."""

    def __init__(self, device: str, library: ProfileLibrary, faults: DeviceFaults) -> None:
        self._device, self._library, self._faults = device, library, faults
        self._maps: tuple[ConceptMap, ...] = ()
        self._readers: dict[ConceptMap, MapReader] = {}
        self._concepts: dict[str, _ConceptReader] = {}
        self._times_lacking = dict.fromkeys(CONCEPTS, 0)
        self._told: dict[str, TableReading] = {}
        self._facts_of: tuple[list[TableReading], datetime | None] = ([], None)
        self._ports = PortStates()
        self._frames: dict[str, Frame] = {}

    def take(self, maps: tuple[ConceptMap, ...]) -> None:
        """Use these mappings from now on; what is known of those that stay is kept, facts are looked at anew."""
        self._facts_of = ([], None)
        if maps == self._maps:
            return
        self._maps, self._frames = maps, {}
        self._readers = {one: self._readers.get(one) or reader for one in maps if (reader := self._reader(one))}
        for concept in self._concepts.values():
            concept.sources = []
        for one, reader in self._readers.items():
            known = self._concepts.get(one.concept)
            if known is None:
                known = _ConceptReader(self._device, CONCEPTS[one.concept], self._faults)
                self._concepts[one.concept] = known
            known.sources.append(reader)

    def _reader(self, concept_map: ConceptMap) -> MapReader | None:
        try:
            return MapReader(self._library.compiled(concept_map))
        except BadMapping as exc:  # of a shipped file a test says so, of a user's the check of the configuration
            log.warning("a table is not mapped onto its concept", concept=concept_map.concept, reason=str(exc))
            return None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the concepts that the device gave rows of."""
        return tuple(name for name, concept in self._concepts.items() if concept.was_read)

    def mean(
        self, readings: Mapping[str, TableReading], failed: Mapping[str, str], now: datetime
    ) -> list[TableReading | ReadingGap]:
        """Return the concepts' readings, and gaps where every source failed; `failed` says why, by table."""
        found: list[TableReading | ReadingGap] = []
        looks_at_facts = self._looks_at_facts(readings, now) or bool(failed)
        for name, meaning in CONCEPTS.items():
            concept = self._concepts.get(name)
            if concept is not None and meaning.is_fact and not looks_at_facts:
                continue
            outcome = concept.read(readings, failed, now, self._frames) if concept is not None else None
            if outcome is None:
                if not failed and self._times_lacking[name] < TIMES_LACKING:
                    self._times_lacking[name] += 1
                    found.append(_lacking(self._device, meaning, now))
                continue
            if meaning.is_fact and isinstance(outcome, TableReading):
                if self._is_told(outcome):
                    continue
                outcome = self._told[name] = replace(outcome, good_for=FACTS_GOOD_FOR)
            found.append(self._ports.beside(outcome))
        return found

    def _looks_at_facts(self, readings: Readings, now: datetime) -> bool:
        """Return whether facts may be others than they were: a table of facts was read, or some time passed."""
        tables = [reading for reading in readings.values() if reading.good_for is not None]
        known, at = self._facts_of
        if at is not None and timedelta(0) <= now - at < FACTS_LOOKED_AT and are_the_same(tables, known):
            return False
        self._facts_of = tables, now
        return True

    def _is_told(self, reading: TableReading) -> bool:
        """Return whether facts were told already, and not so long ago that they need be told again."""
        told = self._told.get(reading.table)
        if told is None or told.rows is not reading.rows or told.partial is not reading.partial:
            return False
        return timedelta(0) <= reading.at - told.at < FACTS_TOLD_AGAIN


def _lacking(device: str, concept: Concept, now: datetime) -> TableReading:
    empty: dict[str, tuple[str, ...]] = dict.fromkeys(concept.labels, ())
    return TableReading(
        device=device,
        table=concept.name,
        at=now,
        rows=RowSet(index=(), keys=(), labels=empty),
        columns={},
        lacking=True,
    )


class _ConceptReader:
    """One concept of one device."""

    def __init__(self, device: str, concept: Concept, faults: DeviceFaults) -> None:
        self.sources: list[MapReader] = []
        self.was_read = False
        self._device, self._concept, self._faults = device, concept, faults
        self._assembly = Assembly(concept)
        self._broke_off = False
        self._standing = Standing()
        self._rows: tuple[RowSet, RowSet] | None = None

    def read(
        self, readings: Readings, failed: Mapping[str, str], now: datetime, frames: dict[str, Frame]
    ) -> TableReading | ReadingGap | None:
        """Return the reading, a gap, or None where no table of the concept was asked for."""
        pieces, broken = self._pieces(readings, failed, frames)
        if not pieces:
            if not broken or not self.was_read:
                return None
            return ReadingGap(
                device=self._device, table=self._concept.name, at=now, reason="; ".join(broken.values())
            )
        self.was_read = True
        try:
            reading = self._reading(pieces, self._unread(broken))
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

    def _pieces(
        self, readings: Readings, failed: Mapping[str, str], frames: dict[str, Frame]
    ) -> tuple[list[Piece], dict[str, str]]:
        pieces: list[Piece] = []
        broken: dict[str, str] = {}
        for source in self.sources:
            table = source.table
            if table not in readings and table not in failed:
                continue
            if failed and table in failed:
                broken[table] = failed[table]
                continue
            try:
                piece = source.piece(readings, frames)
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
        return [source.rows for source in self.sources if source.compiled.map.table in broken and source.rows]

    def _reading(self, pieces: Sequence[Piece], unread: Sequence[PieceRows]) -> TableReading:
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
        newest = pieces[-1].reading
        asked = [piece.reading.asked_at for piece in pieces if piece.reading.asked_at is not None]
        return TableReading(
            device=self._device, table=name, at=max(piece.reading.at for piece in pieces), rows=rows,
            columns=self._standing.of(columns), uptime=newest.uptime, asked_at=min(asked, default=None),
            doubts=doubts, partial=assembled.cut,
            partial_because="more rows than are read" if assembled.cut else "",
        )  # fmt: skip

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
            of_one_table = piece.reading.table == caches.reading.table
            if of_one_table and ranks[place] == caches.rows.compiled.map.rank and {used, size} <= piece.columns.keys():
                in_use, sizes = piece.columns[used], piece.columns[size]
                less = taken_off(in_use, sizes, caches.columns.get(used, ()), caches.columns.get(size, ()))
                found[place] = replace(piece, columns={**piece.columns, used: less})
    return found
