"""A real agent, asked in every version: a poll gives what net-snmp's own commands give."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from netwatch.model import Credential, Oid
from netwatch.polling import poll_once
from netwatch.polling.presence.sweep import Sweep
from netwatch.profiles import load_library
from tests.net_snmp import by_oid, printed_by

COMMUNITY = SecretStr("public")
CREDENTIALS = [
    Credential(name="v1", version="1", community=COMMUNITY),
    Credential(name="v2c", version="2c", community=COMMUNITY),
    Credential(
        name="v3", version="3", user="sha256aes", auth_protocol="SHA-256", auth_passphrase=SecretStr("authpass-256"),
        privacy_protocol="AES", privacy_passphrase=SecretStr("privpass-256"),
    ),
]  # fmt: skip


def walked(port: int, oid: str) -> dict[str, str]:
    """Return what snmpbulkwalk prints of a subtree, by index."""
    values = by_oid(printed_by("snmpbulkwalk", "v2c", port, oid, options=("-Onqe",)))
    return {name.removeprefix(f".{oid}."): value.strip('"') for name, value in values.items()}


@pytest.mark.parametrize("credential", CREDENTIALS, ids=lambda credential: credential.name)
async def test_a_poll_gives_what_snmpbulkwalk_gives(credential, snmpd, client, device):
    agent = snmpd("sysLocation Rack 4")
    device = replace(device, port=agent.port, credential=credential, timeout=timedelta(seconds=5))

    status, readings = await poll_once(device, load_library(), client)

    tables = {reading.table: reading for reading in readings}
    interfaces, storage = tables["ifTable"], tables["hrStorageTable"]
    names = dict(zip(interfaces.rows.index, interfaces.rows.labels["ifName"], strict=True))
    states = dict(zip(interfaces.rows.index, interfaces.columns["ifOperStatus"], strict=True))
    sizes = dict(zip(storage.rows.index, storage.columns["hrStorageSize"], strict=True))
    assert status.sys_name == "snmpd-under-test"
    assert tables["system"].columns["sysLocation"] == [b"Rack 4"]
    assert names == walked(agent.port, "1.3.6.1.2.1.31.1.1.1.1")
    assert {index: str(state) for index, state in states.items()} == walked(agent.port, "1.3.6.1.2.1.2.2.1.8")
    assert {index: str(size) for index, size in sizes.items()} == walked(agent.port, "1.3.6.1.2.1.25.2.3.1.5")
    assert not any(reading.partial for reading in readings)


async def test_octets_are_read_in_64_bits_where_the_version_has_them(snmpd, client, device):
    agent = snmpd()
    device = replace(device, port=agent.port, timeout=timedelta(seconds=5))

    _, new = await poll_once(device, load_library(), client)
    _, old = await poll_once(replace(device, name="old", credential=CREDENTIALS[0]), load_library(), client)

    loopback = [next(r for r in readings if r.table == "ifTable") for readings in (new, old)]
    wide, narrow = ([t.columns[name][0] is not None for name in ("ifHCInOctets", "ifInOctets")] for t in loopback)
    assert wide == [True, False]
    assert narrow == [False, True]


@pytest.mark.parametrize("credential", CREDENTIALS, ids=lambda credential: credential.name)
async def test_a_sweep_finds_exactly_the_tables_and_scalars_that_snmpgetnext_finds(credential, snmpd, client, device):
    agent = snmpd("sysLocation Rack 4\nload 12 10 5")
    device = replace(device, port=agent.port, credential=credential, timeout=timedelta(seconds=5))
    library = load_library()
    questions = library.catalogue.asked_of(frozenset(), library.named("generic"))

    swept = await Sweep(client, device, time.monotonic).ask(questions.probes)

    names = [name for name in walked(agent.port, "1.3.6.1") if name.replace(".", "").isdigit()]
    whole = [Oid.parse(f"1.3.6.1.{name}") for name in names]
    there = {probe.item for probe in questions.probes if any(oid.is_under(probe.below) for oid in whole)}
    assert Oid.parse("1.3.6.1.4.1.2021.10") in there
    wide = {Oid.parse("1.3.6.1.4.1.2021.4.27.0")} if credential.version == "1" else set()  # v1 has no Counter64
    assert swept.has == there - wide
    assert (swept.unsure, swept.chokes) == (frozenset(), frozenset())
