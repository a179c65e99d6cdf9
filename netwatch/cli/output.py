"""How commands print where rich is not needed: JSON for programs, one sentence for an error.

May import: netwatch.model. Called by: the other files of this room.
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NoReturn

import typer

from netwatch.model import Oid

WRONG = 1
USAGE = 2
BAD_CONFIG = 78
"""Exit codes: found something wrong, wrong usage, bad configuration (EX_CONFIG of sysexits.h)."""

_NOT_PLAIN = re.compile(r"[^\x20-\x7e\n]")


def rfc3339(at: datetime | None) -> str | None:
    """Write an instant as RFC 3339 in UTC, to the millisecond."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


def as_json(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return octets_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: as_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | Oid):
        return [as_json(item) for item in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def octets_text(octets: bytes) -> str:
    """Return octets as the text they are, or as `0x00ff..` where they are none."""
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        return f"0x{octets.hex()}"
    return text if all(c.isprintable() or c in "\r\n\t" for c in text) else f"0x{octets.hex()}"


def print_json(value: Any) -> None:
    """Print a value as JSON, one document; what a terminal would obey or cannot show is escaped."""
    text = json.dumps(as_json(value), indent=2, ensure_ascii=False, allow_nan=False)
    sys.stdout.write(_NOT_PLAIN.sub(_escaped_unless_printable, text) + "\n")


class JsonList:
    """Prints a list as JSON piece by piece, as `print_json` would print the whole."""

    def __init__(self) -> None:
        self.is_empty = True

    def add(self, items: Iterable[Any]) -> None:
        """Print more of it."""
        for item in items:
            text = json.dumps([as_json(item)], indent=2, ensure_ascii=False, allow_nan=False)[1:-2]
            sys.stdout.write(("[" if self.is_empty else ",") + _NOT_PLAIN.sub(_escaped_unless_printable, text))
            self.is_empty = False

    def end(self) -> None:
        """Print what ends it."""
        sys.stdout.write("[]\n" if self.is_empty else "\n]\n")


def _escaped_unless_printable(match: re.Match[str]) -> str:
    return match[0] if match[0].isprintable() else json.dumps(match[0])[1:-1]


def printable(text: object) -> str:
    """Return text from the network as a terminal may show it: no control character reaches the screen."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(text))


def fail(message: str, code: int = WRONG) -> NoReturn:
    """Print what went wrong to stderr and leave with an exit code."""
    typer.echo(f"netwatch: {printable_lines(message)}", err=True)
    raise typer.Exit(code)


def printable_lines(text: str) -> str:
    """Return `printable` of each line."""
    return "\n".join(map(printable, text.splitlines()))
