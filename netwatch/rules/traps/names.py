"""What a name in a trap rule means: an object to look for among the varbinds, and what its values are.

A rule states its own names under `varbinds`; the others are asked of the MIB modules at hand, of which there may be
none.

A quiet room: no clock, no socket, no database.
May import: netwatch.model; netwatch.mib for its types alone. Called by: compiling, rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from netwatch.model import NUMBERS, ColumnKind, ObjectNames, Oid, Tag, TrapKind, Value, Varbind

if TYPE_CHECKING:
    from netwatch.mib import MibObject

FAMILY = ".*"
ANY = "any"
"""Stands for every trap that no other rule takes."""
DEFINED = "defined"
"""Stands for every trap that no rule takes by its OID and whose definition says what it means."""
ROW = "row"
"""In the key of a rule with `defined`: which of a device's fans, ports or alarms the trap is about."""
DEFINED_GIVEN = ("trap_severity", "trap_category", "trap_message", ROW)
"""What a definition gives to such a rule, beside what every trap gives."""
COUNT = "count"
"""In a label's map: how often such a trap came since the alert began."""
TRAP = "trap"
"""In a key: the name of the trap itself, so that each kind of trap has an alert of its own."""


class MibNames(ObjectNames, Protocol):
    """What rules ask of the MIB index; `whole` says that no more names are to come."""

    @property
    def whole(self) -> bool:
        """Return whether every module is compiled."""

    def oid_of(self, name: str) -> Oid:
        """Return the OID of `IF-MIB::linkDown`, `linkDown` or `1.3.6.1.6.3.1.1.5.3`; ValueError where unknown."""

    def object_at(self, oid: Sequence[int]) -> tuple[MibObject | None, tuple[int, ...]]:
        """Return the object with the longest OID in front of this one, and the numbers after it."""

    def object_named(self, name: str) -> MibObject | None:
        """Return the object of a name without instance."""

    def notification(self, oid: Sequence[int]) -> MibObject | None:
        """Return the notification with exactly this OID, or None."""

    def decode_index(self, obj: MibObject, suffix: Sequence[int]) -> Mapping[str, str]:
        """Return the index objects of a row by name; empty where the suffix is no index of this table."""

    def kind_of(self, oid: Oid) -> TrapKind | None:
        """Return what a definition says of a kind of trap, None where none has it."""


class NoMib:
    """Stands where no MIB module is at hand: only numbers are known, and names may come."""

    whole = False

    def name_of(self, oid: Sequence[int]) -> str:
        """Return the numbers."""
        return NUMBERS.name_of(oid)

    def format(self, oid: Sequence[int], value: Value) -> str:
        """Write a value by its type alone."""
        return NUMBERS.format(oid, value)

    def oid_of(self, name: str) -> Oid:
        """Read a numeric OID; ValueError for any name."""
        try:
            return Oid.parse(name)
        except ValueError:
            raise ValueError(f"no MIB module is loaded that names {name}; load it, or write the OID") from None

    def object_at(self, oid: Sequence[int]) -> tuple[None, tuple[int, ...]]:
        """Return nothing, and all numbers."""
        return None, tuple(oid)

    def object_named(self, name: str) -> None:
        """Return None."""

    def notification(self, oid: Sequence[int]) -> None:
        """Return None."""

    def decode_index(self, obj: MibObject, suffix: Sequence[int]) -> Mapping[str, str]:
        """Return nothing."""
        return {}

    def kind_of(self, oid: Oid) -> None:
        """Return None."""


NO_MIB = NoMib()


def forms_of(trap_oid: Oid) -> tuple[Oid, ...]:
    """Return a trap's OID as its MIB has it, and as it comes by v1: with a 0 in front of its last number."""
    return (trap_oid,) if trap_oid[-2] == 0 else (trap_oid, Oid((*trap_oid[:-1], 0, trap_oid[-1])))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapPattern:
    """Which traps are meant: one OID, or with `family` every OID at or below it. `text` is as written.

    `nameless` stands for a name that no module at hand has, while more are being compiled: it takes no trap.

    `rest` stands for all that no other rule takes; who keeps the rules asks those that have it last. `defined` stands
    for those of them that a definition knows; they are asked before.

    A trap that came as v1 has a 0 in front of its last number, also where its MIB has none (RFC 3584, section 3.1).
    """

    oid: Oid
    family: bool = False
    text: str = ""
    rest: bool = False
    nameless: bool = False
    defined: bool = False

    @property
    def is_plain(self) -> bool:
        """Return whether it means the traps of one OID."""
        return not (self.family or self.rest or self.defined or self.nameless)

    @property
    def oids(self) -> tuple[Oid, ...]:
        """Return the OID in both its forms."""
        return forms_of(self.oid) if self.is_plain or self.family else ()

    def takes(self, trap_oid: Oid) -> bool:
        """Return whether a trap is meant."""
        if self.rest or self.nameless or self.defined:
            return not self.nameless
        return trap_oid.is_under(self.oid) if self.family else trap_oid in self.oids

    def overlaps(self, other: TrapPattern) -> bool:
        """Return whether some trap is meant by both."""
        if self.nameless or other.nameless:
            return False
        if self.rest or other.rest or self.defined or other.defined:
            return (self.rest and other.rest) or (self.defined and other.defined)
        return self.takes(other.oid) or other.takes(self.oid)


