"""What a foreign file's own words say of its columns, as concepts: names that mean one thing, units, states.

Datadog's `cpu.usage` and `memory.*` mean the same in every file; Netdata's `chart_meta` says a value's unit; the
names of a state's values say whether a fan or a supply is well. Anything else stays a column.

A quiet room. May import: netwatch.model, netwatch.profiles. Called by: netwatch.profiles.reading, which hands in what
it read; merging, which leaves out what a mapping of NetWatch's own reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from netwatch.model import SYSTEM, ColumnKind, Oid
from netwatch.profiles.concepts.concept_map import ConceptMap, Expression, Meant, WordMap
from netwatch.profiles.concepts.templates import FirstFilled, Named, OfIndex, Template
from netwatch.profiles.draft import Derived, TableDraft
from netwatch.profiles.profile import ColumnSpec, LabelSpec

UNITS: Final[Mapping[str, tuple[str, str]]] = {
    "Cel": ("celsius", "{0}"), "degF": ("celsius", "({0} - 32) / 1.8"),
    "V": ("volts", "{0}"), "mV": ("volts", "{0} / 1000"), "dV": ("volts", "{0} / 10"),
    "A": ("amperes", "{0}"), "mA": ("amperes", "{0} / 1000"), "dA": ("amperes", "{0} / 10"),
    "W": ("watts", "{0}"), "mW": ("watts", "{0} / 1000"), "daW": ("watts", "{0} * 10"), "kW": ("watts", "{0} * 1000"),
    "Hz": ("hertz", "{0}"), "dBm": ("dbm", "{0}"), "{revolution}/min": ("rpm", "{0}"),
}  # fmt: skip
"""By Netdata's unit (UCUM): the quantity of a sensor, and how its value is made."""
NO_SENSOR: Final = re.compile(
    r"(?i)thresh|limit|setpoint|max|min|alarm|rated|nominal|config|capacity|hysteresis|peak"
)
PLACEHOLDERS: Final = "{0} != 65535 and {0} != 2147483647 and {0} != -2147483648 and {0} != 4294967295"
RANGES: Final[Mapping[str, str]] = {
    "celsius": "{0} > -100 and {0} < 500 and {0} != 0",
    "dbm": "{0} > -100 and {0} < 50",
}
PARTS: Final[Sequence[tuple[re.Pattern[str], str]]] = (
    (re.compile(r"(?i)fan|cooling"), "fan"),
    (re.compile(r"(?i)power.?suppl|psu|supply"), "supply"),
)
STATES: Final[Mapping[str, frozenset[str]]] = {
    "ok": frozenset({"ok", "normal", "good", "up", "online", "active", "operational", "healthy", "running", "on"}),
    "warning": frozenset({"warning", "degraded", "noncritical", "minor"}),
    "critical": frozenset(
        {"critical", "failed", "fail", "failure", "fault", "faulty", "bad", "major", "notfunctioning",
         "nonrecoverable", "error"}
    ),
    "absent": frozenset({"absent", "notpresent", "notinstalled", "notexist", "empty", "missing", "unplugged"}),
}  # fmt: skip
LOAD_AVERAGES: Final = Oid.parse("1.3.6.1.4.1.2021.10")
"""Files call a load average the usage of the processor; it is how many processes wait, times 100."""
Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Of:
    """The table, or the scalars, of which concepts are made."""

    table: str
    oid: Oid | None
    columns: Mapping[str, ColumnSpec]
    labels: Sequence[LabelSpec]
    place: Place

    def named(self, word: str) -> Template:
        """Return what a row is called: its texts, or a word and its index."""
        if self.oid is None:
            return Template((word,))
        names = [
            Named(label.name) for label in self.labels if not label.fixed and not label.mapping and label.at is None
        ]
        plain = Template((f"{word} ", OfIndex(0)))
        return Template((FirstFilled((*(Template((name,)) for name in names[:2]), plain)),)) if names else plain

    def made(
        self, concept: str, where: str, labels: Mapping[str, Template], columns: Mapping[str, Meant]
    ) -> ConceptMap:
        """Return a mapping of the table onto a concept."""
        return ConceptMap(
            concept=concept,
            table=self.table,
            where=where,
            labels=labels,
            columns=columns,
            place=self.place,
            is_derived=True,
        )


