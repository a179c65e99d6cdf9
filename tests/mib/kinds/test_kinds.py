"""Definitions of kinds of traps: read from profiles and comments, paired by names; bad files told with line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from netwatch.mib.kinds.comments import comments_in
from netwatch.mib.kinds.library import TrapProfiles, check_profiles
from netwatch.mib.kinds.words import pairs, severity_by_name
from netwatch.model import Oid, Problem, Said

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
    ("wrong", "line", "column", "said"),
    [
        ("\tvendor: x\n" + PROFILE, 1, 1, "a tab indents this line"),
        (PROFILE.replace("on {{hostname}}.'", "on"), 14, 18, "this quotation has no end"),
        (PROFILE.replace("32473.9.0.1", "32473.9.0.99999999999"), 10, 10, "number above"),
        (PROFILE.replace("1.3.6.1.4.1.32473.9.0.1\n", "fanFailed\n"), 10, 1, "needs an OID in numbers"),
    ],
)
def test_check_tells_line_and_column_of_every_kind_of_fault(
    tmp_path: Path, wrong: str, line: int, column: int, said: str
):
    (tmp_path / "a.yaml").write_text(wrong)
    (tmp_path / "b.yaml").write_text(PROFILE)

    (problem,) = check_profiles([tmp_path])

    assert (problem.file, problem.line, problem.column) == (str(tmp_path / "a.yaml"), line, column)
    assert said in problem.message


@pytest.mark.parametrize(
    "broken",
    [
        PROFILE.replace("on {{hostname}}.'", "on"),
        PROFILE.replace("severity: crit", "severity: {crit"),
        "traps:\n\t- oid: 1.3.6.1.4.1.32473.9.0.1\n",
    ],
    ids=["a quotation without end", "no YAML", "a tab"],
)
def test_a_broken_file_is_told_once_with_its_line_and_the_next_one_answers(tmp_path: Path, broken: str):
    (tmp_path / "a.yaml").write_text(broken)
    (tmp_path / "b.yaml").write_text(PROFILE)
    told: list[Problem] = []

    profiles = TrapProfiles([tmp_path], told.append)
    kinds = [profiles.kind_of(Oid.parse(f"1.3.6.1.4.1.32473.9.0.{number}")) for number in (1, 2, 1)]

    assert [kind is not None for kind in kinds] == [True, True, True]
    assert [(one.file, one.line > 1) for one in told] == [(str(tmp_path / "a.yaml"), True)]
    assert profiles.problems == told


def test_numbers_that_no_oid_can_have_cost_only_their_entry(tmp_path: Path):
    huge = "9" * 5000
    oids = (f"1.3.6.1.4.1.{huge}.0.1", f"1.3.6.1.4.1.32473.9.0.{huge}")
    more = "".join(f"  - oid: {oid}\n    name: X-MIB::x\n" for oid in oids)
    (tmp_path / "a.yaml").write_text(PROFILE.replace('"1": ok', '"1": ok\n      "--1": odd') + more)

    profiles = TrapProfiles([tmp_path])
    kind = profiles.kind_of(Oid.parse("1.3.6.1.4.1.32473.9.0.1"))

    assert kind is not None
    assert kind.objects["fanState"].enum == {1: "ok", 2: "failed"}
    assert profiles.kind_of(Oid()) is None


def test_what_is_no_file_is_told_and_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "b.yaml").write_text(PROFILE)

    profiles = TrapProfiles([tmp_path / "pipe.yaml", tmp_path / "none.yaml", tmp_path / "b.yaml"])

    assert [one.message for one in profiles.problems] == ["is no regular file", "No such file or directory"]
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
