"""All profiles there are: the shipped ones and the user's, and which of them a device gets.

May import: netwatch.model, netwatch.profiles. Called by: netwatch.app, polling, rules (the schema).
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from netwatch.errors import ConfigError
from netwatch.model import (
    CONCEPTS,
    REACHABILITY,
    SELF,
    Oid,
    Problem,
    TableSchema,
)
from netwatch.profiles.catalogue import Catalogue
from netwatch.profiles.concepts.compiling import Compiled, compile_map
from netwatch.profiles.concepts.concept_map import ConceptMap
from netwatch.profiles.draft import ProfileFile
from netwatch.profiles.foreign.definitions import Foreign
from netwatch.profiles.matching import PatternIndex
from netwatch.profiles.merging.finishing import other_name
from netwatch.profiles.profile import GENERIC, SYS_UP_TIME, SYSTEM, ColumnSpec, Kit, Profile, TableSpec

MOST_KITS = 20_000
"""Kits kept, of which most fleets have some dozens; beyond, those met again are made again."""


class ProfileLibrary:
    """Profiles by name and by sysObjectID. `problems` is what was wrong with their files, errors and warnings."""

    def __init__(
        self,
        profiles: Mapping[str, Profile],
        problems: Sequence[Problem] = (),
        shipped: Sequence[str] = (),
        catalogue: Catalogue | None = None,
        foreign: Foreign | None = None,
    ) -> None:
        """Take the profiles; of two with the same pattern one not named in `shipped` wins.

        `catalogue` is what devices may have beside what their profile says, by default what any of the profiles does.
        """
        self._profiles = dict(profiles)
        self.problems = tuple(problems)
        self._read_files: Callable[[], tuple[ProfileFile, ...]] = tuple
        self.catalogue = catalogue or Catalogue(
            (table for profile in self._profiles.values() for table in profile.tables),
            (scalar for profile in self._profiles.values() for scalar in profile.scalars),
        )
        self._schema = _schema(self._profiles.values(), self.catalogue)
        self._kits: dict[tuple[tuple[str, str], frozenset[Oid]], Kit] = {}
        self._tables: dict[tuple[tuple[str, str], Oid], TableSpec] = {}
        self._systems: dict[tuple[tuple[str, str], tuple[Oid, ...]], TableSpec] = {}
        self._compiled: dict[ConceptMap, Compiled] = {}
        self._joined: dict[tuple[str, str], Profile] = {}
        self.foreign = foreign or Foreign()
        self.shipped = tuple(shipped)
        order = sorted(self._profiles.values(), key=lambda profile: profile.name in self.shipped)
        self._index = PatternIndex(
            ((text, profile.name) for profile in order for text in profile.sys_object_ids),
            {profile.name: profile.exclusions for profile in order},
        )

    def with_problems(self, problems: Iterable[Problem]) -> ProfileLibrary:
        """Add to what is wrong with the files; return itself."""
        self.problems = (*self.problems, *problems)
        return self

    def with_files(self, read: Callable[[], tuple[ProfileFile, ...]]) -> ProfileLibrary:
        """Take what reads the files that it is of, the shipped ones before the user's; return itself."""
        self._read_files = read
        return self

    @property
    def files(self) -> tuple[ProfileFile, ...]:
        """Return the files that it is of, the shipped ones before the user's; of many, they are read again."""
        return self._read_files()

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """Return all profiles, in the order of their files."""
        return tuple(self._profiles.values())

    def match(self, sys_object_id: Oid | None) -> Profile:
        """Return the profile with the most specific pattern, or the generic one."""
        name = self._index.find(sys_object_id) if sys_object_id else None
        return self._profiles[name or GENERIC]

    def questions(self, sys_object_id: str, sys_descr: str) -> Sequence[Oid]:
        """Return what must be read of a device before it is known which definitions of other tools are about it."""
        return self.foreign.questions(sys_object_id, sys_descr)

    def with_foreign(
        self, profile: Profile, sys_object_id: str, sys_descr: str, answers: Mapping[Oid, str] | None = None
    ) -> Profile:
        """Return a device's profile with what other tools' definitions say of such a device; it may be itself.

        `answers` are to `questions`; an object without one is not there.
        """
        system = self.foreign.system_of(sys_object_id, sys_descr, answers or {})
        if not system:
            return profile
        key = profile.name, system
        if key not in self._joined:
            self._joined[key] = self.foreign.joined(profile, system, self.catalogue, self._schema)
        return self._joined[key]

    def named(self, name: str) -> Profile:
        """Return a profile by its name.

        Raises:
            ConfigError: there is none of that name.
        """
        if name in self._profiles:
            return self._profiles[name]
        close = difflib.get_close_matches(name, self._profiles, n=1)
        raise ConfigError(f"no profile is named {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""))

    def kit_of(self, profile: Profile, has: frozenset[Oid] = frozenset()) -> Kit:
        """Return what to read of a device, and what it means: of its profile, and of what else it has.

        `has` are the OIDs of tables and scalars that it is known to have; the profile's own are read in any case.
        Devices that have the same share the very same kit, and kits of one profile the very same tables.
        """
        kit = self._kits.get((profile.key, has))
        if kit is None:
            if len(self._kits) >= MOST_KITS:
                self._kits.clear()
            kit = self._kits[profile.key, has] = self._made_kit(profile, has)
        return kit

    def _made_kit(self, profile: Profile, has: frozenset[Oid]) -> Kit:
        own = {table.oid for table in profile.tables}
        names = {table.name for table in profile.tables}
        found = [self._renamed(profile, table, names) for table in self.catalogue.found(has) if table.oid not in own]
        system = self._system(profile, has)
        tables = sorted([*profile.tables, *found], key=lambda table: table.once)
        present = {SYSTEM, *(table.name for table in tables)}
        return Kit(
            tables=(*([system] if system.columns else []), *tables),
            concepts=tuple(self.catalogue.meant(profile.concepts, present, has)),
        )

    def _renamed(self, profile: Profile, table: TableSpec, taken: Collection[str]) -> TableSpec:
        """Return a table under a name that none of the profile's own has."""
        if table.name not in taken:
            return table
        other = replace(table, name=other_name(table.name, table.oid))
        return self._tables.setdefault((profile.key, table.oid), other)

    def _system(self, profile: Profile, has: Collection[Oid]) -> TableSpec:
        own = [_as_it_is_there(scalar, has) for scalar in profile.scalars]
        own_oids, own_names = {scalar.oid for scalar in own}, {scalar.name for scalar in own}
        found = [
            scalar
            for scalar in self.catalogue.found_scalars(has)
            if scalar.oid not in own_oids and scalar.name not in own_names
        ]
        scalars = tuple({scalar.name: scalar for scalar in (*own, *found)}.values())
        table = TableSpec(name=SYSTEM, oid=SYS_UP_TIME, walk=SYS_UP_TIME, columns=scalars)
        return self._systems.setdefault((profile.key, tuple(scalar.oid for scalar in scalars)), table)

    def names(self) -> tuple[str, ...]:
        """Return the names of all profiles, sorted."""
        return tuple(sorted(self._profiles))

    def compiled(self, concept_map: ConceptMap) -> Compiled:
        """Return a mapping of one of the profiles ready to use, made at the first call.

        Raises:
            BadMapping: it cannot be.
        """
        found = self._compiled.get(concept_map)
        if found is None:
            schema = self.foreign.schema_of(concept_map) or self._schema
            found = self._compiled[concept_map] = compile_map(concept_map, schema)
        return found

    def schema(self) -> Mapping[str, TableSchema]:
        """Return every table that readings can be of, with all its columns over all profiles."""
        return self._schema


def _as_it_is_there(scalar: ColumnSpec, has: Collection[Oid]) -> ColumnSpec:
    """Return a scalar under the number that a device has it by: files of others leave out the .0 at its end."""
    instance = scalar.oid.child(0)
    return replace(scalar, oid=instance) if scalar.oid[-1] != 0 and instance in has else scalar


def _schema(profiles: Iterable[Profile], catalogue: Catalogue) -> dict[str, TableSchema]:
    columns: dict[str, dict[str, ColumnSpec]] = {SYSTEM: {}}
    labels: dict[str, dict[str, None]] = {SYSTEM: {}}
    tables: list[TableSpec] = []
    for profile in profiles:
        _collect(columns[SYSTEM], profile.scalars)
        tables += profile.tables
    _collect(columns[SYSTEM], (*catalogue.scalars.values(), *catalogue.parts))
    for table in (*tables, *catalogue.tables.values()):
        _collect(columns.setdefault(table.name, {}), table.columns)
        labels.setdefault(table.name, {}).update(dict.fromkeys(label.name for label in table.labels))
    found = {name: _table_schema(name, columns[name], tuple(labels[name])) for name in columns}
    meanings = {concept.name: concept.schema for concept in CONCEPTS.values()}
    return {**found, **meanings, REACHABILITY.name: REACHABILITY, SELF.name: SELF}


def _collect(columns: dict[str, ColumnSpec], more: Iterable[ColumnSpec]) -> None:
    """Add columns; where profiles differ, one that knows its kind stands before one that guessed."""
    for column in more:
        if column.name not in columns or (columns[column.name].guessed and not column.guessed):
            columns[column.name] = column


def _table_schema(name: str, columns: Mapping[str, ColumnSpec], labels: tuple[str, ...]) -> TableSchema:
    return TableSchema(
        name=name,
        columns={column.name: column.kind for column in columns.values()},
        labels=labels,
        enums={column.name: column.enum for column in columns.values() if column.enum},
    )
