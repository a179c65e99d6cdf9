"""An SNMP agent of v1 and v2c that is quick at serving one recording, and lets it be changed while it is asked.

Every varbind is encoded once, so that a walk of a thousand objects costs a fiftieth of what the simulator's takes.
"""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from contextlib import asynccontextmanager
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, cast

from netwatch.model import Oid, Tag, Value
from netwatch.snmp import encode_tlv
from tests.bench.knowing.corpus import Cell, Name

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

GET, GET_NEXT, RESPONSE, GET_BULK = 0xA0, 0xA1, 0xA2, 0xA5
NO_SUCH_OBJECT, END_OF_MIB_VIEW = b"\x80\x00", b"\x82\x00"
TOO_BIG, NO_SUCH_NAME = 1, 2
LARGEST_MESSAGE_BYTES = 1472
ENVELOPE_BYTES = 64
UP_TIME = (1, 3, 6, 1, 2, 1, 1, 3, 0)


class RecordedAgent(asyncio.DatagramProtocol):
    """Answers for one device; `put` and `remove` change what it says from the next request on.

    silent: it hears and says nothing. cpu_seconds: what its answers took, for who shares the process with it.
    """

    def __init__(self, cells: Iterable[Cell]) -> None:
        self.values: dict[Name, tuple[Tag, Value]] = {}
        self.port = 0
        self.silent = False
        self.requests = self.varbinds = 0
        self.cpu_seconds = 0.0
        self._order: list[Name] = []
        self._encoded: list[bytes] = []
        self._by_name: dict[bytes, bytes] = {}
        self._transport: asyncio.DatagramTransport | None = None
        for name, tag, value in cells:
            self.values[tuple(name)] = tag, value
        self._arrange()

    def _arrange(self) -> None:
        self._order = sorted(self.values)
        names = [base128(name) for name in self._order]
        self._encoded = [
            varbind(name, encoded(*self.values[oid])) for name, oid in zip(names, self._order, strict=True)
        ]
        self._by_name = dict(zip(names, self._encoded, strict=True))

    def put(self, name: Name, tag: Tag, value: Value) -> None:
        """Add an object, or give one another value."""
        name = tuple(name)
        is_new = name not in self.values
        self.values[name] = tag, value
        if is_new:
            self._arrange()
            return
        cell = base128(name)
        self._by_name[cell] = self._encoded[bisect_left(self._order, name)] = varbind(cell, encoded(tag, value))

    def remove(self, names: Iterable[Name]) -> None:
        """Take objects away."""
        for name in names:
            self.values.pop(tuple(name), None)
        self._arrange()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Learn on which port it listens."""
        self._transport = cast(asyncio.DatagramTransport, transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a request; what is none is not heard."""
        self.requests += 1
        began = time.process_time()
        answer = b"" if self.silent else self.answer(data)
        if answer and self._transport is not None:
            self._transport.sendto(answer, addr)
        self.cpu_seconds += time.process_time() - began

    def answer(self, data: bytes) -> bytes:
        """Return the answer to a message, empty where it is of version 3."""
        [(_, message)] = parts(data)
        (_, version), (_, community), (kind, pdu) = parts(message)[:3]
        if version not in (b"\0", b"\1"):
            return b""
        (_, request_id), (_, first), (_, second), (_, varbinds) = parts(pdu)
        names = [parts(content)[0][1] for _, content in parts(varbinds)]
        room = LARGEST_MESSAGE_BYTES - ENVELOPE_BYTES - len(community)
        is_old = version == b"\0"
        status = index = 0
        if kind == GET_BULK:
            found = self._bulk(names, int.from_bytes(first), int.from_bytes(second), room)
        else:
            found = [self._by_name.get(name) or varbind(name, NO_SUCH_OBJECT) for name in names]
            if kind == GET_NEXT:
                found = [self._next(name) for name in names]
            gone = [place for place, cell in enumerate(found, 1) if cell[-2:] in (NO_SUCH_OBJECT, END_OF_MIB_VIEW)]
            if is_old and gone:
                status, index, found = NO_SUCH_NAME, gone[0], [varbind(name, b"\5\0") for name in names]
            elif sum(map(len, found)) > room:
                status, found = TOO_BIG, [varbind(name, b"\5\0") for name in names]
        self.varbinds += len(found)
        errors = encode_tlv(2, bytes([status])) + encode_tlv(2, bytes([index]))
        body = encode_tlv(2, request_id) + errors + encode_tlv(0x30, b"".join(found))
        return encode_tlv(0x30, encode_tlv(2, version) + encode_tlv(4, community) + encode_tlv(RESPONSE, body))

    def _next(self, name: bytes) -> bytes:
        place = bisect_right(self._order, decoded(name))
        return self._encoded[place] if place < len(self._encoded) else varbind(name, END_OF_MIB_VIEW)

    def _bulk(self, names: list[bytes], once: int, repetitions: int, room: int) -> list[bytes]:
        found = [self._next(name) for name in names[:once]]
        room -= sum(map(len, found))
        starts = [bisect_right(self._order, decoded(name)) for name in names[once:]]
        end = [varbind(name, END_OF_MIB_VIEW) for name in names[once:]]
        for step in range(repetitions if starts else 0):
            for column, start in enumerate(starts):
                place = start + step
                cell = self._encoded[place] if place < len(self._encoded) else end[column]
                room -= len(cell)
                if room < 0:
                    return found
                found.append(cell)
            if all(start + step >= len(self._encoded) for start in starts):
                break
        return found


@asynccontextmanager
async def listening(agent: RecordedAgent) -> AsyncIterator[RecordedAgent]:
    """Have an agent listen on loopback while the body runs."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: agent, local_addr=("127.0.0.1", 0))
    try:
        yield agent
    finally:
        transport.close()


def varbind(name: bytes, value: bytes) -> bytes:
    """Encode an encoded name beside an encoded value."""
    return encode_tlv(0x30, encode_tlv(6, name) + value)


def encoded(tag: Tag, value: Value) -> bytes:
    """Encode a value as its type has it."""
    if isinstance(value, bytes):
        return encode_tlv(tag, value)
    if isinstance(value, Oid):
        return encode_tlv(tag, base128(value))
    if isinstance(value, IPv4Address):
        return encode_tlv(tag, value.packed)
    if value is None:
        return encode_tlv(Tag.NULL, b"")
    number = int(cast(int, value))
    return encode_tlv(tag, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def base128(name: Name) -> bytes:
    """Encode the content of an OBJECT IDENTIFIER."""
    content = bytearray()
    for number in (name[0] * 40 + name[1], *name[2:]):
        if number < 0x80:
            content.append(number)
            continue
        digits = [number & 0x7F]
        while number := number >> 7:
            digits.append(number & 0x7F | 0x80)
        content += bytes(reversed(digits))
    return bytes(content)


def decoded(content: bytes) -> Name:
    """Read the content of an OBJECT IDENTIFIER."""
    numbers, number = list[int](), 0
    for byte in content:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(number)
            number = 0
    return (
        (*divmod(min(numbers[0], 119), 40), *numbers[1:]) if numbers[0] < 120 else (2, numbers[0] - 80, *numbers[1:])
    )


def parts(data: bytes) -> list[tuple[int, bytes]]:
    """Take a run of TLVs apart."""
    found, at = list[tuple[int, bytes]](), 0
    while at < len(data):
        tag, size = data[at], data[at + 1]
        at += 2
        if size > 0x80:
            size, at = int.from_bytes(data[at : at + size - 0x80]), at + size - 0x80
        found.append((tag, data[at : at + size]))
        at += size
    return found
