"""What the index tells about an object: its place, its type as far as it can be followed, its rows' index.

May import: netwatch.model. Called by: the other files of this room, and whoever asks the index.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from netwatch.model import Oid


class ObjectKind(StrEnum):
    """What stands at a place of the tree. A node only has a name."""

    NODE = "node"
    SCALAR = "scalar"
    TABLE = "table"
    ROW = "row"
    COLUMN = "column"
    NOTIFICATION = "notification"


class Base(StrEnum):
    """The types below every textual convention (RFC 2578, section 7.1), by net-snmp's words."""

    INTEGER = "INTEGER"
    UNSIGNED = "Unsigned32"
    GAUGE = "Gauge32"
    COUNTER32 = "Counter32"
    COUNTER64 = "Counter64"
    TIME_TICKS = "TimeTicks"
    IP_ADDRESS = "IpAddress"
    OCTETS = "OCTET STRING"
    OBJECT_IDENTIFIER = "OBJECT IDENTIFIER"
    BITS = "BITS"
    OPAQUE = "Opaque"
    UNKNOWN = ""

    @property
    def is_text(self) -> bool:
        """Return whether values are octets."""
        return self in (Base.OCTETS, Base.BITS, Base.OPAQUE)

    @property
    def is_number(self) -> bool:
        """Return whether values are one number, also in an index."""
        return self not in (
            Base.OCTETS,
            Base.BITS,
            Base.OPAQUE,
            Base.OBJECT_IDENTIFIER,
            Base.IP_ADDRESS,
            Base.UNKNOWN,
        )


Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedSyntax:
    """A type followed down to its base.

    conventions: the names on the way, nearest first (`("InterfaceIndex",)`); empty for a base type.
    names:       enumeration or bit names by number. sizes, ranges: as the nearest definition that has them says.
    """

    base: Base = Base.UNKNOWN
    conventions: tuple[str, ...] = ()
    names: Mapping[int, str] = field(default_factory=dict)
    hint: str = ""
    sizes: Spans = ()
    ranges: Spans = ()

    @property
    def fixed_size(self) -> int | None:
        """Return the one length a string of this type has, None where it varies."""
        if not self.sizes:
            return None
        low, high = min(low for low, _ in self.sizes), max(high for _, high in self.sizes)
        return low if low == high else None

    @property
    def name(self) -> str:
        """Return the type's own name: a convention's, or the base type's."""
        return self.conventions[0] if self.conventions else self.base.value


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPart:
    """One object of an INDEX clause."""

    name: str
    syntax: ResolvedSyntax
    implied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MibObject:
    """A name in the tree and all that a module says of it.

    index:   what the row's index is made of: set for a table, its row and its columns.
    objects: the OIDs a notification carries, in order. file, line: where it is defined.
    """

    module: str
    name: str
    oid: Oid
    kind: ObjectKind
    syntax: ResolvedSyntax = field(default_factory=ResolvedSyntax)
    access: str = ""
    status: str = ""
    units: str = ""
    index: tuple[IndexPart, ...] = ()
    objects: tuple[Oid, ...] = ()
    file: str = ""
    line: int = 0

    @property
    def full_name(self) -> str:
        """Return `IF-MIB::ifOperStatus`."""
        return f"{self.module}::{self.name}"
