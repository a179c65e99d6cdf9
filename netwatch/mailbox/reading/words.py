"""Finds what the writer of an answer wrote himself, in front of, behind or between what he quotes.

A quiet room. Only the first paragraph that is his own counts, so a signature or a footer of a mail gateway behind it
cannot be taken for words; where nothing is left, nothing is guessed.
May import: netwatch.mailbox.reading.{commands, languages, lines, quoting}. Called by: netwatch.mailbox.reading.mail.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from netwatch.mailbox.reading.commands import holds_a_command
from netwatch.mailbox.reading.languages import GREETINGS, WARNINGS
from netwatch.mailbox.reading.lines import Line
from netwatch.mailbox.reading.quoting import any_of, attribution_at, begins_before, is_signature

_GREETING = re.compile(rf"(?:{any_of(GREETINGS)})(?:[ ,]+[\w. -]{{0,40}})?[,.!:…]*", re.IGNORECASE)
_ARMOUR = re.compile(r"-----BEGIN PGP SIGNED MESSAGE-----")
_ARMOUR_HEADER = re.compile(r"(?:Hash|Charset|NotDashEscaped): ?[\w, -]{0,80}")
_NOTHING = (_GREETING, _ARMOUR, _ARMOUR_HEADER)
_ARMOUR_END = "-----BEGIN PGP SIGNATURE-----"
_PICTURE = re.compile(r"\[(?:cid:[^\]]{0,200}|image[^\]]{0,100})\]|<(?:cid|mailto):[^>]{0,200}>")


def own_words(lines: Sequence[Line]) -> tuple[str, ...]:
    """Return the lines of the first paragraph that is the writer's own, empty if there is none."""
    at, paragraph, banner = 0, [""][:0], False
    while at < len(lines):
        line, text = lines[at], _bare(lines[at].text)
        ended = line.depth > 0 or not text or text == _ARMOUR_END
        if not ended and (taken := attribution_at(lines, at)):
            ended, at = True, at + taken - 1
        if paragraph and (ended or begins_before(lines, at) or is_signature(line.text)):
            return tuple(paragraph)
        if not ended and begins_before(lines, at):
            return ()  # from here on all is somebody else's, and nothing stood before it
        if ended:
            banner = banner and bool(text)
        elif is_signature(line.text):
            at = _behind_signature(lines, at)
            continue
        elif not paragraph and (banner or _is_warning(text)):
            banner = True
        elif not paragraph and any(shape.fullmatch(text) for shape in _NOTHING) and not holds_a_command(text):
            pass
        else:
            paragraph.append(text)
        at += 1
    return tuple(paragraph)


def _bare(text: str) -> str:
    return _PICTURE.sub("", text).replace("\u00a0", " ").strip()


def _is_warning(text: str) -> bool:
    return text.lower().lstrip(" *_#-").startswith(WARNINGS)


def _behind_signature(lines: Sequence[Line], at: int) -> int:
    """Return where a signature ends: at the next quote, for who answers below it writes there."""
    for place in range(at + 1, len(lines)):
        if lines[place].depth > 0 or attribution_at(lines, place) or begins_before(lines, place):
            return place
    return len(lines)
