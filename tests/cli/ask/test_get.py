"""get: values, shapes, and hostile text."""

from __future__ import annotations

import json

import pytest

from ..conftest import COMMUNITY, NASTY

SYS_DESCR = "1.3.6.1.2.1.1.1.0"
SYS_NAME = "1.3.6.1.2.1.1.5.0"
SYS_OBJECT_ID = "1.3.6.1.2.1.1.2.0"
NOT_THERE = "1.3.6.1.2.1.1.5.7"


def flags(device) -> list[str]:
    return [f"127.0.0.1:{device.port}", "-v", "2c", "-c", COMMUNITY]


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
    result = netwatch("get", "nasty", "--config", config, SYS_NAME)

    assert (result.exit_code, result.stdout) == (0, f'.{SYS_NAME} = STRING: "nasty"\n')


@pytest.mark.parametrize("command", ["get", "walk", "table", "set"])
def test_minus_c_is_net_snmps_community_and_the_help_says_what_names_the_configuration(netwatch, command):
    said = " ".join(netwatch(command, "--help").stdout.replace("│", " ").split())

    assert "Community, as net-snmp has it; --config names the configuration." in said


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
