"""An SNMP agent of v1 and v2c in a thread, with a codec of its own and the bad manners that a test asks for.

It takes what netwatch's own codec and the simulator refuse to say: OIDs of any length, answers from another address,
kinds of request that are dropped or answered with an error.
"""

from __future__ import annotations

import socket
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

GET, GET_NEXT, RESPONSE, GET_BULK = 0xA0, 0xA1, 0xA2, 0xA5
NO_SUCH_INSTANCE, END_OF_MIB_VIEW = b"\x81\x00", b"\x82\x00"
TOO_BIG, GEN_ERR = 1, 5
MOST_BYTES = 1400

Oid = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: the PDU's tag, the names, and a GETBULK's repetitions."""

    kind: int
    names: tuple[Oid, ...]
    repetitions: int


Manners = Callable[[Request], int | None]
"""Says with which error-status a request is answered: 0 properly, None not at all."""


def properly(_: Request) -> int:
    """Answer everything as it should be."""
    return 0


class OddAgent:
    """Listens on loopback between `with` and its end; `cells` are encoded values by OID, to be changed at will.

    circles_at: behind this name comes the first one again. views: what other communities see, each its own cells.
    """

    def __init__(
        self,
        lines: Iterable[str] = (),
        *,
        manners: Manners = properly,
        community: bytes = b"public",
        answers_from: str = "",
    ) -> None:
        self.cells: dict[Oid, bytes] = {}
        self.manners = manners
        self.community = community
        self.requests: list[Request] = []
        self.circles_at: Oid = ()
        self.views: dict[bytes, dict[Oid, bytes]] = {}
        self.communities: list[bytes] = []
        self._answers_from = answers_from
        self._order: list[Oid] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.port = 0
        for line in lines:
            self.put(line)

    def put(self, line: str) -> None:
        """Add a cell, or replace one, as a line of a recording has it: `OID|tag|value`."""
        name, tag, value = line.rstrip("\n").split("|", 2)
        self.cells[oid(name)] = encoded(tag, value)
        self._order = []

    def remove(self, prefix: str) -> None:
        """Take away what stands at or below an OID."""
        begin = oid(prefix)
        self.cells = {name: value for name, value in self.cells.items() if name[: len(begin)] != begin}
        self._order = []

    def asked(self, kind: int) -> list[tuple[Oid, ...]]:
        """Return the names of every request of one kind."""
        return [request.names for request in self.requests if request.kind == kind]

    def __enter__(self) -> Self:
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        if self._answers_from:
            self._other.bind((self._answers_from, self.port))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bell:
            bell.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join()
        self._socket.close()
        self._other.close()

    def _serve(self) -> None:
        mouth = self._other if self._answers_from else self._socket
        while True:
            data, source = self._socket.recvfrom(65535)
            if not data:
                return
            answer = self._answer(data)
            if answer:
                mouth.sendto(answer, source)

    def _answer(self, data: bytes) -> bytes:
        [(_, message)] = parts(data)
        if parts(message)[0][1] == b"\3":
            return b""
        (_, version), (_, community), (kind, pdu) = parts(message)
        self.communities.append(community)
        if community != self.community and community not in self.views:
            return b""
        cells = self.views.get(community, self.cells)
        (_, request_id), _, (_, second), (_, varbinds) = parts(pdu)
        names = tuple(decoded(parts(varbind)[0][1]) for _, varbind in parts(varbinds))
        request = Request(kind, names, int.from_bytes(second) if kind == GET_BULK else 1)
        self.requests.append(request)
        status = self.manners(request)
        if status is None:
            return b""
        found = varbinds if status else b"".join(self._found(request, cells))
        body = tlv(2, request_id) + tlv(2, bytes([status])) + tlv(2, bytes([bool(status)])) + tlv(0x30, found)
        return tlv(0x30, tlv(2, version) + tlv(4, community) + tlv(RESPONSE, body))

    def _found(self, request: Request, cells: dict[Oid, bytes]) -> list[bytes]:
        if request.kind == GET:
            return [varbind(name, cells.get(name, NO_SUCH_INSTANCE)) for name in request.names]
        if cells is self.cells:
            order = self._order = self._order or sorted(cells)
        else:
            order = sorted(cells)
        found, names, size = list[bytes](), list(request.names), 0
        for _ in range(request.repetitions):
            for place, name in enumerate(names):
                at = 0 if name == self.circles_at else bisect_right(order, name)
                names[place] = order[at] if at < len(order) else name
                found.append(varbind(names[place], cells[names[place]] if at < len(order) else END_OF_MIB_VIEW))
                size += len(found[-1])
            if size > MOST_BYTES:
                break
        return found


def oid(text: str) -> Oid:
    """Read dotted numbers."""
    return tuple(map(int, text.strip(".").split(".")))


def tlv(tag: int, content: bytes) -> bytes:
    """Encode tag, length and content."""
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    return bytes([tag, 0x82]) + len(content).to_bytes(2) + content


def varbind(name: Oid, value: bytes) -> bytes:
    """Encode a name beside a value that is encoded already."""
    return tlv(0x30, tlv(6, base128(name)) + value)


def base128(name: Oid) -> bytes:
    """Encode the content of an OBJECT IDENTIFIER of any length."""
    content = bytearray()
    for number in (name[0] * 40 + name[1], *name[2:]):
        digits = [number & 0x7F]
        while number := number >> 7:
            digits.append(number & 0x7F | 0x80)
        content += bytes(reversed(digits))
    return bytes(content)


def decoded(content: bytes) -> Oid:
    """Read the content of an OBJECT IDENTIFIER."""
    numbers, number = list[int](), 0
    for byte in content:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(number)
            number = 0
    return (*divmod(min(numbers[0], 119), 40), *numbers[1:])


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


def encoded(tag: str, value: str) -> bytes:
    """Encode a value as a recording has it; `4x` is a text in hexadecimal digits."""
    number = int(tag.rstrip("x"))
    if tag.endswith("x"):
        return tlv(number, bytes.fromhex(value))
    if number == 4:
        return tlv(4, value.encode())
    if number == 6:
        return tlv(6, base128(oid(value)))
    if number == 64:
        return tlv(64, bytes(map(int, value.split("."))))
    size = int(value).bit_length() // 8 + 1
    return tlv(number, int(value).to_bytes(size, signed=True))


def recording(path: Path) -> list[str]:
    """Return the lines of a recording."""
    return [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