def derive(
    scalars: Sequence[ColumnSpec], tables: Sequence[TableDraft], units: Mapping[str, str], place: Place
) -> Iterator[Derived]:
    """Yield what can be said of a file's scalars and tables; `units` is what the file says of columns, by name.

    A table whose name another one has is called otherwise in the end, and left out.
    """
    oids: dict[str, set[Oid]] = {}
    for table in tables:
        oids.setdefault(table.name, set()).add(table.oid)
    yield from _of(
        Of(table=SYSTEM, oid=None, columns={one.name: one for one in scalars}, labels=(), place=place), units
    )
    for table in (table for table in tables if len(oids[table.name]) == 1):
        columns = {one.name: one for one in table.columns if one.constant is None}
        yield from _of(Of(table=table.name, oid=table.oid, columns=columns, labels=table.labels, place=place), units)


def _of(of: Of, units: Mapping[str, str]) -> Iterator[Derived]:
    for found in (_cpu(of), _memory(of)):
        if found is not None:
            yield found
    for name, column in of.columns.items():
        if (unit := UNITS.get(units.get(name, ""))) and not NO_SENSOR.search(name) and not column.kind.is_counter:
            yield _sensor(of, column, *unit)
        elif column.enum and (state := _state(of, column)) is not None:
            yield state


def _cpu(of: Of) -> Derived | None:
    column = of.columns.get("cpu_usage")
    if column is None or column.kind.is_counter or column.oid.is_under(LOAD_AVERAGES):
        return None
    scope = Template(("device" if of.oid is None else "core",))
    labels = {"cpu": Template(("all",)) if of.oid is None else of.named("CPU"), "scope": scope}
    where = f"{column.name} >= 0 and {column.name} <= 100"
    concept = of.made("cpu", where, labels, {"cpu_busy_ratio": Expression(text=f"{column.name} / 100")})
    return Derived(map=concept, table=of.oid, oids=frozenset({column.oid}))


def _memory(of: Of) -> Derived | None:
    """Return the share that is used; whether the amounts are bytes, files of one vendor do not agree."""
    known = {name for name in ("usage", "used", "free", "total") if f"memory_{name}" in of.columns}
    if "usage" in known:
        names, ratio, where = ["usage"], "memory_usage / 100", "memory_usage >= 0 and memory_usage <= 100"
    elif {"used", "total"} <= known:
        names, ratio, where = ["used", "total"], "memory_used / memory_total", "memory_total > 0"
    elif {"free", "total"} <= known:
        names, ratio, where = ["free", "total"], "1 - memory_free / memory_total", "memory_total > 0"
    elif {"used", "free"} <= known:
        names, ratio = ["used", "free"], "memory_used / (memory_used + memory_free)"
        where = "memory_used + memory_free > 0"
    else:
        return None
    used = [of.columns[f"memory_{name}"] for name in names]
    concept = of.made("memory", where, {"pool": of.named("Memory")}, {"memory_used_ratio": Expression(text=ratio)})
    return Derived(map=concept, table=of.oid, oids=frozenset(column.oid for column in used))


def _sensor(of: Of, column: ColumnSpec, quantity: str, formula: str) -> Derived:
    where = " and ".join(text.format(column.name) for text in (PLACEHOLDERS, RANGES.get(quantity, "")) if text)
    name = of.named(column.name)
    labels = {"sensor": name, "quantity": Template((quantity,))}
    columns: dict[str, Meant] = {"sensor_value": Expression(text=formula.format(column.name))}
    return Derived(map=of.made("sensor", where, labels, columns), table=of.oid, oids=frozenset({column.oid}))


def _state(of: Of, column: ColumnSpec) -> Derived | None:
    """Return the state of a fan or supply, where the words for its values say one and its end."""
    part = next((part for pattern, part in PARTS if pattern.search(column.name)), None)
    if part is None or column.kind is not ColumnKind.ENUM or not re.search(r"(?i)stat", column.name):
        return None
    words = {word: state for word in column.enum.values() if (state := _meaning(word))}
    if not {"ok", "critical"} <= set(words.values()):
        return None
    labels = {"part": of.named(part.capitalize()), "part_class": Template((part,))}
    states = WordMap(source=Template((Named(column.name),)), words=words, otherwise="unknown")
    concept = of.made("hardware", "", labels, {"hardware_state": states})
    return Derived(map=concept, table=of.oid, oids=frozenset({column.oid}))


def _meaning(word: str) -> str:
    plain = re.sub(r"[^a-z]", "", word.lower())
    return next((state for state, words in STATES.items() if plain in words), "")
