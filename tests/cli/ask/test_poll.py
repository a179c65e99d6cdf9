"""poll: every table once, as flat objects, with rates where asked."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from netwatch.cli.ask.poll import flat_rows, lines_about
from netwatch.cli.screen import out
from netwatch.model import Credential, Device, DeviceStatus
from tests.concept_readings import a_switch

from ..conftest import OBEYED


def is_flat(row: dict[str, object]) -> bool:
    return all(value is None or isinstance(value, str | int | float) for value in row.values())


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


def test_a_raw_poll_for_people_names_device_tables_and_columns(netwatch, config, monkeypatch):
    monkeypatch.setattr(out, "width", 4000)

    result = netwatch("poll", "nasty", "-c", config, "--raw")

    assert result.exit_code == 0
    for word in ("nasty system", "nasty ifTable", "ifHCInOctets", "sysUpTime", "[bold]Gi0/2", "[red]markup[/red]"):
        assert word in result.stdout


def test_a_poll_for_people_says_what_a_device_is_in_units(netwatch, config):
    result = netwatch("poll", "nasty", "-c", config)

    assert result.exit_code == 0
    for words in ("Processors", "Storage", " GiB of ", " %", "--raw prints them): "):
        assert words in result.stdout
    assert "hrStorageUsed" not in result.stdout
    assert not any(letter in result.stdout for letter in OBEYED)


def test_a_device_without_a_system_group_keeps_its_name_and_one_that_no_profile_knows_is_told_how_to_look():
    asked = Device(name="proxy", address="192.0.2.7", credential=Credential(name="usual", version="2c"))
    proxy = DeviceStatus(device=asked, up=True, profile="generic")
    switch = a_switch()

    assert lines_about(proxy, []) == [
        "proxy: profile generic, no description of itself (no system group, or none that it shows)",
        "it answers, and has nothing that a profile knows: netwatch walk proxy 1.3.6.1 shows what there is",
    ]
    assert lines_about(replace(proxy, sys_name="cache", sys_descr="Squid"), switch) == [
        "cache: profile generic, Squid"
    ]
    assert len(lines_about(replace(proxy, up=False), [])) == 1


def test_one_concept_can_be_asked_for(netwatch, config):
    result = netwatch("poll", "nasty", "storage", "-c", config)
    rows = json.loads(netwatch("poll", "nasty", "storage", "-c", config, "--json").stdout)

    assert "Storage" in result.stdout
    assert "Processors" not in result.stdout
    assert {row["table"] for row in rows} == {"storage"}
    assert all(0 < row["storage_used_ratio"] < 1 for row in rows)


def test_what_is_no_concept_is_wrong_usage_and_told_which_there_are(netwatch, config):
    result = netwatch("poll", "nasty", "sensors", "-c", config)

    assert result.exit_code == 2
    assert "no concept is called sensors; there are interface, cpu, memory" in result.stderr


def test_states_of_concepts_are_words_in_the_flat_objects():
    (fan, *_) = flat_rows(next(one for one in a_switch() if one.table == "hardware"))

    assert (fan["part"], fan["hardware_state"]) == ("Fan 1", "critical")
