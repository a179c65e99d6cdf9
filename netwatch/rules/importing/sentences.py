"""Turns annotations of Prometheus, which are Go templates, into templates of NetWatch.

A quiet room. May import: nothing. Called by: carrying.
"""

from __future__ import annotations

import re
from collections.abc import Callable

IsKnown = Callable[[str], bool]
"""Whether a sentence of the rule may have a name."""
_ACTION = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_LABEL = re.compile(r"\$labels\.(\w+)|index \$labels \"(\w+)\"")
_PRINTF = re.compile(r'printf\s+"([^"]*)"\s+(.*)')
_FILTERS = {
    "humanize": "si", "humanize1024": "si", "humanizePercentage": "percent", "humanizeDuration": "duration",
}  # fmt: skip
_DEVICE = frozenset({"instance", "device", "exported_instance"})


def sentence(text: str, is_known: IsKnown = lambda name: True) -> tuple[str, list[str]]:
    """Return the template, and what of it could not be carried over; such a place has an ellipsis.

    A label that the rule's table does not have is asked of the alert's labels, where those of the device stand too.
    """
    lost: list[str] = []

    def replaced(match: re.Match[str]) -> str:
        found = _action(match[1], is_known)
        if found is None:
            lost.append(match[0])
            return "…"
        return found

    return _ACTION.sub(replaced, text), lost


def _action(text: str, is_known: IsKnown) -> str | None:
    value, *filters = (part.strip() for part in text.split("|"))
    suffix = ""
    if printed := _PRINTF.fullmatch(value):
        value = printed[2].strip()
    named = _LABEL.fullmatch(value)
    if value == "$value" or value.startswith(".Value"):
        name = "value"
    elif named is not None:
        label = named[1] or named[2]
        if label == "job":
            return "Prometheus"
        name = "device" if label in _DEVICE else label if is_known(label) else f"labels.{label}"
    else:
        return None
    for one in filters:
        if printed := _PRINTF.fullmatch(one + " x"):
            continue
        if one not in _FILTERS:
            return None
        suffix += f" | {_FILTERS[one]}"
    return f"{{{{ {name}{suffix} }}}}"
