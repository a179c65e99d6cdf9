"""Follows `extends` and fills tables up with the MIB's facts: from files to profiles that can be polled.

A profile is what its bases say, in their order, then what it says itself; the later word wins, column by column.
A user's file adds to the shipped one of its name, as if it extended that. A table of one OID in several files is one
table: what a profile does not say of it, the others do, those first that are for no device in particular.
A file written for another program knows nothing of what NetWatch's own mappings need: it adds to the shipped profile
of the devices that it is for, and where both say something of one table or scalar, the shipped word counts.
May import: netwatch.model, netwatch.profiles. Called by: netwatch.profiles.loading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from netwatch.model import Oid, Problem
from netwatch.profiles.catalogue import Catalogue, KnownMap, enterprise_of, is_sole
from netwatch.profiles.concepts.concept_map import ConceptMap
from netwatch.profiles.draft import ProfileFile, TableDraft
from netwatch.profiles.matching import PatternIndex, specificity
from netwatch.profiles.merging.combining import Merged, add, over
from netwatch.profiles.merging.differing import differences
from netwatch.profiles.merging.finishing import complete, finish, named_apart, say_nothing
from netwatch.profiles.merging.overlap import values_read
from netwatch.profiles.profile import GENERIC, SYSTEM, ColumnSpec, Profile


@dataclass(slots=True, kw_only=True)
class Family:
    """All files that were read, by name; `theirs` win over `shipped`. Resolving adds to `problems`."""

    shipped: Mapping[str, ProfileFile]
    theirs: Mapping[str, ProfileFile]
    problems: list[Problem] = field(default_factory=list)
    _done: dict[tuple[str, bool], Merged | None] = field(default_factory=dict)
    _foreign: dict[str, bool] = field(default_factory=dict)
    _reads: frozenset[tuple[str, Oid]] | None = None
    _empty: set[str] = field(default_factory=set)
    _named: dict[str, Oid] | None = None
    _shipped_for: PatternIndex | None = None
    _in_order: Sequence[ProfileFile] | None = None

    def profiles(self) -> dict[str, Profile]:
        """Return every profile that can be used, by name."""
        words = {draft.oid: draft for draft in self._words()}
        found = {}
        for file, merged in self._usable():
            profile = finish(file, merged, words, self.problems, is_foreign=self._is_foreign(file))
            patterns = () if file.name in self._empty else self._patterns(file)
            found[file.name] = replace(profile, sys_object_ids=patterns, exclusions=file.exclusions)
        return found

    def catalogue(self) -> Catalogue:
        """Return every table and scalar of every file that can be used, in the words for any device."""
        files = sorted(self._least_special_last(), key=lambda file: not self._is_foreign(file))
        scalars = [scalar for file in files for scalar in file.scalars if self._is_for_any(file, scalar)]
        tables = [complete(draft, say_nothing) for draft in self._words()]
        return Catalogue(named_apart(tables, say_nothing), reversed(scalars), self._meanings())

    def _is_for_any(self, file: ProfileFile, scalar: ColumnSpec) -> bool:
        """Return whether any device may be asked for a scalar; a foreign file's standard ones are for its own."""
        return not self._is_foreign(file) or enterprise_of(scalar.oid) is not None

    def _meanings(self) -> Iterator[KnownMap]:
        """Yield what tables mean, the common words before the special ones, the user's before the shipped.

        A file for certain devices says it of tables that only such files have. What scalars mean is said where one
        of the file's is found: most devices have none of a power supply's. A standard one does not tell that a device
        is one of those that a file is for.
        """
        files = list(reversed(self._least_special_last()))
        common = {SYSTEM, *(table.name for file in files if not self._is_special(file) for table in file.tables)}
        said: set[tuple[str, str]] = set()
        for file in files:
            mine = [one for one in file.concepts if not (is_sole(one) and (one.table, one.concept) in said)]
            said.update((one.table, one.concept) for one in mine)
            for one in mine:
                if one.table == SYSTEM and file.scalars:
                    yield KnownMap(map=one, any_of=self._telling(file))
                elif not self._is_special(file) or one.table not in common:
                    yield KnownMap(map=one)

    def _telling(self, file: ProfileFile) -> frozenset[Oid]:
        """Return the scalars of a file one of which tells that what it says is meant."""
        oids = frozenset(scalar.oid for scalar in file.scalars)
        telling = frozenset(oid for oid in oids if enterprise_of(oid) is not None)
        return telling if telling and self._is_special(file) else oids

    def differences(self) -> Iterator[Problem]:
        """Yield a warning for each thing of which a user's file and another one say different things."""
        files = self._least_special_last()
        yield from differences([file for file in files if not self._is_special(file) and not self._is_foreign(file)])
        for file in files:
            beneath = None if self._is_foreign(file) else self.shipped.get(file.name)
            if beneath is not None and not file.shipped and self._is_special(file):
                yield from differences([beneath, file])

    def _usable(self) -> Iterator[tuple[ProfileFile, Merged]]:
        for name, file in {**self.shipped, **self.theirs}.items():
            merged = self._merged(file, ())
            if merged is None and not file.shipped and name in self.shipped:
                file = self.shipped[name]
                merged = self._merged(file, ())
            if merged is not None:
                yield file, merged

    def _patterns(self, file: ProfileFile) -> tuple[str, ...]:
        """Return for which devices a file is: where it is a user's, for those of the shipped one of its name too."""
        beneath = None if file.shipped else self.shipped.get(file.name)
        return tuple(dict.fromkeys((*file.sys_object_ids, *(beneath.sys_object_ids if beneath else ()))))

    def _is_foreign(self, file: ProfileFile) -> bool:
        """Return whether a file is for another program: by its own words, or where it has none by what it extends."""
        if file.shipped or file.is_foreign or file.tables or file.scalars or file.concepts:
            return file.is_foreign
        if file.name not in self._foreign:
            self._foreign[file.name] = False  # where files extend each other in a circle
            bases = (self.theirs.get(name) for name in file.extends if name != file.name)
            self._foreign[file.name] = any(base is not None and self._is_foreign(base) for base in bases)
        return self._foreign[file.name]

    def _is_special(self, file: ProfileFile) -> bool:
        """Return whether what a file says may hold for some devices only."""
        return bool(self._patterns(file)) or file.name.startswith("_")

    def _words(self) -> Sequence[TableDraft]:
        """Return what the files say together of each table, to whom it may concern.

        What a file for certain devices says of a table counts only where no other file has the table: it may hold
        for those alone. What a foreign file says counts only where no file of NetWatch's own kind has the table.
        """
        layers: dict[tuple[bool, bool], dict[Oid, TableDraft]] = {}
        for file in self._least_special_last():
            into = layers.setdefault((not self._is_foreign(file), not self._is_special(file)), {})
            into.update(add(Merged(tables=into), "", (), file.tables, ()).tables)
        found: dict[Oid, TableDraft] = {}
        for layer in sorted(layers):
            found.update(layers[layer])
        return list(found.values())

    def _least_special_last(self) -> Sequence[ProfileFile]:
        """Return the files, each once; the later word wins: the common one, and among those the user's."""
        if self._in_order is None:
            self._in_order = self._ordered()
        return self._in_order

    def _ordered(self) -> Sequence[ProfileFile]:
        files = [file for file, _ in self._usable()]
        beneath = [self.shipped[file.name] for file in files if not file.shipped and file.name in self.shipped]
        return sorted(
            [*beneath, *files], key=lambda file: (not self._is_special(file), not file.shipped, -_precision(file))
        )

    def _merged(self, file: ProfileFile, above: tuple[ProfileFile, ...]) -> Merged | None:
        known = (file.name, file.shipped)
        if known not in self._done:
            self._done[known] = None
            self._done[known] = self._merge(file, (*above, file))
        return self._done[known]

    def _merge(self, file: ProfileFile, above: tuple[ProfileFile, ...]) -> Merged | None:
        bases = [self._base(file, number, above) for number in range(len(file.extends))]
        if self._is_foreign(file):
            return self._merge_foreign(file, bases, above)
        if not file.shipped and file.name in self.shipped and file.name not in file.extends:
            beneath = self._merged(self.shipped[file.name], above)
            bases = bases if beneath is None else [beneath, *bases]
        merged = Merged()
        for base in bases:
            if base is None:
                return None
            merged = over(base, merged)
        scalars, concepts = (*file.scalars, *file.own_scalars), (*file.concepts, *file.own_concepts)
        return add(merged, file.vendor, scalars, file.tables, concepts, file.labels)

    def _merge_foreign(
        self, file: ProfileFile, bases: Sequence[Merged | None], above: tuple[ProfileFile, ...]
    ) -> Merged | None:
        merged = Merged()
        for base in bases:
            if base is None:
                return None
            merged = over(base, merged)
        scalars = [one for one in file.scalars if self._shipped_scalars.get(one.name, one.oid) == one.oid]
        concepts = (*file.concepts, *file.own_concepts)
        merged = add(merged, file.vendor, (*scalars, *file.own_scalars), file.tables, concepts, file.labels)
        merged = replace(merged, concepts=(*self._not_read_yet(file, merged), *merged.concepts))
        if not (merged.tables or merged.scalars or merged.concepts):
            self._empty.add(file.name)
        for name in self._beneath(file):
            own = self._merged(self.shipped[name], above)
            if own is not None:
                merged = over(own, merged)
        return merged

    def _not_read_yet(self, file: ProfileFile, merged: Merged) -> Iterator[ConceptMap]:
        """Yield what a foreign file's words mean, less what a mapping of NetWatch's own says of a value or table."""
        if self._reads is None:
            self._reads = values_read(self.shipped.values())
        for one in file.derived:
            table = merged.tables.get(one.table) if one.table is not None else None
            instances = [oid.child(0) for oid in one.oids if one.table is None and oid[-1] != 0]
            said = {(one.map.concept, oid) for oid in (*one.oids, *instances, *([one.table] if one.table else []))}
            if self._reads.isdisjoint(said):
                yield one.map if table is None else replace(one.map, table=table.name)

    @property
    def _shipped_scalars(self) -> Mapping[str, Oid]:
        """Return what NetWatch's own mappings mean by the name of a scalar; a foreign file's namesake is not it."""
        if self._named is None:
            self._named = {scalar.name: scalar.oid for file in self.shipped.values() for scalar in file.scalars}
        return self._named

    def _beneath(self, file: ProfileFile) -> list[str]:
        """Return the shipped profiles that devices of a foreign file would have without it; the last word last."""
        if self._shipped_for is None:
            patterns = ((text, one.name) for one in self.shipped.values() for text in one.sys_object_ids)
            self._shipped_for = PatternIndex(patterns)
        found = {self._shipped_for.find(place) for place in map(_example_of, self._patterns(file)) if place}
        names = {name for name in found if name is not None and name != file.name}
        named = [file.name] if file.name in self.shipped else []
        if self._patterns(file) and not names and not named and GENERIC in self.shipped:
            return [GENERIC]
        return [*sorted(names), *named]

    def _base(self, file: ProfileFile, number: int, above: tuple[ProfileFile, ...]) -> Merged | None:
        """Return what the file extends at that place of its list, or None and a note of why not."""
        name = file.extends[number]
        reason = f"extends {name!r}, which is not there or could not be read"
        for base in self._candidates(file, name):
            if base in above:
                circle = [step.name for step in (*above[above.index(base) :], base)]
                reason = f"extends itself: {' -> '.join(circle)}"
                break
            merged = self._merged(base, above)
            if merged is not None:
                return merged
            reason = f"extends {name!r}, which is left out for its own errors"
        self.problems.append(file.yaml.problem(("extends", number), reason))
        return None

    def _candidates(self, file: ProfileFile, name: str) -> list[ProfileFile]:
        """Return who may be meant by a name: the user's file, and the shipped one where that cannot be used."""
        its_own = name == file.name and not file.shipped and name in self.shipped
        mine = None if its_own else self.theirs.get(name)
        if file.shipped and mine is not None and self._is_foreign(mine):
            mine = None
        found = (mine, self.shipped.get(name))
        return [candidate for candidate in found if candidate is not None]


def _example_of(pattern: str) -> Oid | None:
    """Return a sysObjectID that a pattern fits."""
    try:
        return Oid.parse(pattern.replace("*", "0"))
    except ValueError:
        return None


def _precision(file: ProfileFile) -> int:
    """Return how long the literal start of a file's vaguest pattern is, 0 where it has none."""
    return min((specificity(pattern)[1] for pattern in file.sys_object_ids), default=0)
