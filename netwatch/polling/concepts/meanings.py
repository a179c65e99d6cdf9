"""The concepts of one device: after each poll, one reading of every concept that any of its tables is mapped onto.

What stands still since the poll before is not worked out again.
May import: netwatch.model, netwatch.profiles, netwatch.polling.faults.
Called by: netwatch.polling.device_poller.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, lru_cache
from types import MappingProxyType

from netwatch.formulas import Frame
from netwatch.model import CONCEPTS, SYSTEM, Column, Concept, ReadingGap, RowSet, TableReading
from netwatch.polling.concepts.concept_reader import ConceptReader, Seen
from netwatch.polling.concepts.joined import Readings
from netwatch.polling.concepts.offers import NO_OFFER, NO_OFFERS, offers_of
from netwatch.polling.concepts.ports import PortStates
from netwatch.polling.concepts.source import are_the_same
from netwatch.polling.faults import DeviceFaults
from netwatch.polling.standing.columns import StandingReadings
from netwatch.profiles import ConceptMap, ProfileLibrary

TIMES_LACKING = 3
"""So often in a row it is said that a device does not have a concept: before a restart of ours it may have had it."""

_NEVER_LACKED: Mapping[str, int] = MappingProxyType({})
NO_COLUMNS: Mapping[str, Column] = MappingProxyType({})
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
        self._offers = NO_OFFERS
        self._is_new = True
        self._scalars: AbstractSet[str] | None = None
        self._concepts: dict[str, ConceptReader] = {}
        self._times_lacking = _NEVER_LACKED
        self._told: dict[str, TableReading] = {}
        self._facts_of: tuple[list[TableReading], datetime | None] = ([], None)
        self._ports = PortStates()
        self._frames: dict[str, Frame] = {}
        self._frames_in_time: dict[str, Frame] = {}
        self._standing = StandingReadings()

    def take(self, maps: tuple[ConceptMap, ...]) -> None:
        """Use these mappings from now on; what is known of those that stay is kept, facts are looked at anew."""
        self._facts_of = ([], None)
        if maps == self._maps:
            return
        self._maps, self._frames, self._frames_in_time = maps, {}, {}
        self._offers, self._is_new = offers_of(self._library, maps), True
        for name, known in self._concepts.items():
            known.take(self._offers.get(name, NO_OFFER))

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
        standing, moved = self._standing.of(readings)
        seen = Seen(readings, standing, self._frames, self._frames_in_time)
        self._begin(readings, failed, moved)
        lacked: dict[str, int] = {}
        for name, meaning in CONCEPTS.items():
            concept = self._concepts.get(name)
            if concept is not None:
                concept.note_moved(moved)
            if concept is not None and meaning.is_fact and not looks_at_facts:
                continue
            outcome = concept.read(seen, failed, now) if concept is not None else None
            if outcome is None:
                times = self._times_lacking.get(name, 0)
                if not failed and times < TIMES_LACKING:
                    lacked[name] = times + 1
                    found.append(_lacking(self._device, meaning, now))
                continue
            if meaning.is_fact and isinstance(outcome, TableReading):
                if self._is_told(outcome):
                    continue
                outcome = self._told[name] = replace(outcome, good_for=FACTS_GOOD_FOR)
            found.append(self._ports.beside(outcome))
        if lacked:
            self._times_lacking = _counted(self._times_lacking, lacked)
        return found

    def _begin(self, readings: Readings, failed: Collection[str], moved: AbstractSet[str]) -> None:
        """Begin with concepts that the device has something of, and had nothing until now."""
        if SYSTEM in moved and not self._says_more(readings.get(SYSTEM)):
            moved = moved - {SYSTEM}
        for name, offer in self._offers.items():
            if name in self._concepts:
                continue
            may_have_come = self._is_new or failed or not offer.own_tables.isdisjoint(moved)
            if may_have_come and offer.is_taken_up(readings, failed):
                self._concepts[name] = ConceptReader(self._device, CONCEPTS[name], self._faults)
                self._concepts[name].take(offer)
        self._is_new = False

    def _says_more(self, scalars: TableReading | None) -> bool:
        """Return whether a device gives other scalars than the last time; what they say moves with every poll."""
        before, columns = self._scalars, scalars.columns if scalars is not None else {}
        self._scalars = {name for name, column in columns.items() if column and column[0] is not None}
        return self._scalars != before

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
    return TableReading(
        device=device, table=concept.name, at=now, rows=_no_rows(concept.name), columns=NO_COLUMNS, lacking=True
    )


@lru_cache(maxsize=4096)
def _like(times: tuple[tuple[str, int], ...]) -> Mapping[str, int]:
    return MappingProxyType(dict(times))


def _counted(times: Mapping[str, int], more: Mapping[str, int]) -> Mapping[str, int]:
    """Return the counts with these in them: one object for all devices that lack the same, as like devices do."""
    return _like(tuple({**times, **more}.items()))


@cache
def _no_rows(concept: str) -> RowSet:
    """Return the rows of a concept that a device has none of, the same for all devices."""
    empty: dict[str, tuple[str, ...]] = dict.fromkeys(CONCEPTS[concept].labels, ())
    return RowSet(index=(), keys=(), labels=MappingProxyType(empty))
