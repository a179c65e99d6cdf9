"""Which file says what: of a table, a column and what it means; and who reads an object, or why nobody does.

A quiet file. May import: netwatch.profiles, netwatch.model. Called by: netwatch profiles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from netwatch.cli.ask.known import Known
from netwatch.model import Oid
from netwatch.profiles import DESCRIPTION, SYSTEM, ConceptMap, ProfileLibrary, TableSpec, enterprise_of

_NAME = re.compile(r"[A-Za-z_][\w.]*")
_VALUES_SAID = re.compile(r"name='([^']+)'|text='((?:[^'\\]|\\.)*)'|text=\"([^\"]*)\"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Where a value goes: a label, column or condition of a concept, as a file says it."""

    concept: str
    into: str
    place: str
    where: str = ""


def place_of(one: ConceptMap) -> str:
    """Return file and line of a mapping."""
    return f"{shown(one.place[0])}:{one.place[1]}"


def shown(file: str) -> str:
    """Return a file as people look for it: of ours only what stands below `profiles`."""
    from netwatch.model import shipped_directory

    path = Path(file)
    ours = shipped_directory("profiles")
    return str(path.relative_to(ours)) if path.is_relative_to(ours) else file


def files_of(library: ProfileLibrary, oid: Oid) -> list[str]:
    """Return the files that name a table or scalar, those that come with NetWatch first."""
    found = [
        file.yaml.name
        for file in library.files
        if any(table.oid == oid for table in file.tables)
        or any(_is_about(oid, scalar.oid) for scalar in file.scalars)
    ]
    return [shown(name) for name in dict.fromkeys(found)]


def readers_of(known: Known, oid: Oid) -> Iterator[tuple[TableSpec, str]]:
    """Yield who reads an object of a device: the table and the name of its column or label."""
    for table in known.kit.tables:
        for column in table.columns:
            if _is_about(oid, column.oid):
                yield table, column.name
        for label in table.labels:
            if label.oid is not None and _is_about(oid, label.oid):
                yield table, label.name


def _is_about(oid: Oid, read: Oid) -> bool:
    """Return whether what is read is the object, its column, or below it."""
    return oid.is_under(read) or read.is_under(oid)


def uses_of(known: Known, table: str, name: str) -> list[Use]:
    """Return what a column or label of a table is used for."""
    found: list[Use] = []
    for one in known.kit.concepts:
        names = {name} if one.table == table else set()
        names |= {join.prefix + name for join in one.joins if join.table == table}
        if one.sums.get(name) == table or (one.thresholds is not None and one.thresholds.table == table):
            names.add(name)
        if not names:
            continue
        if name == "sysDescr":
            names |= {DESCRIPTION + part for part in ("version", "model", "serial", "os")}
        for into, meant in (*one.labels.items(), *one.columns.items()):
            if names & _named_in(meant):
                found.append(Use(concept=one.concept, into=into, place=place_of(one), where=one.where))
        if names & set(_NAME.findall(one.where)):
            found.append(Use(concept=one.concept, into="where", place=place_of(one), where=one.where))
        for join in one.joins:
            if join.table != table and names & _named_in(join.by):
                found.append(Use(concept=one.concept, into=f"by of the join with {join.table}", place=place_of(one)))
    return found


def has_what_it_needs(known: Known, one: ConceptMap) -> bool:
    """Return whether a device has the table that a mapping is about; of scalars, one that it names."""
    if one.table != SYSTEM:
        return any(table.name == one.table and table.oid in known.has for table in known.kit.tables)
    scalars = [column for table in known.kit.tables if table.name == SYSTEM for column in table.columns]
    found = {scalar.name for scalar in scalars if scalar.oid in known.has}
    named = {*_NAME.findall(one.where)}.union(*map(_named_in, (*one.labels.values(), *one.columns.values())))
    return bool(named & found) or any(name.startswith(DESCRIPTION) for name in named)


def _named_in(meant: object) -> set[str]:
    """Return the names that a mapping of a value uses, whatever it is made of."""
    found = set[str]()
    for match in _VALUES_SAID.finditer(repr(meant)):
        found.update(_NAME.findall(next(part for part in match.groups() if part is not None)))
    return found


def why_nobody(known: Known, library: ProfileLibrary, oid: Oid) -> list[str]:
    """Return why an object of a device is not read, a sentence each."""
    if known.objects is not None and not any(one.is_under(oid) for one in known.objects):
        said = [f"the capture holds nothing at {oid} or below"]
    else:
        said = []
    tables = [
        table
        for table in library.catalogue.tables.values()
        if any(_is_about(oid, column.oid) for column in table.columns)
        or any(label.oid is not None and _is_about(oid, label.oid) for label in table.labels)
    ]
    said += [why_not_found(known, library, table.name, table.oid) for table in tables]
    scalars = [scalar for scalar in library.catalogue.scalars.values() if _is_about(oid, scalar.oid)]
    said += [why_not_found(known, library, scalar.name, scalar.oid) for scalar in scalars]
    if tables or scalars:
        return said
    beside = [table for table in library.catalogue.tables.values() if oid.is_under(Oid(table.walk[:-1]))]
    for table in beside:
        files = ", ".join(files_of(library, table.oid))
        said.append(f"no profile names that column; {table.name} of {files} has others of its table")
    return said if beside else [*said, f"no profile names {oid} or anything above it; one of yours can"]


def why_not_found(known: Known, library: ProfileLibrary, name: str, oid: Oid) -> str:
    """Return why a table or scalar that profiles know is not among what is read of a device."""
    files = ", ".join(files_of(library, oid)) or "a profile"
    made_by = enterprise_of(oid)
    own = _enterprise(known)
    if made_by is not None and own is not None and made_by != own:
        return f"{name} of {files} is asked of devices of enterprise {made_by}, and this one is of {own}"
    if oid not in known.has:
        return f"{name} of {files} was asked for, and the device has no row of it"
    return f"{name} of {files} is left out: profile {known.profile.name} reads something else under that name"


def _enterprise(known: Known) -> int | None:
    try:
        return enterprise_of(Oid.parse(known.sys_object_id))
    except ValueError:
        return None


def left_out(known: Known, library: ProfileLibrary, table: str) -> Iterator[str]:
    """Yield what other files say a table means, which does not count for this device."""
    kept = {one.place for one in known.kit.concepts}
    for file in library.files if table != SYSTEM else ():
        for one in file.concepts:
            if one.table == table and one.place not in kept:
                yield f"{place_of(one)} makes {one.concept} of {table} too, and does not count for this device"
    for one in known.kit.concepts:
        if table in one.instead_of:
            yield f"{one.concept} of {table} is left out where {one.table} has rows ({place_of(one)})"
