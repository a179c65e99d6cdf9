"""Tries a profile on a capture: what is wrong with it, which of its tables are there, what it adds, and the rows.

May import: netwatch.profiles, netwatch.model. Called by: netwatch profiles try.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from netwatch.cli.ask.known import Known, polled, replayed
from netwatch.cli.ask.meaning import print_meaning
from netwatch.cli.ask.origins import why_not_found
from netwatch.cli.output import printable
from netwatch.cli.screen import out, print_table
from netwatch.model import CONCEPTS, Oid, Problem, TableReading
from netwatch.profiles import ProfileLibrary

NOT_THERE = "not there"
_TABLE_BEFORE = re.compile(r"^[A-Za-z]\w*\.")
"""Where rows are of several tables, that of each stands before its index."""


def try_profile(profile: Path, capture: Path, before: ProfileLibrary, after: ProfileLibrary) -> bool:
    """Print what a profile reads of a capture; return whether it could be used. `after` has it, `before` not."""
    problems = [one for one in after.problems if Path(one.file) == profile]
    for problem in problems:
        _say(str(problem), "red" if problem.severity == "error" else "yellow")
    if any(problem.severity == "error" for problem in problems):
        _say(f"{profile}: not used, for its errors", "red")
        return False
    with replayed(capture) as device:
        was, now = polled(device, before), polled(device, after, capture)
    _say(f"{profile}: {_count(problems)}; {now.device} has profile {now.profile.name}")
    _print_found(profile, after, now)
    _print_added(was, now)
    touched = _concepts_of(profile, after, now)
    for concept in touched:
        print_meaning(list(now.readings.values()), concept)
    return True


def _count(problems: Sequence[Problem]) -> str:
    return f"{len(problems)} warning{'s' if len(problems) != 1 else ''}" if problems else "nothing is wrong with it"


def _print_found(profile: Path, library: ProfileLibrary, now: Known) -> None:
    """Print which tables and scalars of the file the capture has: a wrong OID shows here."""
    [file] = [file for file in library.files if Path(file.yaml.name) == profile]
    names = {table.oid: table.name for table in now.kit.tables}
    rows: list[list[object]] = []
    for table in file.tables:
        reading = now.readings.get(names.get(table.oid, table.name))
        rows.append([table.name, table.oid, len(reading.rows.index) if reading is not None else NOT_THERE])
    for scalar in file.scalars:
        rows.append([scalar.name, scalar.oid, 1 if scalar.oid in now.has else NOT_THERE])
    print_table("What it asks for", ["table or scalar", "oid", "rows"], rows, empty="nothing", right={2})
    for name, oid, found in rows:
        if found == NOT_THERE and isinstance(oid, Oid):
            _say(f"  {why_not_found(now, library, str(name), oid)}", "yellow")


def _print_added(was: Known, now: Known) -> None:
    rows: list[list[object]] = []
    for concept in CONCEPTS:
        old, new = _lines(was.readings.get(concept)), _lines(now.readings.get(concept))
        if old != new:
            added, lost = len(new.keys() - old.keys()), len(old.keys() - new.keys())
            changed = sum(old[key] != new[key] for key in old.keys() & new.keys())
            rows.append([concept, len(old), len(new), added, changed, lost])
    columns = ["concept", "rows without", "rows with", "added", "changed", "lost"]
    print_table("What it adds", columns, rows, empty="nothing that is not known without it", right={1, 2, 3, 4, 5})


def _lines(reading: TableReading | None) -> Mapping[object, object]:
    """Return the values of a concept's rows, each under its index and what it is called."""
    if reading is None:
        return {}
    return {
        (_TABLE_BEFORE.sub("", index), tuple(reading.rows.labels_of(row).items())): tuple(
            (name, column[row]) for name, column in reading.columns.items() if column[row] is not None
        )
        for row, index in enumerate(reading.rows.index)
    }


def _concepts_of(profile: Path, library: ProfileLibrary, now: Known) -> list[str]:
    """Return the concepts that the file makes of something, those that the device has rows of first."""
    [file] = [file for file in library.files if Path(file.yaml.name) == profile]
    named = list(dict.fromkeys(one.concept for one in file.concepts))
    return sorted(named, key=lambda concept: concept not in now.readings)


def _say(text: str, style: str = "") -> None:
    out.print(printable(text), style=style, markup=False, highlight=False, soft_wrap=True)
