"""get, walk, poll and translate: values, shapes, and what a hostile device cannot do."""

from __future__ import annotations

import json
import re

import pytest

from netwatch.cli.output import out

from ..conftest import COMMUNITY, NASTY, OBEYED

SYS_DESCR, SYS_NAME, SYS_OBJECT_ID, SYSTEM = (
    "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1",
)  # fmt: skip
NOT_THERE = "1.3.6.1.2.1.1.5.7"


def flags(device) -> list[str]:
    return [f"127.0.0.1:{device.port}", "-v", "2c", "-c", COMMUNITY]


def is_flat(row: dict[str, object]) -> bool:
    return all(value is None or isinstance(value, str | int | float) for value in row.values())


def test_get_prints_what_it_was_asked_for_in_the_order_asked(netwatch, nasty_device):
    result = netwatch("get", *flags(nasty_device), SYS_NAME, f".{SYS_OBJECT_ID}", NOT_THERE)

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f'.{SYS_NAME} = STRING: "nasty"',
        f".{SYS_OBJECT_ID} = OID: .1.3.6.1.4.1.32473.1.1",
        f".{NOT_THERE} = No Such Instance currently exists at this OID",
    ]


def test_get_gives_programs_flat_objects(netwatch, nasty_device):
    result = netwatch("get", *flags(nasty_device), SYS_NAME, SYS_OBJECT_ID, NOT_THERE, "--json")

    assert json.loads(result.stdout) == [
        {"oid": SYS_NAME, "type": "STRING", "value": "nasty"},
        {"oid": SYS_OBJECT_ID, "type": "OID", "value": "1.3.6.1.4.1.32473.1.1"},
        {"oid": NOT_THERE, "type": "noSuchInstance", "value": None},
    ]


def test_a_device_of_the_configuration_needs_no_flags(netwatch, config):
    for named in (["-c", config], ["--config", config]):
        result = netwatch("get", "nasty", *named, SYS_NAME)

        assert (result.exit_code, result.stdout) == (0, f'.{SYS_NAME} = STRING: "nasty"\n')


def test_a_walk_prints_the_subtree_and_nothing_behind_it(netwatch, nasty_device):
    result = netwatch("walk", *flags(nasty_device), SYSTEM, "--json")

    oids = [row["oid"] for row in json.loads(result.stdout)]
    assert result.exit_code == 0
    assert oids == [f"{SYSTEM}.{number}.0" for number in range(1, 8)]


@pytest.mark.parametrize("command", ["get", "walk", "poll"])
def test_a_device_that_does_not_answer_ends_with_1_and_says_so(netwatch, config, command):
    asked = [] if command == "poll" else [SYS_NAME]

    result = netwatch(command, "gone", *asked, "-c", config)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("netwatch: ")
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", ["get", "walk", "poll"])
def test_a_device_that_nobody_knows_is_wrong_usage(netwatch, config, command):
    asked = [] if command == "poll" else [SYS_NAME]

    result = netwatch(command, "nobody", *asked, "-c", config)

    assert result.exit_code == 2
    assert "'nobody'" in result.stderr


def test_a_poll_prints_every_table_as_flat_objects(netwatch, config):
    result = netwatch("poll", "nasty", "-c", config, "--json")

    rows = json.loads(result.stdout)
    assert result.exit_code == 0
    assert {row["table"] for row in rows} >= {"reachability", "system", "ifTable", "hrStorageTable"}
    assert all(is_flat(row) for row in rows)
    assert all(row["device"] == "nasty" for row in rows)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", row["at"]) for row in rows)
    assert [row["ifName"] for row in rows if row["table"] == "ifTable"] == ["Gi0/1", "[bold]Gi0/2"]


def test_a_second_poll_makes_rates(netwatch, config):
    result = netwatch("poll", "nasty", "-c", config, "--json", "--rates", "0.5")

    port = next(row for row in json.loads(result.stdout) if row.get("ifName") == "Gi0/1")
    assert port["ifHCInOctets_per_second"] > 0


def test_a_poll_for_people_names_device_tables_and_columns(netwatch, config, monkeypatch):
    monkeypatch.setattr(out, "width", 4000)

    result = netwatch("poll", "nasty", "-c", config)

    assert result.exit_code == 0
    for word in ("nasty system", "nasty ifTable", "ifHCInOctets", "sysUpTime", "[bold]Gi0/2", "[red]markup[/red]"):
        assert word in result.stdout


@pytest.mark.parametrize("shape", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize("command", ["get", "walk", "poll"])
def test_nothing_a_device_says_is_obeyed_by_the_terminal(netwatch, nasty_device, config, command, shape):
    asked = {"get": [SYS_DESCR], "walk": ["1.3.6.1.2.1"], "poll": []}[command]

    result = netwatch(command, "nasty", *asked, "-c", config, *shape)

    assert result.exit_code == 0
    assert not [character for character in OBEYED if character in result.stdout]
    assert ":smile:" in result.stdout or "3A 73 6D 69 6C 65 3A" in result.stdout or "3a736d696c653a" in result.stdout
    assert COMMUNITY not in result.output


def test_hostile_text_is_whole_in_json(netwatch, nasty_device):
    result = netwatch("get", *flags(nasty_device), SYS_DESCR, "--json")

    assert json.loads(result.stdout)[0]["value"] == f"0x{NASTY.encode().hex()}"


def test_the_wrong_secret_is_not_repeated_when_a_device_refuses_it(netwatch, nasty_device):
    target = f"127.0.0.1:{nasty_device.port}"

    result = netwatch("get", target, "-c", "wr0ng-community", "-t", "0.1", "-r", "0", SYS_NAME)

    assert result.exit_code == 1
    assert "wr0ng-community" not in result.output


def test_a_question_in_names_is_answered_in_names(netwatch, nasty_device):
    by_name = netwatch("get", *flags(nasty_device), "sysName.0")
    as_numbers = netwatch("get", *flags(nasty_device), "SNMPv2-MIB::sysName.0", "-On")
    as_json = netwatch("get", *flags(nasty_device), "sysName.0", "--json")

    assert by_name.stdout == "SNMPv2-MIB::sysName.0 = STRING: nasty\n"
    assert as_numbers.stdout == f".{SYS_NAME} = STRING: nasty\n"
    assert json.loads(as_json.stdout)[0]["name"] == "SNMPv2-MIB::sysName.0"


def test_translate_turns_numbers_into_names_and_back(netwatch):
    assert netwatch("translate", "1.3.6.1.2.1.1.5.0").stdout == "SNMPv2-MIB::sysName.0\n"
    assert netwatch("translate", "sysName.0").stdout == f".{SYS_NAME}\n"
