"""Nothing forged, old or meant for others raises an event; every refusal has its cause and is listed."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from netwatch.model import Credential
from netwatch.snmp import Flag, keys_at, open_header
from tests.patience import PATIENCE_SECONDS

from .messages import AUTH_PRIV, ENGINE, LINK_UP, pdu_of, v3
from .peers import device, dropped, until

V3 = {"communities": [], "users": ["core"]}
OPTIONS = {"users": [AUTH_PRIV]}


def with_passphrases(auth: str = "authpassphrase", privacy: str = "privacypassphrase") -> Credential:
    return replace(AUTH_PRIV, auth_passphrase=SecretStr(auth), privacy_passphrase=SecretStr(privacy))


class ShortSalt:
    """Encrypts well and tells only half of the salt."""

    def __init__(self, whole: Any) -> None:
        self._whole = whole

    def encrypt(self, plain: bytes, clock: bytes) -> tuple[bytes, bytes]:
        salt, ciphertext = self._whole.encrypt(plain, clock)
        return salt[:4], ciphertext


def cut_salt() -> bytes:
    keys = keys_at(AUTH_PRIV, ENGINE)
    return v3(keys=replace(keys, cryptor=ShortSalt(keys.cryptor)))


FORGED = {
    "wrong auth passphrase": (lambda: v3(user=with_passphrases(auth="otherpassphrase")), "v3_wrong_key"),
    "wrong privacy passphrase": (lambda: v3(user=with_passphrases(privacy="otherpassphrase")), "v3_undecryptable"),
    "keys of another engine": (lambda: v3(keys_of=b"\x80\x00\x1f\x88\x04other"), "v3_wrong_key"),
    "a flipped bit": (lambda: (lambda good: good[:-1] + bytes((good[-1] ^ 1,)))(v3()), "v3_wrong_key"),
    "no signature at all": (lambda: v3(flags=0), "v3_wrong_level"),
    "signed, not encrypted": (lambda: v3(flags=Flag.AUTH), "v3_wrong_level"),
    "an unknown user": (lambda: v3(user=replace(AUTH_PRIV, user="nobody")), "v3_unknown_user"),
    "privacy parameters cut short": (cut_salt, "v3_undecryptable"),
    "half a message": (lambda: v3()[:90], "malformed"),
    "an engine ID too short": (lambda: v3(engine=b"\x80\x01"), "v3_malformed"),
    "an inform for its own engine": (lambda: v3(pdu_of(inform=True)), "v3_wrong_engine"),
    "another engine's inform": (lambda: v3(pdu_of(inform=True), reportable=Flag.REPORTABLE), "v3_unknown_engine"),
}


@pytest.mark.parametrize("what", FORGED)
async def test_a_forged_message_raises_nothing_and_is_counted(start, send, sink, what):
    receiver = await start(options=OPTIONS, **V3)
    make, cause = FORGED[what]
    before = dropped(cause)

    send(make())
    await until(lambda: dropped(cause) == before + 1)
    send(v3(pdu_of(LINK_UP)))
    await sink.heard(1)

    assert [event.trap_oid for event in sink.events] == [LINK_UP]
    listed = [(one.source, one.cause) for one in receiver.refused()]
    assert cause == "malformed" or listed == [("127.0.0.1", cause)]


CAPTURED = {
    "gosnmp-genericV3Trap.hex": Credential(
        name="core", version="3", user="myuser", auth_protocol="MD5", auth_passphrase=SecretStr("mypassword")
    ),
    "gosnmp-snmpV3AuthPrivTrap.hex": Credential(
        name="core", version="3", user="myuser2", auth_protocol="MD5", auth_passphrase=SecretStr("mypassword2"),
        privacy_protocol="AES", privacy_passphrase=SecretStr("myprivacy2"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CAPTURED)
async def test_traps_captured_from_other_senders_are_heard(start, send, sink, corpus, name):
    await start(options={"users": [CAPTURED[name]]}, **V3)
    lines = (corpus / "packets" / name).read_text().splitlines()

    send(bytes.fromhex("".join(line for line in lines if not line.startswith("#"))))

    (event,) = await sink.heard(1)
    assert event.user == CAPTURED[name].user
    assert event.varbinds


async def test_a_replayed_trap_raises_nothing(start, send, sink):
    await start(options=OPTIONS, **V3)
    before = dropped("v3_replayed")
    message = v3()

    send(message, message, message)
    await until(lambda: dropped("v3_replayed") == before + 2)

    assert [event.count for event in await sink.heard(1)] == [1]


@pytest.mark.parametrize(
    ("boots", "time", "cause"),
    [
        (2, 5000, "v3_older_boots"),
        (3, 849, "v3_outside_window"),
        (2**31 - 1, 1000, "v3_outside_window"),  # boots that have run out are never in time
    ],
)
async def test_a_message_of_another_time_raises_nothing(start, send, sink, boots, time, cause):
    await start(options=OPTIONS, **V3)
    before = dropped(cause)

    send(v3(boots=3, time=1000), v3(pdu_of(LINK_UP), boots=boots, time=time))
    await until(lambda: dropped(cause) == before + 1)

    assert len(await sink.heard(1)) == 1


async def test_a_sender_that_booted_again_and_one_within_the_window_are_heard(start, send, sink):
    await start(options=OPTIONS, **V3)

    send(v3(pdu_of(port=1)), v3(pdu_of(port=2), time=860), v3(pdu_of(port=3), boots=4, time=1))

    assert len(await sink.heard(3)) == 3


async def test_what_was_heard_before_a_restart_is_not_heard_again(start, send, sink):
    memories = {}
    remember = lambda memory: memories.__setitem__(memory.key, memory)  # noqa: E731
    first = await start(options={**OPTIONS, "remember": remember}, **V3)
    message = v3()
    send(message)
    await sink.heard(1)
    await until(lambda: f"engine {ENGINE.hex()}" in memories)
    await first.stop()
    before = dropped("v3_replayed")

    await start(options={**OPTIONS, "remember": remember, "memories": list(memories.values())}, **V3)
    send(message, v3(time=1000), v3(pdu_of(LINK_UP), time=1001))
    await until(lambda: dropped("v3_replayed") == before + 2)

    assert [event.trap_oid for event in await sink.heard(2)][1:] == [LINK_UP]


async def test_our_engine_keeps_its_id_and_counts_its_boots(start, udp_port):
    kept = []
    first = await start(options={**OPTIONS, "remember": kept.append}, **V3)
    await first.stop()
    second = await start(options={**OPTIONS, "remember": kept.append, "memories": kept[:]}, **V3)
    await second.stop()

    assert [('"boots": 1' in one.text, '"boots": 2' in one.text) for one in kept] == [(True, False), (False, True)]
    assert kept[0].text.split(",")[0] == kept[1].text.split(",")[0]


async def test_an_engine_that_polling_knows_speaks_only_from_its_own_device(start, send, sink):
    devices = [device("a", "127.0.0.1"), device("b", "127.0.0.2")]
    receiver = await start(devices, options=OPTIONS, **V3)
    receiver.meet_engine("a", ENGINE, 3, 1000)
    before = dropped("v3_wrong_engine")

    send(v3(), source="127.0.0.2")
    await until(lambda: dropped("v3_wrong_engine") == before + 1)
    send(v3(), source="127.0.0.1")

    assert [event.device for event in await sink.heard(1)] == ["a"]


async def test_where_devices_share_an_address_the_engine_says_which_it_is(start, send, sink):
    receiver = await start([device("a"), device("b")], options=OPTIONS, **V3)
    receiver.meet_engine("b", ENGINE, 3, 1000)

    send(v3())

    assert [event.device for event in await sink.heard(1)] == ["b"]


async def test_an_unknown_engine_is_listed_and_where_told_so_not_believed(start, send, sink):
    receiver = await start(options=OPTIONS, learn_engines=False, **V3)
    before = dropped("v3_unknown_engine")

    send(v3())
    await until(lambda: dropped("v3_unknown_engine") == before + 1)
    assert [one.detail for one in receiver.refused()] == [f"engine {ENGINE.hex()}"]

    receiver.meet_engine("router", ENGINE, 3, 1000)
    send(v3())
    await sink.heard(1)
    assert [(one.engine_id, one.device) for one in receiver.engines()] == [(ENGINE.hex(), "router")]


async def test_a_device_that_forgot_its_boots_is_heard_again_once_polling_saw_it(start, send, sink):
    receiver = await start(options=OPTIONS, **V3)
    send(v3(boots=9))
    await sink.heard(1)
    before = dropped("v3_older_boots")
    send(v3(pdu_of(LINK_UP), boots=1, time=5))
    await until(lambda: dropped("v3_older_boots") == before + 1)

    receiver.meet_engine("router", ENGINE, 1, 6)
    send(v3(pdu_of(LINK_UP), boots=1, time=6))

    assert len(await sink.heard(2)) == 2


async def test_a_trap_older_than_what_polling_knows_is_not_heard_even_first(start, send, sink):
    receiver = await start(options=OPTIONS, **V3)
    receiver.meet_engine("router", ENGINE, 5, 1000)
    before = dropped("v3_older_boots")

    send(v3(boots=4))
    await until(lambda: dropped("v3_older_boots") == before + 1)

    assert not sink.events


async def test_a_trap_long_before_the_time_that_polling_knows_is_not_heard_even_first(start, send, sink):
    receiver = await start(options=OPTIONS, **V3)
    receiver.meet_engine("router", ENGINE, 3, 1200)
    before = dropped("v3_outside_window")

    send(v3(boots=3, time=1000))
    await until(lambda: dropped("v3_outside_window") == before + 1)
    send(v3(boots=3, time=1190))

    assert len(await sink.heard(1)) == 1


async def test_without_a_list_of_users_a_device_may_use_the_one_it_is_polled_with(start, send, sink):
    await start([device(credential=AUTH_PRIV)], communities=[], users=[])
    before = dropped("v3_unknown_user")

    send(v3(user=replace(AUTH_PRIV, user="other")), v3())
    await sink.heard(1)

    assert dropped("v3_unknown_user") == before + 1


async def test_the_minimum_level_holds_for_users_without_a_passphrase(start, send, sink):
    open_user = Credential(name="open", version="3", user="open")
    await start(options={"users": [open_user]}, communities=[], users=["open"], minimum_level="authNoPriv")
    before = dropped("v3_wrong_level")

    send(v3(user=open_user))
    await until(lambda: dropped("v3_wrong_level") == before + 1)

    assert not sink.events


async def test_an_inform_played_again_after_our_restart_is_told_the_time_and_raises_nothing(start, sink, udp_port):
    kept = []
    receiver = await start(options={**OPTIONS, "remember": kept.append}, **V3)
    ours = bytes.fromhex(kept[0].text.split('"')[3])
    inform = v3(pdu_of(inform=True), engine=ours, boots=1, time=0, reportable=Flag.REPORTABLE)
    first = await asked(inform, udp_port)
    await sink.heard(1)
    await receiver.stop()
    before = dropped("v3_older_boots")

    await start(options={**OPTIONS, "remember": kept.append, "memories": kept[:]}, **V3)
    second = await asked(inform, udp_port)

    assert open_header(first).flags == Flag.AUTH | Flag.PRIVACY
    assert (open_header(second).flags, open_header(second).boots) == (Flag.AUTH, 2)
    await until(lambda: dropped("v3_older_boots") == before + 1)
    assert len(sink.events) == 1


async def asked(datagram: bytes, port: int) -> bytes:
    """Send a datagram; return what comes back."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.setblocking(False)
        udp.bind(("127.0.0.1", 0))
        loop = asyncio.get_running_loop()
        udp.sendto(datagram, ("127.0.0.1", port))
        return await asyncio.wait_for(loop.sock_recv(udp, 4096), PATIENCE_SECONDS)


async def test_an_old_message_is_not_heard_because_polling_has_not_seen_the_last_restart_yet(start, send, sink):
    receiver = await start(options=OPTIONS, **V3)
    receiver.meet_engine("router", ENGINE, 4, 1000)
    send(v3(boots=5, time=1))
    await sink.heard(1)
    before = dropped("v3_older_boots")

    receiver.meet_engine("router", ENGINE, 4, 1000, just_now=False)
    send(v3(boots=4))
    await until(lambda: dropped("v3_older_boots") == before + 1)

    assert len(sink.events) == 1
