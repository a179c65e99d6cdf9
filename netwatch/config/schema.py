"""The configuration as a JSON Schema, for editors that complete and check YAML.

May import: netwatch.config.settings. Called by: cli.
"""

from __future__ import annotations

from typing import Any

from netwatch.config.settings import Settings


def json_schema() -> dict[str, Any]:
    """Return the schema of the configuration file, in JSON Schema 2020-12; durations are texts such as 30s."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "NetWatch configuration",
        **Settings.model_json_schema(by_alias=True, mode="validation"),
    } | {"title": "NetWatch configuration"}
