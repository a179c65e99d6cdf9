"""Names for OIDs and words for values, where somebody knows them; plain numbers and text where nobody does.

May import: netwatch.model. Called by: rules, engine, web, cli; the MIB index is one who knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from netwatch.model.octets import looks_like_text, text_of
from netwatch.model.oid import Oid
from netwatch.model.values import Missing, Value


class ObjectNames(Protocol):
    """Who writes OIDs and values for people; netwatch.mib's index does."""

    def name_of(self, oid: Sequence[int]) -> str:
        """Return `IF-MIB::ifOperStatus.3`; the numbers themselves where nothing is known of them."""

    def format(self, oid: Sequence[int], value: Value) -> str:
        """Write a value as the object at `oid` wants it: `down(2)`, `00:1a:2b:3c:4d:5e`."""


def trap_name(names: ObjectNames, trap_oid: Sequence[int]) -> str:
    """Return the name of a trap, also where it came as v1, with a 0 before its last number (RFC 3584, 3.1)."""
    name = names.name_of(trap_oid)
    if len(trap_oid) < 3 or trap_oid[-2] != 0 or not name.endswith(f".{trap_oid[-1]}"):
        return name
    as_v2 = names.name_of((*trap_oid[:-2], trap_oid[-1]))
    return as_v2 if "::" in as_v2 and not as_v2.endswith(f".{trap_oid[-1]}") else name


def value_text(names: ObjectNames, oid: Sequence[int], value: Value) -> str:
    """Write a value as its object wants it; octets that come out as hexadecimal or broken, by the rule for polls."""
    text = names.format(oid, value)
    if not isinstance(value, bytes) or not value:
        return text
    unreadable = text in (value.hex(" ").upper(), f"0x{value.hex()}")
    broken = "\N{REPLACEMENT CHARACTER}" in text or not all(one.isprintable() or one in "\r\n\t" for one in text)
    return text_of(value, len(value)) if (unreadable or broken) and looks_like_text(value) else text


class Numbers:
    """Knows no name: OIDs stay numbers, values are written by their type alone."""

    def name_of(self, oid: Sequence[int]) -> str:
        """Return the numbers."""
        return str(Oid(oid))

    def format(self, oid: Sequence[int], value: Value) -> str:
        """Write numbers as they are, octets as text where they are text."""
        return plain_text(value)


NUMBERS = Numbers()


def plain_text(value: Value) -> str:
    """Write a value without knowing its object: octets as text, or as `0x00ff..` where they are none."""
    if value is None:
        return ""
    if isinstance(value, Missing):
        return value.value
    if not isinstance(value, bytes):
        return str(value)
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return f"0x{value.hex()}"
    return text if all(letter.isprintable() or letter in "\r\n\t" for letter in text) else f"0x{value.hex()}"
