"""A simulated switch, modules that ask it for everything there is in snmp.yml, and an exporter that may ask it."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr

from netwatch.exporter import Answer, Exporter, Targets, read_definitions
from netwatch.model import Credential, Oid, Tag
from netwatch.polling import PollingSettings
from netwatch.simulator import Port, SimulatedDevice, SimulatedNetwork
from netwatch.snmp import Snmp

PUBLIC = Credential(name="public_v2", version="2c", community=SecretStr("public"))
ENTRY = "1.3.6.1.2.1.2.2.1"
OWN = "1.3.6.1.4.1.32473.9"
IF_INDEX = [{"labelname": "ifIndex", "type": "gauge"}]
NAMED = [
    {"labels": ["ifIndex"], "labelname": "ifDescr", "oid": f"{ENTRY}.2", "type": "DisplayString"},
    {"labels": ["ifIndex"], "labelname": "ifName", "oid": "1.3.6.1.2.1.31.1.1.1.1", "type": "DisplayString"},
]


PORTS_HERE = [Port(index=number, name=f"Gi0/{number}") for number in (1, 2, 3)]


def column(name: str, oid: str, kind: str = "gauge", **more: object) -> dict[str, object]:
    return {"name": name, "oid": oid, "type": kind, "help": f"{name} - {oid}", **more}


def port(name: str, oid: str, kind: str = "gauge", **more: object) -> dict[str, object]:
    return column(name, oid, kind, indexes=IF_INDEX, lookups=NAMED, **more)


PORTS = [
    port("ifMtu", f"{ENTRY}.4"),
    port("ifPhysAddress", f"{ENTRY}.6", "PhysAddress48"),
    port("ifOperStatus", f"{ENTRY}.8", enum_values={1: "up", 2: "down"}),
    port("ifType", f"{ENTRY}.3", "EnumAsInfo", enum_values={6: "ethernetCsmacd"}),
    port("ifInOctets", f"{ENTRY}.10", "counter"),
    port("ifAdminStatus", f"{ENTRY}.7", "EnumAsStateSet", enum_values={1: "up", 2: "down"}),
]
CONTENT = {
    "auths": {"public_v2": {"community": "public", "version": 2}, "wrong": {"community": "not this", "version": 2}},
    "modules": {
        "if_mib": {
            "walk": ["1.3.6.1.2.1.2.2", "1.3.6.1.2.1.31.1.1"], "get": ["1.3.6.1.2.1.1.3.0"],
            "metrics": [column("sysUpTime", "1.3.6.1.2.1.1.3"), *PORTS],
        },
        "kinds": {
            "walk": [OWN],
            "metrics": [
                column("ownTemperature", f"{OWN}.1", scale=0.1),
                column("ownText", f"{OWN}.2", "DisplayString",
                       regex_extracts={"Celsius": [{"regex": "(.*) C", "value": "$1"}]}),
                column("ownBits", f"{OWN}.3", "Bits", enum_values={0: "first", 9: "tenth"}),
                column("ownDate", f"{OWN}.4", "DateAndTime"),
                column("ownBig", f"{OWN}.5", "counter"),
                column("ownPeer", f"{OWN}.6", indexes=[{"labelname": "peer", "type": "InetAddress"}]),
                column("ownName", f"{OWN}.7", indexes=[{"labelname": "name", "type": "DisplayString"}]),
                column("ownMac", f"{OWN}.8", indexes=[{"labelname": "mac", "type": "PhysAddress48"}]),
            ],
        },
        "filtered": {
            "walk": [f"{ENTRY}.4"], "filters": [{"oid": f"{ENTRY}.2", "targets": [f"{ENTRY}.4"], "values": ["0/1$"]}],
            "metrics": [port("ifMtu", f"{ENTRY}.4")],
        },
        "instance": {"walk": ["1.3.6.1.2.1.1.3.0"], "metrics": [column("sysUpTime", "1.3.6.1.2.1.1.3")]},
        "absent": {"walk": ["1.3.6.1.2.1.99"], "metrics": [column("entSensor", "1.3.6.1.2.1.99.1")]},
        "impatient_get": {
            "get": ["1.3.6.1.2.1.1.3.0"], "timeout": "200ms", "retries": 1,
            "metrics": [column("sysUpTime", "1.3.6.1.2.1.1.3")],
        },
        "impatient": {"walk": [OWN], "timeout": "50ms", "retries": 0, "metrics": []},
    },
}  # fmt: skip


def a_switch() -> SimulatedDevice:
    """Return a device with ports, and one value of each kind."""
    device = SimulatedDevice("switch", PUBLIC, ports=PORTS_HERE, clock=lambda: 1000.0)
    held: list[tuple[str, Tag, object]] = [
        (f"{OWN}.1.0", Tag.INTEGER, 235), (f"{OWN}.2.0", Tag.OCTET_STRING, b"41.5 C"),
        (f"{OWN}.3.0", Tag.OCTET_STRING, b"\x00\x40"),
        (f"{OWN}.4.0", Tag.OCTET_STRING, bytes((7, 232, 2, 29, 12, 30, 15, 9)) + b"+\x02\x00"),
        (f"{OWN}.5.0", Tag.COUNTER64, 2**64 - 3), (f"{OWN}.6.1.4.10.0.0.1", Tag.GAUGE32, 6),
        (f"{OWN}.6.2.16." + ".".join(map(str, range(16))), Tag.GAUGE32, 7),
        (f"{OWN}.7.3.97.98.99", Tag.INTEGER, -5), (f"{OWN}.8.0.1.2.3.4.255", Tag.INTEGER, 1),
    ]  # fmt: skip
    for oid, tag, value in held:
        device.tree.put(Oid.parse(oid), tag, value)  # type: ignore[arg-type]
    return device


@pytest.fixture(scope="session")
def snmp_yml(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("exporter") / "snmp.yml"
    file.write_text(yaml.dump(CONTENT))
    return file


Ask = Callable[..., Awaitable[Answer]]


@pytest.fixture
async def scraped(snmp_yml: Path) -> AsyncIterator[tuple[Ask, SimulatedDevice]]:
    """`answer = await ask(module="if_mib")`, and the device that is asked."""

    async def resolve(name: str) -> Sequence[str]:
        return []

    device = a_switch()
    async with AsyncExitStack() as stack:
        network = SimulatedNetwork([device])
        await network.start()
        stack.push_async_callback(network.stop)
        targets = Targets([], [ipaddress.ip_network("127.0.0.0/8")], resolve)
        exporter = Exporter(read_definitions([snmp_yml]), targets, Snmp(PollingSettings()))
        await exporter.start()
        stack.push_async_callback(exporter.stop)

        async def ask(seconds: float | None = None, **parameters: str) -> Answer:
            target = {"target": f"127.0.0.1:{device.port}", **parameters}
            return await exporter.scrape({name: [value] for name, value in target.items()}, seconds)

        yield ask, device
