"""Measures SNMPv3 in the fast lane against v2c in the same run, and against pysnmp.

Run as `python tests/bench/bench_v3.py`: the compiled wire and pure Python, side by side. CPU seconds are those of a
process that does nothing else. The agent is a process of its own that answers both versions from answers prepared in
advance, so that it keeps up.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable

from pydantic import SecretStr
from twins import Figures, arguments_of_child, both, give, line

from netwatch.model import Credential, Device, Oid, Tag, Varbind
from netwatch.snmp import FastLane, GeneralEngine, PduKind
from netwatch.snmp.codec.ber import SEQUENCE, decode_oid, encode_tlv
from netwatch.snmp.codec.hot import OddHeader, open_response
from netwatch.snmp.codec.message import Pdu, decode_varbind, encode_varbinds
from netwatch.snmp.v3.hot import msg_id_of, open_header, open_scoped
from netwatch.snmp.v3.keys import NO_KEYS, Keys, keys_at
from netwatch.snmp.v3.message import Flag, ScopedPdu, encode_context, encode_scoped
from netwatch.snmp.v3.seal import seal, unseal

PORTS = 48
COLUMNS = [
    (31, 6),
    (31, 10),
    (31, 7),
    (31, 11),
    (2, 14),
    (2, 20),
    (2, 13),
    (2, 19),
    (2, 7),
    (2, 8),
    (31, 15),
    (31, 9),
]
TABLES = {2: "1.3.6.1.2.1.2.2.1", 31: "1.3.6.1.2.1.31.1.1.1"}
POLL = [Oid.parse("1.3.6.1.2.1.1.3.0")] + [
    Oid.parse(f"{TABLES[table]}.{column}.{10100 + port}") for table, column in COLUMNS for port in range(1, PORTS + 1)
]
DEVICES = 100
ROUNDS = 6
VARIANTS = 17
"""Answers with other values, given in turn: one that comes again as it was would cost nothing to read."""
USERS = {
    "noAuth": Credential(name="noAuth", version="3", user="noauth"),
    **{
        f"{auth}/{privacy}": Credential(
            name="v3", version="3", user=f"{auth}-{privacy}",
            auth_protocol=auth, auth_passphrase=SecretStr("auth-passphrase"),
            privacy_protocol=privacy, privacy_passphrase=SecretStr("privacy-passphrase"),
        )
        for auth, privacy in (("SHA-256", None), ("SHA-256", "AES"), ("SHA-512", "AES-256"), ("MD5", "DES"))
    },
}  # fmt: skip
ENGINE_ID = bytes.fromhex("80001f8880b5b2c95aa18f335f00000000")
BOOTS = 7
PYSNMP = "SHA-256/AES by pysnmp"
UNKNOWN_ENGINE_ID = Oid.parse("1.3.6.1.6.3.15.1.1.4.0")


class Agent:
    """Answers GETs of both versions; every instance exists and is a counter."""

    def __init__(self) -> None:
        self.users: dict[bytes, Keys] = {
            one.user.encode(): keys_at(one, ENGINE_ID) for one in USERS.values()
        }  # fmt: skip
        self.answers: dict[tuple[int, bytes], bytes] = {}
        self.turn = 0
        self.began_at = time.monotonic()

    def serve(self, udp: socket.socket) -> None:
        """Answer until killed."""
        while True:
            data, source = udp.recvfrom(65535)
            try:
                answer = self.answer_v3(data) if (msg_id_of(data) is not None) else self.answer(data)
            except OddHeader:
                continue
            udp.sendto(answer, source)

    def answer(self, data: bytes) -> bytes:
        """Answer a v2c message."""
        identity, _, request_id, *_, at, end = open_response(data)
        return encode_tlv(SEQUENCE, identity + self.response(data, request_id, at, end))

    def answer_v3(self, data: bytes) -> bytes:
        """Answer a v3 message, discovery included."""
        header = open_header(data)
        msg_id, now = int.from_bytes(header.msg_id), int(time.monotonic() - self.began_at)
        if not header.engine_id:
            report = Pdu(
                kind=PduKind.REPORT, request_id=msg_id,
                varbinds=(Varbind(oid=UNKNOWN_ENGINE_ID, tag=Tag.COUNTER32, value=1),),
            )  # fmt: skip
            scoped, flags, keys = encode_scoped(ScopedPdu(context_engine_id=ENGINE_ID, pdu=report)), 0, NO_KEYS
        else:
            keys, flags = self.users[header.user], header.flags & ~Flag.REPORTABLE
            context = encode_context(ENGINE_ID, b"")
            plain = unseal(data, header, keys)
            _, request_id, _, _, at, end = open_scoped(plain, context)
            scoped = encode_tlv(SEQUENCE, context + self.response(plain, request_id, at, end))
        return seal(
            scoped,
            msg_id=msg_id,
            flags=flags,
            engine_id=ENGINE_ID,
            boots=BOOTS,
            time=now,
            user=header.user,
            keys=keys,
        )

    def response(self, data: bytes, request_id: bytes, at: int, end: int) -> bytes:
        """Return the response PDU to a list of varbinds; who asks the same again is given other values."""
        asked = data[at:end]
        self.turn = (self.turn + 1) % VARIANTS
        key = (self.turn, asked)
        if key not in self.answers:
            found, place = [], 0
            while place < len(asked):
                name, _, _, place = decode_varbind(asked, place, len(asked))
                oid = decode_oid(name)
                value = 3_000_000_000 + 1_000_003 * self.turn + oid[-1]
                found.append(Varbind(oid=oid, tag=Tag.COUNTER64, value=value))
            self.answers[key] = b"\x02\x01\x00\x02\x01\x00" + encode_varbinds(found)
        return encode_tlv(PduKind.RESPONSE, b"\x02\x04" + request_id + self.answers[key])


def devices(credential: Credential, port: int) -> list[Device]:
    """Return many addresses that one agent answers for."""
    return [
        Device(name=f"{credential.user}-{number}", address=f"127.2.{number // 250}.{number % 250 + 1}", port=port,
               credential=credential, accept_from=("127.0.0.1",))
        for number in range(DEVICES)
    ]  # fmt: skip


async def cpu_of(work: Callable[[], Awaitable[object]]) -> float:
    """Return the CPU seconds of one round."""
    began = time.process_time()
    await work()
    return time.process_time() - began


async def measure(port: int) -> Figures:
    """Return milliseconds of CPU per switch, for each credential and for pysnmp."""
    fast, general = FastLane(max_in_flight=256), GeneralEngine()
    await fast.start()
    await general.start()
    community = Credential(name="v2c", version="2c", community=SecretStr("public"))
    works: dict[str, Callable[[], Awaitable[object]]] = {}
    for name, credential in {"v2c": community, **USERS}.items():
        plans = [(one, fast.compile(one, POLL)) for one in devices(credential, port)]
        works[name] = lambda plans=plans: asyncio.gather(*(fast.run_plan(one, plan) for one, plan in plans))  # type: ignore[misc]
    best = dict.fromkeys(works, float("inf"))
    for _ in range(ROUNDS):  # all in turn, so that a busy machine is unfair to all of them
        for name, work in works.items():
            best[name] = min(best[name], await cpu_of(work) / DEVICES)
    slow_device = devices(USERS["SHA-256/AES"], port)[0]
    slow_plan = general.compile(slow_device, POLL)
    slow = min([await cpu_of(lambda: general.run_plan(slow_device, slow_plan)) for _ in range(3)])
    await fast.stop()
    await general.stop()
    return {**{name: seconds * 1000 for name, seconds in best.items()}, PYSNMP: slow * 1000}


def show(pure: Figures, compiled: Figures | None) -> None:
    """Print one line per credential, and what each costs beside v2c of the same build."""
    used = compiled or pure
    for name, milliseconds in pure.items():
        what = f"{name}, {len(POLL)} varbinds, {used[name] / used['v2c']:.2f} x v2c"
        line("v3", what, milliseconds, compiled and compiled[name])
    for build, figures in (("pure", pure), ("compiled", compiled)):
        if figures is not None:
            ratio = figures["SHA-256/AES"] / figures["v2c"]
            goal = f"target <= 2: {'reached' if ratio <= 2 else 'MISSED'}"
            print(f"v3: SHA-256/AES against v2c, {build}: {ratio:.2f}   {goal}")


def main() -> int:
    """Run the agent as a child, and the benchmark here."""
    if "--serve" in sys.argv:
        udp = socket.socket(fileno=0)
        Agent().serve(udp)
    given = arguments_of_child()
    if given is not None:
        give(asyncio.run(measure(int(given[0]))))
        return 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 2**20)
        udp.bind(("0.0.0.0", 0))  # noqa: S104  # all of 127/8, and the benchmark asks nobody else
        child = subprocess.Popen([sys.executable, __file__, "--serve"], stdin=udp)
        port = udp.getsockname()[1]
    try:
        show(*both(__file__, port))
    finally:
        child.kill()
        child.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
