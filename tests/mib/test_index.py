"""The index: OID <-> name, values and row indexes as people read them."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from netwatch.mib import Base, MibIndex, ObjectKind
from netwatch.model import Missing, Oid

IF_OPER_STATUS = Oid.parse("1.3.6.1.2.1.2.2.1.8")


@pytest.mark.parametrize(
    ("oid", "name"),
    [
        ("1.3.6.1.2.1.2.2.1.8.3", "IF-MIB::ifOperStatus.3"),
        ("1.3.6.1.2.1.31.1.1.1.6.10001", "IF-MIB::ifHCInOctets.10001"),
        ("1.3.6.1.2.1.1.3.0", "SNMPv2-MIB::sysUpTime.0"),
        ("1.3.6.1.6.3.1.1.5.3", "IF-MIB::linkDown"),
        ("1.3.6.1.4.1.99999.9.13", "SNMPv2-SMI::enterprises.99999.9.13"),
        ("1.3.6.1.4.1.32473.1.0.1", "NETWATCH-MIB::nwAlertFiring"),
        ("2.999.1", "2.999.1"),
    ],
)
def test_an_oid_is_named_by_the_longest_name_known_and_numbers_after_it(index: MibIndex, oid: str, name: str):
    assert index.name_of(Oid.parse(oid)) == name


def test_an_object_is_found_with_its_type_units_and_index(index: MibIndex):
    obj, suffix = index.object_at(IF_OPER_STATUS.child(3))

    assert obj is not None
    assert (obj.full_name, obj.kind, suffix) == ("IF-MIB::ifOperStatus", ObjectKind.COLUMN, (3,))
    assert (obj.syntax.base, obj.access, obj.status) == (Base.INTEGER, "read-only", "current")
    assert obj.syntax.names[2] == "down"
    assert [part.name for part in obj.index] == ["ifIndex"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ifTable", ObjectKind.TABLE),
        ("ifEntry", ObjectKind.ROW),
        ("ifXEntry", ObjectKind.ROW),
        ("ifNumber", ObjectKind.SCALAR),
        ("linkDown", ObjectKind.NOTIFICATION),
        ("interfaces", ObjectKind.NODE),
        ("NETWATCH-MIB::nwAlertState", ObjectKind.SCALAR),
    ],
)
def test_every_object_knows_what_it_is(index: MibIndex, name: str, kind: ObjectKind):
    obj = index.object_named(name)

    assert obj is not None
    assert obj.kind is kind


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("ifOperStatus.3", 2, "down(2)"),
        ("ifOperStatus.3", 77, "77"),
        ("ifSpeed.3", 1_000_000_000, "1000000000"),
        ("ifPhysAddress.3", bytes.fromhex("001a2b3c4d5e"), "00:1a:2b:3c:4d:5e"),
        ("ifPhysAddress.3", b"", ""),
        ("ifDescr.3", b"GigabitEthernet0/3", "GigabitEthernet0/3"),
        ("ifAlias.3", "zürich".encode(), "zürich"),
        ("sysUpTime.0", 26_207_806, "3 days, 0:47:58.06"),
        ("sysObjectID.0", Oid.parse("1.3.6.1.4.1.8072.3.2.10"), "NET-SNMP-TC::linux"),
        ("snmpTrapOID.0", Oid.parse("1.3.6.1.6.3.1.1.5.4"), "IF-MIB::linkUp"),
        ("ipAdEntAddr.10.0.0.1", IPv4Address("10.0.0.1"), "10.0.0.1"),
        ("ifPromiscuousMode.1", 1, "true(1)"),
        ("hrSystemDate.0", bytes.fromhex("07ea0b17052814002b0000"), "2026-11-23,5:40:20.0,+0:0"),
        ("hrSystemDate.0", bytes.fromhex("07ea0b1705281400"), "2026-11-23,5:40:20.0"),
        ("lldpLocSysCapEnabled.0", b"\x28", "bridge(2) router(4)"),
        ("upsBatteryVoltage.0", 545, "545 0.1 Volt DC"),
        ("upsEstimatedMinutesRemaining.0", 12, "12 minutes"),
        ("ifDescr.3", b"\xff\xfe\x00", "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}\x00"),
        ("ifIndex.3", Missing.NO_SUCH_INSTANCE, "noSuchInstance"),
        ("ifIndex.3", None, ""),
        ("enterprises.9.9.99.1", b"plain", "plain"),
        ("enterprises.9.9.99.1", b"\x00\x01", "00 01"),
        ("enterprises.9.9.99.1", 5, "5"),
    ],
)
def test_a_value_is_written_as_its_object_wants_it(index: MibIndex, name: str, value: object, text: str):
    assert index.format(index.oid_of(name), value) == text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("ifOperStatus.3", {"ifIndex": "3"}),
        ("ifAlias.7", {"ifIndex": "7"}),  # by AUGMENTS of ifEntry
        ("ipAddressIfIndex.1.4.10.0.0.1", {"ipAddressAddrType": "ipv4", "ipAddressAddr": "10.0.0.1"}),
        (
            "ipAddressIfIndex.2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1",
            {"ipAddressAddrType": "ipv6", "ipAddressAddr": "2001:db8::1"},
        ),
        ("ipAdEntIfIndex.192.0.2.9", {"ipAdEntAddr": "192.0.2.9"}),
        ("dot1dTpFdbPort.0.26.43.60.77.94", {"dot1dTpFdbAddress": "00:1a:2b:3c:4d:5e"}),
        ("dot1qTpFdbPort.20.0.26.43.60.77.94", {"dot1qFdbId": "20", "dot1qTpFdbAddress": "00:1a:2b:3c:4d:5e"}),
        ("bgpPeerState.192.0.2.1", {"bgpPeerRemoteAddr": "192.0.2.1"}),
        ("usmUserStatus.2.1.2.1.97", {"usmUserEngineID": "01 02", "usmUserName": "a"}),
        ("ifRcvAddressStatus.1.2.10.11", {"ifIndex": "1", "ifRcvAddressAddress": "0a:0b"}),
    ],
)
def test_the_index_of_a_row_becomes_labels(index: MibIndex, name: str, labels: dict[str, str]):
    obj, suffix = index.object_at(index.oid_of(name))

    assert obj is not None
    assert index.decode_index(obj, suffix) == labels


@pytest.mark.parametrize(
    "suffix", ["", "1.2", "1.4.10.0.0", "1.4.10.0.0.1.9", "1.4.10.0.0.999", "1.4294967295.1", "9.9.9.9.9.9.9.9.9.9"]
)
def test_a_suffix_that_is_no_index_gives_no_labels(index: MibIndex, suffix: str):
    obj = index.object_named("ipAddressIfIndex")

    assert obj is not None
    assert index.decode_index(obj, tuple(map(int, suffix.split("."))) if suffix else ()) == {}


def test_a_notification_names_what_it_carries(index: MibIndex):
    found = index.notification(Oid.parse("1.3.6.1.6.3.1.1.5.3"))

    assert found is not None
    assert [index.name_of(oid) for oid in found.objects] == [
        "IF-MIB::ifIndex", "IF-MIB::ifAdminStatus", "IF-MIB::ifOperStatus"
    ]  # fmt: skip
    assert index.notification(IF_OPER_STATUS) is None
    assert index.notification(Oid.parse("1.3.6.1.6.3.1.1.5.3.0")) is None


def test_the_children_of_a_place_come_in_order(index: MibIndex):
    names = [obj.name for obj in index.children_of(index.oid_of("system"))]

    assert names[:3] == ["sysDescr", "sysObjectID", "sysUpTime"]
    assert "sysORTable" in names
    assert "sysOREntry" not in names


def test_the_path_of_an_oid_names_every_step(index: MibIndex):
    assert (
        ".".join(index.path_of(index.oid_of("sysUpTime.0"))) == "iso.org.dod.internet.mgmt.mib-2.system.sysUpTime.0"
    )


@pytest.mark.parametrize(
    ("oid", "name"),
    [
        ("1.3.6.1.6.3.15.1.2.2.1.3.5.128.0.0.0.1.3.98.111.98",
         'SNMP-USER-BASED-SM-MIB::usmUserSecurityName.5.128.0.0.0.1."bob"'),
        ("1.3.6.1.2.1.17.4.3.1.2.0.26.43.60.77.94", 'BRIDGE-MIB::dot1dTpFdbPort."00:1a:2b:3c:4d:5e"'),
        ("1.3.6.1.2.1.4.34.1.3.1.4.192.0.2.1", 'IP-MIB::ipAddressIfIndex.ipv4."192.0.2.1"'),
    ],
)  # fmt: skip
def test_an_index_is_spelled_wherever_a_name_is_written(index: MibIndex, oid: str, name: str):
    assert index.name_of(Oid.parse(oid)) == name
    assert index.oid_of(name) == Oid.parse(oid)
