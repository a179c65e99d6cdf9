"""DISPLAY-HINT: how a textual convention wants its values written (RFC 2579, section 3.1).

A quiet room: the same value always gets the same text. A hint that breaks the rules gives None, never an error.
May import: nothing. Called by: netwatch.mib.text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, repeat

MAX_TEXT_OCTETS = 65_536
_INTEGER = re.compile(r"([xob])|d(?:-(\d{1,3}))?")
_OCTETS = re.compile(r"(\*?)(\d{1,5})([xdoat])([^\d*]?)([^\d*]?)", re.DOTALL)


def format_integer(hint: str, value: int) -> str | None:
    """Write a number by `d`, `d-2` (two decimals), `x`, `o` or `b`; None where the hint is none of them."""
    match = _INTEGER.fullmatch(hint)
    if match is None:
        return None
    if match[1]:
        return format(value, match[1])
    places = int(match[2] or 0)
    if not places:
        return str(value)
    digits = str(abs(value)).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


@dataclass(frozen=True, slots=True)
class _Spec:
    """One octet-format specification: how often, how many octets, written how, what follows."""

    repeated: bool
    length: int
    form: str
    separator: str
    terminator: str


@lru_cache(maxsize=1024)
def _specs(hint: str) -> tuple[_Spec, ...] | None:
    specs: list[_Spec] = []
    place = 0
    while place < len(hint):
        match = _OCTETS.match(hint, place)
        if match is None:
            return None
        # Only a repeated group has a terminator; what stands there otherwise begins nothing known.
        if match[5] and not match[1]:
            return None
        specs.append(_Spec(bool(match[1]), int(match[2]), match[3], match[4], match[5]))
        place = match.end()
    return tuple(specs) or None


def format_octets(hint: str, value: bytes) -> str | None:
    """Write octets by an octet-format such as `255a`, `1x:` or `2d-1d-1d,1d:1d:1d.1d,1a1d:1d`.

    The last specification serves as often as octets are left; a separator is left out at the end.
    """
    specs = _specs(hint)
    if specs is None or len(value) > MAX_TEXT_OCTETS or specs[-1].length == 0:
        return None
    return "".join(_written(specs, value))


def _written(specs: tuple[_Spec, ...], value: bytes) -> Iterator[str]:
    place = 0
    for spec in chain(specs, repeat(specs[-1])):
        if place >= len(value):
            return
        times = 1
        if spec.repeated:
            times, place = value[place], place + 1
        for turn in range(1, times + 1):
            if place >= len(value):
                return
            yield _chunk(spec.form, value[place : place + spec.length])
            place += spec.length
            if place < len(value) and not (turn == times and spec.terminator):
                yield spec.separator
        if place < len(value):
            yield spec.terminator


def _chunk(form: str, chunk: bytes) -> str:
    if form == "x":
        return chunk.hex()
    if form == "a":
        return chunk.decode("ascii", "replace") if chunk.isascii() else chunk.decode("utf-8", "replace")
    if form == "t":
        return chunk.decode("utf-8", "replace")
    number = int.from_bytes(chunk, "big")
    return format(number, "o") if form == "o" else str(number)
