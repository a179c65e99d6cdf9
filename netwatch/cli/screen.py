"""How commands print for people: tables and colours, drawn by rich.

Apart from output, because rich takes longer to load than most commands take to answer.
May import: netwatch.model. Called by: the commands that draw.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from datetime import datetime, timedelta

from rich.console import Console
from rich.table import Table
from rich.text import Text

from netwatch.cli.output import printable
from netwatch.model import format_duration

WIDE = 100_000

out = Console(emoji=False)
err = Console(stderr=True, emoji=False)


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str, right: Container[int] = ()
) -> None:
    """Print rows under headings; `empty` is said where there are none. Columns of these places stand to the right."""
    table = Table(title=_cell(title), title_justify="left", title_style="bold", show_edge=False, pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(Text(printable(column)), justify="right" if place in right else "left")
    for row in rows:
        table.add_row(*map(_cell, row))
    # A file or a pipe has no width: no name is cut there, and each row is one line.
    console = out if out.is_terminal else Console(emoji=False, width=WIDE, file=out.file)
    console.print(table if table.row_count else _cell(f"{title}: {empty}"))


def coloured(word: str, colour: str) -> Text:
    """Return a word for `print_table` in a colour."""
    return Text(printable(word), style=colour)


def _cell(value: object) -> Text:
    """Return a value as text that is only text: no markup of a device is obeyed."""
    if isinstance(value, Text):
        return value
    if value is None or value == "":
        return Text("-")
    if isinstance(value, datetime):
        return Text(value.astimezone().strftime("%Y-%m-%d %H:%M:%S"))
    if isinstance(value, timedelta):
        return Text(format_duration(timedelta(seconds=round(value.total_seconds()))))
    return Text(printable(value))
