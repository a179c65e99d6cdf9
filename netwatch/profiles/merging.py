"""Follows `extends` and fills tables up with the MIB's facts: from files to profiles that can be polled.

A profile is what its bases say, in their order, then what it says itself; the later word wins, column by column.
A user's file adds to the shipped one of its name, as if it extended that. A table of one OID in several files is one
table: what a profile does not say of it, the others do, those first that are for no device in particular.
A file written for another program knows nothing of what NetWatch's own mappings need: it adds to the shipped profile
of the devices that it is for, and where both say something of one table or scalar, the shipped word counts.
May import: netwatch.model, netwatch.profiles. Called by: netwatch.profiles.library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from netwatch.model import CONCEPTS, REACHABILITY, SELF, Oid, Problem
from netwatch.profiles import facts
from netwatch.profiles.catalogue import Catalogue, KnownMap, enterprise_of, is_sole
from netwatch.profiles.concepts.concept_map import ConceptMap
from netwatch.profiles.differing import differences
from netwatch.profiles.draft import ProfileFile, TableDraft
from netwatch.profiles.matching import PatternIndex, specificity
from netwatch.profiles.overlap import values_read
from netwatch.profiles.profile import GENERIC, SYSTEM, ColumnSpec, LabelSpec, Profile, TableSpec

TAKEN = frozenset({SYSTEM, REACHABILITY.name, SELF.name, *CONCEPTS})

Named = TypeVar("Named", ColumnSpec, LabelSpec)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a file and all it extends say together."""

    vendor: str = ""
    scalars: tuple[ColumnSpec, ...] = ()
    tables: Mapping[Oid, TableDraft] = field(default_factory=dict)
    concepts: tuple[ConceptMap, ...] = ()
    labels: tuple[LabelSpec, ...] = ()


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

    def profiles(self) -> dict[str, Profile]:
        """Return every profile that can be used, by name."""
        words = {draft.oid: draft for draft in self._words()}
        found = {}
        for file, merged in self._usable():
            profile = _finish(file, merged, words, self.problems, is_foreign=self._is_foreign(file))
            patterns = () if file.name in self._empty else self._patterns(file)
            found[file.name] = replace(profile, sys_object_ids=patterns)
        return found

    def catalogue(self) -> Catalogue:
        """Return every table and scalar of every file that can be used, in the words for any device."""
        files = sorted(self._least_special_last(), key=lambda file: not self._is_foreign(file))
        scalars = [scalar for file in files for scalar in file.scalars if self._is_for_any(file, scalar)]
        tables = [_complete(draft, _say_nothing) for draft in self._words()]
        return Catalogue(_named_apart(tables, _say_nothing), reversed(scalars), self._meanings())

    def _is_for_any(self, file: ProfileFile, scalar: ColumnSpec) -> bool:
        """Return whether any device may be asked for a scalar; a foreign file's standard ones are for its own."""
        return not self._is_foreign(file) or enterprise_of(scalar.oid) is not None

    def _meanings(self) -> Iterator[KnownMap]:
        """Yield what tables mean, the common words before the special ones, the user's before the shipped.

        A file for certain devices says it of tables that only such files have. What scalars mean is said where one
        of the file's is found: most devices have none of a power supply's.
        """
        files = list(reversed(self._least_special_last()))
        common = {SYSTEM, *(table.name for file in files if not self._is_special(file) for table in file.tables)}
        said: set[tuple[str, str]] = set()
        for file in files:
            mine = [one for one in file.concepts if not (is_sole(one) and (one.table, one.concept) in said)]
            said.update((one.table, one.concept) for one in mine)
            for one in mine:
                if one.table == SYSTEM and file.scalars:
                    yield KnownMap(map=one, any_of=frozenset(scalar.oid for scalar in file.scalars))
                elif not self._is_special(file) or one.table not in common:
                    yield KnownMap(map=one)

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
            into.update(_add(Merged(tables=into), "", (), file.tables, ()).tables)
        found: dict[Oid, TableDraft] = {}
        for layer in sorted(layers):
            found.update(layers[layer])
        return list(found.values())

    def _least_special_last(self) -> Sequence[ProfileFile]:
        """Return the files, each once; the later word wins: the common one, and among those the user's."""
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
            merged = _over(base, merged)
        scalars, concepts = (*file.scalars, *file.own_scalars), (*file.concepts, *file.own_concepts)
        return _add(merged, file.vendor, scalars, file.tables, concepts, file.labels)

    def _merge_foreign(
        self, file: ProfileFile, bases: Sequence[Merged | None], above: tuple[ProfileFile, ...]
    ) -> Merged | None:
        merged = Merged()
        for base in bases:
            if base is None:
                return None
            merged = _over(base, merged)
        scalars = [one for one in file.scalars if self._shipped_scalars.get(one.name, one.oid) == one.oid]
        concepts = (*file.concepts, *file.own_concepts)
        merged = _add(merged, file.vendor, (*scalars, *file.own_scalars), file.tables, concepts, file.labels)
        merged = replace(merged, concepts=(*self._not_read_yet(file, merged), *merged.concepts))
        if not (merged.tables or merged.scalars or merged.concepts):
            self._empty.add(file.name)
        for name in self._beneath(file):
            own = self._merged(self.shipped[name], above)
            if own is not None:
                merged = _over(own, merged)
        return merged

    def _not_read_yet(self, file: ProfileFile, merged: Merged) -> Iterator[ConceptMap]:
        """Yield what a foreign file's words mean, less what a mapping of NetWatch's own says of a value or table."""
        if self._reads is None:
            self._reads = values_read(self.shipped.values())
        for one in file.derived:
            table = merged.tables.get(one.table) if one.table is not None else None
            said = {(one.map.concept, oid) for oid in (*one.oids, *([one.table] if one.table else []))}
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


