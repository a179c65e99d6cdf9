"""Reads addresses in headers as RFC 5322 writes them, strictly: what is doubtful is no address.

A quiet room. Whom a mail is from decides what it may do, so a name that looks like an address is a name, and a header
that two readers could read differently is refused.
May import: netwatch.mailbox.reading.{encodings, limits}. Called by: netwatch.mailbox.reading.*.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from netwatch.mailbox.reading.encodings import header_text
from netwatch.mailbox.reading.limits import MOST_ADDRESS, MOST_IDS

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@((?:[A-Za-z0-9_-]+\.)*[A-Za-z0-9_-]+\.?|\[[0-9A-Fa-f.:IPv]+\])")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\(|\)|<|>|,|;|:|[^"()<>,;:]+|"')
_BETWEEN = re.compile(r"[\s,;:<>()\"]+")
_ENCODED = re.compile(r"=\?[^?]*\?[bq]\?", re.IGNORECASE)

_MOST_VALUE = 2_000
"""A From longer than that has several authors or none."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address, its domain in lower case, and the name before it, decoded."""

    address: str
    name: str = ""

    @property
    def domain(self) -> str:
        """Return what stands behind the @."""
        return self.address.rpartition("@")[2]


def addresses_in(value: str) -> tuple[Address, ...] | None:
    """Return the addresses of a header, those in groups too; None if any of it cannot be read without a doubt."""
    if len(value) > _MOST_VALUE:
        return None
    found: list[Address] = []
    before: list[str] = []  # words since the last comma
    inside: list[str] | None = None  # between angle brackets
    angle = ""
    comment = 0
    for piece in _TOKEN.findall(value):
        if piece == "(":
            comment += 1
        elif comment:
            comment -= piece == ")"
        elif piece == "<":
            if inside is not None or angle:
                return None
            inside = []
        elif piece == ">":
            if inside is None:
                return None
            angle, inside = "".join(inside).strip() or "<>", None
        elif inside is not None:
            inside.append(piece)
        elif piece in (",", ";"):
            if not _ended(found, before, angle):
                return None
            before, angle = [], ""
        elif piece == ":":
            before = []  # the name of a group
            if angle:
                return None
        elif piece in ('"', ")") or (angle and piece.strip()):
            return None
        else:
            before.append(piece)
        if len(found) > MOST_IDS:
            return tuple(found)
    if comment or inside is not None or not _ended(found, before, angle):
        return None
    return tuple(found)


def _ended(found: list[Address], before: Sequence[str], angle: str) -> bool:
    """Take up the address that a comma or the end ended; return whether it can be one, or nothing."""
    words = "".join(before).strip()
    text = angle or words
    if not text:
        return True
    match = _ADDRESS.fullmatch(text)
    if match is None or len(text) > MOST_ADDRESS or _ENCODED.search(text):
        return False
    name = header_text(words.replace('\\"', "'").replace('"', "")).strip() if angle else ""
    found.append(Address(f"{match[1]}@{match[2].lower().rstrip('.')}", name))
    return True


def likely_addresses(value: str) -> tuple[str, ...]:
    """Return everything in a header that looks like an address: for recipients, where nothing rests on it."""
    words = (word.strip("'*.") for word in _BETWEEN.split(value) if "@" in word and len(word) <= MOST_ADDRESS)
    matches = map(_ADDRESS.fullmatch, words)
    found = dict.fromkeys(f"{match[1]}@{match[2].lower().rstrip('.')}" for match in matches if match)
    return tuple(found)[:MOST_IDS]


def details_of(addresses: Sequence[str]) -> tuple[str, ...]:
    """Return what stands between the first + and the @ of addresses that have it, each once."""
    details = (address.rpartition("@")[0].partition("+")[2] for address in addresses)
    return tuple(dict.fromkeys(detail for detail in details if detail))
