"""A 64-bit counter is kept where it moves with its 32-bit twin."""

import random

import pytest

from netwatch.model import Oid, RowSet, Tag
from netwatch.polling.budget import Budget
from netwatch.polling.discover import discover_table
from netwatch.polling.layout import Presence, build_layout
from netwatch.polling.table_poller import TablePoller
from netwatch.polling.twins.pairs import Pair, Twinning, Twins, judged, pair_of
from netwatch.polling.twins.watch import places_of

HC, NARROW = "ifHCInOctets", "ifInOctets"
ONE = Oid.parse("1.3.6.1.2.1.31.1.1.1.6.1")
NARROW_OID = "1.3.6.1.2.1.2.2.1.10.1"
MEGABYTE = 1_000_000


@pytest.fixture
def table(device, interfaces, client, clock):
    return TablePoller(device, interfaces, discover_table, client, clock)


def say(agent, wide, narrow):
    agent.set(str(ONE), Tag.COUNTER64, wide)
    agent.set(NARROW_OID, Tag.COUNTER32, narrow)


async def poll(table):
    return await table.poll(Budget(10.0))


@pytest.mark.parametrize(
    ("before", "now", "unkept", "unclear"),
    [
        (None, Pair(0, 5), True, False),
        (None, Pair(0, 0), False, False),
        (None, Pair(2**32 + 5, 5), False, False),
        (None, Pair(900, 5), False, True),
        (Pair(900, 5), Pair(900, 7), True, False),  # stands still while its twin counts
        (Pair(900, 5), Pair(902, 7), False, False),
        (Pair(900, 5), Pair(900, 5), False, True),
        (Pair(0, 0), Pair(0, 7), True, False),
        (Pair(0, 0), Pair(7, 7), False, False),
    ],
)
def test_twins_read_side_by_side_tell_which_is_kept(before, now, unkept, unclear):
    known = judged(Twinning(unclear={ONE: before} if before else {}), {ONE: now})

    assert (ONE in known.unkept, ONE in known.unclear) == (unkept, unclear)


@pytest.mark.parametrize("seed", range(20))
def test_what_a_walk_need_not_tell_of_twins_changes_nothing_of_what_is_known_of_them(interfaces, seed):
    chance, twins, suffixes = random.Random(seed), Twins(interfaces), [(1,), (2,), (3,)]
    wide, narrow = Oid(ONE[:-1]), Oid(Oid.parse(NARROW_OID)[:-1])
    numbers = [None, 0, 5, 900, 2**32 + 5, 2**33, -1]
    cells = {column: {one: chance.choice(numbers) for one in suffixes} for column in (wide, narrow)}
    doubted = {wide.join(one): Pair(chance.choice([0, 5, 900]), chance.choice([0, 5, 7])) for one in suffixes[1:]}
    every = {
        wide.join(one): pair for one in suffixes
        if (pair := pair_of(cells[wide][one], cells[narrow][one])) is not None
    }  # fmt: skip

    for before in (Twinning(), Twinning(unclear=doubted), Twinning(unkept=doubted)):
        looks = dict(twins.looks(cells, suffixes, before))

        assert judged(before, looks) == judged(before, every)


def test_a_counter_that_was_not_kept_and_moves_is_kept_again():
    before = Twinning(unkept={ONE: Pair(0, 5)})

    assert ONE in judged(before, {ONE: Pair(0, 9)}).unkept
    assert ONE not in judged(before, {ONE: Pair(4, 13)}).unkept


async def test_a_64_bit_counter_that_stays_0_is_not_read(table, agent, clock):
    say(agent, 0, 1000)
    await poll(table)
    agent.advance(clock, 5)
    say(agent, 0, 1000 + 60 * MEGABYTE)

    reading = await poll(table)

    assert reading.columns[HC][0] is None
    assert reading.columns[NARROW][0] == 1000 + 60 * MEGABYTE
    assert reading.rates[HC][0] == reading.rates[NARROW][0] == 12 * MEGABYTE
    assert "does not keep it" in reading.doubts[HC][0]


async def test_a_port_that_begins_to_count_in_32_bits_alone_is_noticed_in_that_poll(table, agent, clock):
    say(agent, 0, 0)
    await poll(table)
    agent.advance(clock, 5)
    say(agent, 0, 60 * MEGABYTE)
    await poll(table)
    agent.advance(clock, 5)
    say(agent, 0, 120 * MEGABYTE)

    reading = await poll(table)

    assert reading.rates[HC][0] == 12 * MEGABYTE


async def test_a_64_bit_counter_that_stands_still_is_found_out(table, agent, clock):
    say(agent, 12_345, 7)
    rates = []
    for number in range(1, 5):
        rates.append((await poll(table)).rates[HC][0])
        agent.advance(clock, 60)
        say(agent, 12_345, 7 + number * 60 * MEGABYTE)

    assert rates[-1] == MEGABYTE


async def test_a_64_bit_counter_that_begins_to_count_is_read_again_and_never_mixed(table, agent, clock):
    say(agent, 0, 1000)
    rates = []
    for number in range(1, 6):
        rates.append((await poll(table)).rates[HC][0])
        agent.advance(clock, 60)
        say(agent, number * 60 * MEGABYTE, 1000 + number * 60 * MEGABYTE)

    assert {rate for rate in rates if rate is not None} == {MEGABYTE}
    assert rates[-1] == MEGABYTE
    assert (await poll(table)).columns[HC][0] is not None


async def test_twins_that_agree_cost_no_request_beside_the_poll(table, agent, clock):
    for row in (1, 2):
        agent.set(f"1.3.6.1.2.1.31.1.1.1.6.{row}", Tag.COUNTER64, 2**32 + 5)
        agent.set(f"1.3.6.1.2.1.2.2.1.10.{row}", Tag.COUNTER32, 5)
    await poll(table)
    agent.advance(clock, 60)
    asked = len(agent.asked)

    await poll(table)

    assert len(agent.asked) == asked + 1


@pytest.mark.parametrize("seed", range(10))
def test_where_counters_stand_is_found_of_those_that_are_wanted_and_no_others(interfaces, seed):
    chance = random.Random(seed)
    suffixes = [(1,), (2,), (3, 7)]
    rows = RowSet(index=("1", "2", "3.7"), keys=("1", "2", "3.7"))
    columns = {column.oid: [one for one in suffixes if chance.random() < 0.7] for column in interfaces.columns}
    layout = build_layout(interfaces, rows, suffixes, Presence(columns))
    counted = {
        oid: place
        for counter in layout.counters
        for place, oid in enumerate(counter.strip.instances(suffixes), start=counter.strip.start)
    }
    wanted = {oid for oid in layout.instances() if chance.random() < 0.3} | {ONE.child(9)}

    assert places_of(layout, wanted) == {oid: place for oid, place in counted.items() if oid in wanted}
    assert places_of(layout, set(counted)) == counted
    assert places_of(layout, set()) == {}
