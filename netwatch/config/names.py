"""Guesses what somebody meant who misspelt a name.

May import: nothing. Called by: words, checks.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean "..."?` with the closest known name, or nothing where none is close."""
    by_folded = {one.casefold(): one for one in known}
    close = difflib.get_close_matches(name.casefold(), by_folded, n=1)
    return f'; did you mean "{by_folded[close[0]]}"?' if close else ""
