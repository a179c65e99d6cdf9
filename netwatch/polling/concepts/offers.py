"""What the mappings of a kit offer of each concept: worked out once for all devices that are read alike.

A device has nothing of most concepts that it could have; what there is per device begins where it has something.
Quiet but for that memory. May import: netwatch.model, netwatch.profiles. Called by: meanings, concept_reader.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final
from weakref import WeakKeyDictionary

import structlog

from netwatch.polling.concepts.ingredients import ingredients_of
from netwatch.polling.concepts.joined import Readings
from netwatch.polling.concepts.source import is_told_of
from netwatch.profiles import BadMapping, Compiled, ConceptMap, ProfileLibrary

log = structlog.get_logger(__name__)

MOST_KNOWN: Final = 256
"""Sets of mappings whose offers are known at a time, per library."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Offer:
    """The mappings onto one concept, in their order."""

    sources: tuple[Compiled, ...]

    @cached_property
    def tables(self) -> frozenset[str]:
        """Return every table that has a say in it."""
        return frozenset(table for source in self.sources for table in ingredients_of(source).tables)

    @cached_property
    def own_tables(self) -> frozenset[str]:
        """Return the tables whose rows it is made of, without those that are joined to them."""
        return frozenset(source.map.table for source in self.sources)

    @cached_property
    def heeds_time(self) -> bool:
        """Return whether it is worked out though nothing that tables say moved."""
        return any(ingredients_of(source).heeds_time for source in self.sources)

    def is_taken_up(self, readings: Readings, failed: Collection[str]) -> bool:
        """Return whether a device has anything of it, or whether that is not known because a table failed."""
        return any(
            source.map.table in failed
            or ((reading := readings.get(source.map.table)) is not None and is_told_of(source, reading))
            for source in self.sources
        )


Offers = Mapping[str, Offer]
NO_OFFER: Final = Offer(sources=())
NO_OFFERS: Final[Offers] = MappingProxyType({})
_known: Final[WeakKeyDictionary[ProfileLibrary, dict[tuple[ConceptMap, ...], Offers]]] = WeakKeyDictionary()


def offers_of(library: ProfileLibrary, maps: tuple[ConceptMap, ...]) -> Offers:
    """Return what these mappings offer, by concept; the very same for the same mappings."""
    known = _known.setdefault(library, {})
    found = known.get(maps)
    if found is None:
        if len(known) >= MOST_KNOWN:
            known.clear()
        found = known[maps] = _made(library, maps)
    return found


def _made(library: ProfileLibrary, maps: tuple[ConceptMap, ...]) -> Offers:
    sources: dict[str, list[Compiled]] = {}
    for one in dict.fromkeys(maps):
        try:
            sources.setdefault(one.concept, []).append(library.compiled(one))
        except BadMapping as exc:  # of a shipped file a test says so, of a user's the check of the configuration
            log.warning("a table is not mapped onto its concept", concept=one.concept, reason=str(exc))
    return {name: Offer(sources=tuple(compiled)) for name, compiled in sources.items() if compiled}
