"""Reads the words of an answer: `ack`, `silence 2h`, `ack 1, 3 working on it`.

A quiet room. People write with phones in the middle of the night: case, full stops, `please` and typographic signs
do not matter. What a word could mean besides is not guessed: then the answer is what was not understood.
May import: netwatch.mailbox.reading.{languages, limits, outcome, quoting, times}.
Called by: netwatch.mailbox.reading.{mail, words}.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from netwatch.mailbox.reading.languages import DASHES, GREETINGS
from netwatch.mailbox.reading.limits import MOST_WORDS
from netwatch.mailbox.reading.outcome import Command, Verb
from netwatch.mailbox.reading.quoting import any_of
from netwatch.mailbox.reading.times import read_end

_VERBS = {
    "ack": Verb.ACK, "acknowledge": Verb.ACK, "acknowledged": Verb.ACK, "acked": Verb.ACK,
    "unack": Verb.UNACK, "unacknowledge": Verb.UNACK,
    "silence": Verb.SILENCE, "mute": Verb.SILENCE,
    "status": Verb.STATUS, "why": Verb.WHY, "help": Verb.HELP,
}  # fmt: skip
_A_VERB = re.compile(rf"\b(?:{'|'.join(_VERBS)})\b", re.IGNORECASE)
KNOWN_WORDS = "ack, unack, silence 2h, silence until 08:00, status, why, help"
_BEFORE = re.compile(
    rf"[\W_]*(?:(?:{any_of(GREETINGS)})\b[\W_]+)?(?:(?:team|all|netwatch)\b[\W_]*)?(?:(?:please|pls|plz|bitte)\b[\W_]*)?",
    re.IGNORECASE,
)
_VERB = re.compile(r"([^\W\d_]+)")
_NUMBERS = re.compile(
    r"\s*(?:(?:alerts?|no\.?|nr\.?|number|numbers|#)\s*)?((?:#\s?)?\d{1,4}(?:\s?(?:,|&|\+|-|and|und|to)\s?(?:#\s?)?\d{1,4})*)"
    r"(?![\d:.hmds]|\s?(?:h|m|d|s|hours?|hrs?|minutes?|mins?|minuten|seconds?|secs?|days?|std|stunden?|tage?n?|am|pm|o'?clock|x|of|%)\b)",
    re.IGNORECASE,
)
_ALL = re.compile(r"\s*(?:all|everything|alle|both)\b(?:\s+(?:of\s+)?(?:them|alerts|of it))?", re.IGNORECASE)
_ONE = re.compile(r"(?:#\s?)?(\d{1,4})(?:\s?(?:-|to)\s?(?:#\s?)?(\d{1,4}))?", re.IGNORECASE)
_MOST_NUMBERS = 100
_WRAPPED_AT = 50
"""A line of so many characters was broken by a program, and its sentence goes on in the next."""


def holds_a_command(text: str) -> bool:
    """Return whether a line has a word in it that is a command."""
    return _A_VERB.search(text) is not None


def command_in(lines: Sequence[str]) -> Command:
    """Return what the writer's own lines ask for; the first line decides, a broken sentence goes on in the next."""
    text = _sentence(lines)
    if not text:
        return Command(
            verb=Verb.UNKNOWN, trouble=f"there are no words of your own in it; write one of: {KNOWN_WORDS}"
        )
    before = _BEFORE.match(text)
    said = text[before.end() :] if before else text
    word = _VERB.match(said)
    verb = _VERBS.get(word[1].lower()) if word else None
    if word is None or verb is None or said[word.end() :][:1] in ("'", "\N{RIGHT SINGLE QUOTATION MARK}", "-", "@"):
        first = (word[1] if word else said.split(" ")[0])[:40]
        return _unknown(text, f"it begins with {first!r}; the words known here are: {KNOWN_WORDS}")
    if verb is Verb.SILENCE:
        return _silence(said[word.end() :], text)
    numbers, rest = _numbered(said[word.end() :])
    if numbers is None:
        return _unknown(text, f"the numbers in it are not clear; write {verb} 1 or {verb} 1,3 or {verb} 2-4")
    return Command(verb=verb, text=text, numbers=numbers, comment=_comment(rest))


def _sentence(lines: Sequence[str]) -> str:
    """Return the first line, and those after it as long as each was filled."""
    taken: list[str] = []
    for line in lines[:10]:
        taken.append(" ".join(line.split()))
        if len(taken[-1]) < _WRAPPED_AT:
            break
    return " ".join(taken)[:MOST_WORDS]


def _unknown(text: str, trouble: str) -> Command:
    return Command(verb=Verb.UNKNOWN, text=text, trouble=trouble)


def _numbered(rest: str) -> tuple[tuple[int, ...] | None, str]:
    """Return the alerts' numbers and what follows them; none are all, None is what cannot be made out."""
    if every := _ALL.match(rest):
        return (), rest[every.end() :]
    found = _NUMBERS.match(rest)
    if found is None:
        return (), rest
    numbers: dict[int, None] = {}
    for one in _ONE.finditer(found[1]):
        first, last = int(one[1]), int(one[2] or one[1])
        if not 1 <= first <= last or last - first >= _MOST_NUMBERS:
            return None, rest
        numbers.update(dict.fromkeys(range(first, last + 1)))
    return tuple(numbers)[:_MOST_NUMBERS], rest[found.end() :]


def _silence(rest: str, text: str) -> Command:
    numbers, after = _numbered(rest)
    end = read_end(after)
    if numbers is None or end is None:
        trouble = "it does not say for how long; write silence 2h, silence 30m or silence until 08:00"
        return _unknown(text, trouble)
    left = end.rest
    behind: tuple[int, ...] | None = ()
    if not numbers:
        behind, left = _numbered_after(end.rest)
    if behind is None:
        return _unknown(text, "the numbers in it are not clear; write silence 1,3 2h")
    return Command(
        verb=Verb.SILENCE, text=text, numbers=numbers or behind, comment=_comment(left),
        lasts=end.lasts, until=end.until, tomorrow=end.tomorrow,
    )  # fmt: skip


def _numbered_after(rest: str) -> tuple[tuple[int, ...] | None, str]:
    """Return numbers that stand behind the time, where they are called so: `silence 2h for alert 3`."""
    named = re.match(r"\s*(?:for|on|of)?\s*(?=alerts?\b|#|no\b|nr\b)", rest, re.IGNORECASE)
    return _numbered(rest[named.end() :]) if named else ((), rest)


def _comment(rest: str) -> str:
    return rest.lstrip(f"{DASHES}?").rstrip(DASHES)