def _over(later: Merged, merged: Merged) -> Merged:
    """Return what two say together; the later word wins."""
    return _add(merged, later.vendor, later.scalars, later.tables.values(), later.concepts, later.labels)


def _add(
    merged: Merged,
    vendor: str,
    scalars: Iterable[ColumnSpec],
    tables: Iterable[TableDraft],
    concepts: Iterable[ConceptMap],
    labels: Iterable[LabelSpec] = (),
) -> Merged:
    together = dict(merged.tables)
    for table in tables:
        known = facts.TABLES.get(table.oid)
        oid = known.oid if known else table.oid
        together[oid] = _combine(together[oid], table) if oid in together else replace(table, oid=oid)
    return Merged(
        vendor=vendor or merged.vendor,
        scalars=_by_name((*merged.scalars, *scalars)),
        tables=together,
        concepts=_meant(tuple(concepts), merged.concepts),
        labels=_by_name((*merged.labels, *labels)),
    )


def _combine(base: TableDraft, later: TableDraft) -> TableDraft:
    known = {(column.name, column.oid): column for column in base.columns}
    label_names, column_names = {one.name for one in later.labels}, {one.name for one in later.columns}
    columns = (_informed(column, known.get((column.name, column.oid))) for column in later.columns)
    return replace(
        base,
        name=later.name if base.is_foreign and not later.is_foreign else base.name,
        is_foreign=base.is_foreign and later.is_foreign,
        columns=_by_name((*(one for one in base.columns if one.name not in label_names), *columns)),
        labels=_by_name((*(one for one in base.labels if one.name not in column_names), *later.labels)),
        walk=later.walk or base.walk,
        identity=later.identity or base.identity,
        rate_limit=later.rate_limit or base.rate_limit,
        discontinuity=later.discontinuity or base.discontinuity,
        once=later.once or base.once,
    )


def _meant(later: tuple[ConceptMap, ...], base: Iterable[ConceptMap]) -> tuple[ConceptMap, ...]:
    """Return what tables mean; what the later file says of a table's meaning stands in the place of what was said."""
    said = {(one.table, one.concept) for one in later if is_sole(one)}
    return tuple(dict.fromkeys((*later, *(one for one in base if (one.table, one.concept) not in said))))


def _informed(column: ColumnSpec, before: ColumnSpec | None) -> ColumnSpec:
    """Return a column with what it leaves open, its kind and its names, as it was said before."""
    if before is None or before.guessed:
        return column
    if column.guessed:
        return replace(column, kind=before.kind, enum=before.enum, guessed=False)
    return replace(column, enum=before.enum) if column.kind is before.kind and not column.enum else column


def _example_of(pattern: str) -> Oid | None:
    """Return a sysObjectID that a pattern fits."""
    try:
        return Oid.parse(pattern.replace("*", "0"))
    except ValueError:
        return None


