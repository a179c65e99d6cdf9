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
            "metadata": {"type": "object", "description": "who a device is, in Datadog's words"},
            "static_tags": _list({"type": ["string", "object"]}, "labels that every row has: `name:text`"),
            "selector": {"type": ["array", "object"], "description": "which devices it is for, in Netdata's words"},
            "virtual_metrics": {"type": ["array", "null"], "description": "Netdata's charts of columns"},
            "licensing": {"type": ["array", "null"], "description": "licences and their states, in Netdata's words"},
        },
        unused=("topology", "bgp", "sysobjectid_metadata"),
    )  # fmt: skip
    parts = {"Table": _table(), "Scalar": _scalar(), "Symbol": _mapping(_symbol()), "Tag": _tag(),
             "Concept": _concept()}  # fmt: skip
    return {"$schema": DIALECT, "title": "NetWatch profile", **whole, "$defs": parts}


_EVERY: dict[str, Any] = {
    "type": "integer", "minimum": 1, "maximum": 1440,
    "description": "asked with every so many polls, and when its row seems to have changed",
}  # fmt: skip
_EDITS: dict[str, dict[str, Any]] = {
    "extract_value": {**_TEXT, "description": "a pattern whose first group is the value"},
    "match_pattern": {**_TEXT, "description": "a pattern that a text has to fit"},
    "match_value": {**_TEXT, "description": "what is made of it: $1 is the pattern's first group"},
    "format": {**_TEXT, "description": "how it is written: mac_address, ip_address, prefix_length, hex, sys_id"},
}
_OPTIONS: dict[str, Any] = {"type": "object", "description": "of a flag_stream: placement and metric_suffix"}


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
        "static_tags": _list({"type": ["string", "object"]}, "labels that every row has: `name:text`"),
        "options": _OPTIONS,
    }  # fmt: skip
    return {**_mapping(properties), "required": ["symbols"]}


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
    return _mapping(properties, unused=("metric_tags",))


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
        "every": _EVERY,
        "missing_when": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "integer"}},
            "description": "columns of the row, each with the values beside which this one means nothing",
        },
        **_EDITS,
        "constant_value_one": {"type": "boolean", "description": "no object: 1 in every row"},
        "mapping": {"type": ["object", "string"], "description": "names of its values, or numbers for its texts"},
        "chart_meta": {"type": "object", "description": "Netdata's words about it, of which the unit is read"},
        "options": _OPTIONS,
        "transform": {**_TEXT, "description": "a program of Netdata's, which is not run"},
    }  # fmt: skip


def _tag() -> dict[str, Any]:
    source = _mapping(
        {"MIB": _about("the module"), "OID": _OID, "name": _about("its name"), "description": _about("what it is"),
         "mapping": _NAMES, "every": _EVERY, **_EDITS}
    )  # fmt: skip
    properties = {
        "MIB": _about("the module that defines it"), "tag": _about("the label's name"),
        "column": {"anyOf": [source, _TEXT], "description": "the column it is read from"},
        "symbol": {"anyOf": [source, _TEXT], "description": "the same, as newer files write it"},
        "OID": _OID, "name": _about("its name in the MIB"), "description": _about("what it is"),
        "index": {"type": "integer", "minimum": 0, "description": "the place in the row's index, 0 for the whole"},
        **_EDITS, "format": _about("natural_prefix: the prefix length of an address's class"),
        "mapping": {**_NAMES, "description": "texts for its values"}, "table": _about("the table it is of"),
        "index_transform": {"type": "array", "description": "the parts of the index that name its row"},
        "match": _about("a pattern whose groups `tags` are made of"),
        "tags": {**_NAMES, "description": "labels, each a text with $1, $2, .. of `match`"},
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
