"""What NetWatch reads from a real snmpd is what net-snmp's own tools read from it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from netwatch.cli import app
from tests.net_snmp import LOGINS, by_oid, printed_by

SUBTREES = {
    "system": "1.3.6.1.2.1.1",
    "interfaces": "1.3.6.1.2.1.2",
    "ifXTable": "1.3.6.1.2.1.31.1.1",
    "ip": "1.3.6.1.2.1.4.20",
    "storage": "1.3.6.1.2.1.25.2.2",
    "load averages": "1.3.6.1.4.1.2021.10",
    "engine": "1.3.6.1.6.3.10.2.1",
}
INSTANCES = ("1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.3.0", "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.2.1.0")
NOT_THERE = ("1.3.6.1.2.1.1.5.7", "1.3.6.1.4.1.32473.1.0")
COUNTING = ("Timeticks", "Counter32", "Counter64")
STABLE = {
    "ifDescr": "1.3.6.1.2.1.2.2.1.2", "ifSpeed": "1.3.6.1.2.1.2.2.1.5",
    "ifAdminStatus": "1.3.6.1.2.1.2.2.1.7", "ifOperStatus": "1.3.6.1.2.1.2.2.1.8",
    "ifName": "1.3.6.1.2.1.31.1.1.1.1", "ifHighSpeed": "1.3.6.1.2.1.31.1.1.1.15",
    "ifAlias": "1.3.6.1.2.1.31.1.1.1.18",
}  # fmt: skip
"""Columns and labels of a polled interface that do not move, and where they stand."""
CONFIG = """
credentials:
  v1: {{version: 1, community: public}}
  v2c: {{version: 2c, community: public}}
  v3: {{version: 3, user: sha256aes, auth_protocol: SHA-256, auth_passphrase: authpass-256,
       privacy_protocol: AES, privacy_passphrase: privpass-256}}
devices:
  - {{name: box-v1, address: 127.0.0.1, port: {port}, credential: v1}}
  - {{name: box-v2c, address: 127.0.0.1, port: {port}, credential: v2c}}
  - {{name: box-v3, address: 127.0.0.1, port: {port}, credential: v3}}
"""

every_version = pytest.mark.parametrize("login", LOGINS)


def netwatch(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 0, done.output
    return done.stdout


def one_value(login: str, port: int, oid: str) -> str:
    return printed_by("snmpget", login, port, oid, options=("-Oqvn",)).strip().strip('"')


def kind_of(text: str) -> str:
    return text.partition(":")[0]


def number_in(text: str) -> int:
    return int(text.partition("(")[2].partition(")")[0] or text.rpartition(" ")[2])


def was_there(before: str, value: str, after: str) -> bool:
    """Return whether a value may have been there between two others."""
    if value in (before, after):
        return True
    counts = kind_of(value) in COUNTING and kind_of(value) == kind_of(before) == kind_of(after)
    return counts and number_in(before) <= number_in(value) <= number_in(after)


def in_one_line(values: dict[str, str]) -> dict[str, str]:
    """Undo net-snmp's line breaks in long octets."""
    return {oid: text.replace(" \n", " ") if text.startswith("Hex") else text for oid, text in values.items()}


@every_version
def test_a_walk_prints_what_snmpbulkwalk_prints(snmpd, login):
    agent = snmpd('sysLocation "Rack 4, \\"the old one\\""')
    tool = "snmpwalk" if login == "v1" else "snmpbulkwalk"
    for name, oid in SUBTREES.items():
        before = in_one_line(by_oid(printed_by(tool, login, agent.port, oid)))
        ours = by_oid(netwatch("walk", f"127.0.0.1:{agent.port}", oid, *LOGINS[login]))
        after = in_one_line(by_oid(printed_by(tool, login, agent.port, oid)))

        assert list(ours) == list(before), name
        for instance, value in ours.items():
            assert was_there(before[instance], value, after[instance]), instance


@every_version
def test_a_get_prints_what_snmpget_prints(snmpd, login):
    agent = snmpd("sysLocation Rack 4")
    oids = INSTANCES if login == "v1" else (*INSTANCES, *NOT_THERE)

    before = by_oid(printed_by("snmpget", login, agent.port, *oids))
    ours = by_oid(netwatch("get", f"127.0.0.1:{agent.port}", *oids, *LOGINS[login]))
    after = by_oid(printed_by("snmpget", login, agent.port, *oids))

    assert list(ours) == list(before)
    for oid, value in ours.items():
        assert was_there(before[oid], value, after[oid]), oid


@every_version
def test_a_poll_reads_what_snmpget_reads(snmpd, login, tmp_path):
    agent = snmpd("sysLocation Rack 4")
    config = tmp_path / "netwatch.yaml"
    config.write_text(CONFIG.format(port=agent.port))

    rows = json.loads(netwatch("poll", f"box-{login}", "-c", str(config), "--json"))

    (system,) = (row for row in rows if row["table"] == "system")
    assert system["sysName"] == one_value(login, agent.port, "1.3.6.1.2.1.1.5.0")
    assert f".{system['sysObjectID']}" == one_value(login, agent.port, "1.3.6.1.2.1.1.2.0")
    interfaces = [row for row in rows if "ifIndex" in row]
    count = int(one_value(login, agent.port, "1.3.6.1.2.1.2.1.0"))
    assert len({row["ifIndex"] for row in interfaces}) == count
    for name, column in STABLE.items():
        told = {row["ifIndex"]: str(row[name]) for row in interfaces if row.get(name) is not None}
        oids = [f"{column}.{index}" for index in told]
        values = printed_by("snmpget", login, agent.port, *oids, options=("-Oqvn",)).splitlines()
        assert list(told.values()) == [value.strip('"') for value in values], name
        assert len(told) == count, name
