"""Real snmptrap and snmpinform are heard as what they meant."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Address

from netwatch.model import Oid, Tag

LINK_DOWN = Oid.parse("1.3.6.1.6.3.1.1.5.3")
IF_INDEX_7 = Oid.parse("1.3.6.1.2.1.2.2.1.1.7")


async def test_a_v2c_trap_is_heard_as_an_event(start, net_snmp, sink, udp_port):
    await start()

    code, said = await net_snmp(
        "snmptrap", "-v", "2c", "-c", "public", f"127.0.0.1:{udp_port}", "12345", f".{LINK_DOWN}",
        f".{IF_INDEX_7}", "i", "7", ".1.3.6.1.2.1.31.1.1.1.1.7", "s", "Gi1/0/7",
    )  # fmt: skip
    assert code == 0, said
    (event,) = await sink.heard(1)

    assert (event.source, event.device, event.version, event.count) == ("127.0.0.1", "router", "2c", 1)
    assert event.trap_oid == LINK_DOWN
    assert event.uptime == timedelta(seconds=123.45)
    assert [(one.oid, one.tag, one.value) for one in event.varbinds] == [
        (IF_INDEX_7, Tag.INTEGER, 7),
        (Oid.parse("1.3.6.1.2.1.31.1.1.1.1.7"), Tag.OCTET_STRING, b"Gi1/0/7"),
    ]


async def test_a_v1_trap_is_heard_as_version_2_would_say_it(start, net_snmp, sink, udp_port):
    await start()

    code, said = await net_snmp(
        "snmptrap", "-v", "1", "-c", "public", f"127.0.0.1:{udp_port}", ".1.3.6.1.4.1.32473.9", "192.0.2.77",
        "6", "42", "600", f".{IF_INDEX_7}", "i", "7",
    )  # fmt: skip
    assert code == 0, said
    (event,) = await sink.heard(1)

    assert event.trap_oid == Oid.parse("1.3.6.1.4.1.32473.9.0.42")
    assert (event.source, event.version, event.uptime) == ("127.0.0.1", "1", timedelta(seconds=6))
    assert [(str(one.oid), one.value) for one in event.varbinds] == [
        (str(IF_INDEX_7), 7),
        ("1.3.6.1.6.3.18.1.3.0", IPv4Address("192.0.2.77")),
        ("1.3.6.1.6.3.1.1.4.3.0", Oid.parse("1.3.6.1.4.1.32473.9")),
    ]


async def test_a_v2c_inform_is_acknowledged_and_heard_once(start, net_snmp, sink, udp_port):
    await start()

    code, said = await net_snmp(
        "snmpinform", "-v", "2c", "-c", "public", "-t", "5", "-r", "0", f"127.0.0.1:{udp_port}", "1", f".{LINK_DOWN}",
        f".{IF_INDEX_7}", "i", "7",
    )  # fmt: skip

    assert code == 0, said
    (event,) = sink.events
    assert event.inform
    assert event.trap_oid == LINK_DOWN
