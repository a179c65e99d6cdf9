"""Knows the lines with which mail programs, in many languages, begin what somebody else wrote before.

A quiet room. What a program writes itself depends on its version and its owner's language, so the shapes are wide: a
place in time or an address, and a word for "wrote" or a colon at the end. Nothing here is one program's exact text.
May import: netwatch.mailbox.reading.{languages, lines}. Called by: netwatch.mailbox.reading.words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from netwatch.mailbox.reading.languages import (
    ATTRIBUTION_BEGINS,
    FORWARDED,
    FROM_LABELS,
    PROGRAM_SIGNATURES,
    WROTE,
)
from netwatch.mailbox.reading.lines import Line


def any_of(words: Iterable[str]) -> str:
    """Return a pattern of these words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_COLONS = (":", "\N{FULLWIDTH COLON}")
_COLON = f"[{''.join(_COLONS)}]"
_WROTE_AT_END = re.compile(rf"(?:\b|\s|^)(?:{any_of(WROTE)}).{{0,80}}{_COLON}\s*$", re.IGNORECASE)
_TIME = re.compile(r"\d{1,2}[:.h時시]\s?\d{2}|\d{4}|\d{1,2}[./-]\d{1,2}[./-]")
_ADDRESS = re.compile(r"<?[^\s<>@]{1,64}@[^\s<>@]{1,255}>?")
_BEGINNING = re.compile(
    rf"(?:(?:{any_of(ATTRIBUTION_BEGINS)})[ ,.]|\d{{1,4}}(?:[./年-]|\.?\s\w+\.?\s\d{{4}})|[\w.]{{2,12}}, \d)",
    re.IGNORECASE,
)
"""Words or dates; only such a line may go on in the next, since what stands above it may be the writer's own."""
_NAMED_BEGINNING = re.compile(r"[*\s]*\"?[^<>\"]{0,80}\"?\s*<[^\s<>@]+@[^\s<>]+>|[^\s<>@]{1,64}@[^\s<>@]{1,255}\s")
_LABEL = re.compile(rf"\*?\s?([^\W\d_][^\d\n{''.join(_COLONS)}]{{0,30}}?)\s?\*?\s?{_COLON}\*?(?:\s|$)")
_RULE = re.compile(r"\s*(?:[_=]{8,}|-{8,}|\*{8,})\s*")
_TITLED_RULE = re.compile(r"\s*[-_=]{2,}\s?[^-_=\s][^\n]{2,60}?\s?[-_=]{2,}\s*")
_SIGNATURE_RULES = ("--", "-- ", "\N{EM DASH}")
_MOST_ATTRIBUTION_LINES = 4


def begins_before(lines: Sequence[Line], at: int) -> bool:
    """Return whether with this line begins what stood there before the writer, not marked by `>`."""
    line = lines[at]
    if line.cut or line.text.strip().lower().startswith(FORWARDED):
        return True
    if _RULE.fullmatch(line.text):
        return _labels_from(lines, at + 1) >= 2
    if line.text.startswith("-----BEGIN PGP"):
        return False
    if _TITLED_RULE.fullmatch(line.text):
        return _is_quoted_after(lines, at + 1) or _labels_from(lines, at + 1) >= 1
    label = _LABEL.match(line.text)
    return label is not None and label[1].lower().replace(" ", "") in FROM_LABELS and _labels_from(lines, at) >= 3


def _labels_from(lines: Sequence[Line], at: int) -> int:
    """Return how many lines from here on look like `Subject: ...`, up to the first that does not."""
    count = 0
    for line in lines[at : at + 12]:
        if not line.text.strip():
            continue
        if _LABEL.match(line.text) is None and not (count and ("@" in line.text or line.text[:1] in " \t")):
            break
        count += 1
    return count


def is_signature(text: str) -> bool:
    """Return whether a writer's signature begins here, or a program's own advertisement."""
    return text in _SIGNATURE_RULES or text.strip().lower().startswith(PROGRAM_SIGNATURES)


def attribution_at(lines: Sequence[Line], at: int) -> int:
    """Return how many lines the `On ..., ... wrote:` takes that begins here; 0 if none does."""
    joined = ""
    for taken, line in enumerate(lines[at : at + _MOST_ATTRIBUTION_LINES], 1):
        text = line.text.strip()
        if not text or line.depth != lines[at].depth or line.cut:
            return 0
        joined = f"{joined} {text}".strip()
        if text.endswith(_COLONS) or (taken > 1 and _WROTE_AT_END.search(joined)):
            quoted_after = _is_quoted_after(lines, at + taken)
            return taken if _is_attribution(joined, alone=taken == 1, quoted_after=quoted_after) else 0
    return 0


def _is_attribution(text: str, *, alone: bool, quoted_after: bool) -> bool:
    if len(text) > 500 or (_ADDRESS.search(text) is None and _TIME.search(text) is None):
        return False
    wrote = _WROTE_AT_END.search(text) is not None
    begins = _BEGINNING.match(text) is not None or (alone and _NAMED_BEGINNING.match(text) is not None)
    return (begins and wrote) or (quoted_after and (begins or (alone and wrote)))


def _is_quoted_after(lines: Sequence[Line], at: int) -> bool:
    return next((line.depth > 0 for line in lines[at : at + 4] if line.text.strip()), False)
