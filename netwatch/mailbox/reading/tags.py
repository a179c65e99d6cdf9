"""Finds the signed tags of ours in an answer; who made them says whether they are any.

A quiet room. May import: netwatch.mailbox.reading.{addresses, limits, lines}.
Called by: netwatch.mailbox.reading.mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from netwatch.mailbox.reading.addresses import details_of
from netwatch.mailbox.reading.limits import MOST_IDS
from netwatch.mailbox.reading.lines import Line

_TAG = re.compile(r"(?<![A-Za-z0-9-])nw-[A-Za-z2-7]{44}(?![A-Za-z0-9])", re.IGNORECASE)
_BROKEN = re.compile(r"\[\s*(n\s?w\s?-[A-Za-z2-7 ]{44,60})\]", re.IGNORECASE)
"""In brackets, broken by a program that wraps long words."""
_ID = re.compile(r"<[^<>\s]{1,990}>")


def tags_in(recipients: Sequence[str], subject: str, lines: Iterable[Line]) -> tuple[str, ...]:
    """Return tags in lower case, each once: of addresses, of the subject, of the text, the first ones first."""
    texts = (*details_of(recipients), subject, *(line.text for line in lines if _may_hold(line.text)))
    found = [tag for text in texts for tag in _in_text(text)]
    return tuple(dict.fromkeys(found))[:MOST_IDS]


def broken_text(lines: Sequence[Line]) -> Line:
    """Return lines that may hold a tag which a program broke over two of them, as one."""
    joined = [f"{line.text}{after.text}" for line, after in pairwise(lines) if _begins_tag(line.text)]
    return Line(" ".join(joined))


def _begins_tag(text: str) -> bool:
    at = text.lower().rfind("[nw-")
    return at >= 0 and "]" not in text[at:]


def _may_hold(text: str) -> bool:
    return "nw-" in text or "NW-" in text


def _in_text(text: str) -> Iterable[str]:
    for found in _TAG.finditer(text):
        yield found[0].lower()
    for broken in _BROKEN.finditer(text):
        tag = broken[1].replace(" ", "").lower()
        if _TAG.fullmatch(tag):
            yield tag


def message_ids(value: str) -> tuple[str, ...]:
    """Return the message ids in a header, in their order, each once."""
    return tuple(dict.fromkeys(_ID.findall(value)))


def references_of(in_reply_to: str, references: str) -> tuple[str, ...]:
    """Return what a mail answers: In-Reply-To first, then References from the newest."""
    newest_first = reversed(message_ids(references))
    return tuple(dict.fromkeys((*message_ids(in_reply_to), *newest_first)))[:MOST_IDS]
