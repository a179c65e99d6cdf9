"""Real snmptrap and snmpinform are heard as what they meant."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from ipaddress import IPv4Address

from pydantic import SecretStr

from netwatch.model import Credential, Oid, Tag

from .peers import until

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


AUTH = ("MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512")
PRIVACY = ("DES", "AES", "AES-192", "AES-256", "AES-192-C", "AES-256-C")
PAIRS = [("", ""), *((auth, "") for auth in AUTH), *((auth, privacy) for auth in AUTH for privacy in PRIVACY)]


def v3_user(auth: str, privacy: str) -> Credential:
    name = "-".join(filter(None, ("user", auth, privacy)))
    return Credential(
        name=name, version="3", user=name.lower(),
        auth_protocol=auth or None, auth_passphrase=SecretStr("authpassphrase"),
        privacy_protocol=privacy or None, privacy_passphrase=SecretStr("privacypassphrase"),
    )  # fmt: skip


def v3_options(user: Credential) -> list[str]:
    """Return net-snmp's options for a user."""
    level = "authPriv" if user.privacy_protocol else "authNoPriv" if user.auth_protocol else "noAuthNoPriv"
    options = ["-v", "3", "-u", user.user, "-l", level]
    if user.auth_protocol:
        options += ["-a", user.auth_protocol, "-A", user.auth_passphrase.get_secret_value()]
    if user.privacy_protocol:
        options += ["-x", user.privacy_protocol, "-X", user.privacy_passphrase.get_secret_value()]
    return options


async def test_v3_traps_and_informs_of_every_pair_are_heard(start, net_snmp, sink, udp_port):
    users = [v3_user(auth, privacy) for auth, privacy in PAIRS]
    await start(users=[user.name for user in users], options={"users": users})

    async def notify(number: int, user: Credential) -> str:
        what = [
            "-t",
            "5",
            "-r",
            "1",
            f"127.0.0.1:{udp_port}",
            "1",
            f".{LINK_DOWN}",
            f".{IF_INDEX_7}",
            "i",
            str(number),
        ]
        engine = f"0x80000000{number:02x}01020304"
        sent, said = await net_snmp("snmptrap", "-e", engine, "-Z", "1,100", *v3_options(user), *what)
        if sent and "rivacy" in said:
            return user.name  # this net-snmp was built without it
        assert sent == 0, said
        answered, said = await net_snmp("snmpinform", *v3_options(user), *what)
        assert answered == 0, f"{user.name}: {said}"
        return ""

    unknown = set(await asyncio.gather(*(notify(number, user) for number, user in enumerate(users, 1)))) - {""}

    known = [user for user in users if user.name not in unknown]
    await until(lambda: len(sink.events) >= 2 * len(known))
    assert sorted((event.user, event.inform) for event in sink.events) == sorted(
        (user.user, inform) for user in known for inform in (False, True)
    )
    assert {event.version for event in sink.events} == {"3"}
    assert len(known) >= 1 + 6 + 12, unknown
