"""Every table and scalar that any profile knows, and which devices are asked whether they have it.

A device is known by what it answers, not only by its sysObjectID: standard tables are asked of everybody, enterprise
tables of those that the enterprise made. Where the table itself stands in a device's profile, that one's words count.

A quiet room. May import: netwatch.model, netwatch.profiles.profile. Called by: netwatch.profiles.library, polling.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from netwatch.model import CONCEPTS, Oid
from netwatch.profiles.concepts.concept_map import ConceptMap
from netwatch.profiles.profile import SYSTEM, ColumnSpec, Profile, TableSpec

ENTERPRISES: Final = Oid.parse("1.3.6.1.4.1")
NET_SNMP: Final = frozenset({2021, 8072})
"""The enterprises of net-snmp, whose agent runs in devices of every maker: their tables are asked of everybody."""
MOST_PROBES_OF_A_TABLE: Final = 3
MOST_QUESTIONS: Final = 1024


def enterprise_of(oid: Sequence[int]) -> int | None:
    """Return the enterprise number that an object belongs to, None where it is of a standard or of net-snmp."""
    number = oid[len(ENTERPRISES)] if len(oid) > len(ENTERPRISES) and Oid(oid).is_under(ENTERPRISES) else None
    return None if number in NET_SNMP else number


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A question whether a device has something: ask what stands behind `after`, and see whether it is `below`.

    item: the table or the scalar that the device then has.
    """

    item: Oid
    after: Oid
    below: Oid


def probes_of(table: TableSpec) -> tuple[Probe, ...]:
    """Return the probes of a table: its entry, and where other tables hold columns of its rows, theirs too.

    The entry and not one column: agents leave out any of them, as they did ifOperStatus and hrStorageIndex.
    """
    entries = dict.fromkeys(Oid(oid[:-1]) for oid in (table.walk, *(column.oid for column in table.columns)))
    return tuple(Probe(item=table.oid, after=entry, below=entry) for entry in list(entries)[:MOST_PROBES_OF_A_TABLE])


def probe_of(scalar: ColumnSpec) -> Probe:
    """Return the probe of a scalar, or of one instance of something."""
    *above, last = scalar.oid
    after = Oid(above) if last == 0 else Oid((*above, last - 1))
    return Probe(item=scalar.oid, after=after, below=scalar.oid)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Questions:
    """What to ask a device, in the order of the tree.

    items: the tables and scalars that it is about. are_worth_asking: some of them are not read in any case.
    """

    probes: tuple[Probe, ...]
    items: frozenset[Oid]
    are_worth_asking: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMap:
    """What a table means, to whom it may concern.

    any_of: of scalars, those of which a device must have one to be meant; empty where all are.
    """

    map: ConceptMap
    any_of: frozenset[Oid] = frozenset()


class Catalogue:
    """All tables and scalars, one per OID, and what they mean. `digest` changes when there are others to ask for.

    parts: scalars that are a part of what another one with the same OID is asked for: the version within a text.
    """

    def __init__(
        self, tables: Iterable[TableSpec], scalars: Iterable[ColumnSpec], maps: Iterable[KnownMap] = ()
    ) -> None:
        """Take them; of several with the same OID the first counts."""
        self._maps = tuple(maps)
        self.tables = {table.oid: table for table in reversed(list(tables))}
        every = list(scalars)
        self.scalars = {scalar.oid: scalar for scalar in reversed(every)}
        parts = {one.name: one for one in reversed(every) if one.edit and one.name != self.scalars[one.oid].name}
        self.parts = tuple(parts.values())
        everything = [
            *(probe for table in self.tables.values() for probe in probes_of(table)),
            *map(probe_of, self.scalars.values()),
        ]
        self._probes = sorted(everything, key=lambda probe: (probe.after, probe.below))
        self.digest = hashlib.sha256("\n".join(map(str, self._probes)).encode()).hexdigest()[:16]
        self._questions: dict[tuple[frozenset[int], tuple[str, str]], Questions] = {}

    @property
    def enterprises(self) -> frozenset[int]:
        """Return the enterprise numbers of which anything is known."""
        found = (enterprise_of(probe.item) for probe in self._probes)
        return frozenset(number for number in found if number is not None)

    def asked_of(self, enterprises: frozenset[int], profile: Profile) -> Questions:
        """Return what to ask a device: what is standard, what is of these enterprises or of those its profile names.

        The tables of its profile are asked for whoever defined them; what it has not of them need not be walked for.
        """
        key = enterprises, profile.key
        found = self._questions.get(key)
        if found is None:
            if len(self._questions) >= MOST_QUESTIONS:
                self._questions.clear()
            found = self._questions[key] = self._asked(enterprises | enterprises_named(profile), profile)
        return found

    def _asked(self, enterprises: frozenset[int], profile: Profile) -> Questions:
        mine = frozenset(table.oid for table in profile.tables)
        own = mine | {scalar.oid for scalar in profile.scalars}
        probes = tuple(
            probe
            for probe in self._probes
            if probe.item in mine or (number := enterprise_of(probe.item)) is None or number in enterprises
        )
        return Questions(
            probes=probes,
            items=frozenset(probe.item for probe in probes),
            are_worth_asking=any(probe.item not in own for probe in probes),
        )

    def found(self, has: Iterable[Oid]) -> Iterator[TableSpec]:
        """Yield the tables among what a device has, in the order of the tree."""
        wanted = frozenset(has)
        yield from sorted((table for oid, table in self.tables.items() if oid in wanted), key=lambda one: one.oid)

    def found_scalars(self, has: Iterable[Oid]) -> Iterator[ColumnSpec]:
        """Yield the scalars among what a device has, and parts of them, in the order of the tree."""
        wanted = frozenset(has)
        known = (*self.scalars.values(), *self.parts)
        yield from sorted((one for one in known if one.oid in wanted), key=lambda one: one.oid)

    @property
    def maps(self) -> Sequence[KnownMap]:
        """Return all that tables mean, to whom it may concern."""
        return self._maps

    def meant(self, own: Sequence[ConceptMap], tables: Collection[str], has: Collection[Oid]) -> list[ConceptMap]:
        """Return what the tables of a device mean: its profile's `own` words, and those of others beside them."""
        said = {(one.table, one.concept) for one in own if is_sole(one)}
        found = [
            known.map
            for known in self._maps
            if known.map.table in tables
            and (known.map.table, known.map.concept) not in said
            and (not known.any_of or any(oid in has for oid in known.any_of))
        ]
        return list(dict.fromkeys((*own, *found)))


def is_sole(one: ConceptMap) -> bool:
    """Return whether other files' mappings of the same table onto the same concept would say the same thing again.

    Facts that are said twice are one; scalars of one table are many things.
    """
    return one.table != SYSTEM and not CONCEPTS[one.concept].is_fact


def enterprises_named(profile: Profile) -> frozenset[int]:
    """Return the enterprise numbers whose tables or scalars a profile names."""
    oids = [*(table.oid for table in profile.tables), *(scalar.oid for scalar in profile.scalars)]
    return frozenset(number for oid in oids if (number := enterprise_of(oid)) is not None)
