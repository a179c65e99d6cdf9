"""Sensors of LibreNMS: entries of a class become rows of `sensor`, states rows of `hardware`.

A quiet room. May import: netwatch.profiles. Called by: reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from netwatch.model import Oid
from netwatch.profiles.concepts.concept_map import ConceptMap, Expression, Meant, Selection, WordMap
from netwatch.profiles.concepts.templates import Named, Template
from netwatch.profiles.foreign.librenms.conditions import as_list, as_number
from netwatch.profiles.foreign.librenms.drafting import Drafting, Entry, NotRead, Rows, name_of
from netwatch.profiles.foreign.librenms.skipping import ROW_INDEX, kept_where
from netwatch.profiles.foreign.librenms.states import is_list_of_faults, judged, read_states
from netwatch.profiles.foreign.librenms.wording import OBJECT, wording
from netwatch.profiles.profile import LabelSpec


@dataclass(frozen=True, slots=True)
class Unit:
    """In what a class is measured here, and what one of theirs is of it."""

    quantity: str
    factor: float = 1.0


STATE: Final = "state"
UNITS: Final[Mapping[str, Unit]] = {
    "temperature": Unit("celsius"), "voltage": Unit("volts"), "current": Unit("amperes"), "power": Unit("watts"),
    "dbm": Unit("dbm"), "signal": Unit("dbm"), "fanspeed": Unit("rpm"), "humidity": Unit("ratio", 0.01),
    "load": Unit("ratio", 0.01), "charge": Unit("ratio", 0.01), "percent": Unit("ratio", 0.01),
    "loss": Unit("ratio", 0.01), "power_factor": Unit("ratio"), "frequency": Unit("hertz"),
    "runtime": Unit("seconds", 60.0), "delay": Unit("seconds"), "count": Unit("count"), "snr": Unit("decibels"),
    "tv_signal": Unit("decibels"), "quality_factor": Unit("decibels"), "signal_loss": Unit("decibels"),
    "pressure": Unit("pascals", 1000.0), "power_consumed": Unit("joules", 3_600_000.0), "bitrate": Unit("count"),
    "airflow": Unit("count"), "waterflow": Unit("count"), "cooling": Unit("watts"), "ber": Unit("ratio"),
    "eer": Unit("count"), "chromatic_dispersion": Unit("count"),
}  # fmt: skip
"""By their class; they measure in per cent, minutes, kilopascals, kilowatt hours."""
FUNCTIONS: Final[Mapping[str, str]] = {
    "": "{}",
    "fahrenheit_to_celsius": "({} - 32) * 5 / 9",
    "celsius_to_fahrenheit": "{} * 9 / 5 + 32",
    "mw_to_dbm": "dbm({})",
    "uw_to_dbm": "dbm({} / 1000)",
    "string_to_float": "{}",
    "round": "{}",
    "\\LibreNMS\\Util\\Number::cast": "{}",
    "\\LibreNMS\\OS\\Packetlight::convertWattToDbm": "dbm({} / 10000)",
    "\\LibreNMS\\OS\\Packetlight::offsetSfpTemperature": "{} - 128",
}
"""Their functions that are a formula, after divisor and multiplier."""
LIMITS: Final = {
    "low_limit": "sensor_low_critical",
    "low_warn_limit": "sensor_low_warning",
    "warn_limit": "sensor_high_warning",
    "high_limit": "sensor_high_critical",
}
_SIGNALS: Final = frozenset({"decibels"})
"""No number in a file is the limit below which such a signal is bad: that depends on what is sent, if anything is."""
PARTS: Final = (
    ("fan", re.compile(r"\bfans?\b|fan(?:tray|status|state|speed)|blower", re.IGNORECASE)),
    ("supply", re.compile(r"power ?suppl|\bpsus?\b|psu|\bpower ?module", re.IGNORECASE)),
    ("battery", re.compile(r"batter", re.IGNORECASE)),
    ("raid", re.compile(r"\braid\b|\barray\b|virtual ?(?:disk|drive)|logical ?(?:disk|drive)", re.IGNORECASE)),
    ("disk", re.compile(r"\b(?:hard ?|physical ?)?(?:disk|drive)s?\b", re.IGNORECASE)),
    ("door", re.compile(r"\bdoor\b", re.IGNORECASE)),
    ("outlet", re.compile(r"\boutlets?\b|\brelays?\b", re.IGNORECASE)),
    ("stack_member", re.compile(r"\bstack", re.IGNORECASE)),
    ("sensor", re.compile(r"temp|humid|sensor|volt", re.IGNORECASE)),
    ("alarm", re.compile(r"\balarms?\b", re.IGNORECASE)),
)
"""What kind of part a state is of, by what the entry calls it."""
_FIXED: Final = re.compile(r"\.?(\d+(?:\.\d+)+)\s*\{\{\s*\$noindex\s*\}\}")
_PREFIX: Final = re.compile(r"\.?(\d+(?:\.\d+)+?)\.?\s*\{\{\s*\$\s?index\s*\}\}")


@dataclass(frozen=True, slots=True)
class Instances:
    """A column, and the one instance of it that is meant; empty for all."""

    column: Oid
    only: str = ""


def instances_of(entry: Entry) -> Instances:
    """Return the value column of an entry: as `num_oid` has it, else by the name of its object.

    Raises:
        NotRead: neither says it.
    """
    written = str(entry.value.get("num_oid") or "").strip()
    fixed, prefix = _FIXED.fullmatch(written), _PREFIX.fullmatch(written)
    oid = None
    if fixed:
        whole = Oid.parse(fixed[1])
        return Instances(Oid(whole[:-1]), str(whole[-1]))
    if prefix:
        oid = Oid.parse(prefix[1])
    elif not written:
        oid = entry.drafting.oid(entry.value.get("value") or entry.value.get("oid"))
    if oid is None or len(oid) < 3:
        raise NotRead("num_oid: not of the form `OID.{{ $index }}`, and the object is not named by any MIB at hand")
    return Instances(oid)


def sensor_maps(sensor_class: str, entry: Entry, place: tuple[str, int, int]) -> Iterator[ConceptMap]:
    """Yield what an entry of a class becomes.

    Raises:
        NotRead: it is not read, and why.
    """
    if sensor_class != STATE and sensor_class not in UNITS:
        raise NotRead(f"sensors of class {sensor_class!r} are not read")
    instances = instances_of(entry)
    rows = entry.drafting.rows_of(instances.column)
    column = rows.column(instances.column, name_of(entry.value.get("value") or entry.value.get("oid") or "value"))
    where = kept_where(entry, rows, column)
    if entry.is_doubtful and entry.drafting.is_shared(instances.column):
        raise NotRead("skip_values: several entries share the object, and what tells their rows apart is not read")
    if instances.only:
        rows.labels.setdefault(ROW_INDEX, LabelSpec(name=ROW_INDEX))
        where = f"{where} and {ROW_INDEX} == '{instances.only}'"
    called = str(entry.value.get("state_name") or name_of(str(entry.value.get("oid"))))
    what = called if sensor_class == STATE else sensor_class.replace("_", " ").capitalize()
    name = wording(entry, rows, entry.value.get("descr"), what)
    if sensor_class == STATE:
        labels, columns, concept = _state(entry, name, column, called)
    else:
        labels, columns, concept = _measured(sensor_class, entry, rows, name, column)
    yield ConceptMap(
        concept=concept, table=rows.name, where=where, labels=labels, columns=columns,
        joins=tuple(entry.joins.values()), place=place,
    )  # fmt: skip


def _measured(
    sensor_class: str, entry: Entry, rows: Rows, name: Template, column: str
) -> tuple[dict[str, Template | Selection], dict[str, Meant], str]:
    unit = UNITS[sensor_class]
    columns: dict[str, Meant] = {"sensor_value": Expression(text=_in_base_units(entry, column, unit))}
    for key, limit in LIMITS.items() if not entry.is_doubtful else ():
        try:
            meant = _limit(entry, rows, key, unit)
        except NotRead as exc:
            entry.complain(str(exc))
            continue
        if meant is not None:
            columns[limit] = meant
    return {"sensor": name, "quantity": Template((unit.quantity,))}, columns, "sensor"


def _in_base_units(entry: Entry, column: str, unit: Unit) -> str:
    formula = f"number({column})"
    for key, operator in (("divisor", "/"), ("multiplier", "*")):
        written = entry.get(key)
        number = as_number(written)
        if written is not None and not number:
            raise NotRead(f"{key}: only numbers are read")
        if number is not None and number != 1:
            formula = f"{formula} {operator} {number!r}"
    function = FUNCTIONS.get(str(entry.get("user_func") or ""))
    if function is None:
        raise NotRead("user_func: a function of LibreNMS's PHP code, which is not read")
    formula = function.format(formula)
    return formula if unit.factor == 1 else f"({formula}) * {unit.factor!r}"


def _limit(entry: Entry, rows: Rows, key: str, unit: Unit) -> Meant | None:
    written = entry.get(key)
    number = as_number(written)
    if number is not None and unit.quantity in _SIGNALS and key.startswith("low"):
        return None
    if written is None or written == "" or number is not None:
        return None if number is None else number * unit.factor
    text = str(written).replace("{{", "").replace("}}", "").strip().lstrip("$")
    is_scalar = text.endswith(".0") and "{{" not in str(entry.value.get("descr"))
    text = text.removesuffix(".0") if is_scalar else text
    oid = entry.drafting.oid(text) if OBJECT.fullmatch(text) else None
    if oid is None:
        raise NotRead(f"{key}: neither a number nor an object that a MIB at hand names")
    if text.endswith(".0") or ("::" in text and "." in text.rpartition("::")[2]):
        raise NotRead(f"{key}: an object of another row is not read")
    column = rows.column(oid, name_of(text), once=True)
    return Expression(text=_in_base_units(entry, column, unit))


def _state(
    entry: Entry, name: Template, column: str, called: str
) -> tuple[dict[str, Template | Selection], dict[str, Meant], str]:
    found = list(read_states(entry.value.get("states")))
    if not found:
        raise NotRead("states: none of them says what it means")
    part_class = _part_class(entry, called)
    if is_list_of_faults(found):
        part_class = "alarm"
    words: dict[str, str] = {}
    said: dict[str, Template] = {}
    for state in judged(found, part_class, is_doubtful=entry.is_doubtful):
        for word in (state.value, state.descr):
            words.setdefault(word, state.meant)
            said.setdefault(word, Template((state.descr,)))
    columns: dict[str, Meant] = {
        "hardware_state": WordMap(source=Named(column), words=words),
        "hardware_word": Selection(source=Named(column), options=said, otherwise=Template((Named(column),))),
    }
    return {"part": name, "part_class": Template((part_class,))}, columns, "hardware"


def _part_class(entry: Entry, called: str) -> str:
    text = " ".join(str(one) for one in (entry.value.get("descr"), called, entry.value.get("group")) if one)
    return next((kind for kind, pattern in PARTS if pattern.search(text)), "other")


def learn_names(entry: Mapping[str, Any], drafting: Drafting) -> None:
    """Take in where the object stands that an entry reads, as its `num_oid` says."""
    prefix = _PREFIX.fullmatch(str(entry.get("num_oid") or "").strip())
    if prefix and len(column := Oid.parse(prefix[1])) >= 3:
        drafting.share(column)
        drafting.learn(entry.get("value") or entry.get("oid"), column)


def class_entries(sensors: Any) -> Iterator[tuple[str, int, Mapping[str, Any], Mapping[str, Any]]]:
    """Yield (class, place in its data, entry, options of the class)."""
    for sensor_class, below in sensors.items() if isinstance(sensors, Mapping) else ():
        if not isinstance(below, Mapping):
            continue
        options = below.get("options") if isinstance(below.get("options"), Mapping) else {}
        for number, entry in enumerate(as_list(below.get("data"))):
            if isinstance(entry, Mapping) and sensor_class != "additional_oids":
                yield str(sensor_class), number, entry, options or {}
