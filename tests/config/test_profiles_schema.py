"""The schema of profiles takes what is a profile, and knows the keys that are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from netwatch.config import profile_schema
from netwatch.model import plain, read_yaml
from netwatch.profiles.reading import (
    FILE_KEYS,
    FILE_UNSUPPORTED,
    SCALAR_KEYS,
    SCALAR_UNSUPPORTED,
)
from netwatch.profiles.symbols import METRIC_TYPES, SYMBOL_KEYS
from netwatch.profiles.tables import TABLE_KEYS
from netwatch.profiles.tags import TAG_KEYS
from tests.json_schema import misfits

SHIPPED = sorted((Path(__file__).resolve().parents[2] / "config" / "profiles").rglob("*.yaml"))


def keys_of(part: dict[str, Any], *, unused: bool) -> set[str]:
    return {key for key, about in part["properties"].items() if about.get("deprecated", False) is unused}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_the_profiles_that_come_with_netwatch_fit_it(path):
    schema = profile_schema()

    assert list(misfits(plain(read_yaml(path).data), schema, schema)) == []


def test_it_has_the_keys_that_are_read_and_marks_those_that_are_only_noted():
    schema = profile_schema()
    parts = schema["$defs"]

    assert keys_of(schema, unused=False) == FILE_KEYS
    assert keys_of(schema, unused=True) == set(FILE_UNSUPPORTED)
    assert keys_of(parts["Table"], unused=False) == TABLE_KEYS
    assert keys_of(parts["Table"], unused=True) == set()
    assert keys_of(parts["Scalar"], unused=False) == SCALAR_KEYS | SYMBOL_KEYS
    assert keys_of(parts["Scalar"], unused=True) == set(SCALAR_UNSUPPORTED)
    assert keys_of(parts["Symbol"], unused=False) == SYMBOL_KEYS
    assert keys_of(parts["Symbol"], unused=True) == set()
    assert keys_of(parts["Tag"], unused=False) == TAG_KEYS
    assert parts["Symbol"]["properties"]["metric_type"]["enum"] == list(METRIC_TYPES)


def test_a_misspelt_key_does_not_fit_it():
    schema = profile_schema()
    tree = {"sysobjectid": "1.3.6.1.4.1.9.*", "metrics": [{"table": "ifTable", "symbls": []}]}

    assert list(misfits(tree, schema, schema)) == [".metrics[0]: fits none of 2 ways"]
