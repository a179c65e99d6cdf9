"""Rule files as a JSON Schema, for editors that complete and check YAML.

May import: netwatch.config.schema, netwatch.rules. Called by: cli.
"""

from __future__ import annotations

from typing import Any

from netwatch.config.schema import DIALECT, AsTyped, without_odd_limits
from netwatch.rules import ON_TRAP, RuleEntry, TrapEntry

ENTRIES = (RuleEntry, TrapEntry)


def rule_schema() -> dict[str, Any]:
    """Return the schema of a rule file, in JSON Schema 2020-12; an entry with `on_trap` is a trap rule."""
    parts: dict[str, Any] = {}
    for entry in ENTRIES:
        schema = entry.model_json_schema(
            by_alias=True, mode="validation", schema_generator=AsTyped, ref_template="#/$defs/{model}"
        )
        parts |= schema.pop("$defs", {})
        parts[entry.__name__] = schema
    ways = {"then": _ref(TrapEntry.__name__), "else": _ref(RuleEntry.__name__)}
    parts["Rules"] = {
        "type": ["array", "null"],
        "items": {"type": "object", "if": {"required": [ON_TRAP]}, **ways},
    }
    parts["Group"] = _mapping(
        {
            "name": {"type": "string", "description": "what Prometheus calls the group; nothing depends on it"},
            "labels": {"type": "object", "additionalProperties": {"type": "string"},
                       "description": "labels that every rule of the group has"},
            "rules": {**_ref("Rules"), "description": "the rules of the group"},
        }
    )  # fmt: skip
    whole = _mapping(
        {
            "rules": {**_ref("Rules"), "description": "when something is wrong, of readings and of traps"},
            "groups": {"type": ["array", "null"], "items": _ref("Group"),
                       "description": "rules in groups, as Prometheus has them"},
        }
    )  # fmt: skip
    described = {key: without_odd_limits(part) for key, part in parts.items()}
    return {"$schema": DIALECT, "title": "NetWatch rules", **whole, "$defs": described}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _mapping(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}
