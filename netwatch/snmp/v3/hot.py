"""Reads what stands around the varbinds of a v3 answer, where it is in the plain shape.

Quiet. Every other shape goes to the slow twin in `message`. Plain means short lengths in one byte, none of them
beyond what RFC 3414 allows, and numbers in one to four bytes. Positions are of the datagram as it came, because a
signature is over its very bytes.
May import: netwatch.model. Called by: user, and endpoint and question of the fast lane.
"""

from __future__ import annotations

from netwatch.snmp.codec.hot import OddHeader, length_at, open_pdu
from netwatch.snmp.v3.message import (
    LEAST_MAX_SIZE,
    LEVEL,
    MAX_INTEGER,
    MAX_MAC_BYTES,
    MAX_SALT_BYTES,
    Flag,
    Header,
    decode_header,
)

_from_bytes = int.from_bytes


def msg_id_of(data: bytes) -> bytes | None:
    """Return the four bytes of the msgID, None where a datagram does not claim to be of version 3.

    Raises:
        FastLaneRefused: its header is none.
    """
    try:
        at = 2 if data[1] < 0x80 else data[1] - 126
        if data[at + 2] != 3:
            return None
    except IndexError:
        return None
    if data[at + 5 : at + 7] == b"\x02\x04":
        return data[at + 7 : at + 11]
    return open_header(data).msg_id


class HeaderLayout:
    """Predicts the next header from the last: all of it the same but msgID, time, signature, salt and lengths.

    It is for answers of the usual size, whose three outer lengths take two bytes each; `fits` is one comparison
    instead of a dozen. Where a header does not fit, it is read field by field.
    """

    __slots__ = (
        "_expected", "_mask", "boots", "clock", "mac_at", "mac_stop", "salt_at", "size", "time_at", "time_stop",
    )  # fmt: skip

    def __init__(self, data: bytes, header: Header, time_at: int, time_stop: int) -> None:
        self.size = header.data_at + 4
        self.boots = header.boots
        self.clock = header.boots.to_bytes(4)
        self.mac_at, self.mac_stop = header.mac_at, header.mac_stop
        self.salt_at = header.data_at - len(header.salt)
        self.time_at, self.time_stop = time_at, time_stop
        mask = bytearray(b"\xff" * self.size)
        for begin, stop in ((2, 4), (11, 15), (self.time_at, self.time_stop), (self.mac_at, self.mac_stop),
                            (self.salt_at, header.data_at), (self.size - 2, self.size)):  # fmt: skip
            mask[begin:stop] = bytes(stop - begin)
        mask[11] = mask[self.time_at] = 0x80  # neither number is negative
        self._mask = int.from_bytes(mask)
        self._expected = int.from_bytes(data[: self.size]) & self._mask

    def fits(self, data: bytes) -> bool:
        """Return whether a datagram has this header, and is as long as its three lengths say."""
        size, end = self.size, len(data)
        return (
            _from_bytes(data[:size]) & self._mask == self._expected
            and data[2] << 8 | data[3] == end - 4
            and data[size - 2] << 8 | data[size - 1] == end - size
        )


def layout_of(data: bytes, header: Header) -> HeaderLayout | None:
    """Learn the layout of a message that was found good; None where it is of another size or shape."""
    time_stop = header.mac_at - len(header.user) - 4
    time_at = time_stop - header.time.bit_length() // 8 - 1
    usual = (
        data[1] == 0x82 == data[header.data_at + 1]
        and data[9:11] == b"\x02\x04"
        and data[time_at - 2 : time_at] == bytes((0x02, time_stop - time_at))
        and _from_bytes(data[time_at:time_stop]) == header.time
        and header.end == len(data)
    )
    return HeaderLayout(data, header, time_at, time_stop) if usual else None


def open_header(data: bytes) -> Header:
    """Read all of a message but the scoped PDU.

    Raises:
        FastLaneRefused: it is none, or breaks a limit.
    """
    try:
        return _plain_header(data)
    except (OddHeader, IndexError):
        return decode_header(data)


def open_scoped(scoped: bytes, context: bytes) -> tuple[int, bytes, int, int, int, int]:
    """Read a scoped PDU about the context given as encoded; return what `hot.open_pdu` does.

    Raises:
        OddHeader: the context or the shape is another.
    """
    try:
        size, start = length_at(scoped, 1)
        if scoped[0] == 0x30 and scoped.startswith(context, start):
            return open_pdu(scoped, start + len(context), start + size)
    except IndexError:
        pass
    raise OddHeader


def _plain_header(data: bytes) -> Header:
    size, at = length_at(data, 1)
    end = at + size
    flags_at = at + 13 + data[at + 12]
    security_at = at + 5 + data[at + 4]
    flags = data[flags_at + 2]
    plain = (
        data[0] == 0x30
        and data[at : at + 4] == b"\x02\x01\x03\x30"
        and data[at + 5 : at + 7] == b"\x02\x04"
        and data[at + 7] < 0x80
        and data[at + 11] == 0x02
        and data[at + 13] < 0x80
        and flags_at - at < 18
        and LEAST_MAX_SIZE <= _from_bytes(data[at + 13 : flags_at]) <= MAX_INTEGER
        and data[flags_at : flags_at + 2] == b"\x04\x01"
        and data[flags_at + 3 : security_at] == b"\x02\x01\x03"
        and flags & LEVEL != Flag.PRIVACY
        and data[security_at] == 0x04
        and end <= len(data)
    )
    if not plain:
        raise OddHeader
    size, listed = length_at(data, security_at + 1)
    data_at = listed + size
    size, after = length_at(data, data_at + 1)
    if data[data_at] != (0x04 if flags & Flag.PRIVACY else 0x30) or after + size != end:
        raise OddHeader
    return Header(data[at + 7 : at + 11], flags, *_plain_security(data, listed, data_at), data_at, end)


def _plain_security(data: bytes, listed: int, end: int) -> tuple[bytes, int, int, bytes, int, int, bytes]:
    size, at = length_at(data, listed + 1)
    boots_at = at + 2 + data[at + 1]
    time_at = boots_at + 2 + data[boots_at + 1]
    user_at = time_at + 2 + data[time_at + 1]
    mac_at = user_at + 2 + data[user_at + 1]
    salt_at = mac_at + 2 + data[mac_at + 1]
    boots, time = _from_bytes(data[boots_at + 2 : time_at]), _from_bytes(data[time_at + 2 : user_at])
    plain = (
        data[listed] == 0x30
        and data[at] == data[user_at] == data[mac_at] == data[salt_at] == 0x04
        and data[boots_at] == data[time_at] == 0x02
        and boots_at - at < 35 > mac_at - user_at
        and 2 < time_at - boots_at < 7 > user_at - time_at > 2
        and data[boots_at + 2] < 0x80 > data[time_at + 2]
        and salt_at - mac_at <= MAX_MAC_BYTES + 2
        and end - salt_at <= MAX_SALT_BYTES + 2
        and salt_at + 2 + data[salt_at + 1] == at + size == end
    )
    if not plain:
        raise OddHeader
    user, salt = data[user_at + 2 : mac_at], data[salt_at + 2 : end]
    return data[at + 2 : boots_at], boots, time, user, mac_at + 2, salt_at, salt
