"""Label matchers as Alertmanager writes them: `severity="critical"`, `site!=lab`, `device=~"core-.*"`.

A label that an alert does not have counts as empty text, and a regular expression must match the whole of it, both
as in Alertmanager. The expressions are RE2's, as there (see model/pattern.py).

A quiet room: no clock, no socket, no database.
May import: netwatch.model.pattern. Called by: alerts, whose routes and silences ask alerts; rules, which ask devices.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from netwatch.model.pattern import bounded_matcher

_MATCHER = re.compile(
    r"""\s*(?P<label>"(?:[^"\\]|\\.)+"|[A-Za-z_][A-Za-z0-9_.:-]*?)
        \s*(?P<operator>=~|!~|!=|=)
        \s*(?P<text>"(?:[^"\\]|\\.)*"|[^\s,{}"'=~!]*)\s*""",
    re.VERBOSE,
)
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """One condition on one label; `matches` is set for =~ and !~."""

    label: str
    text: str
    negated: bool = False
    matches: Callable[[str], bool] | None = field(default=None, compare=False)

    def __str__(self) -> str:
        """Write it so that every reader takes it back as it is."""
        return matcher_text(self.label, self.text, regex=self.matches is not None, negated=self.negated)

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Return whether the labels meet the condition."""
        value = labels.get(self.label, "")
        holds = value == self.text if self.matches is None else self.matches(value)
        return holds is not self.negated


def matcher_text(label: str, text: str, *, regex: bool = False, negated: bool = False) -> str:
    r"""Write a matcher as Alertmanager does: `ifAlias="a \"b\""`."""
    operator = ("!~" if negated else "=~") if regex else ("!=" if negated else "=")
    return f"{label if _IDENTIFIER.fullmatch(label) else _quoted(label)}{operator}{_quoted(text)}"


def all_hold(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Return whether the labels meet every condition."""
    for matcher in matchers:  # noqa: SIM110 - asked for every alert and silence; all() of a generator takes twice as long
        if not matcher.holds(labels):
            return False
    return True


def parse_matchers(text: str) -> tuple[Matcher, ...]:
    """Read one matcher, or several as `{a="b", c=~"d"}`.

    Raises:
        ValueError: the text is no matcher; says what is wrong.
    """
    inner = text.strip()
    if inner.startswith("{") and inner.endswith("}"):
        inner = inner[1:-1].strip().removesuffix(",")
    matchers, place = [], 0
    while True:
        match = _MATCHER.match(inner, place)
        if match is None:
            raise ValueError(f'{text!r} is not a matcher such as severity="critical" or device=~"core-.*"')
        matchers.append(_matcher(match))
        place = match.end()
        if place == len(inner):
            return tuple(matchers)
        if inner[place] != ",":
            raise ValueError(f"{text!r}: {inner[place:]!r} stands where a comma or the end should be")
        place += 1


def _matcher(match: re.Match[str]) -> Matcher:
    operator, value = match["operator"], _unquoted(match["text"])
    matches = bounded_matcher(value) if operator.endswith("~") else None
    return Matcher(label=_unquoted(match["label"]), text=value, negated=operator.startswith("!"), matches=matches)


def _quoted(text: str) -> str:
    return '"' + "".join(_ESCAPED.get(letter, letter) for letter in text) + '"'


def _unquoted(text: str) -> str:
    """Undo quotes; only backslash-quote, double backslash and backslash-n are escapes, as in Alertmanager."""
    if not text.startswith('"'):
        return text
    known = {'"': '"', "\\": "\\", "n": "\n"}
    return _ESCAPE.sub(lambda match: known.get(match[1], match[0]), text[1:-1])
