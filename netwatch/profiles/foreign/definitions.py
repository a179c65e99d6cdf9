"""All definitions of other tools in a user's folders, whatever their format: whose a device is, and what they add.

May import: netwatch.model, netwatch.profiles. Called by: netwatch.profiles.library.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog

from netwatch.model import SYSTEM, Oid, Problem, TableSchema
from netwatch.profiles.additions import Addition, Read, addition_of, all_reads, joined, schema_with, usable
from netwatch.profiles.catalogue import Catalogue
from netwatch.profiles.concepts.concept_map import ConceptMap
from netwatch.profiles.foreign.librenms.book import Book
from netwatch.profiles.place import Resolve
from netwatch.profiles.profile import Profile

log = structlog.get_logger(__name__)


class Foreign:
    """What there is of other tools' definitions; `problems` is what is wrong with what was read at once."""

    def __init__(self, resolve: Resolve = Oid.parse) -> None:
        """Begin with nothing; `resolve` reads names of MIBs."""
        self._librenms = Book(resolve)
        self._additions: dict[str, Addition | None] = {}
        self._schemas: dict[ConceptMap, Mapping[str, TableSchema]] = {}

    def take(self, path: Path) -> bool:
        """Take a file in by what stands in it; return False where it is of no other tool known here."""
        return self._librenms.take(path)

    def kept(self) -> tuple[Any, ...]:
        """Return what was taken in, as values."""
        return self._librenms.kept()

    def restore(self, kept: tuple[Any, ...]) -> None:
        """Take in again what was kept."""
        self._librenms.restore(kept)

    @property
    def problems(self) -> Sequence[Problem]:
        """Return what is wrong with what was read at once."""
        return self._librenms.problems

    def everything(self) -> Iterator[Problem]:
        """Read all that is read by need otherwise, and yield what of it is not read: for `netwatch check`."""
        for system, _ in self._librenms.everything():
            yield from self._librenms.problems_of(system)

    def questions(self, object_id: str, description: str) -> Sequence[Oid]:
        """Return what must be read of a device before it is known whose it is."""
        return self._librenms.questions(object_id, description) if len(self._librenms) else ()

    def system_of(self, object_id: str, description: str, answers: Mapping[Oid, str]) -> str:
        """Return the system that a device has by these definitions, empty where they do not say."""
        return self._librenms.system_of(object_id, description, answers) if len(self._librenms) else ""

    def schema_of(self, one: ConceptMap) -> Mapping[str, TableSchema] | None:
        """Return the tables that a mapping from here is used with, None where it is none of these."""
        return self._schemas.get(one)

    def joined(
        self, profile: Profile, system: str, catalogue: Catalogue, schema: Mapping[str, TableSchema]
    ) -> Profile:
        """Return a profile with what is defined for a system; the first time its file is read."""
        if system not in self._additions:
            self._additions[system] = self._addition(system, schema)
        addition = self._additions[system]
        return profile if addition is None else joined(profile, addition, _known(profile, catalogue))

    def _addition(self, system: str, schema: Mapping[str, TableSchema]) -> Addition | None:
        file = self._librenms.discovery_of(system)
        unread = self._librenms.problems_of(system)
        if unread:
            log.debug("not all of a definition is read", system=system, parts=len(unread), first=str(unread[0]))
        if file is None:
            return None
        addition = addition_of(system, file)
        whole = schema_with(addition, schema)
        addition = usable(addition, whole)
        self._schemas.update(dict.fromkeys(addition.concepts, whole))
        return addition


def _known(profile: Profile, catalogue: Catalogue) -> frozenset[Read]:
    """Return what is read anyhow of devices with a profile, as far as they have it."""
    tables = {table.name: table for table in (*catalogue.tables.values(), *profile.tables)}
    scalars = (*catalogue.scalars.values(), *profile.scalars)
    maps = [*profile.concepts, *(known.map for known in catalogue.maps)]
    firm = (one for one in maps if not one.is_derived and (one.table != SYSTEM or scalars))
    return frozenset(all_reads(firm, tables, scalars))
