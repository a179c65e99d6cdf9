"""net-snmp's snmptrapd hears our traps and acknowledges our informs, in every version and level we send."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import SecretStr

from netwatch.errors import PollError, RequestTimedOut
from netwatch.model import Credential, Device, Oid, Tag, Varbind
from netwatch.snmp import open_header
from netwatch.snmp.general.notify import NotificationSender
from tests.patience import PATIENCE_SECONDS

ENGINE_ID = bytes.fromhex("80007ed9056e6574776174636831")
TRAP = Oid.parse("1.3.6.1.4.1.32473.1.0.1")
SNMP_TRAP_OID = Oid.parse("1.3.6.1.6.3.1.1.4.1.0")
SUMMARY = Oid.parse("1.3.6.1.4.1.32473.1.1.7.0")
PUBLIC = Credential(name="v2c", version="2c", community=SecretStr("public"))
LEVELS = {
    "noauth": {},
    "sha": {"auth_protocol": "SHA"},
    "aes": {"auth_protocol": "SHA-256", "privacy_protocol": "AES"},
    "aes256": {"auth_protocol": "SHA-512", "privacy_protocol": "AES-256"},
    "des": {"auth_protocol": "MD5", "privacy_protocol": "DES"},
}


class Clock:
    """A local engine whose life a test decides."""

    engine_id = ENGINE_ID

    def __init__(self, boots: int = 3, seconds: int = 1234) -> None:
        self.boots, self._seconds = boots, seconds

    def seconds(self) -> int:
        return self._seconds


def user(name: str, **changes: Any) -> Credential:
    given = {"auth_passphrase": "authentic", "privacy_passphrase": "intimately", **LEVELS[name], **changes}
    secrets = {key: SecretStr(value) for key, value in given.items() if key.endswith("passphrase")}
    return Credential(**{"name": name, "version": "3", "user": name, **given, **secrets})


def create_users() -> Iterator[str]:
    """Yield each user twice: under our engine id for traps, under the daemon's own for informs."""
    for name, level in LEVELS.items():
        auth = f" {level['auth_protocol']} authentic" if "auth_protocol" in level else ""
        privacy = f" {level['privacy_protocol']} intimately" if "privacy_protocol" in level else ""
        yield f"createUser -e 0x{ENGINE_ID.hex()} {name}{auth}{privacy}"
        yield f"createUser {name}{auth}{privacy}"
        yield f"authUser log {name} {'priv' if privacy else 'auth' if auth else 'noauth'}"


@pytest.fixture
def daemon(snmptrapd):
    """A trap daemon that knows every user."""
    return snmptrapd("\n".join(create_users()))


@pytest.fixture
async def start() -> AsyncIterator[Callable[..., Any]]:
    running: list[NotificationSender] = []

    async def started(clock: Clock | None = None) -> NotificationSender:
        sender = NotificationSender(clock or Clock())
        await sender.start()
        running.append(sender)
        return sender

    yield started
    for sender in running:
        await sender.stop()


def manager(port: int, credential: Credential = PUBLIC, **more: Any) -> Device:
    defaults: dict[str, Any] = {"timeout": timedelta(seconds=PATIENCE_SECONDS), "retries": 1}
    return Device(name="manager", address="127.0.0.1", port=port, credential=credential, **{**defaults, **more})


def varbinds(summary: bytes = b"core-sw1 is down") -> list[Varbind]:
    return [
        Varbind(oid=SNMP_TRAP_OID, tag=Tag.OBJECT_IDENTIFIER, value=TRAP),
        Varbind(oid=SUMMARY, tag=Tag.OCTET_STRING, value=summary),
    ]


async def test_a_v2c_trap_arrives_with_its_varbinds(daemon, start):
    sender = await start()

    await sender.send_trap(manager(daemon.port), varbinds())

    (heard,) = await daemon.until_heard()
    assert heard.startswith("TRAP2, SNMP v2c, community public ")
    assert ".1.3.6.1.2.1.1.3.0 = Timeticks: (123400) 0:20:34.00" in heard
    assert f".{SNMP_TRAP_OID} = OID: .{TRAP}" in heard
    assert f'.{SUMMARY} = STRING: "core-sw1 is down"' in heard


async def test_a_v2c_inform_is_over_when_it_is_acknowledged(daemon, start):
    sender = await start()

    await sender.send_inform(manager(daemon.port), varbinds())

    assert (await daemon.until_heard())[0].startswith("INFORM, SNMP v2c, community public ")