def _by_name(specs: Iterable[Named]) -> tuple[Named, ...]:
    """Return one per name, the later in the place of the first."""
    return tuple({spec.name: spec for spec in specs}.values())


def other_name(name: str, oid: Oid) -> str:
    """Return what a table is called where another one has its name."""
    return f"{name}_{oid[-1]}"


def _precision(file: ProfileFile) -> int:
    """Return how long the literal start of a file's vaguest pattern is, 0 where it has none."""
    return min((specificity(pattern)[1] for pattern in file.sys_object_ids), default=0)


def _say_nothing(_message: str) -> None:
    """Leave unsaid what was said of the profile that a table is from."""


def _finish(
    file: ProfileFile,
    merged: Merged,
    words: Mapping[Oid, TableDraft],
    problems: list[Problem],
    *,
    is_foreign: bool,
) -> Profile:
    def warn(message: str) -> None:
        problems.append(file.yaml.problem((), message, severity="warning"))

    drafts = (
        _labelled(_worded(own, words.get(own.oid), is_foreign=is_foreign), merged.labels)
        for own in merged.tables.values()
    )
    tables = _named_apart((_complete(draft, warn) for draft in drafts), warn)
    return Profile(
        name=file.name,
        sys_object_ids=file.sys_object_ids,
        scalars=merged.scalars,
        tables=tables,
        vendor=merged.vendor,
        concepts=merged.concepts,
    )


def _worded(own: TableDraft, word: TableDraft | None, *, is_foreign: bool) -> TableDraft:
    """Return what a profile says of a table with what is said of it to whom it may concern."""
    if word is None:
        return own
    if (is_foreign or own.is_foreign) and not word.is_foreign:
        return _combine(own, word)
    return replace(_combine(word, own), name=own.name)


def _labelled(draft: TableDraft, labels: tuple[LabelSpec, ...]) -> TableDraft:
    """Return a table with the labels that all have, where it has nothing of their names."""
    taken = {one.name for one in draft.columns} | {one.name for one in draft.labels}
    return replace(draft, labels=(*draft.labels, *(label for label in labels if label.name not in taken)))


def _named_apart(tables: Iterable[TableSpec], warn: Callable[[str], None]) -> tuple[TableSpec, ...]:
    """Return the tables under names that no other table has, neither of these nor of our own."""
    found: dict[str, TableSpec] = {}
    for table in tables:
        if table.name in found or table.name in TAKEN:
            other = other_name(table.name, table.oid)
            warn(f"another table is named {table.name} too; the one at {table.oid} is called {other} here")
            table = replace(table, name=other)
        found[table.name] = table
    return tuple(found.values())


def _complete(draft: TableDraft, warn: Callable[[str], None]) -> TableSpec:
    known = facts.TABLES.get(draft.oid)
    labels = _by_name((*draft.labels, *(known.labels if known else ())))
    identity = draft.identity or (known.identity if known else "")
    if identity and identity not in {label.name for label in labels}:
        warn(f"table {draft.name}: identity {identity!r} is none of its labels, ignored")
        identity = ""
    return TableSpec(
        name=known.name if known else draft.name,
        oid=draft.oid,
        walk=draft.walk or (known.walk if known else draft.columns[0].oid),
        columns=_without_lost_widths(draft.columns),
        labels=labels,
        identity=identity,
        rate_limit=_rate_limit(draft, known, warn),
        discontinuity=draft.discontinuity or (known.discontinuity if known else None),
        once=draft.once,
    )


def _without_lost_widths(columns: tuple[ColumnSpec, ...]) -> tuple[ColumnSpec, ...]:
    """Forget `wide_of` where the 32-bit column is not polled."""
    names = {column.name for column in columns}
    return tuple(
        column if not column.wide_of or column.wide_of in names else replace(column, wide_of="") for column in columns
    )


def _rate_limit(draft: TableDraft, known: facts.TableFacts | None, warn: Callable[[str], None]) -> str:
    names = {column.name for column in draft.columns}
    if draft.rate_limit and draft.rate_limit not in names:
        warn(f"table {draft.name}: rate_limit {draft.rate_limit!r} is none of its columns, ignored")
    return next((name for name in (draft.rate_limit, known.rate_limit if known else "") if name in names), "")
