"""What is asked seldom: left out while nothing moves, asked in the same poll when anything tells of a change."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from netwatch.model import ColumnKind, Oid, RowSet, Tag
from netwatch.polling.budget import Budget
from netwatch.polling.discover import discover_table
from netwatch.polling.layout import Presence, build_layout
from netwatch.polling.standing.seldom import split_anew, split_of
from netwatch.polling.table_poller import TablePoller
from netwatch.profiles import ColumnSpec, LabelSpec

IF_ENTRY = Oid.parse("1.3.6.1.2.1.2.2.1")
IFX_ENTRY = Oid.parse("1.3.6.1.2.1.31.1.1.1")
PLAIN_SPEED = IF_ENTRY.child(5)
SPEED, ALIAS, LAST_CHANGE = IFX_ENTRY.child(15), IFX_ENTRY.child(18), IF_ENTRY.child(9)


def with_rhythm(spec, every):
    """Return the small ifTable with ifLastChange and ifAlias; speed and alias are asked with every so many polls."""
    columns = [replace(column, every=every if column.oid == SPEED else 1) for column in spec.columns]
    columns.append(ColumnSpec(name="ifLastChange", oid=LAST_CHANGE, kind=ColumnKind.GAUGE))
    alias = LabelSpec(name="ifAlias", oid=ALIAS, every=every)
    return replace(spec, columns=tuple(columns), labels=(*spec.labels, alias))


@pytest.fixture
def switch(agent):
    for number in (1, 2):
        agent.set(f"{LAST_CHANGE}.{number}", Tag.TIME_TICKS, 1000 * number)
        agent.set(f"{ALIAS}.{number}", Tag.OCTET_STRING, b"to the core")
    return agent


@pytest.fixture
def table(device, interfaces, client, clock, switch):
    return TablePoller(device, with_rhythm(interfaces, 5), discover_table, client, clock)


async def poll(table, switch, clock, seconds=60):
    """Let time pass, poll, and return the reading and whether the speeds were asked."""
    switch.advance(clock, seconds)
    before = len(switch.asked)
    reading = await table.poll(Budget(10.0))
    return reading, any(oid.is_under(SPEED) for names in switch.asked[before:] for oid in names)


async def test_what_hardly_moves_is_asked_with_every_fifth_poll(table, switch, clock):
    asked = [(await poll(table, switch, clock))[1] for _ in range(12)]

    assert asked == [True, False, False, False, False, True, False, False, False, False, True, False]


async def test_a_poll_that_left_it_out_says_what_it_said_last_and_when(table, switch, clock):
    first, _ = await poll(table, switch, clock)
    second, _ = await poll(table, switch, clock)

    assert second.columns["ifHighSpeed"] == [1000, 1000]
    assert second.rows is first.rows
    assert second.at > first.at
    assert first.aged == second.aged == {"ifHighSpeed": first.at, "ifAlias": first.at}


async def test_it_is_asked_more_often_where_polls_are_far_apart(table, switch, clock):
    asked = [(await poll(table, switch, clock, 150))[1] for _ in range(5)]

    assert asked == [True, False, True, False, True]


MOVES = {
    "a port went down": (IF_ENTRY.child(8, 1), Tag.INTEGER, 2),
    "a link was renewed": (LAST_CHANGE.child(1), Tag.TIME_TICKS, 360_500),
    "a port has another name": (IFX_ENTRY.child(1, 1), Tag.OCTET_STRING, b"Te1"),
    "a port counts anew": (IFX_ENTRY.child(19, 1), Tag.TIME_TICKS, 360_500),
    "the table announces a change": (Oid.parse("1.3.6.1.2.1.31.1.5.0"), Tag.TIME_TICKS, 360_500),
    "the device restarted": (Oid.parse("1.3.6.1.2.1.1.3.0"), Tag.TIME_TICKS, 900),
}


@pytest.mark.parametrize("move", MOVES)
async def test_it_is_asked_in_the_same_poll_when(table, switch, clock, move):
    for _ in range(3):
        await poll(table, switch, clock)
    oid, tag, value = MOVES[move]
    switch.advance(clock, 60)
    switch.set(str(oid), tag, value)
    switch.set(f"{SPEED}.1", Tag.GAUGE32, 10)
    switch.set(f"{ALIAS}.1", Tag.OCTET_STRING, b"to nowhere")

    reading = await table.poll(Budget(10.0))

    assert reading.columns["ifHighSpeed"] == [10, 1000]
    assert reading.rows.labels["ifAlias"] == ("to nowhere", "to the core")


@pytest.mark.parametrize("changes", [(0, 0), (None, None), (500, 500), (None, 500)])
async def test_it_is_asked_with_every_poll_where_the_time_of_changes_is_not_kept(table, switch, clock, changes):
    for number, change in enumerate(changes, start=1):
        switch.remove(f"{LAST_CHANGE}.{number}")
        if change is not None:
            switch.set(f"{LAST_CHANGE}.{number}", Tag.TIME_TICKS, change)
    await poll(table, switch, clock)
    switch.set(f"{SPEED}.2", Tag.GAUGE32, 100)

    reading, asked = await poll(table, switch, clock)

    assert asked
    assert reading.columns["ifHighSpeed"] == [1000, 100]


async def test_it_is_asked_with_the_other_speed_and_always_where_that_is_not_of_every_port(
    device, interfaces, client, clock, switch
):
    spec = with_rhythm(interfaces, 1)
    plain = ColumnSpec(name="ifSpeed", oid=PLAIN_SPEED, kind=ColumnKind.GAUGE, every=5)
    for number in (1, 2):
        switch.set(f"{PLAIN_SPEED}.{number}", Tag.GAUGE32, 10**9)
    table = TablePoller(device, replace(spec, columns=(*spec.columns, plain)), discover_table, client, clock)
    asked = []
    for _ in range(3):
        before = len(switch.asked)
        await poll(table, switch, clock)
        asked.append(any(oid.is_under(PLAIN_SPEED) for names in switch.asked[before:] for oid in names))
    switch.set(f"{SPEED}.1", Tag.GAUGE32, 100)
    switch.set(f"{PLAIN_SPEED}.1", Tag.GAUGE32, 10**8)

    moved, _ = await poll(table, switch, clock)
    switch.remove(f"{SPEED}.2")
    table.rediscover("interval")
    await poll(table, switch, clock)
    switch.set(f"{PLAIN_SPEED}.2", Tag.GAUGE32, 10**7)
    alone, _ = await poll(table, switch, clock)

    assert asked == [True, False, False]
    assert (moved.columns["ifHighSpeed"], moved.columns["ifSpeed"]) == ([100, 1000], [10**8, 10**9])
    assert alone.columns["ifSpeed"] == [10**8, 10**7]


async def test_it_is_asked_again_as_long_as_the_device_gives_none(table, switch, clock):
    await poll(table, switch, clock)
    for _ in range(4):
        await poll(table, switch, clock)
    switch.hidden.add(SPEED.child(1))  # gone by the poll that asks for it
    gone, _ = await poll(table, switch, clock)
    switch.hidden.clear()
    table.rediscover("interval")

    back, asked = await poll(table, switch, clock)

    assert gone.columns["ifHighSpeed"] == [None, 1000]
    assert asked
    assert back.columns["ifHighSpeed"] == [1000, 1000]


async def test_readings_are_those_of_a_table_that_asks_for_everything(device, interfaces, client, clock, switch):
    dice = random.Random(7)
    seldom = TablePoller(device, with_rhythm(interfaces, 5), discover_table, client, clock)
    always = TablePoller(replace(device, name="twin"), with_rhythm(interfaces, 1), discover_table, client, clock)

    for _ in range(40):
        number = dice.choice((1, 2))
        if dice.random() < 0.4:  # a link comes up with another speed, as agents tell it
            switch.set(f"{SPEED}.{number}", Tag.GAUGE32, dice.choice((10, 100, 1000)))
            switch.set(f"{LAST_CHANGE}.{number}", Tag.TIME_TICKS, switch.ticks + number)
        if dice.random() < 0.1:
            switch.ticks = dice.randrange(300, 500)
        switch.set_octets(number, dice.randrange(10**6))
        switch.advance(clock, 60)
        one, other = await seldom.poll(Budget(10.0)), await always.poll(Budget(10.0))

        assert one.columns == other.columns
        assert one.rates == other.rates
        assert one.rows.labels == other.rows.labels
        assert one.doubts == other.doubts
        assert all(clock.now() - at <= timedelta(minutes=5) for at in one.aged.values())


def test_what_is_asked_of_like_layouts_is_one_and_what_it_is_worked_out_anew(interfaces):
    spec = with_rhythm(interfaces, 5)
    rows = RowSet(index=("1", "2"), keys=("a", "b"), labels={"ifName": ("a", "b")})
    columns = {column.oid: [(1,), (2,)] for column in (*spec.columns, *spec.labels)}
    whole = build_layout(spec, rows, [(1,), (2,)], Presence(columns), labels=[ALIAS])
    like = replace(whole, rows=RowSet(index=rows.index, keys=rows.keys, labels=rows.labels))
    less = build_layout(spec, rows, [(1,), (2,)], Presence(columns, {SPEED.child(2)}), labels=[ALIAS])
    other = build_layout(spec, rows, [(1,), (3,)], Presence({oid: [(1,), (3,)] for oid in columns}), labels=[ALIAS])

    assert split_of(spec, like) is split_of(spec, whole)
    for layout in (whole, like, less, other):
        split = split_of(spec, layout)
        assert split == split_anew(spec, layout)
        assert sorted((*split.often, *split.seldom)) == sorted(layout.instances())
    splits = [split_of(spec, layout) for layout in (whole, less, other)]
    assert len({(split.often, split.seldom) for split in splits}) == 3
    assert split_of(with_rhythm(interfaces, 1), whole).seldom == ()
