"""Reads matchers as people and amtool write them: `device=core-sw1`, quotes or not.

A quiet room.
May import: netwatch.alerts. Called by: netwatch.web.
"""

from __future__ import annotations

import re

from netwatch.model import Matcher, matcher_text, parse_matchers

_BARE = re.compile(r"\s*([A-Za-z_:][A-Za-z0-9_:]*)\s*(=~|!~|!=|=)(.*)", re.DOTALL)
_UNESCAPED = {"\\": "\\", '"': '"', "n": "\n"}


def read_matchers(text: str) -> tuple[Matcher, ...]:
    """Read one matcher, whose value needs no quotes whatever is in it, or several in braces.

    Raises:
        ValueError: the text is no matcher; says what is wrong.
    """
    bare = _BARE.fullmatch(text)
    written = bare[3].strip() if bare is not None else ""
    if bare is None or written.startswith('"'):
        return parse_matchers(text)
    value = re.sub(r"\\(.)", lambda found: _UNESCAPED.get(found[1], found[0]), written, flags=re.DOTALL)
    return parse_matchers(matcher_text(bare[1], value, regex="~" in bare[2], negated="!" in bare[2]))


def read_conditions(text: str) -> tuple[Matcher, ...]:
    """Read what stands in a field to search by: nothing, one matcher, or several with commas between them.

    Raises:
        ValueError: the text is no matchers; says what is wrong.
    """
    if not text.strip():
        return ()
    try:
        return parse_matchers(text)
    except ValueError:
        return read_matchers(text)
