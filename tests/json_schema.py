"""Holds a value against a JSON Schema, as far as our own schemas go: no more of the language than they use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_KINDS = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "number": (int, float)}
_KNOWN = {
    "$schema", "$defs", "$ref", "title", "description", "default", "examples", "deprecated", "type", "enum", "const",
    "anyOf", "oneOf", "if", "then", "else", "properties", "required", "additionalProperties", "items", "pattern",
    "minLength", "maxLength", "minItems", "maxItems", "minProperties", "propertyNames", "patternProperties",
    "minimum", "maximum",
}  # fmt: skip


def misfits(value: Any, schema: Any, whole: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Yield where a value does not fit; bounds of numbers and lengths are for the reader of the file."""
    assert set(schema) <= _KNOWN, set(schema) - _KNOWN
    if "$ref" in schema:
        yield from misfits(value, whole["$defs"][schema["$ref"].removeprefix("#/$defs/")], whole, path)
    ways = schema.get("anyOf") or schema.get("oneOf")
    if ways and all(any(misfits(value, way, whole, path)) for way in ways):
        yield f"{path}: fits none of {len(ways)} ways"
    if "if" in schema:
        fits = not any(misfits(value, schema["if"], whole, path))
        yield from misfits(value, schema["then" if fits else "else"], whole, path)
    if not _is_of_kind(value, schema.get("type")):
        yield f"{path}: is no {schema['type']}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is none of {schema['enum']}"
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{path}: does not fit {schema['pattern']}"
    if isinstance(value, dict):
        yield from _misfits_inside(value, schema, whole, path)
    if isinstance(value, list) and "items" in schema:
        for number, one in enumerate(value):
            yield from misfits(one, schema["items"], whole, f"{path}[{number}]")


def _misfits_inside(value: dict[Any, Any], schema: Any, whole: Mapping[str, Any], path: str) -> Iterator[str]:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    yield from (f"{path}: lacks {key}" for key in schema.get("required", ()) if key not in value)
    for key, one in value.items():
        patterns = [part for text, part in schema.get("patternProperties", {}).items() if re.search(text, str(key))]
        if patterns:
            yield from misfits(one, patterns[0], whole, f"{path}.{key}")
        elif str(key) in known:
            yield from misfits(one, known[str(key)], whole, f"{path}.{key}")
        elif others is False:
            yield f"{path}: unknown key {key}"
        elif isinstance(others, dict):
            yield from misfits(one, others, whole, f"{path}.{key}")


def _is_of_kind(value: Any, kinds: Any) -> bool:
    if kinds is None:
        return True
    wanted = [kinds] if isinstance(kinds, str) else kinds
    if isinstance(value, bool):
        return "boolean" in wanted
    if isinstance(value, int) and "integer" in wanted:
        return True
    return any(isinstance(value, _KINDS[kind]) for kind in wanted if kind in _KINDS)
