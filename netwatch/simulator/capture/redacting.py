"""Takes what is nobody's business out of a walk, in values and in indexes, and leaves what a profile needs.

Twice through: at first to meet every secret, then to replace it wherever it stands; a name that is a name in one
column may be part of a text in another. Texts that no profile and no module calls secret stay, but for the
addresses, names and serial numbers that are in them.

A quiet file. May import: netwatch.model, netwatch.simulator.capture. Called by: netwatch support, tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from netwatch.model import Oid, Tag, Value
from netwatch.simulator.capture.disguise import Disguise, Secret
from netwatch.simulator.capture.secrecy import LEFT_OUT, NAMED, Column, Secrecy

Object = tuple[Oid, Tag, Value]
SPREADS, SPREADS_OF_ITSELF = 5, 3
"""Letters from which on a serial number or name is looked for in other texts, and from which the device's own is."""
SYS_NAME = Oid.parse("1.3.6.1.2.1.1.5")
IF_ALIAS = Oid.parse("1.3.6.1.2.1.31.1.1.1.18")
"""Said of a port by people, often in the words that it is called by itself."""
MOST_BEHIND = 2
"""Numbers that may stand behind an address in an index of which nobody says what it is made of."""
PLACEHOLDERS = frozenset(
    {"", "n/a", "na", "none", "unknown", "unspecified", "not specified", "default", "not available"}
)
FIXED = {"number": 1, "ipv4": 4, "ipv6": 16, "mac": 6, "lsr": 6}
_MAC = (
    r"\b(?:[0-9A-Fa-f]{2}(?P<s>[-:])(?:[0-9A-Fa-f]{2}(?P=s)){4}[0-9A-Fa-f]{2}"
    r"|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4})\b"
)
_V4 = r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)"
_V6 = r"(?<![\w:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])"
_MAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_SAID = r"(?i:\b(?:s/n|sn|serial(?: ?(?:no|number|num))?)[:.# ]+(?P<serial>[A-Z0-9-]{5,}))"
_UNIX = r"^(?:Linux|FreeBSD|OpenBSD|NetBSD|Darwin|SunOS|AIX|HP-UX) (?P<host>\S+)"
_WORD = r"[^\W_][\w.-]*[^\W_]"
_PLAIN = re.compile(
    f"(?P<mac>{_MAC})|(?P<v6>{_V6})|(?P<v4>{_V4})|(?P<mail>{_MAIL})|{_SAID}|{_UNIX}|(?P<word>{_WORD})"
)
_BEFORE_VERSION = re.compile(r"(?i)(?:version|release|firmware|software|rev|ver|\bv)\W*$")
_DISTINCT = re.compile(r"\d|[-_.]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """What may be given away. distinct, places: how many secrets were replaced, and where, by kind.

    left_out: objects that only hold logins, command lines and the like.
    """

    objects: tuple[Object, ...]
    distinct: Mapping[Secret, int]
    places: Mapping[Secret, int]
    left_out: int


def redacted(objects: Sequence[Object], secrecy: Secrecy, key: bytes, logins: Collection[str] = ()) -> Redacted:
    """Return a walk without secrets; `logins` are the words that were used to ask, which are never in it."""
    kept = [one for one in objects if not any(one[0].is_under(tree) for tree in LEFT_OUT)]
    kept = [one for one in kept if not secrecy.of(one[0]).is_login]
    first = Disguise(key)
    meeting = _Redactor(secrecy, first, frozenset(), logins)
    for one in kept:
        meeting.object(one)
    met = {original for some in first.met.values() for original in some}
    second = Disguise(key, avoid=met | meeting.words)
    final = _Redactor(secrecy, second, frozenset(meeting.words), logins)
    final.macs = {one for one in first.met[Secret.MAC] if isinstance(one, bytes)}
    final.addresses = {one for one in first.met[Secret.ADDRESS] if isinstance(one, bytes)}
    found = {oid: (tag, value) for oid, tag, value in map(final.object, kept)}
    return Redacted(
        objects=tuple((oid, *found[oid]) for oid in sorted(found)),
        distinct={kind: len(some) for kind, some in second.met.items()},
        places=dict(second.count),
        left_out=len(objects) - len(kept),
    )


class _Redactor:
    """Once through a walk. `words` are names and serial numbers met, of the kind that is looked for everywhere."""

    def __init__(self, secrecy: Secrecy, disguise: Disguise, known: frozenset[str], logins: Iterable[str]) -> None:
        self._secrecy, self._disguise, self._known = secrecy, disguise, known
        self._logins = [login for login in logins if login]
        self.words: set[str] = set()
        self.macs: set[bytes] = set()
        self.addresses: set[bytes] = set()

    def object(self, one: Object) -> Object:
        """Return an object with what is secret in its index and its value replaced."""
        oid, tag, value = one
        column = self._secrecy.of(oid)
        return self._oid(oid), tag, self._value(column, value)

    def _value(self, column: Column, value: Value) -> Value:
        if isinstance(value, IPv4Address):
            return IPv4Address(self._disguise.ipv4(value.packed))
        if isinstance(value, Oid):
            return self._oid(value)
        if isinstance(value, bytes):
            return self._octets(column, value)
        if isinstance(value, int) and column.secret is Secret.SERIAL and value > 9:
            return self._disguise.number(value)
        return value

    def _octets(self, column: Column, octets: bytes) -> bytes:
        if column.secret is Secret.MAC and len(octets) == 6:
            return self._disguise.mac(octets)
        if column.secret is Secret.ADDRESS and len(octets) == 16:
            return self._disguise.ipv6(octets)
        text = _text(octets)
        if text is None or (column.secret is Secret.ADDRESS and len(octets) == 4 and not text.isdigit()):
            return octets if column.is_bits else self._binary(column, octets)
        return self._text(column, text).encode("utf-8")

    def _binary(self, column: Column, octets: bytes) -> bytes:
        """Replace what octets that are no text hold: an address, or one behind what says its family or priority."""
        size = len(octets)
        if size == 6:
            return self._disguise.mac(octets)
        if column.secret in (Secret.ADDRESS, Secret.NAME, Secret.MAC):
            if size in (4, 5):
                return octets[:-4] + self._disguise.ipv4(octets[-4:])
            if size in (16, 17):
                return octets[:-16] + self._disguise.ipv6(octets[-16:])
        if size in (7, 8) and octets[-6:] in self.macs:
            return octets[:-6] + self._disguise.mac(octets[-6:])
        text = octets.decode("latin-1")
        if column.secret in (Secret.NAME, Secret.SERIAL):
            new = self._disguise.text(text, column.secret)
            return new.encode("latin-1", "replace")[:size].ljust(size, b"?")
        return octets

    def _text(self, column: Column, text: str) -> str:
        for login in self._logins:
            if login in text:
                text = text.replace(login, "*" * len(login))
        if column.secret in (Secret.NAME, Secret.SERIAL) and text.strip().casefold() not in PLACEHOLDERS:
            self._learn(text, column, column.secret)
            if column.secret is Secret.SERIAL:
                return self._disguise.serial(text)
            return _PLAIN.sub(lambda match: self._piece(match, column, Secret.NAME), text)
        return _PLAIN.sub(lambda match: self._piece(match, column, None), text)

    def _learn(self, text: str, column: Column, kind: Secret) -> None:
        """Remember what is to be found elsewhere: a whole name or number, and the host in front of its domain."""
        if column.oid == IF_ALIAS:
            return
        whole, least = text.strip(), SPREADS_OF_ITSELF if column.oid == SYS_NAME else SPREADS
        words = (
            {whole, whole.partition(".")[0]} if kind is Secret.NAME else set(re.findall(r"[^\W_]*\d[^\W_]*", whole))
        )
        self.words.update(word for word in words if len(word) >= least and _DISTINCT.search(word) and word.strip("0"))

    def _piece(self, match: re.Match[str], column: Column, secret: Secret | None) -> str:
        said = match[0]
        if match["mac"]:
            return self._written_mac(said)
        if match["v4"] or match["v6"]:
            return self._written_address(match, column, secret)
        if match["mail"]:
            return self._disguise.text(said, Secret.NAME)
        if match["serial"]:
            self.words.add(match["serial"])
            return said.replace(match["serial"], self._disguise.serial(match["serial"]))
        if match["host"]:
            return said[: -len(match["host"])] + self._disguise.text(match["host"], Secret.NAME)
        if secret is not None:
            return self._disguise.text(said, secret)
        return self._known_in(said)

    def _known_in(self, word: str) -> str:
        """Replace a word that is a name elsewhere, or a part of it that is."""
        if word in self._known or word.partition(".")[0] in self._known:
            return self._disguise.text(word, Secret.NAME)
        return re.sub(
            r"[^\W_]+",
            lambda part: self._disguise.text(part[0], Secret.NAME) if part[0] in self._known else part[0],
            word,
        )

    def _written_mac(self, said: str) -> str:
        digits = re.sub(r"[^0-9A-Fa-f]", "", said)
        new = iter(self._disguise.mac(bytes.fromhex(digits)).hex())
        is_upper = said.upper() == said
        return "".join(
            (next(new).upper() if is_upper else next(new)) if char in "0123456789abcdefABCDEF" else char
            for char in said
        )

    def _written_address(self, match: re.Match[str], column: Column, secret: Secret | None) -> str:
        said = match[0]
        try:
            address = ip_address(said)
        except ValueError:
            return said if secret is None else self._disguise.text(said, secret)
        if isinstance(address, IPv6Address):
            return str(IPv6Address(self._disguise.ipv6(address.packed)))
        is_version = column.is_version or _BEFORE_VERSION.search(match.string[: match.start()])
        if is_version and address.packed not in self.addresses:
            return said
        return str(IPv4Address(self._disguise.ipv4(address.packed)))

    def _oid(self, oid: Oid) -> Oid:
        """Replace what an index holds."""
        column = self._secrecy.of(oid)
        if column.shapes is None:
            return self._undeclared(oid, len(column.oid))
        head, suffix = oid[: len(column.oid)], oid[len(column.oid) :]
        spans = _spans(column.shapes, suffix)
        if spans is None:
            return self._undeclared(oid, len(column.oid))
        numbers = list(suffix)
        for start, length, shape in spans:
            part = suffix[start : start + length]
            if all(number < 256 for number in part):
                named = Column(oid=(), secret=Secret.NAME if shape == NAMED else None)
                numbers[start : start + length] = self._index_octets(bytes(part), named)
        return Oid((*head, *numbers))

    def _index_octets(self, octets: bytes, column: Column) -> bytes:
        if len(octets) == 4:
            return self._disguise.ipv4(octets)
        if len(octets) == 16:
            return self._disguise.ipv6(octets)
        if len(octets) == 6:
            return self._disguise.mac(octets)
        if len(octets) == 5 and octets[0] == 1:
            return octets[:1] + self._disguise.ipv4(octets[1:])
        text = _text(octets)
        if text is None:
            return self._binary(column, octets)
        return self._text(column, text).encode("utf-8")

    def _undeclared(self, oid: Oid, after: int) -> Oid:
        """Replace addresses that are known from elsewhere at the end of a name of which nobody says what it is."""
        made: dict[int, tuple[Callable[[bytes], bytes], set[bytes]]] = {
            6: (self._disguise.mac, self.macs),
            4: (self._disguise.ipv4, self.addresses),
            16: (self._disguise.ipv6, self.addresses),
        }
        for size, (replace, known) in made.items():
            for start in range(len(oid) - size, max(after, 8) - 1, -1):
                part = oid[start : start + size]
                behind = len(oid) - start - size
                is_told = oid[start - 1] == size  # its length stands before it
                if (behind <= MOST_BEHIND or is_told) and max(part) < 256 and bytes(part) in known:
                    return Oid((*oid[:start], *replace(bytes(part)), *oid[start + size :]))
        return oid


def _spans(shapes: Sequence[str], suffix: Sequence[int]) -> list[tuple[int, int, str]] | None:
    """Return where an index has octets: start, length and shape of each; None where it is not made so."""
    found: list[tuple[int, int, str]] = []
    at = 0
    for place, shape in enumerate(shapes):
        if shape == "number":
            at += 1
            continue
        if shape == "inet":
            at += 1
        size = int(shape[1:]) if shape.startswith("=") else FIXED.get(shape)
        if shape == "rest" and place == len(shapes) - 1:
            size = len(suffix) - at
        if size is None:
            if at >= len(suffix):
                return None
            size, at = suffix[at], at + 1
        if at + size > len(suffix):
            return None
        found.append((at, 4 if shape == "lsr" else size, shape))
        at += size
    return found if at == len(suffix) else None


def _text(octets: bytes) -> str | None:
    """Return octets as the text they are, None where they are none."""
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if all(char.isprintable() or char in "\r\n\t\0" for char in text) else None
