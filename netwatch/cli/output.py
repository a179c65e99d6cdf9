"""How commands print: a rich table for people, JSON for programs, one sentence for an error.

May import: nothing of ours. Called by: the other files of this room.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from netwatch.model import format_duration

WRONG = 1
USAGE = 2
BAD_CONFIG = 78
"""Exit codes: found something wrong, wrong usage, bad configuration (EX_CONFIG of sysexits.h)."""

out = Console()
err = Console(stderr=True)


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
        return value.decode("utf-8", "replace")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: as_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [as_json(item) for item in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def print_json(value: Any) -> None:
    """Print a value as JSON, one document."""
    sys.stdout.write(json.dumps(as_json(value), indent=2, ensure_ascii=False) + "\n")


def printable(text: object) -> str:
    """Return text from the network as a terminal may show it: no control character reaches the screen."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(text))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """Print rows under headings; `empty` is said where there are none."""
    table = Table(*columns, title=title, title_justify="left", title_style="bold", show_edge=False, pad_edge=False)
    for row in rows:
        table.add_row(*(cell if isinstance(cell, str) and cell.startswith("[") else _cell(cell) for cell in row))
    out.print(table if table.row_count else f"{title}: {empty}")


def coloured(word: str, colour: str) -> str:
    """Return a word for `print_table` in a colour."""
    return f"[{colour}]{escape(printable(word))}[/{colour}]"


def _cell(value: object) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, timedelta):
        return format_duration(timedelta(seconds=round(value.total_seconds())))
    return escape(printable(value))


def fail(message: str, code: int = WRONG) -> NoReturn:
    """Print what went wrong to stderr and leave with an exit code."""
    err.print(f"netwatch: {printable_lines(message)}", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(code)


def printable_lines(text: str) -> str:
    """Return `printable` of each line."""
    return "\n".join(map(printable, text.splitlines()))
