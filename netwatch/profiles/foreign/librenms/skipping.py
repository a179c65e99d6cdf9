"""Rows that LibreNMS skips (`skip_values`, `skip_value_lt`, `skip_value_gt`) as a condition of what is kept.

What is skipped there at discovery is no row here for as long as the condition holds. Where a condition is not read,
rows that were to be skipped stay: the entry is marked, and nothing of it is called wrong.

A quiet room. May import: netwatch.profiles. Called by: sensors, amounts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from netwatch.profiles.foreign.librenms.conditions import OPERATORS, as_list, as_number
from netwatch.profiles.foreign.librenms.drafting import Entry, NotRead, Rows, name_of
from netwatch.profiles.foreign.librenms.patterns import re2_of
from netwatch.profiles.profile import LabelSpec

ROW_INDEX: Final = "rowIndex"
"""The label of a row that is the whole of its index."""
_SCALAR: Final = re.compile(r"([A-Za-z][\w-]*::[A-Za-z][\w-]*)\.0", re.ASCII)
"""An object of which there is one instance; it stands in one row with a value of which there is one as well."""
_OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def kept_where(entry: Entry, rows: Rows, column: str) -> str:
    """Return the condition of rows that are kept, of a value column and of what else is skipped by."""
    found = [f"not absent({column})"]
    for one in as_list(entry.get("skip_values")):
        try:
            found += _of_object(entry, rows, one) if isinstance(one, Mapping) else _of_value(column, one)
        except NotRead as exc:
            entry.complain(str(exc))
            entry.is_doubtful = True
    for key, operator in (("skip_value_lt", ">="), ("skip_value_gt", "<=")):
        limit = as_number(entry.get(key))
        if limit is not None:
            found.append(f"number({column}) {operator} {_written(limit)}")
    return " and ".join(found)


def _of_value(column: str, value: Any) -> Iterator[str]:
    number = as_number(value)
    yield f"number({column}) != {_written(number)}" if number is not None else f"{column} != {quoted(str(value))}"


def _of_object(entry: Entry, rows: Rows, one: Mapping[str, Any]) -> Iterator[str]:
    operator, wanted = str(one.get("op") or "!="), one.get("value")
    if "device" in one:
        raise NotRead("skip_values: `device` is not read")
    if operator not in OPERATORS:
        raise NotRead(f"skip_values: the operator {operator!r} is not known")
    written = str(one.get("oid"))
    if written == "index":
        rows.labels.setdefault(ROW_INDEX, LabelSpec(name=ROW_INDEX))
        yield _condition(ROW_INDEX, operator, wanted, is_text=True)
        return
    scalar = _SCALAR.fullmatch(written) if "{{" not in str(entry.value.get("descr")) else None
    oid = entry.drafting.oid(scalar[1] if scalar else written)
    if oid is None:
        raise NotRead("skip_values: the object is not named by any MIB at hand")
    if "." in written.rpartition("::")[2] and "::" in written and not scalar:
        raise NotRead("skip_values: an object of another row is not read")
    name = name_of(scalar[1] if scalar else written)
    name = rows.column(oid, name if not name.isdecimal() else f"c{name}", once=True)
    yield _condition(name, operator, wanted)


def _condition(name: str, operator: str, wanted: Any, *, is_text: bool = False) -> str:
    """Return when a row is kept whose column is skipped when it fits; `is_text`: it is compared as it is written."""
    if operator == "exists" or isinstance(wanted, bool):
        skipped_if_there = bool(wanted) if operator == "exists" else (bool(wanted) is (operator[0] != "!"))
        return f"absent({name})" if skipped_if_there else f"not absent({name})"
    negated = operator.startswith("!") or operator.startswith("not_")
    plain = {"!=": "=", "!==": "=", "==": "=", "===": "="}.get(operator, operator.removeprefix("not_"))
    fits = " or ".join(_fits(name, plain, one, is_text=is_text) for one in as_list(wanted)) or "1 == 1"
    if is_text:
        return f"({fits})" if negated else f"not ({fits})"
    return f"({fits})" if negated else f"(absent({name}) or not ({fits}))"


def _fits(name: str, operator: str, wanted: Any, *, is_text: bool = False) -> str:
    number = None if is_text else as_number(wanted)
    if operator in _OPPOSITE:
        if number is None:
            raise NotRead("skip_values: a number is compared with what is none")
        return f"number({name}) {operator} {_written(number)}"
    text = str(wanted if wanted is not None else "")
    if operator in ("=", "in_array"):
        return f"{name} == {quoted(text)}" if number is None else f"number({name}) == {_written(number)}"
    pattern = re2_of(text).text if operator == "regex" else _escaped(text)
    pattern = {"starts": f"{pattern}.*", "ends": f".*{pattern}"}.get(operator, f".*({pattern}).*")
    return f"matches({name}, {quoted(pattern)})"


def quoted(text: str) -> str:
    """Return a text as it stands in an expression."""
    if any(ord(character) < 32 for character in text):
        raise NotRead("skip_values: a text with control characters is not read")
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _escaped(text: str) -> str:
    return "".join(one if one.isalnum() or one == " " else f"\\{one}" for one in text)


def _written(number: float) -> str:
    return repr(int(number)) if float(number).is_integer() else repr(float(number))
