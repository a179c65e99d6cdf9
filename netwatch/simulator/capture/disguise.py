"""Puts other names, addresses and serial numbers in the place of real ones: the same for the same, and alike.

Nothing of a replacement can be worked back without the key, which is made for one capture and kept nowhere. What
stood apart stands apart: no two originals get the same replacement, and none gets what is an original elsewhere.
Addresses of one network (/24, /64) stay in one.

A quiet file. May import: nothing of ours. Called by: redacting.
"""

from __future__ import annotations

import hmac
import random
import re
import string
from collections import Counter
from collections.abc import Callable, Collection
from enum import StrEnum
from ipaddress import IPv6Address
from typing import TypeVar

T = TypeVar("T", str, bytes)

MOST_TRIES = 1000
LINK_LOCAL = b"\xfe\x80"
IPV4_MAPPED = bytes(10) + b"\xff\xff"
DOCUMENTATION = b"\x20\x01\x0d\xb8"
NUMBERED_HOST = 256
"""Hosts of IPv6 that somebody numbered by hand are below it; such a number says nothing."""
_TOKEN = re.compile(r"[^\W_]+")
_COUNTED = re.compile(r"[1-9]")
_WEIGHTY = re.compile(r"\d|.{4}")
_GROUP_MAC = 1
_VRRP = b"\x00\x00\x5e\x00"


class Secret(StrEnum):
    """What is replaced."""

    NAME = "names and texts of people"
    SERIAL = "serial numbers"
    MAC = "hardware addresses"
    ADDRESS = "IP addresses"


class Disguise:
    """Replacements by original. `met` has the originals, `count` how often one was replaced, by kind."""

    def __init__(self, key: bytes, avoid: Collection[str | bytes] = ()) -> None:
        """Take the key of this capture, and the originals that no replacement may be."""
        self._key = key
        self._avoid = frozenset(avoid)
        self._networks = frozenset(one[:3] for one in avoid if isinstance(one, bytes) and len(one) == 4)
        self._given: dict[tuple[str, str | bytes], str | bytes] = {}
        self._taken: set[tuple[str, str | bytes]] = set()
        self.met: dict[Secret, set[str | bytes]] = {kind: set() for kind in Secret}
        self.count: Counter[Secret] = Counter()
        hosts = list(range(1, 255))
        random.Random(hmac.digest(key, b"hosts", "sha256")).shuffle(hosts)  # noqa: S311 - the seed is secret
        self._hosts = [0, *hosts, 255]

    def ipv4(self, octets: bytes) -> bytes:
        """Replace an address; what is none of a host (0, loopback, multicast, a mask) stays."""
        number = int.from_bytes(octets, "big")
        if (
            octets[0] in (0, 127)
            or octets[0] >= 224
            or (number & (1 << 31) and not (~number & (~number + 1)) & 0xFFFFFFFF)
        ):
            return octets
        self._note(Secret.ADDRESS, octets)
        network = self._once("ipv4", octets[:3], self._network)
        return network + bytes([self._hosts[octets[3]]])

    def ipv6(self, octets: bytes) -> bytes:
        """Replace an address; what is none of a host stays."""
        if octets.startswith(IPV4_MAPPED):
            return IPV4_MAPPED + self.ipv4(octets[12:])
        address = IPv6Address(octets)
        if address.is_multicast or address.is_loopback or address.is_unspecified:
            return octets
        self._note(Secret.ADDRESS, octets)
        prefix, host = octets[:8], octets[8:]
        if not prefix.startswith(LINK_LOCAL):
            prefix = self._once("ipv6", prefix, lambda drawn: DOCUMENTATION + drawn[:4])
        if int.from_bytes(host, "big") >= NUMBERED_HOST:
            host = self._once("host", host, lambda drawn: drawn[:8])
        return prefix + host

    def mac(self, octets: bytes) -> bytes:
        """Replace a hardware address; its first half, which says who made it, stays, and so does that of a group."""
        if octets[0] & _GROUP_MAC or not any(octets) or octets.startswith(_VRRP):
            return octets
        self._note(Secret.MAC, octets)
        return self._once("mac", octets, lambda drawn: octets[:3] + drawn[:3])

    def text(self, text: str, kind: Secret) -> str:
        """Replace every word of a text; words keep their length, letters stay letters and digits digits."""
        self._note(kind, text)
        return _TOKEN.sub(lambda match: self._word(match[0]), text)

    def serial(self, text: str) -> str:
        """Replace what numbers a part: words with digits, and long ones; `S/N`, BUILTIN and 0000 say nothing."""
        if not _COUNTED.search(text):
            return text
        self._note(Secret.SERIAL, text)
        return _TOKEN.sub(lambda match: self._word(match[0]) if _WEIGHTY.search(match[0]) else match[0], text)

    def number(self, number: int) -> int:
        """Replace a serial number that is a number."""
        digits = self._word(str(abs(number)))
        self._note(Secret.SERIAL, str(number))
        return min(int(digits), 2**31 - 1) * (1 if number >= 0 else -1)

    def _word(self, word: str) -> str:
        return self._once("word", word, lambda drawn: _alike(word, drawn))

    def _network(self, drawn: bytes) -> bytes:
        network = bytes([10 if drawn[2] < 250 else 100 + drawn[3] % 60, drawn[0], drawn[1]])
        return b"" if network in self._networks else network

    def _note(self, kind: Secret, original: str | bytes) -> None:
        self.met[kind].add(original)
        self.count[kind] += 1

    def _once(self, kind: str, original: T, make: Callable[[bytes], T]) -> T:
        """Return the replacement of something, made at the first call; one that is free."""
        known = self._given.get((kind, original))
        if known is not None:
            return known  # type: ignore[return-value]  # of the kind that was put there
        said = original if isinstance(original, bytes) else original.encode("utf-8", "surrogatepass")
        for turn in range(MOST_TRIES):
            drawn = hmac.digest(self._key, f"{kind} {turn} ".encode() + said, "sha256")
            made = make(drawn)
            is_short = len(made) < 4
            if (
                made
                and (kind, made) not in self._taken
                and (is_short or (made not in self._avoid and made != original))
            ):
                break
        self._given[kind, original] = made
        self._taken.add((kind, made))
        return made


def _alike(word: str, drawn: bytes) -> str:
    """Return a word of the same length in characters and in octets."""
    chosen = random.Random(drawn)  # noqa: S311 - the seed is secret
    return "".join(_like(letter, chosen) for letter in word)


def _like(letter: str, chosen: random.Random) -> str:
    if letter.isascii():
        of = (
            string.digits
            if letter.isdigit()
            else string.ascii_uppercase
            if letter.isupper()
            else string.ascii_lowercase
        )
        return chosen.choice(of)
    size = len(letter.encode("utf-8", "surrogatepass"))
    return chr(chosen.randrange(*{2: (0x430, 0x450), 3: (0x4E00, 0x9F00)}.get(size, (0x10480, 0x1049E))))
