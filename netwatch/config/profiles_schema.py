"""Profiles as a JSON Schema, for editors that complete and check YAML.

A profile is read by hand, since half of what other people's files say is only noted; a test holds what stands here
equal to the keys that are read.
May import: netwatch.config.schema, netwatch.model. Called by: cli.
"""

from __future__ import annotations

from typing import Any

from netwatch.config.schema import DIALECT
from netwatch.model import CONCEPTS, ColumnKind

_TEXT: dict[str, Any] = {"type": ["string", "null"]}
_OID: dict[str, Any] = {"type": "string", "description": "where it is asked for, in numbers or as MODULE::name"}
_NAMES: dict[str, Any] = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}
_TYPE: dict[str, Any] = {
    "enum": ["gauge", "rate", "counter", "monotonic_count", "monotonic_count_and_rate", "percent", "flag_stream"],
    "description": "what its values are, in Datadog's words",
}


def profile_schema() -> dict[str, Any]:
    """Return the schema of a profile, in JSON Schema 2020-12; keys that are only noted are marked as deprecated."""
    whole = _mapping(
        {
            "name": {**_TEXT, "description": "what people call it; the file's name is what counts"},
            "description": _about("what it is for"),
            "extends": _list(_TEXT, "profiles that this one adds to"),
            "sysobjectid": {"anyOf": [{"type": "string"}, _list({"type": "string"}, "several")],
                            "description": "which devices it is meant for; * stands for what follows"},
            "device": _mapping({"vendor": _about("who makes the devices")}),
            "metrics": _list({"anyOf": [_part("Table"), _part("Scalar")]}, "tables and scalars to read"),
            "metric_tags": _list({"anyOf": [_part("Tag"), _TEXT]}, "texts of the device as a whole"),
            "concepts": _list(_part("Concept"), "what scalars mean, and tables of other files"),
        },
        unused=("metadata", "static_tags"),
    )  # fmt: skip
    parts = {"Table": _table(), "Scalar": _scalar(), "Symbol": _mapping(_symbol(), unused=_TEXT_EDITS), "Tag": _tag(),
             "Concept": _concept()}  # fmt: skip
    return {"$schema": DIALECT, "title": "NetWatch profile", **whole, "$defs": parts}


_TEXT_EDITS = ("extract_value", "match_pattern", "match_value", "format")


def _table() -> dict[str, Any]:
    properties = {
        "MIB": _about("the module that defines it"),
        "table": {"anyOf": [_TEXT, _mapping({"OID": _OID, "name": _about("its name in the MIB")})],
                  "description": "the table"},
        "symbols": _list({"anyOf": [_part("Symbol"), _TEXT]}, "its columns"),
        "metric_tags": _list({"anyOf": [_part("Tag"), _TEXT]}, "what labels its rows have"),
        "metric_type": _TYPE, "forced_type": _TYPE,
        "description": _about("what it is for"),
        "walk": {**_OID, "description": "the cheap column whose instances are the rows"},
        "identity": _about("the label that names a row through re-indexing"),
        "rate_limit": _about("the column that bounds octet rates, in 1e6 bit/s"),
        "discontinuity": {**_OID, "description": "the column whose change ends a counter's life"},
        "once": {"type": "boolean", "description": "its rows are facts, read when they are discovered"},
        "index": _list({"type": "string"}, "the MIB's INDEX clause, whose parts become labels"),
        "concepts": _list(_part("Concept"), "what its rows mean"),
    }  # fmt: skip
    return {**_mapping(properties, unused=("options", "static_tags")), "required": ["symbols"]}


def _concept() -> dict[str, Any]:
    names = {name for concept in CONCEPTS.values() for name in (*concept.labels, *concept.columns)}
    meant = {"type": ["string", "number", "object", "boolean"]}
    properties = {
        **{name: {**meant, "description": "a template, an expression, or words for words"} for name in sorted(names)},
        "concept": {"enum": list(CONCEPTS), "description": "what the rows are"},
        "table": _about("the table, where this stands at the top of a file; none for the scalars"),
        "where": _about("a condition that rows have to fulfil"),
        "joins": _list({"type": "object"}, "rows of other tables that names are taken from"),
        "thresholds": {"type": "object", "description": "a table of limits, one row per limit"},
        "instead_of": {
            "type": ["array", "object"],
            "description": "tables that are left out while this one has rows",
        },
        "sums": {"type": "object", "description": "columns of other tables, summed up over the rows below each row"},
        "distinct": {"type": "boolean", "description": "rows that agree in all labels are one"},
        "taken_off": {"type": "boolean", "description": "memory: these are caches, no pools"},
        "rank": {"type": "number", "description": "of several words for one thing the highest rank's is taken"},
        "description": _about("what it is for"),
    }
    return {**_mapping(properties), "required": ["concept"]}


def _scalar() -> dict[str, Any]:
    properties = {**_symbol(), "symbol": {"anyOf": [_part("Symbol"), _TEXT], "description": "what is asked for"}}
    return _mapping(properties, unused=(*_TEXT_EDITS, "metric_tags", "options"))


def _symbol() -> dict[str, Any]:
    return {
        "MIB": _about("the module that defines it"), "OID": _OID, "name": _about("its name in the MIB"),
        "description": _about("what it is"),
        "scale_factor": {"type": "number", "description": "what a value is multiplied by"},
        "metric_type": _TYPE, "forced_type": _TYPE,
        "kind": {"enum": [kind.value for kind in ColumnKind], "description": "what its values are"},
        "enum": {**_NAMES, "description": "names of the values of an enumeration"},
        "wide_of": _about("the 32-bit column that this 64-bit one replaces"),
        "once": {"type": "boolean", "description": "read when rows are discovered, not with every poll"},
        "missing_when": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "integer"}},
            "description": "columns of the row, each with the values beside which this one means nothing",
        },
    }  # fmt: skip


def _tag() -> dict[str, Any]:
    source = _mapping(
        {"MIB": _about("the module"), "OID": _OID, "name": _about("its name"), "description": _about("what it is"),
         "format": _about("how it is written: mac_address, ip_address, prefix_length, hex, sys_id")},
        unused=("extract_value", "match_pattern", "match_value"),
    )  # fmt: skip
    properties = {
        "MIB": _about("the module that defines it"), "tag": _about("the label's name"),
        "column": {"anyOf": [source, _TEXT], "description": "the column it is read from"},
        "symbol": {"anyOf": [source, _TEXT], "description": "the same, as newer files write it"},
        "OID": _OID, "name": _about("its name in the MIB"), "description": _about("what it is"),
        "index": {"type": "integer", "minimum": 0, "description": "the place in the row's index, 0 for the whole"},
        "format": _about("natural_prefix: the prefix length of an address's class"),
        "mapping": {**_NAMES, "description": "texts for its values"}, "table": _about("the table it is of"),
        "index_transform": {}, "match": {}, "tags": {},
    }  # fmt: skip
    return _mapping(properties)


def _mapping(properties: dict[str, Any], *, unused: tuple[str, ...] = ()) -> dict[str, Any]:
    noted = {key: {"deprecated": True, "description": "is noted, and nothing else"} for key in unused}
    return {"type": "object", "properties": {**properties, **noted}, "additionalProperties": False}


def _list(items: dict[str, Any], about: str) -> dict[str, Any]:
    return {"type": ["array", "null"], "items": items, "description": about}


def _about(words: str) -> dict[str, Any]:
    return {**_TEXT, "description": words}


def _part(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}