class TrapPatterns:
    """Several patterns, sorted for looking a trap up: some rules know hundreds of kinds of traps."""

    __slots__ = ("_all", "_texts", "_wide")

    def __init__(self, patterns: Sequence[TrapPattern]) -> None:
        self._all = tuple(patterns)
        self._wide = tuple(one for one in patterns if not one.is_plain)
        self._texts = {oid: one.text for one in reversed(patterns) if one.is_plain for oid in one.oids}

    def take(self, trap_oid: Oid) -> bool:
        """Return whether one of them takes a trap."""
        return trap_oid in self._texts or (bool(self._wide) and any(one.takes(trap_oid) for one in self._wide))

    def text_of(self, trap_oid: Oid) -> str:
        """Return the first of them that takes a trap, as it was written; empty where none does."""
        if not self._wide:
            return self._texts.get(trap_oid, "")
        return next((one.text for one in self._all if one.takes(trap_oid)), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapObject:
    """A varbind's object under the name that a rule uses. `kind` is what its values count as in expressions.

    others: where it is looked for besides, in this order. words: it is no varbind, but a word by the trap's own OID.
    """

    name: str
    oid: Oid
    kind: ColumnKind = ColumnKind.GAUGE
    enum: Mapping[int, str] = field(default_factory=dict)
    others: tuple[Oid, ...] = ()
    words: Mapping[Oid, str] = field(default_factory=dict)

    def found_in(self, trap_oid: Oid, varbinds: Sequence[Varbind]) -> Varbind | None:
        """Return the varbind of a trap that is this object; None where the trap does not carry it."""
        if self.words:
            word = self.words.get(trap_oid)
            return None if word is None else Varbind(oid=self.oid, tag=Tag.OCTET_STRING, value=word.encode())
        for oid in (self.oid, *self.others):
            length = len(oid)
            for varbind in varbinds:
                if varbind.oid[:length] == oid:
                    return varbind
        return None


def pattern_of(text: str, names: MibNames) -> TrapPattern:
    """Return the traps that a rule means by a name or OID.

    Raises:
        ValueError: nothing at hand has that name.
    """
    bare = text.strip()
    if bare == ANY:
        return TrapPattern(oid=Oid(), text=bare, rest=True)
    if bare == DEFINED:
        return TrapPattern(oid=Oid(), text=bare, defined=True)
    family = bare.endswith(FAMILY)
    oid = names.oid_of(bare.removesuffix(FAMILY))
    oid.check()
    return TrapPattern(oid=oid, family=family, text=bare)


_NAME = re.compile(r"[A-Za-z][\w-]*(?:::[A-Za-z][\w-]*)?(?:\.[\w.*-]*)?", re.ASCII)


def may_come(text: str) -> bool:
    """Return whether a module that is yet to be compiled could name this."""
    return _NAME.fullmatch(text.strip()) is not None


def object_of(found: MibObject, name: str = "") -> TrapObject | None:
    """Return what a rule must know of a MIB object; None for what has no values, such as a table."""
    if found.kind not in ("scalar", "column"):
        return None
    syntax = found.syntax
    if not syntax.base.is_number:
        return TrapObject(name=name or found.name, oid=found.oid, kind=ColumnKind.TEXT)
    kind = ColumnKind.ENUM if syntax.names else ColumnKind.GAUGE
    return TrapObject(name=name or found.name, oid=found.oid, kind=kind, enum=syntax.names)


def objects_carried(patterns: Sequence[TrapPattern], names: MibNames) -> dict[str, TrapObject] | None:
    """Return the objects of all these notifications by name; None where one of them is not known or a family."""
    carried: dict[str, TrapObject] = {}
    for pattern in patterns:
        notification = (
            None
            if pattern.family or pattern.rest or pattern.nameless or pattern.defined
            else names.notification(pattern.oid)
        )
        if notification is None:
            return None
        for oid in notification.objects:
            found, suffix = names.object_at(oid)
            known = object_of(found) if found is not None and not suffix else None
            if known is not None:
                carried[known.name] = known
    return carried
