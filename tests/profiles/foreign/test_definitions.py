"""Folders of several programs beside each other: each adds to what NetWatch knows, and none spoils another's."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwatch.model import Oid
from netwatch.profiles import load_library

ENTRY = "1.3.6.1.4.1.99999.9.1.1"
DATADOG = f"""
sysobjectid: 1.3.6.1.4.1.99999.*
metrics:
  - MIB: X-MIB
    table: {{OID: 1.3.6.1.4.1.99999.9.1, name: supplies}}
    symbols: [{{OID: {ENTRY}.3, name: supplyState}}]
    metric_tags:
      - {{tag: supply_state, symbol: {{OID: {ENTRY}.3, name: supplyState}}, mapping: {{1: ok, 2: failed, 8: eco}}}}
"""
THEIRS = "librenms_probeos_4_1_99999_9_1_1"
SIGNS = "os: probeos\ntext: Probe\ndiscovery:\n    - sysObjectID: .1.3.6.1.4.1.99999.1\n"
DISCOVERY = f"""
modules:
    sensors:
        state:
            data:
                -
                    oid: X-MIB::supplyState
                    num_oid: '.{ENTRY}.COLUMN.{{{{ $index }}}}'
                    descr: Supply
                    states: [{{value: 1, generic: 0, descr: ok}}, {{value: 2, generic: 2, descr: failed}}]
"""


@pytest.mark.parametrize(("column", "expected"), [("3", [THEIRS]), ("4", ["supplies", THEIRS])])
def test_what_is_guessed_from_words_gives_way_to_what_a_definition_says_of_that_object(
    tmp_path: Path, column: str, expected: list[str]
) -> None:
    (tmp_path / "box.yaml").write_text(DATADOG)
    for name, text in (("os_detection", SIGNS), ("os_discovery", DISCOVERY.replace("COLUMN", column))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "probeos.yaml").write_text(text)
    library = load_library([tmp_path])
    profile = library.match(Oid.parse("1.3.6.1.4.1.99999.1.1"))
    assert profile.name == "box"

    joined = library.with_foreign(profile, "1.3.6.1.4.1.99999.1.1", "", {})

    parts = [one.table for one in joined.concepts if one.concept == "hardware"]
    assert [table for table in parts if table in ("supplies", THEIRS)] == expected
