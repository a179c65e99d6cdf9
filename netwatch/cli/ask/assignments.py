"""What `netwatch set` is told to set: OBJECT VALUE, or net-snmp's OBJECT TYPE VALUE, any number of times.

A quiet file: words in, varbinds out.
May import: netwatch.model, netwatch.mib. Called by: netwatch set.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from netwatch.mib import Base, MibIndex
from netwatch.model import Missing, Oid, Tag, Value, Varbind

TYPES: Mapping[str, Tag] = {
    "i": Tag.INTEGER, "u": Tag.GAUGE32, "c": Tag.COUNTER32, "t": Tag.TIME_TICKS, "a": Tag.IP_ADDRESS,
    "o": Tag.OBJECT_IDENTIFIER, "s": Tag.OCTET_STRING, "x": Tag.OCTET_STRING, "d": Tag.OCTET_STRING, "n": Tag.NULL,
}  # fmt: skip
"""snmpset's letters; `=` is the type that the object has."""
OWN_TYPE = "="
_TAGS = {
    Base.INTEGER: Tag.INTEGER, Base.UNSIGNED: Tag.GAUGE32, Base.GAUGE: Tag.GAUGE32, Base.COUNTER32: Tag.COUNTER32,
    Base.COUNTER64: Tag.COUNTER64, Base.TIME_TICKS: Tag.TIME_TICKS, Base.IP_ADDRESS: Tag.IP_ADDRESS,
    Base.OCTETS: Tag.OCTET_STRING, Base.OBJECT_IDENTIFIER: Tag.OBJECT_IDENTIFIER,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An instance as somebody named it, with its type and the names of its numbers where those are known."""

    oid: Oid
    tag: Tag | None = None
    names: Mapping[str, int] = field(default_factory=dict)


Resolve = Callable[[str], Target]
"""Finds what a text names; raises ValueError, in words, where it names nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One object and what it shall hold; `letter` is empty where no type was given."""

    target: Target
    letter: str
    text: str


def numeric(text: str) -> Target:
    """Return what a numeric OID names."""
    return Target(oid=Oid.parse(text))


def by_name(index: MibIndex) -> Resolve:
    """Return a resolver that knows the names, types and enumerations of an index."""

    def resolve(text: str) -> Target:
        oid = index.oid_of(text)
        known, _ = index.object_at(oid)
        syntax = known.syntax if known is not None else None
        if syntax is None:
            return Target(oid=oid)
        names = {name: number for number, name in syntax.names.items()} if syntax.base is Base.INTEGER else {}
        return Target(oid=oid, tag=_TAGS.get(syntax.base), names=names)

    return resolve


def assignments_of(words: Sequence[str], resolve: Resolve) -> list[Assignment]:
    """Read the words behind the device's name.

    Raises:
        ValueError: they are no pairs or triples, or a name or a type is unknown; in words.
    """
    if len(words) == 2:
        return [Assignment(target=resolve(words[0]), letter="", text=words[1])]
    if not words or len(words) % 3:
        raise ValueError("say OBJECT VALUE, or OBJECT TYPE VALUE any number of times")
    return [_triple(*words[at : at + 3], resolve) for at in range(0, len(words), 3)]  # type: ignore[call-arg,arg-type]


def _triple(name: str, letter: str, text: str, resolve: Resolve) -> Assignment:
    if letter not in TYPES and letter != OWN_TYPE:
        raise ValueError(f"{letter!r} is no type: {' '.join(TYPES)} as snmpset has them, or =")
    return Assignment(target=resolve(name), letter=letter.replace(OWN_TYPE, ""), text=text)


def varbind_of(assignment: Assignment, now: Varbind, resolve: Resolve) -> Varbind:
    """Return what to set; `now` is what the device holds, whose type counts where none is given.

    Raises:
        ValueError: the text is no value of the type, or nothing says which type that is.
    """
    target = assignment.target
    if assignment.letter:
        tag = TYPES[assignment.letter]
    elif target.tag is not None:
        tag = target.tag
    elif isinstance(now.value, Missing) or now.value is None:
        raise ValueError(f"the device has no value at {target.oid} whose type could be used: say OBJECT TYPE VALUE")
    else:
        tag = Tag(now.tag)
    return Varbind(oid=target.oid, tag=tag, value=_value(assignment, tag, resolve))


def _value(assignment: Assignment, tag: Tag, resolve: Resolve) -> Value:
    text, names = assignment.text, assignment.target.names
    try:
        if assignment.letter == "x":
            return bytes.fromhex(re.sub(r"^0[xX]|[:\-\s]", "", text))
        if assignment.letter == "d":
            return bytes(map(int, re.split(r"[.\s]+", text.strip())))
        if tag is Tag.OCTET_STRING:
            return text.encode()
        if tag is Tag.OBJECT_IDENTIFIER:
            return resolve(text).oid
        if tag is Tag.IP_ADDRESS:
            return IPv4Address(text)
        if tag is Tag.NULL:
            return None
        return names[text] if text in names else int(text, 0 if text.lower().startswith("0x") else 10)
    except ValueError as exc:
        known = f"; it takes {', '.join(names)}" if names else ""
        why = str(exc) if tag is Tag.OBJECT_IDENTIFIER else f"{text[:60]!r} is no {_WORDS.get(tag, 'number')}{known}"
        raise ValueError(f"{assignment.target.oid}: {why}") from exc


_WORDS = {Tag.OCTET_STRING: "list of octets", Tag.IP_ADDRESS: "IPv4 address"}
