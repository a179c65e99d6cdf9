"""Processors, pools of memory and disks of LibreNMS as rows of `cpu`, `memory` and `storage`.

A quiet room. May import: netwatch.profiles. Called by: reading.
"""

from __future__ import annotations

from typing import Any, Final

from netwatch.model import Oid
from netwatch.profiles.concepts.concept_map import ConceptMap, Expression, Meant
from netwatch.profiles.concepts.templates import Template
from netwatch.profiles.foreign.librenms.conditions import as_number
from netwatch.profiles.foreign.librenms.drafting import Entry, NotRead, Rows, name_of
from netwatch.profiles.foreign.librenms.sensors import instances_of
from netwatch.profiles.foreign.librenms.skipping import ROW_INDEX, kept_where
from netwatch.profiles.foreign.librenms.wording import OBJECT, wording
from netwatch.profiles.profile import LabelSpec

CACHES: Final = ("buffers", "cached", "shared")
"""Classes of pools that are part of the one beside them."""


def processor_map(entry: Entry, place: tuple[str, int, int]) -> ConceptMap:
    """Return what an entry of `processors` becomes.

    Raises:
        NotRead: it is not read, and why.
    """
    instances = instances_of(entry)
    rows = entry.drafting.rows_of(instances.column)
    column = rows.column(instances.column, name_of(entry.value.get("value") or entry.value.get("oid") or "value"))
    where = kept_where(entry, rows, column)
    if instances.only:
        rows.labels.setdefault(ROW_INDEX, LabelSpec(name=ROW_INDEX))
        where = f"{where} and {ROW_INDEX} == '{instances.only}'"
    precision = as_number(entry.get("precision", 1)) or 1.0
    busy = f"number({column}) / {abs(precision)!r} / 100"
    scope = "module" if "{{" in str(entry.value.get("descr")) or "::" in str(entry.value.get("descr")) else "device"
    return ConceptMap(
        concept="cpu", table=rows.name, where=where, joins=tuple(entry.joins.values()), place=place,
        labels={"cpu": wording(entry, rows, entry.value.get("descr"), "Processor"), "scope": Template((scope,))},
        columns={"cpu_busy_ratio": Expression(text=busy if precision > 0 else f"1 - {busy}")},
    )  # fmt: skip


def memory_map(entry: Entry, place: tuple[str, int, int]) -> ConceptMap:
    """Return what an entry of `mempools` becomes.

    Raises:
        NotRead: it is not read, and why.
    """
    return _amount("memory", "pool", "total", "Memory", entry, place)


def storage_map(entry: Entry, place: tuple[str, int, int]) -> ConceptMap:
    """Return what an entry of `storage` becomes.

    Raises:
        NotRead: it is not read, and why.
    """
    return _amount("storage", "path", "size", "Storage", entry, place)


def _amount(
    concept: str, label: str, total: str, spare: str, entry: Entry, place: tuple[str, int, int]
) -> ConceptMap:
    oids = {key: oid for key in (total, "used", "free", "percent_used") if (oid := _oid_of(entry, key)) is not None}
    if not oids:
        raise NotRead("what is used and of how much: no object that a MIB at hand names")
    first = next(iter(oids.values()))
    rows = entry.drafting.rows_of(first)
    names = {key: rows.column(oid, name_of(str(entry.get(key)))) for key, oid in oids.items()}
    unit = _unit(entry, rows, "units" if concept == "storage" else "precision")
    columns = _columns(concept, total, names, as_number(entry.get(total)), unit)
    if not columns:
        raise NotRead("what is used and of how much: too little of it can be read")
    kept = " and ".join(f"not absent({name})" for name in names.values())
    first_name = next(iter(names.values()))
    where = kept_where(entry, rows, first_name).replace(f"not absent({first_name})", kept, 1)
    return ConceptMap(
        concept=concept, table=rows.name, where=where, joins=tuple(entry.joins.values()), place=place,
        labels={label: wording(entry, rows, entry.value.get("descr"), spare)}, columns=columns,
        taken_off=concept == "memory" and entry.get("class") in CACHES,
    )  # fmt: skip


def _oid_of(entry: Entry, key: str) -> Oid | None:
    numeric = str(entry.get(f"{key}_num_oid") or "")
    if numeric:
        oid = entry.drafting.oid(numeric.partition("{{")[0].strip(" ."))
        if oid is not None:
            return oid
    text = str(entry.get(key) or "").replace("{{", "").replace("}}", "").strip()
    if not OBJECT.fullmatch(text):
        return None
    oid = entry.drafting.oid(text)
    return Oid(oid[:-1]) if oid is not None and text.endswith(".0") and oid[-1] == 0 else oid


def _unit(entry: Entry, rows: Rows, key: str) -> str:
    """Return what amounts are multiplied with: a number, or a column of the row."""
    written: Any = entry.get(key, 1)
    number = as_number(written)
    if number is not None:
        return repr(number or 1.0)
    oid = entry.drafting.oid(written)
    if oid is None:
        raise NotRead(f"{key}: neither a number nor an object that a MIB at hand names")
    return f"number({rows.column(oid, name_of(str(written)), once=True)})"


def _columns(
    concept: str, total: str, names: dict[str, str], fixed_total: float | None, unit: str
) -> dict[str, Meant]:
    def amount(key: str) -> str:
        return f"unsigned(number({names[key]})) * {unit}"

    size = amount(total) if total in names else f"{fixed_total!r} * {unit}" if fixed_total else ""
    used = free = ""
    if "used" in names:
        used = amount("used")
    if "free" in names:
        free = amount("free")
    if not size and used and free:
        size = f"{used} + {free}"
    if not used and size and free:
        used = f"{size} - {free}"
    percent = f"number({names['percent_used']}) / 100" if "percent_used" in names else ""
    if not used and size and percent:
        used = f"{size} * {percent}"
    found: dict[str, Meant] = {}
    if used and size:
        found |= {f"{concept}_used_bytes": Expression(text=used), f"{concept}_size_bytes": Expression(text=size)}
    elif percent:
        found[f"{concept}_used_ratio"] = Expression(text=percent)
    return found
