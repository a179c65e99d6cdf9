"""Guesses what somebody meant who misspelt a name.

May import: nothing. Called by: words, checks.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection

MAX_NAMES = 2000
"""Among more names the search takes so long that a file full of errors would not be answered."""


def did_you_mean(name: str, known: Collection[str]) -> str:
    """Return `; did you mean "..."?` with the closest known name, or nothing where none is close."""
    if len(known) > MAX_NAMES:
        return ""
    by_folded = {one.casefold(): one for one in known}
    close = difflib.get_close_matches(name.casefold(), by_folded, n=1)
    return f'; did you mean "{by_folded[close[0]]}"?' if close else ""
