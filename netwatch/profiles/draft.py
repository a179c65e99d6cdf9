"""A profile as one file has it, before `extends` is followed and before the MIB's facts fill it up.

May import: netwatch.model, netwatch.profiles.profile. Called by: netwatch.profiles.
"""

from __future__ import annotations

from dataclasses import dataclass

from netwatch.model import Oid, YamlFile
from netwatch.profiles.concepts.concept_map import ConceptMap
from netwatch.profiles.profile import ColumnSpec, LabelSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDraft:
    """What one or more files say of a table; empty means nobody said it yet.

    is_foreign: only files written for other programs say something of it.
    """

    name: str
    oid: Oid
    columns: tuple[ColumnSpec, ...] = ()
    labels: tuple[LabelSpec, ...] = ()
    walk: Oid | None = None
    identity: str = ""
    rate_limit: str = ""
    discontinuity: Oid | None = None
    once: bool = False
    is_foreign: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Derived:
    """What a foreign file's names and units mean: a mapping of a table (None of the scalars) and what it reads."""

    map: ConceptMap
    table: Oid | None
    oids: frozenset[Oid]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProfileFile:
    """One file read. `shipped` is whether it came with NetWatch; `extends` are names without `.yaml`.

    labels: those of every row of every table. own_scalars, own_concepts: for the devices of the profile alone, where
    `scalars` and `concepts` hold for any that has them.
    derived: what NetWatch makes of the file's words, for the devices of the profile alone.
    is_foreign: written for another program: it adds to what NetWatch knows, and changes none of it.
    """

    name: str
    yaml: YamlFile
    shipped: bool
    is_foreign: bool = False
    extends: tuple[str, ...] = ()
    sys_object_ids: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()
    vendor: str = ""
    scalars: tuple[ColumnSpec, ...] = ()
    tables: tuple[TableDraft, ...] = ()
    concepts: tuple[ConceptMap, ...] = ()
    labels: tuple[LabelSpec, ...] = ()
    own_scalars: tuple[ColumnSpec, ...] = ()
    own_concepts: tuple[ConceptMap, ...] = ()
    derived: tuple[Derived, ...] = ()
