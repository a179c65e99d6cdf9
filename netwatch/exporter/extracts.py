"""Makes a number of a text by a regular expression and a template, as `regex_extracts` says.

The whole text must fit, as snmp_exporter has it; `$1`, `${1}`, `$name` and `$$` are filled in as Go does.
A quiet room. May import: netwatch.model. Called by: reading.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from netwatch.exporter.modules import Extract
from netwatch.model import bounded_groups

_REFERENCE = re.compile(r"\$(?:(\$)|\{(\w+)\}|(\w+))")
_FLOAT = re.compile(
    r"[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:inf|infinity|nan)", re.IGNORECASE | re.ASCII
)


def extract(pattern: str, template: str) -> Extract:
    """Return what makes a number of a text.

    Raises:
        ValueError: the pattern is none of RE2's.
    """
    groups_of = bounded_groups(f"^(?:{pattern})$")

    def number_in(said: str) -> float | None:
        found = groups_of(said)
        return None if found is None else parse_float(_filled(template, *found))

    return number_in


def parse_float(said: str) -> float | None:
    """Read a number as Go's ParseFloat does, without blanks around it; None where it is none."""
    if _FLOAT.fullmatch(said) is None or "_" in said:
        return None
    value = float(said)
    finite_was_meant = said.lstrip("+-")[:1].lower() not in ("i", "n")
    return None if math.isinf(value) and finite_was_meant else value


def _filled(template: str, groups: Sequence[str], named: Mapping[str, str]) -> str:
    def fill(match: re.Match[str]) -> str:
        if match[1]:
            return "$"
        name = match[2] or match[3]
        if name.isascii() and name.isdigit():
            return groups[int(name)] if int(name) < len(groups) else ""
        return named.get(name, "")

    return _REFERENCE.sub(fill, template)
