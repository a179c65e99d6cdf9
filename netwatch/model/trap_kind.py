"""What a definition says of one kind of trap: how grave it is, in which words, and which other kinds it ends.

May import: netwatch.model. Called by: mib, which reads definitions; rules, which hold traps against them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from netwatch.model.oid import Oid


@dataclass(frozen=True, slots=True, kw_only=True)
class KindObject:
    """A varbind that the definition names; `enum` has its values in words."""

    name: str
    oid: Oid
    enum: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A place in a message: the first of some varbinds that the trap carries, else `fallback`.

    of: names of objects, or `#2` for the second varbind. inner: what is written only where the trap carries it; the
    value stands in it as an empty `Said`. Without `inner` the value itself is written.
    """

    of: tuple[str, ...] = ()
    fallback: str = ""
    inner: tuple[str | Said, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapKind:
    """One kind of trap.

    severity: `critical`, `warning` or `info`; empty where the definition does not say, and the trap alone decides.
    message: text and places to fill, empty where the name must do. ends: the names of kinds that end by this one.
    ended: there is a kind that ends this one.
    """

    oid: Oid
    name: str
    severity: str = ""
    category: str = ""
    message: tuple[str | Said, ...] = ()
    objects: Mapping[str, KindObject] = field(default_factory=dict)
    ends: tuple[str, ...] = ()
    ended: bool = False
    file: str = ""
