"""LibreNMS's texts (`Fan {{ MIB::fanName }} {{ $index }}`) as templates of this house.

`{{ MIB::object }}` is the object of the row's own index, `{{ MIB::object:0-1 }}` that of the first two numbers of it,
`{{ $subindex0 }}` a number of it, `{{ $index }}` and `{{ $count }}` all of it.

A quiet room. May import: netwatch.profiles. Called by: sensors, amounts, skipping, identity.
"""

from __future__ import annotations

import re
from typing import Any, Final

from netwatch.profiles.concepts.concept_map import Join
from netwatch.profiles.concepts.templates import FirstFilled, Named, OfIndex, Piece, Template
from netwatch.profiles.foreign.librenms.drafting import Entry, Rows, name_of

_BRACES: Final = re.compile(r"\{\{\s*(.*?)\s*\}\}")
OBJECT: Final = re.compile(r"[A-Za-z][\w-]*::[A-Za-z][\w-]*(?:\.\d+)*|\.?\d+(?:\.\d+){5,}", re.ASCII)
_SUB_INDEX: Final = re.compile(r"\$\s?subindex(\d{1,2})")
_PARTS: Final = re.compile(r"(.+?):(\d{1,2})(?:-(\d{1,2}))?$")
_SAYS: Final = re.compile(r"[^\W_]")
_EMPTY_BRACKETS: Final = re.compile(r"\([\s:;,/-]*\)|\[[\s:;,/-]*\]")
_DRESS: Final = " :;,/-#_"
_INSTANCE: Final = re.compile(r"((?:\.\d+)+)$")


def wording(entry: Entry, rows: Rows, text: Any, otherwise: str) -> Template:
    """Return a text as a template of the row; `otherwise`, with the row's index, where it comes out empty.

    Where what would tell rows apart is named by no MIB at hand, what is left of the text stands without empty
    brackets; rows that are then called the same are told apart by their keys.
    """
    written = str(text if text is not None else "").strip()
    if OBJECT.fullmatch(written):
        pieces, is_whole = _object(entry, rows, written), True
    else:
        pieces, is_whole = _pieces(entry, rows, written)
    told = any(not isinstance(piece, str) for piece in pieces)
    if not is_whole and not told:
        fixed = " ".join(_EMPTY_BRACKETS.sub(" ", "".join(map(str, pieces))).split()).strip(_DRESS)
        return Template((fixed,)) if fixed else Template((f"{otherwise} ", OfIndex(0)))
    if any(isinstance(piece, str) and _SAYS.search(piece) for piece in pieces):
        return Template(tuple(pieces))
    spare = Template((f"{otherwise} ", OfIndex(0)))
    return Template((FirstFilled((Template(tuple(pieces)), spare)),)) if told else spare


def _pieces(entry: Entry, rows: Rows, written: str) -> tuple[list[Piece], bool]:
    """Return the pieces of a text, and whether none of its placeholders is lost."""
    pieces: list[Piece] = []
    is_whole = True
    for number, part in enumerate(_BRACES.split(written)):
        if number % 2 == 0:
            pieces += [part] if part else []
            continue
        found = _placeholder(entry, rows, part)
        is_whole = is_whole and bool(found)
        pieces += found
    return pieces, is_whole


def _placeholder(entry: Entry, rows: Rows, text: str) -> list[Piece]:
    sub_index = _SUB_INDEX.fullmatch(text)
    if sub_index:
        return [OfIndex(int(sub_index[1]) + 1)]
    bare = text.partition("|")[0].strip()
    if bare.lstrip("$ ").startswith(("index", "count")):
        return [OfIndex(0)]
    return _object(entry, rows, bare.lstrip("$ "))


def _object(entry: Entry, rows: Rows, text: str) -> list[Piece]:
    parts = _PARTS.fullmatch(text)
    name = parts[1] if parts else text
    instance = _INSTANCE.search(name) if "::" in name else None
    oid = entry.drafting.oid(name[: instance.start()] if instance else name)
    if oid is None:
        return []
    if parts is None and instance is None:
        return [Named(rows.label(oid, name_of(name)))]
    other = entry.drafting.texts_of(oid)
    if parts is None:
        by: tuple[Piece, ...] = (str(instance[1]).lstrip("."),) if instance else ()
    else:
        first, last = int(parts[2]), int(parts[3] or parts[2])
        dotted = [piece for number in range(first, last + 1) for piece in (".", OfIndex(number + 1))]
        by = tuple(dotted[1:])
    for prefix, join in entry.joins.items():
        if join.table == other.name and join.by == Template(by):
            return [Named(f"{prefix}.text")]
    prefix = f"j{len(entry.joins)}"
    entry.joins[prefix] = Join(table=other.name, by=Template(by), prefix=f"{prefix}.")
    return [Named(f"{prefix}.text")]
