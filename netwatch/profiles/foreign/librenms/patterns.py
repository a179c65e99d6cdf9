r"""PHP's regular expressions as RE2 reads them.

`/version (?<version>[\d.]+)/i` has its flags behind it and its groups named in PHP's way. What only PCRE knows
(look-around, possessive repetition, back-references) RE2 refuses, and whoever compiles the pattern says so.

A quiet room. May import: nothing. Called by: netwatch.profiles.foreign.librenms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_GROUP: Final = re.compile(r"\(\?<([A-Za-z_]\w*)>")
_CLOSING: Final = {"(": ")", "[": "]", "{": "}", "<": ">"}
_KNOWN_FLAGS: Final = "ims"
"""The others (u, x, D, U ..) are rare; what they change is not."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern in RE2's words, and the names of its groups."""

    text: str
    groups: tuple[str, ...]


def re2_of(written: str) -> Pattern:
    """Return a pattern with its delimiters and flags taken off; one without delimiters as it stands."""
    body, flags = written.strip(), ""
    if len(body) > 1 and not body[0].isalnum() and body[0] != "\\":
        end = body.rfind(_CLOSING.get(body[0], body[0]))
        if end > 0 and body[end + 1 :].isalpha() | (end + 1 == len(body)):
            body, flags = body[1:end], body[end + 1 :]
    groups = tuple(_GROUP.findall(body))
    known = "".join(flag for flag in _KNOWN_FLAGS if flag in flags)
    text = _GROUP.sub(r"(?P<\1>", body)
    return Pattern(text=f"(?{known}){text}" if known else text, groups=groups)
