"""The fast lane's v3 against pysnmp's: both key extensions, contexts and IPv6."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from netwatch.model import Credential, Device, Oid
from netwatch.simulator import Port, SimulatedDevice, SimulatedNetwork
from netwatch.snmp import GeneralEngine
from netwatch.snmp.v3.usm import HASHES
from tests.patience import PATIENCE_SECONDS

SYS_NAME = Oid.parse("1.3.6.1.2.1.1.5.0")
IF_ENTRY = Oid.parse("1.3.6.1.2.1.2.2.1")
COLUMNS = [IF_ENTRY.child(2), IF_ENTRY.child(8)]
PAIRS = [
    (None, None), ("SHA-384", None), ("MD5", "DES"), ("SHA", "AES-256"),
    *((auth, privacy) for auth in HASHES for privacy in ("AES-192-C", "AES-256-C")),
]  # fmt: skip
"""What test_v3_snmpd has not: net-snmp here does not know Reeder's key extension."""


def credential(auth, privacy) -> Credential:
    return Credential(
        name=f"{auth}-{privacy}", version="3", user=f"{auth}-{privacy}", auth_protocol=auth, privacy_protocol=privacy,
        auth_passphrase=SecretStr("schlüsselwort"), privacy_passphrase=SecretStr("geheimnisvoll"),
    )  # fmt: skip


def watched(network: SimulatedNetwork, name: str) -> Device:
    one = network[name]
    return Device(
        name=name,
        address=one.address,
        port=one.port,
        credential=one.credential,
        timeout=timedelta(seconds=PATIENCE_SECONDS),
    )


async def test_pysnmp_answers_every_user(lane):
    network = SimulatedNetwork(
        [SimulatedDevice(f"{auth}-{privacy}", credential(auth, privacy)) for auth, privacy in PAIRS]
    )
    await network.start()
    try:
        for auth, privacy in PAIRS:
            name = f"{auth}-{privacy}"
            assert (await lane.get(watched(network, name), [SYS_NAME]))[0].value == name.encode()
    finally:
        await network.stop()


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_walks_contexts_and_addresses_are_those_of_the_general_engine(lane, address):
    ports = [Port(index=number, name=f"Gi0/{number}") for number in range(1, 5)]
    network = SimulatedNetwork(
        [SimulatedDevice("core", credential("SHA", "AES-192-C"), ports=ports, address=address)]
    )
    try:
        await network.start()
    except OSError:
        pytest.skip("this machine has no IPv6 on loopback")
    general = GeneralEngine()
    await general.start()
    try:
        one = watched(network, "core")
        one = replace(one, credential=replace(one.credential, context="vlan-7"))
        ours, theirs = await asyncio.gather(lane.walk(one, COLUMNS), general.walk(one, COLUMNS))
        assert ours == theirs
        assert len(ours.columns[0].values) == 4
        assert await lane.get(one, [SYS_NAME]) == await general.get(one, [SYS_NAME])
    finally:
        await general.stop()
        await network.stop()
