"""What pydantic found, in words for people, at the place it stands in the file.

Nothing here repeats a value from a place where secrets stand.

May import: netwatch.model. Called by: loading.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from pydantic_core import ErrorDetails

from netwatch.config.keys import keys_at
from netwatch.config.names import did_you_mean
from netwatch.config.secrets import is_secret
from netwatch.model import KeyPath, Problem, YamlFile, format_duration

_SCALAR = re.compile(r"[^\s,\]}#]+")
_NEGLIGIBLE = "Value error, "
UNKNOWN_KEY = "unknown key"
"""How the words about a key begin that nobody reads: the cause of what is then missing."""


def problem_of(file: YamlFile, tree: Any, error: ErrorDetails) -> Problem:
    """Return one of pydantic's errors as a problem of the file."""
    path, about_key = path_of(error), error["loc"][-1:] == ("[key]",)
    if error["type"] == "union_tag_invalid":
        path = (*path, "version")
    say = _WORDS.get(error["type"], _as_pydantic_says)
    message = say(_Finding(file, path, error, value_at(tree, path)))
    return file.problem(path, message, key=about_key or error["type"] in ("extra_forbidden", "invalid_key"))


def path_of(error: ErrorDetails) -> KeyPath:
    """Return the way to the value as the file has it: without the version that picks a credential's model."""
    location = tuple(step for step in error["loc"] if step != "[key]")
    return location[:2] + location[3:] if location[:1] == ("credentials",) else location


def value_at(tree: Any, path: KeyPath) -> Any:
    """Return the value at a path, None where there is none."""
    for step in path:
        try:
            tree = tree[step]
        except (KeyError, IndexError, TypeError):
            return None
    return tree


class _Finding:
    """An error with what is needed to word it."""

    def __init__(self, file: YamlFile, path: KeyPath, error: ErrorDetails, value: Any) -> None:
        self.file, self.path, self.error, self.value = file, path, error, value
        self.limits: Mapping[str, Any] = error.get("ctx", {})


def _as_pydantic_says(finding: _Finding) -> str:
    return finding.error["msg"].removeprefix(_NEGLIGIBLE)


def _unknown_key(finding: _Finding) -> str:
    known = keys_at(finding.error["loc"][:-1])
    return UNKNOWN_KEY + (did_you_mean(str(finding.path[-1]), known) or f"; known here: {', '.join(known)}")


def _text_wanted(finding: _Finding) -> str:
    value = finding.value
    if isinstance(value, dict | list):
        return "must be text, not a " + ("mapping" if isinstance(value, dict) else "list")
    if value is None:
        return 'is empty; write "" for no text'
    kind = next(name for types, name in _KINDS if isinstance(value, types))
    written = _SCALAR.match(finding.file.written(finding.path))
    text = "..." if is_secret(finding.path) or written is None else written[0]
    key = finding.path[-1]
    return f"YAML reads this as a {kind}; quote it: " + (f'{key}: "{text}"' if isinstance(key, str) else f'"{text}"')


_KINDS: tuple[tuple[Any, str], ...] = (
    (bool, "truth value"),
    ((int, float), "number"),
    (date, "date"),
    (object, "value of its own kind"),
)


def _one_of(finding: _Finding) -> str:
    expected = str(finding.limits.get("expected", "")).replace("'", "")
    message = f"must be {expected}"
    if not isinstance(finding.value, str) or is_secret(finding.path):
        return message
    return message + did_you_mean(finding.value, re.split(r", | or ", expected))


_TIME = re.compile(r"datetime\.timedelta\(([a-z]+=\d+(?:, [a-z]+=\d+)*)\)")
_PART = re.compile(r"([a-z]+)=(\d+)")
_NO_TIME = ("datetime.timedelta(0)", "0 seconds")


def _limit(words: str, name: str) -> Callable[[_Finding], str]:
    def say(finding: _Finding) -> str:
        limit = str(finding.limits.get(name))
        if time := _TIME.fullmatch(limit):  # as Python writes it
            limit = format_duration(timedelta(**{part: int(number) for part, number in _PART.findall(time[1])}))
        return f"must be {words} {'0s' if limit in _NO_TIME else limit}"

    return say


def _at_least_one(finding: _Finding) -> str:
    least = finding.limits.get("min_length", 1)
    return "must not be empty" if least == 1 else f"must have at least {least} characters"


def _always(words: str) -> Callable[[_Finding], str]:
    return lambda _: words


_LIST = _always("must be a list: put it in brackets, [ ]")
_MAPPING = _always("must be a mapping, that is keys with values")
_WHOLE = _always("must be a whole number")
_TRUTH = _always("must be true or false")

_WORDS: Mapping[str, Callable[[_Finding], str]] = {
    "extra_forbidden": _unknown_key,
    "missing": _always("is missing"),
    "invalid_key": _always("a key must be text; quote it"),
    "string_type": _text_wanted,
    "literal_error": _one_of,
    "union_tag_not_found": _always("needs a version: 1, 2c or 3"),
    "union_tag_invalid": _always("must be 1, 2c or 3"),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "greater_than": _limit("more than", "gt"),
    "greater_than_equal": _limit("at least", "ge"),
    "less_than": _limit("less than", "lt"),
    "less_than_equal": _limit("at most", "le"),
    "string_too_short": _at_least_one,
    "too_short": _at_least_one,
    "string_too_long": lambda finding: f"must have at most {finding.limits.get('max_length')} characters",
    "string_pattern_mismatch": _always("holds a character that cannot stand here"),
    "list_type": _LIST,
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
}
