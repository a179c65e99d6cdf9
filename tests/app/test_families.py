"""Which metric of Prometheus is which column of the history."""

from __future__ import annotations

from netwatch.app.families import kept_families
from netwatch.metrics import Board, Exposition
from netwatch.model import CONCEPTS, REACHABILITY, SCALARS, ColumnKind, TableReading
from tests.concept_readings import AT, a_switch


def test_every_metric_is_a_column_that_is_kept():
    for name, family in kept_families().items():
        columns = REACHABILITY.columns if family.table == REACHABILITY.name else CONCEPTS[family.table].columns
        assert columns[family.column] is not ColumnKind.TEXT, name
        assert family.help, name


async def test_whatever_a_scrape_brings_of_concepts_and_reachability_can_be_asked_of_the_history():
    board = Board()
    columns = {name: [1] for name, kind in REACHABILITY.columns.items() if kind is not ColumnKind.TEXT}
    reachability = TableReading(device="sw1", table=REACHABILITY.name, at=AT, rows=SCALARS, columns=columns)
    for reading in [*a_switch("sw1", AT), reachability]:
        board.take_reading(reading)

    chunks = Exposition(board, {}, device_labels={"sw1": {}}).render(device="sw1").chunks
    text = b"".join([chunk async for chunk in chunks]).decode()

    scraped = {line.split("{")[0].split(" ")[0] for line in text.splitlines() if line and line[0] != "#"}
    assert len(scraped) > 20
    assert scraped - kept_families().keys() <= {"netwatch_device_info"}
