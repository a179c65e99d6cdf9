"""Prints what a device is, concept by concept, as its page does: values with units, what is wrong first.

May import: netwatch.web, netwatch.model. Called by: poll.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.text import Text

from netwatch.cli.output import printable
from netwatch.cli.screen import coloured, out, print_table
from netwatch.model import CONCEPTS, REACHABILITY, TableReading
from netwatch.web import Cell, Section, identity_line, sections_of

COLOURS: Mapping[str, str] = {
    "st-ok": "green", "st-up": "green", "st-warning": "yellow", "st-critical": "bold red", "st-down": "bold red",
}  # fmt: skip
TONES: Mapping[str, str] = {"hot": "red", "warm": "yellow"}
NAMES_OF: Mapping[str, int] = {"neighbour": 2}
"""How many texts of a row name it; a port alone names no neighbour."""
NAMED = 3
"""Facts that a line names before it says how many more there are."""


def print_meaning(readings: Sequence[TableReading], concept: str = "") -> None:
    """Print every concept, facts in a line each; or one concept, all of it."""
    by_table = {reading.table: reading for reading in readings}
    sections = [one for one in sections_of(readings, most=None) if concept in ("", one.name)]
    if not concept:
        _say(", ".join(identity_line(_labels(by_table.get("identity")))))
        for section in sections:
            _say("; ".join(section.wrong), style="bold red")
    for section in sections:
        if section.folded and not concept:
            _print_facts(section)
        else:
            _print_section(section)
            _print_doubts(by_table[section.name])
            out.print()
    if concept and not sections:
        _say(f"{concept}: no rows; no profile finds any in what this device has")
    if not concept:
        _print_tables(readings)


def _print_section(section: Section) -> None:
    print_table(
        f"{section.title} (not whole)" if section.because else section.title,
        [heading.title for heading in section.headings],
        [[_written(cell) for cell in line.cells] for line in section.lines],
        empty="no rows",
        right={place for place, heading in enumerate(section.headings) if "num" in heading.css.split()},
    )
    _say(f"not whole: {section.because}" if section.because else "")


def _print_doubts(reading: TableReading) -> None:
    """Print what the device gave and is not believed, under the table: a reason is longer than a column."""
    for row, key in enumerate(reading.rows.keys):
        for name, why in reading.doubts_of(row).items():
            _say(f"{key} {name}: {why}")


def _print_facts(section: Section) -> None:
    told = NAMES_OF.get(section.name, 1)
    names = [" ".join([cell.text for cell in line.cells if cell.text][:told]) for line in section.lines[:NAMED]]
    more = section.count - len(names)
    named = ", ".join(names) + (f" and {more:,} more" if more else "")
    _say(f"{section.title} ({section.count:,}): {named}")


def _print_tables(readings: Iterable[TableReading]) -> None:
    raw = [one for one in readings if one.table not in CONCEPTS and one.table != REACHABILITY.name]
    counts = ", ".join(f"{one.table} {len(one.rows.index):,}" for one in raw)
    if counts:
        _say(f"Rows of tables as the device gave them (--raw prints them): {counts}")


def _written(cell: Cell) -> Text:
    tone = getattr(cell.picture, "tone", "")
    colour = COLOURS.get(cell.pill) or TONES.get(tone, "")
    text = coloured(cell.text or ("?" if cell.doubt else ""), colour)
    if cell.small:
        text.append(printable(f" ({cell.small})" if cell.text else cell.small), style="dim")
    return text


def _labels(reading: TableReading | None) -> Mapping[str, str]:
    return reading.rows.labels_of(0) if reading is not None and reading.rows.index else {}


def _say(text: str, style: str = "") -> None:
    if text:
        out.print(printable(text), style=style, markup=False, highlight=False, soft_wrap=not out.is_terminal)
