"""A device's text, made fit for people: without the characters that move a cursor or turn the direction of writing.

May import: nothing. Called by: netwatch.formulas, rules.
"""

from __future__ import annotations

MAX_LABEL = 300

_BIDI = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_CLEAN = {
    **dict.fromkeys((*range(32), *range(0x7F, 0xA0), *_BIDI)),
    **dict.fromkeys((0x09, 0x0A, 0x0D, 0x85, 0x2028, 0x2029), " "),
}
_CLEAN_LINES = {code: text for code, text in _CLEAN.items() if code != 0x0A}


def cleaned(text: str) -> str:
    """Return a device's text on one line, without control and direction characters, cut to MAX_LABEL."""
    if text.isascii() and text.isprintable():  # nearly every text, and a storm of alerts has a hundred thousand
        return text[:MAX_LABEL]
    return text.translate(_CLEAN)[:MAX_LABEL]


def cleaned_lines(text: str) -> str:
    """Return a text without control and direction characters; its line ends stay."""
    return text if text.isascii() and text.isprintable() else text.translate(_CLEAN_LINES)
