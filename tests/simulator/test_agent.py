"""Simulated devices answer net-snmp's own tools in every version, and misbehave as they are told."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time

import pytest
from pydantic import SecretStr

from netwatch.model import Credential, Oid
from netwatch.simulator import Host, Port, SimulatedDevice, SimulatedNetwork
from tests.patience import PATIENCE_SECONDS

PUBLIC = Credential(name="c", version="2c", community=SecretStr("public"))
PORTS = [Port(index=index, name=f"Gi0/{index}") for index in range(1, 5)]
SYS_NAME, UPTIME = "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.3.0"


def user(auth: str | None, privacy: str | None) -> Credential:
    return Credential(
        name="u", version="3", user="watch", auth_protocol=auth, auth_passphrase=SecretStr("authentic"),
        privacy_protocol=privacy, privacy_passphrase=SecretStr("intimately"),
    )  # fmt: skip


def run(tool: str, device: SimulatedDevice, *oids: str, options: tuple[str, ...] = ("-v2c",), tries: int = 2) -> str:
    """Return what a net-snmp tool prints."""
    if shutil.which(tool) is None:
        pytest.skip("net-snmp's tools are not installed (Debian package: snmp)")
    credential = device.credential
    login = ["-c", credential.community.get_secret_value()]
    if credential.version == "3":
        login = ["-v3", "-u", credential.user, "-l", "noAuthNoPriv"]
        if credential.auth_protocol:
            login += ["-a", credential.auth_protocol, "-A", "authentic", "-l", "authNoPriv"]
        if credential.privacy_protocol:
            login += ["-x", credential.privacy_protocol, "-X", "intimately", "-l", "authPriv"]
        options = ()
    command = [
        tool,
        *options,
        *login,
        "-On",
        "-t",
        "1",
        "-r",
        str(tries - 1),
        f"{device.address}:{device.port}",
        *oids,
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "MIBS": ""}, timeout=PATIENCE_SECONDS
    )
    return done.stdout + done.stderr


async def ask(tool: str, device: SimulatedDevice, *oids: str, **options) -> str:
    return await asyncio.to_thread(run, tool, device, *oids, **options)


@pytest.fixture
async def network():
    network = SimulatedNetwork(
        [SimulatedDevice("sw1", PUBLIC, ports=PORTS, host=Host()), SimulatedDevice("sw2", PUBLIC)]
    )
    await network.start()
    yield network
    await network.stop()


async def test_every_device_answers_for_itself(network):
    for name in ("sw1", "sw2"):
        for version in ("-v1", "-v2c"):
            assert f'STRING: "{name}"' in await ask("snmpget", network[name], SYS_NAME, options=(version,))


async def test_a_walk_finds_every_object_in_every_version(network):
    device = network["sw1"]
    everything = [f".{oid}" for oid in device.tree if oid.is_under(Oid.parse("1.3.6.1.2.1"))]
    bulk = await ask("snmpbulkwalk", device, "1.3.6.1.2.1")
    old = await ask("snmpwalk", device, "1.3.6.1.2.1", options=("-v1",))

    assert [line.split(" ")[0] for line in bulk.splitlines()[: len(everything)]] == everything
    assert "No more variables" in bulk or len(bulk.splitlines()) == len(everything)
    assert len(everything) - old.count("\n.1.3") - 1 == 6 * 4 + 2 * 4  # v1 cannot see the Counter64s


async def test_a_stranger_gets_no_answer(network):
    stranger = SimulatedDevice("x", Credential(name="c", version="2c", community=SecretStr("secret")))
    stranger.port = network["sw1"].port

    assert "Timeout" in await ask("snmpget", stranger, SYS_NAME, tries=1)


@pytest.mark.parametrize(
    ("auth", "privacy"), [(None, None), ("SHA", None), ("MD5", "DES"), ("SHA-256", "AES"), ("SHA-512", "AES-256")]
)
async def test_v3_is_answered_and_a_reboot_shows_in_engine_boots(auth, privacy):
    network = SimulatedNetwork([SimulatedDevice("fw1", user(auth, privacy), ports=PORTS)])
    await network.start()
    try:
        assert 'STRING: "fw1"' in await ask("snmpget", network["fw1"], SYS_NAME)
        network["fw1"].reboot()
        assert 'STRING: "fw1"' in await ask("snmpget", network["fw1"], SYS_NAME)
    finally:
        await network.stop()


async def test_a_silent_device_is_silent_until_it_recovers(network):
    network["sw1"].silence()
    assert "Timeout" in await ask("snmpget", network["sw1"], SYS_NAME, tries=1)

    network["sw1"].recover()
    assert "sw1" in await ask("snmpget", network["sw1"], SYS_NAME)


async def test_a_slow_device_answers_late_and_the_others_in_time(network):
    network["sw1"].slow(0.4)
    started = time.monotonic()
    late, quick = await asyncio.gather(
        ask("snmpget", network["sw1"], SYS_NAME), ask("snmpget", network["sw2"], SYS_NAME)
    )

    assert "sw1" in late
    assert "sw2" in quick
    assert time.monotonic() - started >= 0.4


async def test_too_big_is_answered_above_the_limit(network):
    network["sw1"].too_big(1)

    assert "tooBig" in await ask("snmpget", network["sw1"], SYS_NAME, UPTIME)
    assert "sw1" in await ask("snmpget", network["sw1"], SYS_NAME)


async def test_junk_does_not_stop_a_device(network):
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, remote_addr=("127.0.0.1", network["sw1"].port)
    )
    for junk in (b"", b"\x30", b"\x30\x84\xff\xff\xff\xff", b"\x30\x02\x02\x00", os.urandom(1000)):
        transport.sendto(junk)
    transport.close()

    assert "sw1" in await ask("snmpget", network["sw1"], SYS_NAME)
