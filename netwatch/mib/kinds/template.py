"""Messages of definitions, read into text and places to fill: Netdata's templates, and SUMMARY comments of modules.

Netdata writes Go's template language, of which its files use few words: hostname, value, with, first. What else there
may be is left out of the message, never shown raw.
A quiet room. May import: netwatch.model. Called by: netdata, comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from netwatch.model import Said

HOST, TRAP_NAME, INTERFACE = "@host", "@trap", "@interface"
"""Names in `Said.of` that no varbind has: the sender, the trap's name, the port it is about."""
_GIVEN = {"hostname": HOST, "source_ip": HOST, "trap_name": TRAP_NAME, "trap_interface": INTERFACE}
_ACTION = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_VALUE = re.compile(r'value\s+"([^"]*)"')
_QUOTED = re.compile(r'"([^"]*)"')
MAX_DEPTH = 8


def parse_message(text: str) -> tuple[str | Said, ...]:
    """Return a message of Netdata's as text and places."""
    pieces = _ACTION.split(text)
    parts, _ = _block(list(_steps(pieces)), 0, 0)
    return parts


def _steps(pieces: Sequence[str]) -> Iterator[tuple[bool, str]]:
    for number, piece in enumerate(pieces):
        if piece:
            yield number % 2 == 1, piece


def _block(steps: Sequence[tuple[bool, str]], at: int, depth: int) -> tuple[tuple[str | Said, ...], int]:
    parts: list[str | Said] = []
    while at < len(steps):
        is_action, text = steps[at]
        at += 1
        if not is_action:
            parts.append(text)
        elif text == "end":
            break
        elif text == "else":
            _, at = _block(steps, at, depth + 1)
            break
        elif text.startswith(("with ", "if ")) and depth < MAX_DEPTH:
            inner, at = _block(steps, at, depth + 1)
            parts.append(Said(of=_names(text), inner=inner))
        elif text == ".":
            parts.append(Said())
        elif names := _names(text):
            literals = _QUOTED.findall(_VALUE.sub("", text))
            parts.append(Said(of=names, fallback=literals[-1] if literals else ""))
    return tuple(parts), at


def _names(text: str) -> tuple[str, ...]:
    return tuple(_VALUE.findall(text)) or tuple(_GIVEN[word] for word in text.split() if word in _GIVEN)


def parse_summary(text: str, arguments: str) -> tuple[str | Said, ...]:
    """Return a SUMMARY of a module as text and places: each %s is the varbind that ARGUMENTS says.

    Plain numbers count from 0; with a dollar sign they count from 1.
    """
    wanted = [int(number) + (0 if dollar else 1) for dollar, number in re.findall(r"(\$?)(\d{1,3})", arguments)]
    pieces = re.split(r"%-?\d*[sdxuliXc]+", text)
    parts: list[str | Said] = [pieces[0]]
    for number, piece in enumerate(pieces[1:]):
        if number < len(wanted):
            parts.append(Said(of=(f"#{wanted[number]}",)))
        parts.append(piece)
    return tuple(part for part in parts if part != "")
