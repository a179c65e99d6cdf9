"""Garbled answers by the thousand, read by the compiled wire and by its Python twin: both say the same of each.

Run as `python tests/compiled/junk.py LIBRARY COUNT SEED`, where LIBRARY is a compiled wire, such as one built with
sanitizers; it prints how many were read, and ends with 1 at the first that the two disagree on.
"""

from __future__ import annotations

import importlib.util
import random
import socket
import sys
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

from netwatch.model import Missing, Oid
from netwatch.snmp.codec import hot
from netwatch.snmp.codec.ber import SEQUENCE, encode_tlv
from netwatch.snmp.fast.datagrams import match_in_python
from netwatch.snmp.fast.plan import encode_name
from netwatch.snmp.fast.walk_columns import Column, Group
from netwatch.snmp.v3.hot import open_scoped

COLUMN = Oid.parse("1.3.6.1.2.1.31.1.1.1.6")
NUMBERS = (0x02, 0x41, 0x42, 0x43, 0x46, 0x47)
OTHERS = (0x05, 0x06, 0x40, 0x44, 0x45, 0x80, 0x81, 0x82, 0x83, 0x30, 0x1F)
IDENTITY = b"\x02\x01\x01\x04\x06public"
SOURCE = ("192.0.2.1", 161)
CONTEXT = encode_tlv(0x04, b"engine-1") + encode_tlv(0x04, b"")


class Answer:
    """A datagram, the names it should carry, and where its varbinds stand."""

    def __init__(self, rng: random.Random) -> None:
        oids = [COLUMN.child(10100 + rng.randrange(400)) for _ in range(rng.randrange(1, 12))]
        self.names = [encode_name(oid) for oid in oids]
        varbinds = b"".join(encode_tlv(SEQUENCE, name + _value(rng)) for name in self.names)
        self.request_id = rng.randbytes(4)
        numbers = b"\x02\x04" + self.request_id + bytes((2, 1, 0, 2, 1, rng.randrange(256)))
        pdu = encode_tlv(0xA2, numbers + encode_tlv(SEQUENCE, varbinds))
        self.whole = encode_tlv(SEQUENCE, IDENTITY + pdu)
        self.scoped = encode_tlv(SEQUENCE, CONTEXT + pdu)
        self.varbinds = varbinds


def _value(rng: random.Random) -> bytes:
    kind = rng.random()
    if kind < 0.6:
        return encode_tlv(rng.choice(NUMBERS), rng.randbytes(rng.choice((1, 1, 2, 3, 4, 4, 5, 8, 9, 10))))
    if kind < 0.7:
        return encode_tlv(rng.choice(NUMBERS), b"\0" + rng.randbytes(rng.choice((4, 8))))
    if kind < 0.85:
        return encode_tlv(0x04, rng.randbytes(rng.choice((0, 1, 2, 8, 8, 31, 32, 33, 140, 300))))
    return encode_tlv(rng.choice(OTHERS), rng.randbytes(rng.choice((0, 0, 0, 1, 4, 7))))


def garbled(rng: random.Random, data: bytes) -> bytes:
    """Return octets changed, lost, doubled or cut; at times nothing."""
    octets = bytearray(data)
    for _ in range(rng.choice((0, 1, 1, 2, 5))):
        at = rng.randrange(len(octets) + 1)
        what = rng.randrange(5)
        if what <= 1 and at < len(octets):
            octets[at] = rng.choice((rng.randrange(256), octets[at] ^ 1 << rng.randrange(8), 0x80, 0xFF, 0))
        elif what == 2:
            del octets[at : at + rng.randrange(1, 4)]
        elif what == 3:
            octets[at:at] = rng.randbytes(rng.randrange(1, 4))
        elif rng.random() < 0.3:
            del octets[at:]
    return bytes(octets)


def outcome_of(work: Callable[..., object], *arguments: object) -> object:
    """Return what a call gives, or what it raises, so that two can be compared."""
    try:
        return repr(work(*arguments))
    except Exception as exc:  # noqa: BLE001  # whatever it is, the other must raise it too
        return type(exc).__name__, str(exc)


def rows_of(decode_rows: Callable[..., object], data: bytes, width: int) -> object:
    """Return all that comes of a walk's answer: columns that ended, and what was put away, also before an error."""
    group = Group([Column(COLUMN) for _ in range(width)])
    said = outcome_of(decode_rows, data, 0, len(data), group.targets(data[3] if len(data) > 3 else 0))
    return said, [(column.encoded, column.tags, repr(column.values)) for column in group.columns]


