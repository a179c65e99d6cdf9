"""Makes the sections of a device's page out of its readings, in the order of the concepts, the worst row first.

A quiet room. May import: netwatch.model, netwatch.web. Called by: netwatch.web.pages.devices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from netwatch.model import CONCEPTS, TableReading
from netwatch.web.pages.concepts.cells import ROWS_OF_A_SECTION, Line, Section, without_empty_columns
from netwatch.web.pages.concepts.columns import FACTS, VIEWS, View, fact_columns
from netwatch.web.pages.concepts.rows import RANKS, Row
from netwatch.web.pages.concepts.trees import as_tree

_RANK_OF_IGNORED = RANKS["disabled"]
_TREE = "component"
_WORTH_A_COUNT = ("critical", "down", "warning")


def sections_of(
    readings: Iterable[TableReading], alerting: Collection[str] = (), most: int | None = ROWS_OF_A_SECTION
) -> list[Section]:
    """Return a section for each concept with rows, at most so many of them, None for all.

    alerting: the keys of rows with a firing alert.
    """
    return list(each_section(readings, alerting, most))


def each_section(
    readings: Iterable[TableReading],
    alerting: Collection[str] = (),
    most: int | None = ROWS_OF_A_SECTION,
    ignored: Collection[tuple[str, str]] = (),
) -> Iterator[Section]:
    """Yield them one by one, for who has other work between two; of rows that are ignored nothing is amiss.

    ignored: tables and keys of rows.
    """
    by_concept = {reading.table: reading for reading in readings if reading.rows.index}
    views: dict[str, View] = {**VIEWS}
    for name, title in FACTS.items():
        views[name] = View(title, fact_columns(CONCEPTS[name].labels))
    for name in CONCEPTS:
        if name in views and name in by_concept:
            quiet = frozenset(key for table, key in ignored if table == name)
            yield _section(views[name], by_concept[name], alerting, most, quiet)


def identity_line(identity: Mapping[str, str]) -> tuple[str, ...]:
    """Return who a device is, in the parts of one line; empty where nobody knows."""
    vendor, model = identity.get("vendor", ""), identity.get("model", "")
    is_said = bool(vendor) and model.casefold().startswith(vendor.split()[0].casefold())
    what = model if is_said else " ".join(filter(None, (vendor, model)))
    system = " ".join(filter(None, (identity.get("os", ""), identity.get("version", ""))))
    serial = f"serial {identity['serial']}" if identity.get("serial") else ""
    kind, place, contact = (identity.get(name, "") for name in ("type", "location", "contact"))
    return tuple(filter(None, (what, system, serial, kind, place, contact)))


def _section(
    view: View, reading: TableReading, alerting: Collection[str], most: int | None, ignored: Collection[str] = ()
) -> Section:
    keys = reading.rows.keys
    rows = [Row(reading, number) for number in range(len(reading.rows.index))]
    ranked = [
        (keys[row.number] not in alerting, _RANK_OF_IGNORED if keys[row.number] in ignored else view.rank(row), row)
        for row in rows
    ]
    ranked.sort(key=lambda one: one[:2])
    lines = tuple(
        Line(
            cells=tuple(write(row) for _, write in view.columns),
            rank=rank,
            is_alerting=not is_quiet,
            key=keys[row.number],
            is_ignored=keys[row.number] in ignored,
        )
        for is_quiet, rank, row in ranked[:most]
    )
    if reading.table == _TREE:
        lines = as_tree(lines, [(row.label("part"), row.label("parent")) for _, _, row in ranked[:most]])
    headings, lines = without_empty_columns(tuple(heading for heading, _ in view.columns), lines)
    return Section(
        name=reading.table,
        title=view.title,
        headings=headings,
        lines=lines,
        count=len(rows),
        at=reading.at,
        wrong=tuple(
            filter(None, (view.wrong(row) for _, _, row in ranked[:most] if keys[row.number] not in ignored))
        ),
        folded=CONCEPTS[reading.table].is_fact,
        because=(reading.partial_because or "in part") if reading.partial else "",
        tally=_tally(view, [row for row in rows if keys[row.number] not in ignored]),
        may_be_ignored=bool(view.name),
        has_limits="sensor_high_critical" in CONCEPTS[reading.table].columns,
    )


def _tally(view: View, rows: Iterable[Row]) -> tuple[tuple[str, str], ...]:
    """Return how many rows are in each of the states that matter: (`critical`, `1 critical`)."""
    if not view.name:
        return ()
    counts = Counter(cell.text for row in rows if (cell := view.columns[0][1](row)).pill)
    return tuple((word, f"{counts[word]} {word}") for word in _WORTH_A_COUNT if counts[word])
