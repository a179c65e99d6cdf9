"""Writes matchers as Alertmanager does and reads them as amtool sends them: `device=core-sw1`, quotes or not.

A quiet room.
May import: netwatch.alerts. Called by: netwatch.web.alertmanager, netwatch.web.silence_form.
"""

from __future__ import annotations

import re

from netwatch.alerts import Matcher, parse_matchers

_BARE = re.compile(r"\s*([A-Za-z_:][A-Za-z0-9_:]*)\s*(=~|!~|!=|=)\s*(.*?)\s*", re.DOTALL)
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}
_UNESCAPED = {"\\": "\\", '"': '"', "n": "\n"}


def matcher_text(name: str, value: str, *, regex: bool = False, negated: bool = False) -> str:
    r"""Write a matcher so that every reader takes it back as it is: `ifAlias="a \"b\""`."""
    operator = ("!~" if regex else "!=") if negated else ("=~" if regex else "=")
    return f"{name if _IDENTIFIER.fullmatch(name) else _quoted(name)}{operator}{_quoted(value)}"


def text_of(matcher: Matcher) -> str:
    """Write a matcher that was read."""
    return matcher_text(matcher.label, matcher.text, regex=matcher.matches is not None, negated=matcher.negated)


def read_matchers(text: str) -> tuple[Matcher, ...]:
    """Read one matcher, whose value needs no quotes whatever is in it, or several in braces.

    Raises:
        ValueError: the text is no matcher; says what is wrong.
    """
    bare = _BARE.fullmatch(text)
    if bare is None or bare[3].startswith('"'):
        return parse_matchers(text)
    value = re.sub(r"\\(.)", lambda found: _UNESCAPED.get(found[1], found[0]), bare[3], flags=re.DOTALL)
    return parse_matchers(matcher_text(bare[1], value, regex="~" in bare[2], negated="!" in bare[2]))


def _quoted(text: str) -> str:
    return '"' + "".join(_ESCAPED.get(letter, letter) for letter in text) + '"'
