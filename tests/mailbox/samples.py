"""Answers as the big mail programs write them, each with what its author meant in a header of its own.

`X-Author-Meant: ack 1,3 | working on it` is the verb, then seconds or `until HH:MM` of a silence, numbers of alerts,
and behind the bar the comment; `ignored list` is a mail that nobody wrote, `unreadable` one that nobody may act on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from netwatch.mailbox.reading.outcome import Answer, Bounce, Ignored, Mail, Unreadable

ANSWERS = sorted((Path(__file__).parent / "answers").glob("*.eml"))
TAG = "nw-k5mzq2hv7ncr3yxw4tbe6jdgs2apfluoik5mzq2hv7nc"
TRUSTED = "mx.example.org"
_MEANT = re.compile(r"^X-Author-Meant: (.*?)\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Meant:
    """What the author meant: all but the comment in the header's own words."""

    command: str
    comment: str


def meant_by(octets: bytes) -> Meant:
    """Return what the author says he meant."""
    found = _MEANT.search(octets.decode("utf-8", "replace"))
    assert found is not None
    command, _, comment = found[1].partition(" | ")
    return Meant(command.strip(), comment.strip())


def as_meant(mail: Mail) -> Meant:
    """Return what was read, in the same words."""
    said = mail.said
    if isinstance(said, Unreadable):
        return Meant("unreadable", "")
    if isinstance(said, Ignored):
        return Meant(f"ignored {said.kind}", "")
    if isinstance(said, Bounce):
        return Meant("bounce", "")
    return _of_an_answer(said)


def _of_an_answer(said: Answer) -> Meant:
    command = said.command
    seconds = str(int(command.lasts.total_seconds())) if command.lasts else ""
    until = f"until {command.until:%H:%M}" if command.until else ""
    numbers = ",".join(map(str, command.numbers))
    return Meant(" ".join(filter(None, (command.verb, seconds, until, numbers))), command.comment)


BOUNCES = sorted((Path(__file__).parent / "bounces").glob("*.eml"))
TOLD = "<told.7f3a@netwatch.example.org>"
"""The mail of ours that the reports are about."""


def bounce_as_meant(bounce: Bounce) -> str:
    """Return a report in the words of its author: form, fate, recipient and status, our own id of the envelope."""
    told = ", ".join(f"{one.fate} {one.recipient} {one.status}" for one in bounce.reports)
    return f"{bounce.form} | {told} | env={bounce.envelope_id}"
