"""Devices that say odd things, watched by a whole agent: what is told of them is what is so."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from netwatch.model import Credential, Oid, Tag
from netwatch.simulator import SimulatedDevice, SimulatedNetwork
from tests.ports import free_port
from tests.scenarios.agent import RunningAgent, wait_until

IF, IFX = Oid.parse("1.3.6.1.2.1.2.2.1"), Oid.parse("1.3.6.1.2.1.31.1.1.1")
PEER = Oid.parse("1.3.6.1.2.1.15.3.1")
OWN = Oid.parse("1.3.6.1.4.1.99999.1")
NAMES = ("twins", "sluggish", "texts", "peers", "edited")
PROFILE = """
extends: [generic-device]
sysobjectid: 1.3.6.1.4.1.99999.6574
metrics:
  - {MIB: X, symbol: {OID: 1.3.6.1.4.1.99999.1.1.0, name: caseLoad, kind: gauge}}
  - {MIB: X, symbol: {OID: 1.3.6.1.4.1.99999.1.2.0, name: caseTemp, kind: gauge}}
"""
RULES = """
rules:
  - {alert: Hot, expr: caseTemp > 30, labels: {severity: warning}}
  - {alert: Loaded, expr: caseLoad > 2, labels: {severity: warning}}
  - {alert: PeerLost, expr: "bgpPeerState != 'established'", labels: {severity: critical}}
  - {alert: NoPeer, expr: "count(bgpPeerState == 'established') == 0", labels: {severity: critical}}
  - {alert: PortOff, expr: "ifOperStatus == 'down' and ifAdminStatus == 'up'", labels: {severity: critical},
     annotations: {summary: "{{ ifAlias }} is off"}}
"""


def port(device: SimulatedDevice, name: str, **columns: Any) -> None:
    """Give a device one port, of 32-bit columns by number and those of ifXTable by `x` and number."""
    device.tree.put(IF.child(2, 1), Tag.OCTET_STRING, name.encode())
    device.tree.put(IFX.child(1, 1), Tag.OCTET_STRING, name.encode())
    for column, value in {"i7": 1, "i8": 1, "i3": 6, **columns}.items():
        entry = IFX if column[0] == "x" else IF
        number = int(column[1:])
        tag = Tag.INTEGER if isinstance(value, int) and entry == IF and number in (3, 7, 8) else Tag.GAUGE32
        tag = Tag.OCTET_STRING if isinstance(value, bytes) else tag
        if callable(value):
            tag = Tag.COUNTER64 if entry == IFX else Tag.COUNTER32
        device.tree.put(entry.child(number, 1), tag, value)


def counting(per_second: float) -> Callable[[], int]:
    begun = time.monotonic()
    return lambda: int(1000 + (time.monotonic() - begun) * per_second) % 2**32


def peer(device: SimulatedDevice, number: int, state: int) -> None:
    for column, tag, value in ((2, Tag.INTEGER, state), (3, Tag.INTEGER, 2), (9, Tag.INTEGER, 65_000 + number)):
        device.tree.put(PEER.child(column, 10, 0, 0, number), tag, value)


def no_peers(device: SimulatedDevice) -> None:
    for oid in [oid for oid in device.tree if oid.is_under(PEER)]:
        device.tree.remove(oid)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningAgent, dict[str, SimulatedDevice]]]:
    """One agent that watches all of them; the devices by name, to be changed."""
    folder = tmp_path_factory.mktemp("odd")
    credential = Credential(name="lab", version="2c", community=SecretStr("public"))
    devices = {name: SimulatedDevice(name, credential) for name in NAMES}
    port(devices["twins"], "gi1", i5=100_000_000, i10=counting(12e6), i16=counting(6e6), x6=lambda: 0, x10=lambda: 0,
         x15=100)  # fmt: skip
    port(devices["sluggish"], "te1/2", i5=10, x6=counting(500e6), x10=counting(500e6))
    port(devices["edited"], "gi1", i5=100_000_000, x18=b"former customer")
    devices["texts"].tree.put(
        Oid.parse("1.3.6.1.2.1.1.2.0"), Tag.OBJECT_IDENTIFIER, Oid.parse("1.3.6.1.4.1.99999.6574")
    )
    devices["texts"].tree.put(OWN.child(1, 0), Tag.OCTET_STRING, b"2.42")
    devices["texts"].tree.put(OWN.child(2, 0), Tag.OCTET_STRING, b"31 C")
    for number in (1, 2):
        peer(devices["peers"], number, 6)
    with SimulatedNetwork(list(devices.values())).run_in_thread() as network:
        agent = running(folder, [network[name] for name in NAMES])
        try:
            agent.start()
            agent.wait_until_ready()
            yield agent, devices
        finally:
            agent.stop()


def running(folder: Path, devices: list[SimulatedDevice]) -> RunningAgent:
    web = free_port()
    (folder / "profiles").mkdir()
    (folder / "profiles" / "case.yaml").write_text(PROFILE)
    (folder / "rules.yaml").write_text(RULES)
    listed = "\n".join(
        f"  - {{name: {one.name}, address: 127.0.0.1, port: {one.port}"
        + (", profile: bgp4}" if one.name == "peers" else "}")
        for one in devices
    )
    (folder / "netwatch.yaml").write_text(f"""