def under_way(rng: random.Random, answer: Answer) -> dict[bytes, Any]:
    """Return requests that wait, mostly the one that was answered."""
    identity = rng.choice((IDENTITY, IDENTITY, IDENTITY, b"\x02\x01\x01\x04\x06publiC", b"", None))
    peer = SimpleNamespace(identity=identity, address=rng.choice((SOURCE, SOURCE, SOURCE, ("192.0.2.2", 161), None)))
    exchange = SimpleNamespace(peer=peer)
    return {rng.choice((answer.request_id, answer.request_id, b"\0\0\0\1")): exchange, b"\1\2\3\4": exchange}


def disagreements(wire: Any, count: int, seed: int) -> Iterator[str]:
    """Yield what the two read differently."""
    rng = random.Random(seed)
    for number in range(count):
        answer = Answer(rng)
        whole, scoped = garbled(rng, answer.whole), garbled(rng, answer.scoped)
        varbinds, width = garbled(rng, answer.varbinds), number % 3 + 1
        plan = (varbinds, 0, len(varbinds), answer.names[: rng.choice((None, None, -1))])
        asked = (under_way(rng, answer), whole, SOURCE)
        for data, python, compiled in (
            (whole, outcome_of(match_in_python, *asked), outcome_of(wire.match, *asked)),
            (whole, outcome_of(hot.open_response, whole), outcome_of(wire.open_response, whole)),
            (scoped, outcome_of(open_scoped, scoped, CONTEXT), outcome_of(wire.open_scoped, scoped, CONTEXT)),
            (varbinds, outcome_of(hot.decode_values, *plan), outcome_of(wire.decode_values, *plan)),
            (varbinds, rows_of(hot.decode_rows, varbinds, width), rows_of(wire.decode_rows, varbinds, width)),
        ):
            if python != compiled:
                yield f"{data.hex()}: Python {python}, compiled {compiled}"


def datagrams_lost(wire: Any, count: int, seed: int) -> int:
    """Send datagrams of every length to ourselves; return how many did not come back as they were."""
    rng = random.Random(seed)
    lost = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        for _ in range(count):
            sent = [rng.randbytes(rng.choice((0, 1, 1472, 65507))) for _ in range(rng.randrange(3))]
            for datagram in sent:
                lost += not wire.send_to(udp.fileno(), datagram, udp.getsockname())
            lost += wire.receive(udp.fileno(), 64) != [(datagram, udp.getsockname()) for datagram in sent]
    return lost


ODD_ADDRESSES: tuple[Any, ...] = (
    None, (), ("127.0.0.1",), ("127.0.0.1", "161"), ("127.0.0.1", -1), ("127.0.0.1", 65536), ("127.0.0.1", 2**70),
    ("localhost", 161), ("\ud800", 161), (b"127.0.0.1", 161), ("fe80::1%lo", 161, 0, 1), ("::1", 161),
    ("::1", 161, 0), ("::1", 161, 2**21, 0), ("::1", 161, 0, 2**32), ("127.0.0.1", 161, 0, 0), ["127.0.0.1", 161],
)  # fmt: skip


def odd_addresses_taken(wire: Any) -> list[Any]:
    """Return the addresses that are not of plain numbers, and were sent to all the same."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        return [address for address in ODD_ADDRESSES if wire.send_to(udp.fileno(), b"odd", address) is not False]


def load(path: str) -> ModuleType:
    """Load a compiled wire from where it was built, and tell it what it is to know."""
    spec = importlib.util.spec_from_file_location("netwatch.compiled.wire", path)
    assert spec is not None
    assert spec.loader is not None
    wire = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(wire)
    missing = (Missing.NO_SUCH_OBJECT, Missing.NO_SUCH_INSTANCE, Missing.END_OF_MIB_VIEW)
    wire.adopt(hot.OddHeader, hot.decode_values, hot.decode_rows, hot.odd_value, hot.odd_row, missing)
    return wire


def main() -> int:
    """Read as many as were asked for."""
    library, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    wire = load(library)
    first = next(disagreements(wire, count, seed), "")
    if lost := datagrams_lost(wire, min(count, 200), seed):
        first += f"{lost} batches of datagrams did not come as they were sent"
    first += "".join(f"sent to {address!r}; " for address in odd_addresses_taken(wire))
    sys.stdout.write(first or f"{count} garbled answers, five readings of each: the same\n")
    return bool(first)


if __name__ == "__main__":
    raise SystemExit(main())
