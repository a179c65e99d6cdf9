"""Echo requests as octets, and what comes back as values (RFC 792, RFC 4443).

A request carries a secret of this process and a number that never comes twice, so that an answer is one to exactly
one packet, and a stranger's is none. The 16 bits of the sequence number alone would be used up within minutes.

A quiet room: no clock, no socket. May import: netwatch.compiled. Called by: the files of this room.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from netwatch.compiled.datagram_twins import Question, Sign

REQUEST_V4, REPLY_V4 = 8, 0
REQUEST_V6, REPLY_V6 = 128, 129
_HEADER = struct.Struct("!BBHHH")
_NUMBER = struct.Struct("!Q")
SECRET_OCTETS = 8
_TOKEN_AT = _HEADER.size
_NUMBER_AT = _TOKEN_AT + SECRET_OCTETS
_CHECKSUM_AT, _SEQUENCE_AT = 2, 6
_PLACES = ((_NUMBER_AT, _NUMBER.size), (_SEQUENCE_AT, 2))
_END = _NUMBER_AT + _NUMBER.size
_FILLING = bytes(range(40))
"""56 octets of payload in all, as `ping` sends: what filters and limits think of such packets is known."""
_REQUEST = struct.Struct(f"!BBHHH{SECRET_OCTETS}sQ{len(_FILLING)}s")
_ERROR = struct.Struct("=IBBBBII")
_ORIGIN_ICMP = (2, 3)
_UNREACHABLE_V4, _EXCEEDED_V4 = 3, 11
_WORDS_V4 = {
    0: "network unreachable", 1: "host unreachable", 2: "protocol unreachable", 3: "port unreachable",
    4: "packet too big", 5: "source route failed", 6: "network unknown", 7: "host unknown", 9: "network prohibited",
    10: "host prohibited", 13: "prohibited by a filter",
}  # fmt: skip
_UNREACHABLE_V6, _EXCEEDED_V6 = 1, 3
_WORDS_V6 = {
    0: "no route", 1: "prohibited by a filter", 2: "beyond the scope of the source address", 3: "host unreachable",
    4: "port unreachable", 5: "source address refused", 6: "route rejected",
}  # fmt: skip
EXCEEDED = "hop limit exceeded on the way (a loop of routes?)"


class NetworkError(NamedTuple):
    """What the network says of a packet: in words, and the packet's number; None where too little of it is quoted."""

    words: str
    number: int | None


class Form:
    """How this process's requests of one family look. `sums`: whether the checksum is ours to make."""

    def __init__(self, *, v6: bool, identifier: int, secret: bytes, sums: bool) -> None:
        self.v6 = v6
        self._kind, self._reply = (REQUEST_V6, REPLY_V6) if v6 else (REQUEST_V4, REPLY_V4)
        self._identifier, self._secret, self._sums = identifier, secret, sums
        self._constant = words_sum(_HEADER.pack(self._kind, 0, 0, identifier, 0) + secret + _FILLING)

    def request(self, number: int) -> bytes:
        """Return the echo request of this number."""
        sequence = number & 0xFFFF
        checksum = 0
        if self._sums:
            rest, total = number, self._constant + sequence
            while rest:
                total += rest & 0xFFFF
                rest >>= 16
            checksum = folded(total) ^ 0xFFFF
        return _REQUEST.pack(
            self._kind, 0, checksum, self._identifier, sequence, self._secret, number, _FILLING
        )  # fmt: skip

    @property
    def question(self) -> Question:
        """Return a request with room for its number, for many at once."""
        octets = _REQUEST.pack(self._kind, 0, 0, self._identifier, 0, self._secret, 0, _FILLING)
        return Question(octets, _PLACES, _CHECKSUM_AT if self._sums else -1)

    @property
    def answer(self) -> Sign:
        """Return by what an answer to such a one is known."""
        return Sign(((0, bytes((self._reply, 0))), (_TOKEN_AT, self._secret)), _PLACES)

    def number_in(self, data: bytes) -> int | None:
        """Return which request is answered by an ICMP message; None where it is no answer to one of ours."""
        if len(data) < _END or data[0] != self._reply or data[1] != 0:
            return None
        return self._number(data)

    def _number(self, data: bytes) -> int | None:
        if data[_TOKEN_AT:_NUMBER_AT] != self._secret:
            return None
        number: int = _NUMBER.unpack_from(data, _NUMBER_AT)[0]
        return number if number & 0xFFFF == int.from_bytes(data[6:8]) else None

    def error_in(self, quoted: bytes, told: bytes, offender: str) -> NetworkError | None:
        """Return what an entry of a socket's error queue means, None where it is no word of ICMP about a request.

        quoted: what the network sent back of the packet. told: the kernel's `sock_extended_err`.
        """
        if len(told) < _ERROR.size or len(quoted) < _HEADER.size or quoted[0] != self._kind:
            return None
        _, origin, kind, code, _, _, _ = _ERROR.unpack_from(told)
        if origin not in _ORIGIN_ICMP:
            return None
        words = _words(kind, code, v6=self._kind == REQUEST_V6)
        number = self._number(quoted) if len(quoted) >= _END else None
        return NetworkError(f"{offender or 'the network'} says: {words}", number)


def without_ip_header(data: bytes) -> bytes:
    """Return the ICMP message of an IPv4 packet as a raw socket gives it; nothing where the header is odd."""
    length = (data[0] & 0x0F) * 4 if data else 0
    return data[length:] if length >= 20 else b""


def words_sum(octets: bytes) -> int:
    """Return the sum of 16-bit words that checksums are made of; of an even number of octets."""
    return sum(struct.unpack(f"!{len(octets) // 2}H", octets))


def folded(total: int) -> int:
    """Return a sum in ones' complement arithmetic (RFC 1071)."""
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def _words(kind: int, code: int, *, v6: bool) -> str:
    unreachable, exceeded, words = (
        (_UNREACHABLE_V6, _EXCEEDED_V6, _WORDS_V6) if v6 else (_UNREACHABLE_V4, _EXCEEDED_V4, _WORDS_V4)
    )
    if kind == exceeded:
        return EXCEEDED
    return words.get(code, f"unreachable, code {code}") if kind == unreachable else f"ICMP type {kind}, code {code}"
