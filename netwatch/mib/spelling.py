"""Writes OIDs and varbinds as net-snmp does, by the letters of its -O flag.

A quiet room. May import: netwatch.model and this room. Called by: netwatch get, walk, table, translate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netwatch.mib.index import MibIndex
from netwatch.mib.index_words import index_words
from netwatch.mib.objects import Base
from netwatch.mib.text import ticks_text
from netwatch.model import Missing, Oid, Tag, Varbind

LETTERS = "befnqQsStUv"
_MISSING = {
    Missing.NO_SUCH_OBJECT: "No Such Object available on this agent at this OID",
    Missing.NO_SUCH_INSTANCE: "No Such Instance currently exists at this OID",
    Missing.END_OF_MIB_VIEW: "No more variables left in this MIB View (It is past the end of the MIB tree)",
}
_TYPES = {
    Tag.INTEGER: "INTEGER", Tag.OCTET_STRING: "STRING", Tag.OBJECT_IDENTIFIER: "OID", Tag.IP_ADDRESS: "IpAddress",
    Tag.COUNTER32: "Counter32", Tag.GAUGE32: "Gauge32", Tag.TIME_TICKS: "Timeticks", Tag.OPAQUE: "Opaque",
    Tag.COUNTER64: "Counter64", Tag.UINTEGER32: "UInteger32",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How to write: `oid` is n (numeric), f (every step), s (name alone) or S (module and name)."""

    oid: str = "S"
    numeric_index: bool = False
    numeric_enums: bool = False
    raw_ticks: bool = False
    units: bool = True
    value_only: bool = False
    quick: str = ""

    @classmethod
    def parse(cls, letters: str) -> Style:
        """Read the letters behind -O.

        Raises:
            ValueError: a letter means nothing here.
        """
        unknown = set(letters) - set(LETTERS)
        if unknown:
            raise ValueError(f"-O knows the letters {LETTERS}, not {''.join(sorted(unknown))}")
        return cls(
            oid=next((letter for letter in reversed(letters) if letter in "nfsS"), "S"),
            numeric_index="b" in letters,
            numeric_enums="e" in letters,
            raw_ticks="t" in letters,
            units="U" not in letters,
            value_only="v" in letters,
            quick=next((letter for letter in reversed(letters) if letter in "qQ"), ""),
        )


def spell_oid(index: MibIndex, oid: Sequence[int], style: Style) -> str:
    """Write an OID; what is spelled out can be typed again and means the same."""
    if style.oid == "n":
        return f".{Oid(oid)}"
    obj, suffix = index.object_at(oid)
    if obj is None:
        return f".{Oid(oid)}"
    names = {"f": "." + ".".join(index.path_of(obj.oid)), "s": obj.name, "S": obj.full_name}
    spelled = map(str, suffix) if style.numeric_index or not obj.index else index_words(obj.index, suffix)
    return ".".join([names[style.oid], *spelled])


def spell_varbind(index: MibIndex, varbind: Varbind, style: Style) -> str:
    """Write `IF-MIB::ifOperStatus.3 = INTEGER: down(2)`, or less where the style wants less."""
    value = spell_value(index, varbind, style)
    if style.value_only:
        return value
    between = " " if style.quick == "q" else " = "
    return f"{spell_oid(index, varbind.oid, style)}{between}{value}"


def spell_value(index: MibIndex, varbind: Varbind, style: Style) -> str:
    """Write a value with its type in front."""
    value = varbind.value
    if isinstance(value, Missing):
        return _MISSING[value]
    if value is None:
        return "NULL"
    if isinstance(value, Oid):
        return _typed("OID", spell_oid(index, value, style), style)
    if varbind.tag == Tag.TIME_TICKS and isinstance(value, int):
        return _ticks(value, style)
    if isinstance(value, bytes):
        return _octets(index, varbind, value, style)
    if isinstance(value, int):
        return _typed(_type_name(varbind.tag), _number(index, varbind.oid, value, style), style)
    if isinstance(value, float):
        return _typed("Opaque: Float", f"{value:f}", style)
    return _typed(_type_name(varbind.tag), str(value), style)


def _ticks(value: int, style: Style) -> str:
    if style.raw_ticks:
        return str(value)
    return ticks_text(value) if style.quick else f"Timeticks: ({value}) {ticks_text(value)}"


def _number(index: MibIndex, oid: Oid, value: int, style: Style) -> str:
    obj, _ = index.object_at(oid)
    if style.numeric_enums and obj is not None and value in obj.syntax.names:
        return str(value)
    text = index.format(oid, value)
    if style.quick and text.endswith(f"({value})"):
        text = text.removesuffix(f"({value})")
    return text if style.units or obj is None else text.removesuffix(f" {obj.units}")


def _octets(index: MibIndex, varbind: Varbind, value: bytes, style: Style) -> str:
    obj, _ = index.object_at(varbind.oid)
    if obj is not None and obj.syntax.base is Base.BITS:
        return _typed("BITS", f"{value.hex(' ').upper()} {index.format(varbind.oid, value)}", style)
    text = index.format(varbind.oid, value)
    written = obj is not None and (obj.syntax.hint or "InetAddress" in obj.syntax.conventions)
    if written:
        return _typed("STRING", text, style)
    if text == value.hex(" ").upper() and value:
        return _typed("Hex-STRING", text, style)
    if not value:
        return '""'
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return _typed("STRING", f'"{escaped}"', style)


def _type_name(tag: int) -> str:
    return _TYPES.get(Tag(tag), f"tag {tag:#04x}") if tag in set(Tag) else f"tag {tag:#04x}"


def _typed(name: str, text: str, style: Style) -> str:
    return text if style.quick else f"{name}: {text}"
