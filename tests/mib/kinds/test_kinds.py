"""Definitions of kinds of traps: read from profiles and comments, paired by names; bad files told with line."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwatch.mib.kinds.comments import comments_in
from netwatch.mib.kinds.library import TrapProfiles, check_profiles
from netwatch.mib.kinds.words import pairs, severity_by_name
from netwatch.model import Oid, Said

PROFILE = """\
vendor: example
varbinds:
  fanState:
    oid: 1.3.6.1.4.1.32473.9.1
    type: INTEGER
    enum:
      "1": ok
      "2": failed
traps:
  - oid: 1.3.6.1.4.1.32473.9.0.1
    name: EXAMPLE-MIB::fanFailed
    category: diagnostic
    severity: crit
    description: 'Fan is {{value "fanState"}}{{with value "fanName"}} in {{.}}{{end}} on {{hostname}}.'
    varbinds:
      - fanState
  - oid: 1.3.6.1.4.1.32473.9.0.2
    name: EXAMPLE-MIB::fanRecovered
    category: diagnostic
    severity: notice
    description: Fan recovered on {{hostname}}.
"""


def test_a_profile_gives_severity_message_enumerations_and_its_pair(tmp_path: Path):
    (tmp_path / "example.yaml").write_text(PROFILE)
    profiles = TrapProfiles([tmp_path])

    failed = profiles.kind_of(Oid.parse("1.3.6.1.4.1.32473.9.0.1"))
    recovered = profiles.kind_of(Oid.parse("1.3.6.1.4.1.32473.9.0.2"))

    assert failed is not None
    assert recovered is not None
    assert (failed.severity, failed.category, failed.ended) == ("critical", "diagnostic", True)
    assert failed.objects["fanState"].enum == {1: "ok", 2: "failed"}
    assert Said(of=("fanName",), inner=(" in ", Said())) in failed.message
    assert recovered.ends == ("EXAMPLE-MIB::fanFailed",)
    assert profiles.kind_of(Oid.parse("1.3.6.1.4.1.32473.9.0.3")) is None


def test_what_is_wrong_in_a_profile_is_told_with_line_and_column(tmp_path: Path):
    file = tmp_path / "bad.yaml"
    file.write_text(PROFILE.replace("severity: crit", "severity: dreadful"))

    (problem,) = check_profiles([tmp_path])

    assert (problem.file, problem.line, problem.column) == (str(file), 13, 15)
    assert "'dreadful' is no severity" in problem.message


@pytest.mark.parametrize(
    ("raw", "said"), [(b"traps: \xff", "is not UTF-8"), (b"just: this\n", "neither `traps:` nor `varbinds:`")]
)
def test_a_file_of_another_kind_costs_only_itself(tmp_path: Path, raw: bytes, said: str):
    (tmp_path / "a.yaml").write_bytes(raw)
    (tmp_path / "b.yaml").write_text(PROFILE)

    profiles = TrapProfiles([tmp_path])

    assert [said in one.message for one in profiles.problems] == [True]
    assert profiles.kind_of(Oid.parse("1.3.6.1.4.1.32473.9.0.1")) is not None


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ("linkDown", "linkUp"),
        ("pumpFailed", "pumpRecovered"),
        ("leakAlarmRaised", "leakAlarmCleared"),
        ("upsOverload", "returnFromOverLoad"),
        ("heaterTurnedOff", "heaterTurnedOn"),
    ],
)
def test_a_name_is_ended_by_its_counterpart(begins: str, ends: str):
    assert pairs([begins, ends, "somethingElse"]) == {ends: (begins,)}


def test_names_say_how_grave_it_is():
    names = ("pumpFailure", "powerLost", "valveRestored", "configChanged")
    words = {one: severity_by_name(one) for one in names}

    assert words == {"pumpFailure": "critical", "powerLost": "warning", "valveRestored": "info", "configChanged": ""}


def test_comments_of_a_module_say_severity_and_summary(tmp_path: Path):
    file = tmp_path / "EXAMPLE-MIB"
    file.write_text(
        "pumpFailed TRAP-TYPE\n    ENTERPRISE example\n    VARIABLES { a, b }\n"
        '    --#TYPE "Pump"\n    --#SUMMARY "Pump %s failed"\n    --#ARGUMENTS {1}\n'
        "    --#SEVERITY MAJOR\n    ::= 1\n"
    )

    said = comments_in(file)["pumpFailed"]

    assert said.severity == "critical"
    assert said.message == ("Pump ", Said(of=("#2",)), " failed")
