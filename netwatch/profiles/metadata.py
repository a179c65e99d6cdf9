"""Reads `metadata`: who a device is, as Datadog's and Netdata's files say it, into the concept `identity`.

Fields of interfaces (names, addresses, states) are read by the concept `interface` of every device in any case.
May import: netwatch.model, netwatch.profiles. Called by: netwatch.profiles.reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from netwatch.model import SYSTEM, ColumnKind
from netwatch.profiles.concepts.concept_map import ConceptMap
from netwatch.profiles.concepts.templates import FirstFilled, Named, Template
from netwatch.profiles.place import Place
from netwatch.profiles.profile import ColumnSpec
from netwatch.profiles.symbols import SYMBOL_KEYS, plain_name, read_edit

LABELS: Final[Mapping[str, tuple[str, ...]]] = {
    "vendor": ("vendor",),
    "model": ("model", "product_name"),
    "version": ("version", "os_version"),
    "serial": ("serial_number",),
    "os": ("os_name",),
    "location": ("location",),
    "name": ("name",),
    "type": ("type",),
}
"""Label of `identity` -> fields, the better first."""
RESOURCES: Final = frozenset({"device", "interface"})
FIELD_KEYS: Final = frozenset({"value", "symbol", "symbols", "consumers"})
RANK: Final = 3
"""Above what is guessed from a description, below what a mapping of NetWatch's own reads out of a MIB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """Who a device is: scalars to read once, and the mapping that makes an identity of them."""

    scalars: tuple[ColumnSpec, ...] = ()
    concepts: tuple[ConceptMap, ...] = ()
    vendor: str = ""


def read_metadata(top: Place) -> Metadata:
    """Read a file's `metadata`; empty where there is none."""
    if "metadata" not in top or not (below := top.at("metadata")).is_mapping("metadata"):
        return Metadata()
    below.check_keys(RESOURCES, {})
    if "device" not in below or not (device := below.at("device")).is_mapping("device"):
        return Metadata()
    if "fields" not in device or not (fields := device.at("fields")).is_mapping("fields"):
        return Metadata()
    found = {str(name): list(_options(fields.at(name), str(name))) for name in fields.value}
    labels: dict[str, Template] = {}
    for label, names in LABELS.items():
        options = [option for name in names for option in found.get(name, ())]
        if options:
            labels[label] = _first([_template(option) for option in options])
    read = [option for options in found.values() for option in options if isinstance(option, ColumnSpec)]
    wanted = {name for names in LABELS.values() for name in names}
    scalars = tuple(one for one in read if any(one.name.startswith(f"metadata_{name}") for name in wanted))
    if not labels:
        return Metadata()
    problem = top.file.problem(below.path, "")
    concept = ConceptMap(
        concept="identity",
        table=SYSTEM,
        labels=labels,
        rank=RANK,
        place=(problem.file, problem.line, problem.column),
    )
    vendor = next((option for option in found.get("vendor", ()) if isinstance(option, str)), "")
    return Metadata(scalars=scalars, concepts=(concept,), vendor=vendor)


def _options(field: Place, name: str) -> Iterator[str | ColumnSpec]:
    """Yield what a field may be, the first that is not empty counts: a text, or what to read."""
    if not field.is_mapping("a field"):
        return
    field.check_keys(FIELD_KEYS, {})
    symbols = [field.at("symbol")] if "symbol" in field else []
    for number, symbol in enumerate([*symbols, *field.items("symbols")]):
        column = _column(symbol, f"metadata_{plain_name(name)}" + (f"_{number + 1}" if number else ""))
        if column is not None:
            yield column
    if "value" in field:
        yield field.text("value")


def _column(symbol: Place, name: str) -> ColumnSpec | None:
    if not symbol.is_mapping("a symbol"):
        return None
    symbol.check_keys(SYMBOL_KEYS, {})
    oid = symbol.oid("OID")
    if oid is None:
        return None
    edit = read_edit(symbol, is_number=False)
    return ColumnSpec(name=name, oid=oid, kind=ColumnKind.TEXT, edit=edit, once=True)


def _template(option: str | ColumnSpec) -> Template:
    return Template((option,)) if isinstance(option, str) else Template((Named(option.name),))


def _first(options: list[Template]) -> Template:
    return options[0] if len(options) == 1 else Template((FirstFilled(tuple(options)),))