@pytest.mark.parametrize("name", LEVELS)
async def test_v3_traps_and_informs_arrive_at_every_level(daemon, start, name):
    sender = await start()

    await sender.send_trap(manager(daemon.port, user(name)), varbinds())
    await daemon.until_heard()
    await sender.send_inform(manager(daemon.port, user(name)), varbinds())

    trap, inform = await daemon.until_heard(2)
    assert trap.startswith(f"TRAP2, SNMP v3, user {name}, ")
    assert inform.startswith(f"INFORM, SNMP v3, user {name}, ")


async def test_a_v3_trap_after_a_restart_is_no_replay(daemon, start):
    before, after = await start(Clock(boots=3, seconds=5000)), await start(Clock(boots=4, seconds=1))

    await before.send_trap(manager(daemon.port, user("aes")), varbinds(b"before"))
    await daemon.until_heard()
    await after.send_trap(manager(daemon.port, user("aes")), varbinds(b"after"))

    assert '"after"' in (await daemon.until_heard(2))[1]


async def test_an_inform_nobody_acknowledges_times_out(udp_port, start):
    sender = await start()

    with pytest.raises(RequestTimedOut, match=r"no answer to 2 requests in 0\.1 s"):
        await sender.send_inform(manager(udp_port, timeout=timedelta(seconds=0.05)), varbinds())


@pytest.mark.parametrize(("credential", "said"), [
    (user("aes", auth_passphrase="not the one"), "wrong auth passphrase"),
    (user("aes", user="nobody"), "unknown user"),
])  # fmt: skip
async def test_a_manager_that_refuses_the_user_says_why(daemon, start, credential, said):
    sender = await start()

    with pytest.raises(PollError, match=said):
        await sender.send_inform(manager(daemon.port, credential), varbinds())


@pytest.mark.parametrize("inform", [False, True])
async def test_a_credential_that_cannot_be_used_is_said_without_its_secret(udp_port, start, inform):
    sender = await start()
    send = sender.send_inform if inform else sender.send_trap

    with pytest.raises(PollError, match="fewer than 8 characters") as caught:
        await send(manager(udp_port, user("aes", auth_passphrase="sh0rt")), varbinds())

    assert "sh0rt" not in repr(caught.value)


@pytest.mark.parametrize("inform", [False, True])
async def test_a_varbind_that_is_none_is_never_sent(udp_port, start, inform):
    sender = await start()
    send = sender.send_inform if inform else sender.send_trap

    with pytest.raises(ValueError, match="fit"):
        await send(manager(udp_port), [Varbind(oid=SUMMARY, tag=Tag.INTEGER, value=2**40)])


async def test_pysnmp_keeps_no_boots_of_ours_in_the_temporary_directory(daemon, start):
    sender = await start()

    await sender.send_trap(manager(daemon.port, user("aes")), varbinds())

    assert not (Path(tempfile.gettempdir()) / "__pysnmp" / f"0x{ENGINE_ID.hex()}").exists()


class LikeNpm(asyncio.DatagramProtocol):
    """A receiver in front of another that acknowledges the inform of a discovery and never says who it is."""

    def __init__(self, port: int) -> None:
        self._behind = ("127.0.0.1", port)
        self._asker: tuple[str, int] | None = None
        self.discoveries: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        if address == self._behind:
            self._transport.sendto(data, self._asker)
            return
        self._asker = address
        nameless = not open_header(data).engine_id
        place = data.rfind(b"\xa6")
        if nameless:
            self.discoveries.append("inform" if place >= 0 else "get")
        if nameless and place >= 0:
            self._transport.sendto(data[:place] + b"\xa2" + data[place + 1 :], address)
        else:
            self._transport.sendto(data, self._behind)


@pytest.mark.parametrize("name", ["sha", "aes"])
async def test_a_receiver_that_acknowledges_the_inform_of_a_discovery_is_found_by_a_get(daemon, start, name):
    transport, peer = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: LikeNpm(daemon.port), local_addr=("127.0.0.1", 0)
    )
    port = transport.get_extra_info("sockname")[1]
    sender = await start()

    try:
        for _ in range(2):
            await sender.send_inform(manager(port, user(name)), varbinds())
    finally:
        transport.close()

    assert all("INFORM" in line for line in await daemon.until_heard(2))
    assert peer.discoveries == ["get"]
