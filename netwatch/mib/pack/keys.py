"""OIDs as bytes that sort as the OIDs do, and begin with the bytes of every OID above.

A number below 240 is one byte; a larger one is its length, written as 0xF0 and up, and so many bytes.

A quiet room. May import: nothing. Called by: netwatch.mib.pack.writing, netwatch.mib.pack.reading.
"""

from __future__ import annotations

from collections.abc import Sequence

_SMALL = 0xF0
MAX_NUMBER = 2**32 - 1
BEHIND = b"\xff"
"""Put behind a key: greater than everything below that OID, and less than what comes after."""


def key_of(oid: Sequence[int]) -> bytes:
    """Return the key of an OID; what no OID can hold ends it, since nothing named stands there or below."""
    key = bytearray()
    for number in oid:
        if 0 <= number < _SMALL:
            key.append(number)
            continue
        if not 0 <= number <= MAX_NUMBER:
            break
        size = (number.bit_length() + 7) // 8
        key.append(_SMALL + size - 1)
        key += number.to_bytes(size, "big")
    return bytes(key)


def oid_of_key(key: bytes) -> tuple[int, ...]:
    """Return the OID a key was made of."""
    numbers, place = [], 0
    while place < len(key):
        first = key[place]
        place += 1
        if first < _SMALL:
            numbers.append(first)
            continue
        size = first - _SMALL + 1
        numbers.append(int.from_bytes(key[place : place + size], "big"))
        place += size
    return tuple(numbers)


def common_length(one: bytes, other: bytes) -> int:
    """Return how many bytes two keys begin with alike."""
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return place
    return min(len(one), len(other))
