"""The configuration as a JSON Schema, for editors that complete and check YAML.

May import: netwatch.config.settings. Called by: rules_schema, profiles_schema, cli.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from netwatch.config.settings import Settings
from netwatch.model import format_duration

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class AsTyped(GenerateJsonSchema):
    """Writes defaults as people type them: durations as `1m`, not in ISO 8601."""

    def encode_default(self, dft: Any) -> Any:
        """Return a default as JSON."""
        if isinstance(dft, timedelta):
            return format_duration(dft)
        if isinstance(dft, BaseModel):
            return dft.model_dump(mode="json", by_alias=True)
        return super().encode_default(dft)


def json_schema() -> dict[str, Any]:
    """Return the schema of the configuration file, in JSON Schema 2020-12; durations are texts such as 30s."""
    schema: dict[str, Any] = Settings.model_json_schema(by_alias=True, mode="validation", schema_generator=AsTyped)
    named = {"$schema": DIALECT, **schema, "title": "NetWatch configuration"}
    return {key: without_odd_limits(value) for key, value in named.items()}


def without_odd_limits(node: Any) -> Any:
    """Drop the least and greatest duration: to JSON Schema a limit is a number, and a duration a text."""
    if isinstance(node, list):
        return [without_odd_limits(one) for one in node]
    if not isinstance(node, dict):
        return node
    odd = {key for key in _LIMITS if isinstance(node.get(key), str)}
    return {key: without_odd_limits(value) for key, value in node.items() if key not in odd}


_LIMITS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "gt", "ge", "lt", "le")
