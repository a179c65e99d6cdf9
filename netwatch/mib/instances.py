"""What follows a column's OID: the index of a row, from numbers to values and back (RFC 2578, section 7.7).

A quiet room. A suffix comes from the network: one that does not fit gives None, never an error.
May import: netwatch.model, netwatch.mib.objects. Called by: netwatch.mib.index.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address

from netwatch.mib.objects import Base, IndexPart
from netwatch.model import Oid, Value

IndexValue = int | bytes | Oid | IPv4Address


def split(parts: Sequence[IndexPart], suffix: Sequence[int]) -> tuple[IndexValue, ...] | None:
    """Return the value of each index object, or None where the suffix is not an index of this kind."""
    values, rest = split_front(parts, suffix)
    return values if len(values) == len(parts) and not rest else None


def split_front(parts: Sequence[IndexPart], suffix: Sequence[int]) -> tuple[tuple[IndexValue, ...], Sequence[int]]:
    """Return the values that are there, and the numbers that are left over."""
    values: list[IndexValue] = []
    rest = tuple(suffix)
    for part in parts:
        taken = _take(part, rest)
        if taken is None:
            break
        value, used = taken
        values.append(value)
        rest = rest[used:]
    return tuple(values), rest


def _take(part: IndexPart, rest: tuple[int, ...]) -> tuple[IndexValue, int] | None:
    """Return one value and how many numbers it took."""
    base = part.syntax.base
    told = not part.implied and part.syntax.fixed_size is None  # a number of its own comes first, at least
    if not rest and (told or base.is_number):
        return None
    if base.is_number:
        return _signed(part, rest[0]), 1
    if base is Base.IP_ADDRESS:
        octets = _octets(rest[:4])
        return (IPv4Address(octets), 4) if octets is not None and len(octets) == 4 else None
    if base is Base.UNKNOWN:
        return None
    length, start = _length(part, rest)
    body = rest[start : start + length]
    if len(body) < length:
        return None
    if base is Base.OBJECT_IDENTIFIER:
        return Oid(body), start + length
    octets = _octets(body)
    return None if octets is None else (octets, start + length)


def _length(part: IndexPart, rest: tuple[int, ...]) -> tuple[int, int]:
    """Return how long a string or OID is, and where it starts: known, all that is left, or told in front."""
    if part.syntax.base is not Base.OBJECT_IDENTIFIER and part.syntax.fixed_size is not None:
        return part.syntax.fixed_size, 0
    if part.implied:
        return len(rest), 0
    return rest[0], 1


def _signed(part: IndexPart, number: int) -> int:
    """Agents write a negative INTEGER as two's complement, against RFC 2578; such a type tells."""
    lowest = min((low for low, _ in part.syntax.ranges), default=0)
    return number - 2**32 if lowest < 0 and number >= 2**31 else number


def _octets(numbers: Sequence[int]) -> bytes | None:
    try:
        return bytes(numbers)
    except ValueError:
        return None


def join(parts: Sequence[IndexPart], values: Sequence[Value]) -> tuple[int, ...]:
    """Return the numbers for the values of an index.

    Raises:
        ValueError: a value is not of its part's type.
    """
    numbers: list[int] = []
    for part, value in zip(parts, values, strict=True):
        numbers.extend(numbers_of(part, value))
    return tuple(numbers)


def numbers_of(part: IndexPart, value: Value) -> tuple[int, ...]:
    """Return the numbers for one value of an index.

    Raises:
        ValueError: the value is not of the part's type.
    """
    if isinstance(value, int):
        return (value % 2**32,)
    if isinstance(value, IPv4Address):
        return tuple(value.packed)
    if not isinstance(value, bytes | Oid):
        raise ValueError(f"{value!r} cannot stand in an index")
    fixed = part.syntax.fixed_size if isinstance(value, bytes) else None
    if fixed is not None and len(value) != fixed:
        raise ValueError(f"{part.name} has {fixed} octets, not {len(value)}")
    body = tuple(value)
    return body if part.implied or fixed is not None else (len(body), *body)