credentials: {{lab: {{version: 2c, community: public}}}}
defaults: {{credential: lab}}
devices:
{listed}
polling: {{interval: 1s, reachability_interval: 1s, timeout: 500ms, retries: 1}}
profiles: {{paths: [profiles]}}
rules: {{paths: [builtin, rules.yaml]}}
web: {{listen: "127.0.0.1:{web}"}}
store: {{url: "sqlite:///{folder / "netwatch.db"}"}}
""")
    return RunningAgent(folder / "netwatch.yaml", web)


def rows(agent: RunningAgent, device: str, table: str) -> list[dict[str, Any]]:
    return [row for row in agent.json(f"/api/v1/devices/{device}") if row["table"] == table]


def alerts(agent: RunningAgent, device: str) -> dict[str, dict[str, Any]]:
    found = agent.json("/api/v1/alerts")
    return {one["rule"]: one for one in found if one["device"] == device and one["state"] != "resolved"}


def test_64_bit_counters_that_stay_0_are_read_from_their_32_bit_twins(house):
    agent, _ = house

    full = wait_until(lambda: alerts(agent, "twins").get("InterfaceSaturated"), "the port seen full")

    assert full["state"] == "pending"
    assert 0.9 < full["value"] < 1.1
    (row,) = rows(agent, "twins", "ifTable")
    assert 10e6 < row["ifHCInOctets_per_second"] < 14e6
    assert "stays 0 while ifInOctets counts" in row["distrusted"]


def test_a_speed_at_which_the_traffic_cannot_be_is_unknown_and_the_traffic_is_not(house):
    agent, _ = house

    row = wait_until(
        lambda: next(
            (one for one in rows(agent, "sluggish", "ifTable") if one["ifHCInOctets_per_second"] is not None), None
        ),
        "traffic read",
    )

    assert 400e6 < row["ifHCInOctets_per_second"] < 600e6
    assert row["ifSpeed"] is None
    assert row["distrusted"] == "ifSpeed: 10 bit/s is the speed of no port"
    assert "InterfaceSaturated" not in alerts(agent, "sluggish")


def test_a_text_where_a_number_should_be_is_said_as_it_is(house):
    agent, _ = house

    loaded = wait_until(lambda: alerts(agent, "texts").get("Loaded"), "the number in a text read")

    assert loaded["value"] == 2.42
    assert "Hot" not in alerts(agent, "texts")
    (system,) = rows(agent, "texts", "system")
    assert system["partial_because"] == 'caseTemp: the device gave "31 C", no number'
    assert "31 C" in agent.get("/devices/texts")


def test_the_alert_about_a_port_has_the_description_of_now(house):
    agent, devices = house
    wait_until(lambda: rows(agent, "edited", "ifTable"), "the port read")

    devices["edited"].tree.put(IFX.child(18, 1), Tag.OCTET_STRING, b"new customer")
    devices["edited"].tree.put(IF.child(8, 1), Tag.INTEGER, 2)

    off = wait_until(lambda: alerts(agent, "edited").get("PortOff"), "the port seen off")
    assert (off["label_ifAlias"], off["summary"]) == ("new customer", "new customer is off")


def test_rows_that_went_and_come_back_are_seen_with_their_values(house):
    agent, devices = house
    peers = devices["peers"]
    wait_until(lambda: len(rows(agent, "peers", "bgpPeerTable")) == 2, "both peers read")

    no_peers(peers)
    wait_until(lambda: "NoPeer" in alerts(agent, "peers"), "no peer left")
    for number in (1, 2):
        peer(peers, number, 6)
    wait_until(lambda: "NoPeer" not in alerts(agent, "peers"), "all peers back")
    assert "PeerLost" not in alerts(agent, "peers")

    peer(peers, 2, 1)
    lost = wait_until(lambda: alerts(agent, "peers").get("PeerLost"), "a peer lost")
    assert lost["state"] == "firing"
