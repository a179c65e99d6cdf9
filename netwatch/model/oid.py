"""Object identifiers: a tuple of sub-identifiers with the dotted text that people type.

May import: nothing. Called by: every room that names an SNMP object.
"""

from __future__ import annotations

from collections.abc import Iterable

MAX_SUB_IDENTIFIERS = 128
"""RFC 3416, section 3: at most 128 sub-identifiers, each at most 2**32 - 1."""
MAX_SUB_IDENTIFIER = 2**32 - 1


class Oid(tuple[int, ...]):
    """An OBJECT IDENTIFIER; compares in lexicographic order, as GETNEXT does (RFC 3416, section 4.2.2)."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Oid:
        """Read `1.3.6.1.2.1` or `.1.3.6.1.2.1`.

        Raises:
            ValueError: the text is not a dotted list of numbers, or breaks the limits of RFC 3416.
        """
        parts = text.strip().removeprefix(".").split(".")
        if not all(part.isascii() and part.isdigit() for part in parts):
            raise ValueError(f"{text!r} is not a numeric OID such as 1.3.6.1.2.1.1.3.0")
        oid = cls(int(part) for part in parts)
        oid.check()
        return oid

    def check(self) -> None:
        """Raise ValueError where the limits of RFC 3416, section 3, or of the BER encoding are broken."""
        if not 2 <= len(self) <= MAX_SUB_IDENTIFIERS:
            raise ValueError(f"an OID has 2 to {MAX_SUB_IDENTIFIERS} numbers, this one has {len(self)}")
        if max(self) > MAX_SUB_IDENTIFIER or min(self) < 0:
            raise ValueError(f"{self} holds a number above {MAX_SUB_IDENTIFIER}")
        if self[0] > 2 or (self[0] < 2 and self[1] > 39):
            raise ValueError(f"{self} does not start like an OID: first number 0 to 2, second below 40")

    def __str__(self) -> str:
        return ".".join(map(str, self))

    def __repr__(self) -> str:
        return f"Oid({str(self)!r})"

    def child(self, *numbers: int) -> Oid:
        """Return this OID with `numbers` behind it."""
        return Oid((*self, *numbers))

    def join(self, suffix: Iterable[int]) -> Oid:
        """Return this OID with the sub-identifiers of `suffix` behind it."""
        return Oid((*self, *suffix))

    def is_under(self, prefix: tuple[int, ...]) -> bool:
        """Return whether this OID is `prefix` itself or stands below it."""
        return self[: len(prefix)] == tuple(prefix)
