"""Files written for other programs: they add to what NetWatch knows, and change none of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwatch.model import Oid, YamlFile, read_yaml
from netwatch.profiles import ProfileLibrary, load_library
from netwatch.profiles.dialects import written_for_others

FAN_TABLE = "1.3.6.1.4.1.9.9.13.1.4"
CISCO = "1.3.6.1.4.1.9.1.99999"


def load(directory: Path, **texts: str) -> ProfileLibrary:
    for name, text in texts.items():
        (directory / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_library([directory])


def yaml_of(directory: Path, text: str) -> YamlFile:
    path = directory / "one.yaml"
    path.write_text(text, encoding="utf-8")
    return read_yaml(path)


FOREIGN_FANS = f"""
sysobjectid: {CISCO}
metrics:
  - MIB: CISCO-ENVMON-MIB
    table: {{OID: {FAN_TABLE}, name: fansOfMine}}
    symbols:
      - {{OID: {FAN_TABLE}.1.3, name: ciscoEnvMonFanState}}
      - {{OID: {FAN_TABLE}.1.99, name: fanSpeed}}
    metric_tags:
      - {{tag: fan_state, symbol: {{OID: {FAN_TABLE}.1.3, name: ciscoEnvMonFanState}}, mapping: {{1: fine, 5: gone}}}}
"""


def test_a_foreign_file_leaves_the_names_and_words_of_a_table_that_netwatch_knows_as_they_are(tmp_path: Path) -> None:
    library = load(
        tmp_path,
        _fans=FOREIGN_FANS.replace(f"sysobjectid: {CISCO}", ""),
        box=f"extends: [_fans.yaml]\nsysobjectid: {CISCO}\n",
    )

    (table,) = (table for table in library.named("box").tables if str(table.oid) == FAN_TABLE)
    assert table.name == "ciscoEnvMonFanStatusTable"
    state = next(column for column in table.columns if column.name == "ciscoEnvMonFanState")
    assert state.enum[5] == "notPresent"
    assert "fanSpeed" in {column.name for column in table.columns}
    for name in library.names():
        for concept in library.named(name).concepts:
            library.compiled(concept)  # a mapping that no longer fits its tables raises


def test_a_foreign_profile_of_a_device_adds_to_the_one_it_would_have_without(tmp_path: Path) -> None:
    shipped = load_library([])
    library = load(tmp_path, box=FOREIGN_FANS)

    profile = library.match(Oid.parse(CISCO))
    before = shipped.match(Oid.parse(CISCO))
    assert (profile.name, before.name) == ("box", "cisco")
    assert profile.vendor == before.vendor
    assert {table.oid for table in before.tables} <= {table.oid for table in profile.tables}
    assert {one.place for one in before.concepts} <= {one.place for one in profile.concepts}


@pytest.mark.parametrize(
    "text",
    [
        "metadata: {device: {fields: {vendor: {value: acme}}}}\n",
        "metrics: [{MIB: X, symbol: {OID: 1.3.6.1.4.1.99999.1.0, name: a}}]\n",
        "selector: [{sysobjectid: {include: [1.3.6.1.4.1.99999.1]}}]\n",
    ],
)
def test_a_file_with_words_of_another_program_and_none_of_ours_is_foreign(tmp_path: Path, text: str) -> None:
    assert written_for_others(yaml_of(tmp_path, text).data)


@pytest.mark.parametrize(
    "text",
    [
        "metrics: [{symbol: {OID: 1.3.6.1.4.1.99999.1.0, name: a}}]\n",
        "metrics: [{MIB: X, symbol: {OID: 1.3.6.1.4.1.99999.1.0, name: a, kind: text}}]\n",
        "concepts: []\nmetrics: [{MIB: X, symbol: {OID: 1.3.6.1.4.1.99999.1.0, name: a}}]\n",
    ],
)
def test_a_file_in_our_own_words_is_a_users_and_has_the_last_word(tmp_path: Path, text: str) -> None:
    assert not written_for_others(yaml_of(tmp_path, text).data)


def test_a_wrong_oid_in_a_foreign_file_costs_that_symbol_and_not_the_file(tmp_path: Path) -> None:
    library = load(
        tmp_path,
        box="metrics:\n  - {MIB: X, symbol: {OID: 3.6.1.4.1.99999.1.0, name: a}}\n"
        "  - {MIB: X, symbol: {OID: 1.3.6.1.4.1.99999.2.0, name: b}}\n",
    )

    assert [column.name for column in library.named("box").scalars] == ["b"]
    (problem,) = library.problems
    assert (problem.severity, problem.line) == ("warning", 2)


def test_a_scalar_without_the_0_at_its_end_is_asked_for_as_the_device_has_it(tmp_path: Path) -> None:
    """Files of Datadog's name objects of cyberpower-pdu without it, and its agent asks again with it."""
    text = """
sysobjectid: 1.3.6.1.4.1.99999.4
metrics:
  - {MIB: X-MIB, symbol: {OID: 1.3.6.1.4.1.99999.7.1, name: inputVoltage}}
  - {MIB: X-MIB, symbol: {OID: 1.3.6.1.4.1.99999.8.1.1, name: ofRowOne}}
"""
    library = load(tmp_path, box=text)
    profile = library.named("box")
    there = frozenset({Oid.parse("1.3.6.1.4.1.99999.7.1.0")})

    def asked(has: frozenset[Oid]) -> dict[str, str]:
        return {one.name: str(one.oid) for one in library.kit_of(profile, has).tables[0].columns}

    questions = library.catalogue.asked_of(frozenset({99999}), profile)
    assert there <= questions.items
    assert asked(there).items() >= {"inputVoltage": "1.3.6.1.4.1.99999.7.1.0",
                                    "ofRowOne": "1.3.6.1.4.1.99999.8.1.1"}.items()  # fmt: skip
    assert asked(frozenset())["inputVoltage"] == "1.3.6.1.4.1.99999.7.1"
    assert not [problem for problem in library.problems if "does not end" in problem.message]


