"""A library as values alone, so that it can be packed: what its files said, and none of the files.

A quiet room. May import: netwatch.model, netwatch.profiles. Called by: netwatch.profiles.loading.
"""

from __future__ import annotations

from typing import Any

from netwatch.profiles.catalogue import Catalogue
from netwatch.profiles.foreign.definitions import Foreign
from netwatch.profiles.kept.packing import Data, packed, unpacked
from netwatch.profiles.library import ProfileLibrary
from netwatch.profiles.place import Resolve


def data_of(library: ProfileLibrary) -> Data:
    """Return what a library is made of.

    Raises:
        NotPacked: something in it cannot be.
    """
    known = library.catalogue
    return packed(
        (
            library.profiles,
            library.problems,
            library.shipped,
            tuple(reversed(known.tables.values())),
            (*reversed(known.scalars.values()), *known.parts),
            tuple(known.maps),
            library.foreign.kept(),
        )
    )


def library_of(data: Data, resolve: Resolve) -> ProfileLibrary:
    """Return the library that was packed.

    Raises:
        ValueError, TypeError, KeyError, IndexError: this is none.
    """
    profiles, problems, shipped, tables, scalars, maps, systems = _parts(unpacked(data))
    foreign = Foreign(resolve)
    foreign.restore(systems)
    return ProfileLibrary(
        {profile.name: profile for profile in profiles}, problems, shipped, Catalogue(tables, scalars, maps), foreign
    )


def _parts(found: Any) -> tuple[Any, ...]:
    if not isinstance(found, tuple) or len(found) != 7 or not all(isinstance(part, tuple) for part in found):
        raise ValueError("this is no library")
    return found
