"""Netdata's licences: the state of each is a row of `license`."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwatch.model import SYSTEM, Oid
from netwatch.profiles import ProfileLibrary, load_library

ENTRY = "1.3.6.1.4.1.99999.6.1.1"
TABLE = f"""
sysobjectid: 1.3.6.1.4.1.99999.*
licensing:
  - id: blades
    MIB: X-MIB
    table: {{OID: 1.3.6.1.4.1.99999.6.1, name: bladeTable}}
    identity: {{name: {{OID: {ENTRY}.2, name: bladeName}}, component: {{value: blade}}}}
    state: {{OID: {ENTRY}.5, name: bladeState, mapping: {{Valid: "0", "About To Expire": "1", Expired: "2", odd: x}}}}
    signals: {{expiry: {{timestamp: {{OID: {ENTRY}.6, name: bladeEnds}}}}}}
"""
SCALAR = """
sysobjectid: 1.3.6.1.4.1.99999.*
licensing:
  - id: base
    identity: {name: {value: Base Firewall}}
    state: {OID: 1.3.6.1.4.1.99999.5.1.0, name: baseState, mapping: {"0": "0", "4": "2"}}
"""


def load(directory: Path, text: str) -> ProfileLibrary:
    (directory / "box.yaml").write_text(text, encoding="utf-8")
    return load_library([directory])


@pytest.mark.parametrize(
    ("text", "table", "words"),
    [
        (TABLE, "bladeTable", {"Valid": "ok", "About To Expire": "warning", "Expired": "critical"}),
        (SCALAR, SYSTEM, {"0": "ok", "4": "critical"}),
    ],
)
def test_the_state_of_a_licence_is_read_by_its_own_words(
    tmp_path: Path, text: str, table: str, words: object
) -> None:
    library = load(tmp_path, text)
    profile = library.named("box")

    (concept,) = (one for one in profile.concepts if one.concept == "license" and one.table == table)
    compiled = library.compiled(concept)
    assert concept.columns["license_state"].words == words
    assert set(compiled.labels) == {"license"}
    assert library.problems == ()
    if table == SYSTEM:
        assert Oid.parse("1.3.6.1.4.1.99999.5.1.0") in {scalar.oid for scalar in profile.scalars}
    else:
        (found,) = (one for one in profile.tables if one.name == table)
        assert {label.name for label in found.labels} >= {"bladeName"}


def test_a_licence_without_a_state_is_said(tmp_path: Path) -> None:
    text = TABLE.partition("    state:")[0] + "    signals: {}\nmetrics: []\n"
    assert [problem.message for problem in load(tmp_path, text).problems] == ["licensing without a state is not read"]


def test_a_table_of_licences_that_netwatch_reads_by_itself_has_no_second_rows(tmp_path: Path) -> None:
    """CHECKPOINT-MIB's licensingTable has a mapping of ours."""
    text = TABLE.replace("1.3.6.1.4.1.99999.6.1", "1.3.6.1.4.1.2620.1.6.18.1")
    before = [one.table for one in load_library([]).named("checkpoint").concepts if one.concept == "license"]
    after = [one.table for one in load(tmp_path, text).named("box").concepts if one.concept == "license"]
    assert before == ["licensingTable"]
    assert after == []
