"""Spelling: OIDs and varbinds as net-snmp writes them, held to the real snmptranslate and snmpwalk."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from netwatch.mib import LoadOptions, MibIndex, Style, load_index, spell_oid, spell_varbind
from netwatch.model import Credential, Device, Missing, Oid, Tag, Varbind
from netwatch.polling import PollingSettings
from netwatch.snmp import Snmp
from tests.patience import PATIENCE_SECONDS


@pytest.fixture(scope="module")
def official(corpus: Path, mib_cache: Path) -> MibIndex:
    """The index of the modules that come with net-snmp, without ours."""
    return load_index([corpus / "mibs/net-snmp"], options=LoadOptions(cache=mib_cache, shipped=False))


def net_snmp(corpus: Path, program: str, *arguments: str) -> list[str]:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed (Debian package: snmp)")
    command = [program, "-M", str(corpus / "mibs/net-snmp"), "-m", "ALL", *arguments]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
        env={**os.environ, "LANG": "C.UTF-8"},
    )
    return [line for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("letters", "text"),
    [
        ("", 'IP-MIB::ipAddressIfIndex.ipv4."10.0.0.1"'),
        ("S", 'IP-MIB::ipAddressIfIndex.ipv4."10.0.0.1"'),
        ("s", 'ipAddressIfIndex.ipv4."10.0.0.1"'),
        ("b", "IP-MIB::ipAddressIfIndex.1.4.10.0.0.1"),
        ("n", ".1.3.6.1.2.1.4.34.1.3.1.4.10.0.0.1"),
        ("fb", ".iso.org.dod.internet.mgmt.mib-2.ip.ipAddressTable.ipAddressEntry.ipAddressIfIndex.1.4.10.0.0.1"),
    ],
)
def test_the_letters_of_dash_o_decide_how_an_oid_is_written(index: MibIndex, letters: str, text: str):
    oid = Oid.parse("1.3.6.1.2.1.4.34.1.3.1.4.10.0.0.1")

    assert spell_oid(index, oid, Style.parse(letters)) == text
    assert index.oid_of(text) == oid


def test_a_letter_that_means_nothing_is_refused():
    with pytest.raises(ValueError, match="not z"):
        Style.parse("nz")


@pytest.mark.parametrize(
    ("oid", "text"),
    [
        (
            "1.3.6.1.2.1.4.34.1.3.2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1",
            'IP-MIB::ipAddressIfIndex.ipv6."2001:db8::1"',
        ),
        (  # an engine ID is no text: net-snmp writes "....", which nobody can type again
            "1.3.6.1.6.3.15.1.2.2.1.12.5.128.0.31.136.4.3.97.98.99",
            'SNMP-USER-BASED-SM-MIB::usmUserStorageType.5.128.0.31.136.4."abc"',
        ),
        ("1.3.6.1.2.1.17.4.3.1.2.0.26.43.60.77.94", 'BRIDGE-MIB::dot1dTpFdbPort."00:1a:2b:3c:4d:5e"'),
        ("1.3.6.1.2.1.4.34.1.3.1.4.10.0", "IP-MIB::ipAddressIfIndex.ipv4.4.10.0"),
        ("2.999.3", ".2.999.3"),
    ],
)
def test_what_is_spelled_out_can_be_typed_again(index: MibIndex, oid: str, text: str):
    assert spell_oid(index, Oid.parse(oid), Style()) == text
    assert index.oid_of(text) == Oid.parse(oid)


@pytest.mark.parametrize(
    ("name", "tag", "value", "letters", "line"),
    [
        ("ifOperStatus.3", Tag.INTEGER, 2, "S", "IF-MIB::ifOperStatus.3 = INTEGER: down(2)"),
        ("ifOperStatus.3", Tag.INTEGER, 2, "e", "ifOperStatus.3 = INTEGER: 2"),
        ("ifOperStatus.3", Tag.INTEGER, 2, "q", "ifOperStatus.3 down"),
        ("ifOperStatus.3", Tag.INTEGER, 2, "Q", "ifOperStatus.3 = down"),
        ("ifOperStatus.3", Tag.INTEGER, 2, "v", "INTEGER: down(2)"),
        ("sysUpTime.0", Tag.TIME_TICKS, 8_640_000, "", "sysUpTime.0 = Timeticks: (8640000) 1 day, 0:00:00.00"),
        ("sysUpTime.0", Tag.TIME_TICKS, 8_640_000, "t", "sysUpTime.0 = 8640000"),
        ("sysDescr.0", Tag.OCTET_STRING, b"a router", "", "sysDescr.0 = STRING: a router"),
        ("sysObjectID.0", Tag.OBJECT_IDENTIFIER, Oid((1, 3, 6, 1, 2, 1, 2)), "", "sysObjectID.0 = OID: interfaces"),
        ("ifDescr.9", 0x81, Missing.NO_SUCH_INSTANCE, "v", "No Such Instance currently exists at this OID"),
        ("enterprises.9.1", Tag.OCTET_STRING, b'say "hi"', "v", r'STRING: "say \"hi\""'),
        ("enterprises.9.1", Tag.OCTET_STRING, b"\x00\xff", "", "enterprises.9.1 = Hex-STRING: 00 FF"),
        ("upsEstimatedMinutesRemaining.0", Tag.INTEGER, 7, "v", "INTEGER: 7 minutes"),
        ("upsEstimatedMinutesRemaining.0", Tag.INTEGER, 7, "vU", "INTEGER: 7"),
        ("lldpLocSysCapEnabled.0", Tag.OCTET_STRING, b"\x28", "v", "BITS: 28 bridge(2) router(4)"),
        ("sysUpTime.0", 0x99, 5, "v", "tag 0x99: 0:00:00.05"),
    ],
)  # fmt: skip
def test_a_varbind_is_written_with_type_and_value(
    index: MibIndex, name: str, tag: int, value: Any, letters: str, line: str
):
    varbind = Varbind(oid=index.oid_of(name), tag=tag, value=value)

    assert spell_varbind(index, varbind, Style.parse(letters if "S" in letters else letters + "s")) == line


def test_every_object_of_net_snmps_modules_has_the_name_snmptranslate_gives_it(corpus: Path, official: MibIndex):
    oids = sorted({obj.oid for module in official.modules for obj in official.objects_of(module) if len(obj.oid) > 3})
    ours = [official.name_of(oid) for oid in oids]

    theirs = net_snmp(corpus, "snmptranslate", *(f".{oid}" for oid in oids))

    assert len(oids) > 3000
    different = {(a, b) for a, b in zip(ours, theirs, strict=True) if a.split("::")[1] != b.split("::")[-1]}
    assert len(different) < len(oids) // 100, sorted(different)
    # Two modules may give one place two names (RFC1213-MIB and its heirs); then both know the other's.
    for ours_, theirs_ in different:
        assert official.oid_of(ours_) == official.oid_of(theirs_)


INSTANCES = [
    "ifOperStatus.3", "sysName.0", "vacmGroupName.2.6.112.117.98.108.105.99", "ipAddressIfIndex.1.4.10.0.0.1",
    "hrStorageDescr.31", "nsExtendOutput1Line.3.97.98.99", "snmpTargetAddrTAddress.97.98.99",
    "tcpConnState.10.0.0.1.22.10.0.0.2.4000", "vacmAccessReadViewName.3.97.98.99.0.3.1",
]  # fmt: skip


def test_instances_are_spelled_as_snmptranslate_spells_them(corpus: Path, official: MibIndex):
    oids = [official.oid_of(name) for name in INSTANCES]

    theirs = net_snmp(corpus, "snmptranslate", *(f".{oid}" for oid in oids))

    ours = [spell_oid(official, oid, Style()) for oid in oids]
    assert [official.oid_of(name) for name in ours] == oids
    assert ours == theirs


def test_a_walk_of_a_real_agent_reads_as_snmpwalk_prints_it(
    corpus: Path, official: MibIndex, snmpd: Callable[..., Any]
):
    agent = snmpd('extend "a test" /bin/echo hello')
    roots = ["system", "interfaces", "hrStorage", "nsExtendOutput1Table", "vacmMIBObjects", "snmpMIBObjects"]
    where = f"udp:127.0.0.1:{agent.port}"

    theirs = {}
    for root in roots:
        for line in net_snmp(corpus, "snmpwalk", "-v2c", "-c", "public", where, root):
            name, _, value = line.partition(" = ")
            theirs[name] = value
    ours = {}
    for varbind in walked(agent.port, [official.oid_of(root) for root in roots]):
        name, _, value = spell_varbind(official, varbind, Style()).partition(" = ")
        ours[name] = value

    assert len(ours) > 60
    changing = re.compile(r"sysUpTimeInstance|Octets|Pkts|hrStorageUsed|SetSerialNo|LastChange")
    same = {name for name in ours if not changing.search(name)}
    assert same <= theirs.keys()
    pairs = {name: (plain(ours[name]), plain(theirs[name])) for name in same}
    # sysORID names IP-MIB::ip, which RFC1213-MIB calls its own too; the last object ends snmpwalk's walk.
    known = {"OID: RFC1213-MIB::ip"} | {text for _, text in pairs.values() if text.startswith("No more variables")}
    different = {name: pair for name, pair in pairs.items() if pair[0] != pair[1] and pair[1] not in known}
    assert different == {}


def plain(text: str) -> str:
    """net-snmp writes 0:1a:2b where we write 00:1a:2b, and a blank after hexadecimal text."""
    return re.sub(r"\b0([0-9a-f])(?=:|$)|:0(?=[0-9a-f]\b)", lambda m: m[1] or ":", text.strip())


def walked(port: int, roots: list[Oid]) -> list[Varbind]:
    async def walk() -> list[Varbind]:
        client = Snmp(PollingSettings())
        await client.start()
        credential = Credential(name="c", version="2c", community=SecretStr("public"))
        device = Device(name="d", address="127.0.0.1", port=port, credential=credential)
        try:
            found = await client.walk(device, roots)
        finally:
            await client.stop()
        return [
            Varbind(oid=column.oid.join(suffix), tag=tag, value=value)
            for column in found.columns
            for suffix, tag, value in zip(column.suffixes, column.tags, column.values, strict=True)
        ]

    return asyncio.run(walk())