def test_a_file_of_which_nothing_is_read_takes_no_device_from_another_and_nothing_is_said_of_it(
    tmp_path: Path,
) -> None:
    """Netdata has files of one role each (topology) for devices that have a profile."""
    metrics = "metrics: [{MIB: X, symbol: {OID: 1.3.6.1.4.1.99999.1.0, name: a}}]\n"
    selector = "selector: [{sysobjectid: {include: [1.3.6.1.4.1.99999.4.*]}}]\n"
    library = load(tmp_path, a_role=selector + "topology: []\n", box=selector + metrics)

    assert library.match(Oid.parse("1.3.6.1.4.1.99999.4.1")).name == "box"
    assert [problem.message for problem in library.problems if "is the pattern of" in problem.message] == []


def test_what_a_foreign_file_makes_of_its_own_name_for_a_table_is_meant_of_the_table_that_netwatch_knows(
    tmp_path: Path,
) -> None:
    library = load(
        tmp_path,
        box=f"""
sysobjectid: {CISCO}
metrics:
  - table: {{OID: {FAN_TABLE}, name: my.fans}}
    symbols:
      - OID: {FAN_TABLE}.1.99
        name: my.fanSpeed
        chart_meta: {{family: Hardware/Fan/Speed, unit: "{{revolution}}/min"}}
    metric_tags:
      - {{tag: fan, symbol: {{OID: {FAN_TABLE}.1.2, name: ciscoEnvMonFanStatusDescr}}}}
""",
    )

    [speed] = [one for one in library.named("box").concepts if one.is_derived]
    assert (speed.concept, speed.table) == ("sensor", "ciscoEnvMonFanStatusTable")
    assert library.compiled(speed).numbers.keys() == {"sensor_value"}
