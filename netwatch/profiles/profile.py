"""What to ask one kind of device: scalars and tables with numeric OIDs.

A quiet room: these are values; reading.py makes them from YAML, library.py picks one for a device.
May import: netwatch.model. Called by: polling, which turns them into plans; netwatch.app.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from netwatch.model import Oid
from netwatch.model.schema import ColumnKind
from netwatch.profiles.concepts.concept_map import ConceptMap
from netwatch.profiles.edits import Edit

GENERIC = "generic"
"""The profile of devices that no other one knows."""
SYSTEM = "system"
"""The table that a device's scalars make."""
SYS_UP_TIME = Oid.parse("1.3.6.1.2.1.1.3.0")


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSpec:
    """One polled object: a table's column, or a scalar (then `oid` ends in .0).

    wide_of: this 64-bit counter replaces the 32-bit column of that name in every row where the device has it.
    scale:   what to multiply the raw value with, 1 for most.
    once:    read when rows are discovered and not with every poll: it does not change while the row lives.
    every:   asked with every so many polls at least, and whenever the row seems to have changed (polling/standing/).
    missing_when: columns of the same table, each with the values at which this one means nothing.
    guessed: nobody said what the column is: `kind` is a guess, the BER tag of its values knows better.
    edit:    what is done to each value before it is one.
    constant: what every row has, which nobody asks the device for; `oid` is then the column whose instances are rows.
    """

    name: str
    oid: Oid
    kind: ColumnKind
    scale: float = 1.0
    enum: Mapping[int, str] = field(default_factory=dict)
    wide_of: str = ""
    guessed: bool = False
    once: bool = False
    every: int = 1
    missing_when: tuple[tuple[str, frozenset[int]], ...] = ()
    edit: Edit | None = None
    constant: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSpec:
    """Where a row's label comes from: a column (`oid`), or sub-identifier `index_position` (from 1) of the index.

    index_position 0 means the whole index, dotted. `mapping` replaces raw texts by names.
    shapes: the MIB's INDEX clause (indexes.SHAPES); index_position then counts its parts, not sub-identifiers.
    form:   how the column's value is written (formats.FORMATS), empty for as any text.
    edit:   what is done to the text. fixed: the label of every row, wherever it is.
    slices: the parts of the row's index, from 0 and each with its end, that make the index of the column's row.
            An end below zero counts from the index's end.
    at:     the index of the column's row, whatever the row's; None for the row's own.
    every:  as of a column: read with every so many polls; never what a row is known by.
    """

    name: str
    oid: Oid | None = None
    index_position: int = 0
    mapping: Mapping[str, str] = field(default_factory=dict)
    shapes: tuple[str, ...] = ()
    form: str = ""
    edit: Edit | None = None
    fixed: str = ""
    slices: tuple[tuple[int, int], ...] = ()
    at: tuple[int, ...] | None = None
    every: int = 1

    @property
    def is_elsewhere(self) -> bool:
        """Return whether it is read of a row of another index than the row that it is put on."""
        return bool(self.slices) or self.at is not None

    def row_of(self, suffix: tuple[int, ...]) -> tuple[int, ...]:
        """Return the index of the row that it is read of."""
        if self.at is not None:
            return self.at
        if not self.slices:
            return suffix
        ends = ((start, end if end >= 0 else len(suffix) + end) for start, end in self.slices)
        return tuple(number for start, end in ends for number in suffix[start : end + 1])


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """A table to poll.

    walk:     the cheap column whose instances are the rows.
    identity: the label that names a row through re-indexing, where it is unique and not empty ("ifName").
    rate_limit: column whose value (in 1e6 bit/s) bounds the octet rates of a row ("ifHighSpeed"), or empty.
    discontinuity: column whose change ends a counter's life (ifCounterDiscontinuityTime), or None.
    once:     its rows are facts: read when they are discovered and at the slow interval, not with every poll.
    """

    name: str
    oid: Oid
    walk: Oid
    columns: tuple[ColumnSpec, ...]
    labels: tuple[LabelSpec, ...] = ()
    identity: str = ""
    rate_limit: str = ""
    discontinuity: Oid | None = None
    once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kit:
    """What to read of one device, facts last, and what it means."""

    tables: tuple[TableSpec, ...]
    concepts: tuple[ConceptMap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Everything to ask one kind of device, `extends` already resolved.

    sys_object_ids: patterns as written (`1.3.6.1.4.1.9.1.*`), most specific wins; scalars make the table `system`.
    exclusions: patterns, or regular expressions, of devices that it is not for though one of its patterns fits.
    vendor: who made the device, as the file says it (`cisco`), or empty.
    concepts: what the rows of the tables mean; the file's own stand before those of what it extends.
    adds: the operating system whose definitions, of another tool, are joined to it; empty for none.
    """

    name: str
    sys_object_ids: tuple[str, ...] = ()
    scalars: tuple[ColumnSpec, ...] = ()
    tables: tuple[TableSpec, ...] = ()
    vendor: str = ""
    concepts: tuple[ConceptMap, ...] = ()
    adds: str = ""
    exclusions: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Return what tells it from every other profile, also from itself with other additions."""
        return self.name, self.adds
