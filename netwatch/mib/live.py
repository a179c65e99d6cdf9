"""Names that may be exchanged while others hold them: traps, mails and pages ask the same object before and after.

May import: netwatch.model and this room. Called by: app.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from netwatch.mib.index import MibIndex
from netwatch.mib.kinds.library import TrapProfiles
from netwatch.mib.objects import MibObject
from netwatch.model import Oid, TrapKind, Value


class LiveNames:
    """Asks the index there is at the moment; `whole` says whether more names are yet to come.

    profiles: what the user's own files say of kinds of traps, before any module.
    """

    def __init__(self, index: MibIndex, *, whole: bool = True, profiles: TrapProfiles | None = None) -> None:
        self.index = index
        self.whole = whole
        self.profiles = profiles

    def swap(self, index: MibIndex, *, whole: bool) -> None:
        """Answer from another index from now on."""
        self.index, self.whole = index, whole

    def name_of(self, oid: Sequence[int]) -> str:
        """Return `IF-MIB::ifOperStatus.3`; the numbers themselves where nothing is known of them."""
        return self.index.name_of(oid)

    def format(self, oid: Sequence[int], value: Value) -> str:
        """Write a value as the object at `oid` wants it."""
        return self.index.format(oid, value)

    def oid_of(self, name: str) -> Oid:
        """Return the OID somebody typed.

        Raises:
            UnknownName: nothing loaded has that name.
        """
        return self.index.oid_of(name)

    def object_at(self, oid: Sequence[int]) -> tuple[MibObject | None, tuple[int, ...]]:
        """Return the object with the longest OID in front of this one, and the numbers after it."""
        return self.index.object_at(oid)

    def object_named(self, name: str) -> MibObject | None:
        """Return the object of a name without instance."""
        return self.index.object_named(name)

    def notification(self, oid: Sequence[int]) -> MibObject | None:
        """Return the notification with exactly this OID, or None."""
        return self.index.notification(oid)

    def decode_index(self, obj: MibObject, suffix: Sequence[int]) -> Mapping[str, str]:
        """Return the index objects of a row by name; empty where the suffix is no index of this table."""
        return self.index.decode_index(obj, suffix)

    def kind_of(self, oid: Oid) -> TrapKind | None:
        """Return what the user's trap profiles say of a trap, else its MIB module."""
        found = None if self.profiles is None else self.profiles.kind_of(oid)
        return found or self.index.kind_of(oid)
