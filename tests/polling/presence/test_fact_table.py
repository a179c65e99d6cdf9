"""Tables of facts: walked when rows are discovered, shown for as long as they stand, never asked for in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from netwatch.errors import PollError
from netwatch.metrics import Board
from netwatch.metrics.exposition import Exposition
from netwatch.metrics.text_format import preferred_format
from netwatch.model import ColumnKind, Oid
from netwatch.polling.budget import Budget
from netwatch.polling.device_poller import DevicePoller, Tools
from netwatch.polling.presence import fact_table
from netwatch.polling.presence.fact_table import MOST_FACTS, FactTable
from netwatch.profiles import GENERIC, ColumnSpec, LabelSpec, Profile, ProfileLibrary, TableSpec
from tests.odd_agent import GEN_ERR, GET, OddAgent

ENTRY = Oid.parse("1.3.6.1.4.1.99999.3.1")
TABLE = TableSpec(
    name="partTable",
    oid=Oid(ENTRY[:-1]),
    walk=ENTRY.child(2),
    columns=(
        ColumnSpec(name="partKind", oid=ENTRY.child(2), kind=ColumnKind.ENUM, enum={1: "fan", 2: "card"}),
        ColumnSpec(name="partLength", oid=ENTRY.child(3), kind=ColumnKind.GAUGE, scale=0.1),
    ),
    labels=(LabelSpec(name="partName", oid=ENTRY.child(4)), LabelSpec(name="part", index_position=1)),
    identity="partName",
    once=True,
)
UPTIME = "1.3.6.1.2.1.1.3.0|67|8640000"
HOUR = timedelta(hours=1)


def part(row: int, name: str, kind: int = 1, length: int = 5) -> list[str]:
    return [f"{ENTRY}.2.{row}|2|{kind}", f"{ENTRY}.3.{row}|2|{length}", f"{ENTRY}.4.{row}|4|{name}"]


SYSTEM = ["1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1", UPTIME, "1.3.6.1.2.1.1.5.0|4|case1"]
END = "1.3.6.1.6.3.1.1.6.1.0|2|1"
PARTS = [UPTIME, *part(1, "Fan 1"), *part(2, "Card 1", 2, 47), END]


@pytest.fixture
def table_of(client, device, clock):
    def table(agent, **changes):
        return FactTable(replace(device, port=agent.port, **changes), TABLE, client, clock, HOUR)

    return table


async def read(table):
    async with Budget(60) as budget:
        return await table.poll(budget)


async def test_the_rows_that_are_walked_are_the_reading(table_of):
    with OddAgent(PARTS) as agent:
        reading = await read(table_of(agent))

    assert reading.rows.labels == {"partName": ("Fan 1", "Card 1"), "part": ("1", "2")}
    assert reading.rows.keys == ("partName=Fan 1", "partName=Card 1")
    assert reading.columns["partKind"] == (1, 2)
    assert reading.columns["partLength"] == (0.5, 4.7)
    assert reading.rates == {}
    assert not reading.partial
    assert reading.good_for == timedelta(hours=2, minutes=5)


async def test_between_two_discoveries_nothing_is_asked(table_of):
    with OddAgent(PARTS) as agent:
        table = table_of(agent)
        first = await read(table)
        agent.requests.clear()
        assert await read(table) is None
        asked = list(agent.requests)
        table.rediscover("interval")
        again = await read(table)

    assert asked == []
    assert again.rows is first.rows  # so that whoever prepared something by row keeps it
    assert not table.needs_discovery


async def test_a_table_that_is_not_there_is_lacking_and_one_that_lost_its_rows_is_empty(table_of):
    with OddAgent([UPTIME, END]) as agent:
        table = table_of(agent)
        assert await read(table) is None
        told = [table.lacking_reading() for _ in range(4)]
        for line in part(1, "Fan 1"):
            agent.put(line)
        table.rediscover("interval")
        await read(table)
        agent.remove(str(ENTRY))
        table.rediscover("interval")
        emptied = await read(table)

    assert [reading is not None and reading.lacking for reading in told] == [True, True, True, False]
    assert emptied.rows.index == ()
    assert not emptied.lacking
    assert table.lacking_reading() is None


async def test_a_reading_stands_where_the_next_walk_is_refused_and_says_so_until_one_goes_well(table_of, clock):
    with OddAgent(PARTS) as agent:
        table = table_of(agent)
        await read(table)
        agent.manners = lambda request: 0 if request.kind == GET else 16
        table.rediscover("interval")
        kept = await read(table)
        assert await read(table) is None  # not again at once
        agent.manners = lambda _: 0
        clock.turn(61)
        healed = await read(table)

    assert kept.rows.labels["partName"] == ("Fan 1", "Card 1")
    assert kept.partial
    assert kept.partial_because.startswith("as it was read at 00:00 UTC, since then ")
    assert not healed.partial


async def test_a_table_that_cannot_be_walked_at_all_is_an_error_and_is_not_tried_with_every_poll(table_of, clock):
    with OddAgent(PARTS, manners=lambda request: 0 if request.kind == GET else 16) as agent:
        table = table_of(agent)
        with pytest.raises(PollError):
            await read(table)
        assert not table.needs_discovery
        assert table.lacking_reading() is None
        clock.turn(61)
        assert table.needs_discovery


async def test_a_walk_that_breaks_off_in_the_middle_is_partial_says_why_and_is_tried_again(table_of, clock):
    def breaks(request):
        return GEN_ERR if any(name[: len(ENTRY) + 1] == (*ENTRY, 3) for name in request.names) else 0

    with OddAgent(PARTS, manners=breaks) as agent:
        table = table_of(agent)
        reading = await read(table)
        clock.turn(61)
        agent.manners = lambda _: 0
        whole = await read(table)

    assert reading.partial
    assert reading.partial_because
    assert reading.columns["partKind"] == (1, 2)
    assert not whole.partial


async def test_a_table_of_more_rows_than_are_read_is_partial_and_says_so(table_of, monkeypatch):
    monkeypatch.setattr(fact_table, "MOST_FACTS", 7)
    lines = [line for row in range(1, 41) for line in part(row, f"Fan {row}")]
    with OddAgent([UPTIME, *lines, END]) as agent:
        table = table_of(agent)
        reading = await read(table)

    assert len(reading.rows.index) <= 7
    assert reading.partial
    assert "more than 7 rows, of which the first are read" in reading.partial_because
    assert not table.needs_discovery
    assert MOST_FACTS == 10_000


async def test_facts_wait_for_the_next_poll_where_this_one_took_long_already(table_of):
    with OddAgent(PARTS) as agent:
        table = table_of(agent)
        async with Budget(60) as budget:
            budget.seconds_beside = 21.0
            assert await table.poll(budget) is None
        assert table.lacking_reading() is None
        assert await read(table) is not None


@pytest.fixture
def poller_of(client, device, basket, clock):
    library = ProfileLibrary({GENERIC: Profile(name=GENERIC, tables=(TABLE, replace(
        TABLE, name="fanTable", oid=Oid.parse("1.3.6.1.4.1.99999.4"), walk=Oid.parse("1.3.6.1.4.1.99999.4.1.2"),
        columns=(ColumnSpec(name="fanSpeed", oid=Oid.parse("1.3.6.1.4.1.99999.4.1.2"), kind=ColumnKind.GAUGE),),
        labels=(LabelSpec(name="fan", index_position=1),), identity="", once=False,
    )))})  # fmt: skip

    def poller(agent):
        tools = Tools(library=library, client=client, sink=basket, clock=clock, facts_interval=HOUR)
        return DevicePoller(replace(device, port=agent.port, retries=0), tools)

    return poller


FANS = [*SYSTEM, *PARTS, "1.3.6.1.4.1.99999.4.1.2.1|2|5400"]


async def polled(poller, times=1):
    for _ in range(times):
        await poller.check()
        await poller.poll()


async def test_a_device_hands_on_its_facts_when_they_were_read_and_its_other_tables_with_every_poll(
    poller_of, basket
):
    with OddAgent(FANS) as agent:
        poller = poller_of(agent)
        await polled(poller, 3)
        poller.rediscover()
        await polled(poller)

    assert len(basket.of("fanTable")) == 4
    assert len(basket.of("partTable")) == 2
    assert poller.tables == ("fanTable", "partTable")  # facts are the last to be asked for


async def test_facts_that_stand_are_not_missed_while_the_device_is_down(poller_of, basket):
    with OddAgent(FANS) as agent:
        poller = poller_of(agent)
        await polled(poller)
        agent.manners = lambda _: None
        await polled(poller)

    assert [gap.table for gap in basket.gaps] == ["fanTable"]


async def test_facts_are_shown_as_long_as_they_are_good_and_are_never_series(poller_of, basket):
    with OddAgent(FANS) as agent:
        await polled(poller_of(agent))
    now = 0.0
    board = Board(clock=lambda: now)
    for reading in basket.readings:
        board.take_reading(reading)

    def shown():
        return [reading.table for reading in board.readings("sw1")]

    text = b"".join(Exposition(board, {}).device_text(preferred_format(""))).decode()
    assert "fanSpeed" in text
    assert "part" not in text
    now = 7400.0
    assert shown() == ["partTable"]
    assert board.is_read("sw1", "partTable")
    now = 7600.0
    assert shown() == []
    assert not board.is_read("sw1", "partTable")
