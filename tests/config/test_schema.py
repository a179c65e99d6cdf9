"""The JSON Schema is one that editors can use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from netwatch.config import json_schema


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from nodes(child)
    elif isinstance(node, list):
        for child in node:
            yield from nodes(child)


def test_the_schema_is_json_and_names_its_dialect():
    schema = json.loads(json.dumps(json_schema()))

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False


def test_every_reference_leads_somewhere():
    schema = json_schema()
    references = {node["$ref"] for node in nodes(schema) if isinstance(node.get("$ref"), str)}

    assert references
    assert {reference.removeprefix("#/$defs/") for reference in references} <= set(schema["$defs"])


def test_every_key_is_described():
    schema = json_schema()
    parts = {"": schema} | schema["$defs"]

    undescribed = [
        f"{part}.{key}"
        for part, definition in parts.items()
        for key, about in definition["properties"].items()
        if not about.get("description")
    ]
    assert undescribed == []


def test_durations_are_texts_and_versions_may_be_numbers():
    schema = json_schema()["$defs"]

    assert schema["PollingSettings"]["properties"]["interval"]["type"] == "string"
    assert schema["PollingSettings"]["properties"]["interval"]["default"] == "1m"
    assert "PT" not in json.dumps(schema)
    assert 3 in schema["UserCredential"]["properties"]["version"]["enum"]
    assert "from" in schema["SmtpSettings"]["properties"]
    assert "continue" in schema["RouteSettings"]["properties"]
