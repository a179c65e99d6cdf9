"""One table from its discovery on."""

import tracemalloc

import pytest

from netwatch.errors import PollError, RequestTimedOut
from netwatch.model import Oid, Tag
from netwatch.polling.budget import Budget, Patience
from netwatch.polling.discover import discover_table
from netwatch.polling.lost_rows import LostRows
from netwatch.polling.metrics import DISCARDED, DISCOVERIES, PARTIAL_READINGS
from netwatch.polling.table_poller import TablePoller
from netwatch.profiles import load_library

HC = "ifHCInOctets"
SYSTEM = Oid.parse("1.3.6.1.2.1.1")
UPTIME = Oid.parse("1.3.6.1.2.1.1.3.0")
MEGABYTE = 1_000_000


@pytest.fixture
def table(device, interfaces, client, clock):
    return TablePoller(device, interfaces, discover_table, client, clock)


@pytest.fixture(scope="module")
def shipped_interfaces():
    return next(table for table in load_library().named("generic").tables if table.name == "ifTable")


def budget():
    return Budget(10.0)


def counted(counter, **labels):
    return counter.labels(**labels)._value.get()


async def test_a_table_is_discovered_once_and_then_read_with_gets_alone(table, agent, clock):
    first = await table.poll(budget())
    walks = agent.walks
    agent.advance(clock, 60)
    agent.set_octets(1, 60 * MEGABYTE)

    second = await table.poll(budget())

    assert agent.walks == walks
    assert second.rows is first.rows
    assert second.columns[HC] == [60 * MEGABYTE, 0]
    assert second.rates[HC] == [MEGABYTE, 0.0]
    assert Oid.parse("1.3.6.1.2.1.1.3.0") in [names[0] for names in agent.asked[-2:]]


async def test_a_changed_number_of_interfaces_is_noticed_in_the_same_poll(table, agent, clock):
    await table.poll(budget())
    agent.advance(clock, 60)
    agent.add_interface(3, "Gi3")

    reading = await table.poll(budget())

    assert reading.rows.keys == ("ifName=Gi1", "ifName=Gi2", "ifName=Gi3")
    assert reading.rates[HC] == [0.0, 0.0, None]


async def test_interfaces_that_changed_places_keep_no_counter_of_each_other(table, agent, clock):
    await table.poll(budget())
    agent.advance(clock, 60)
    for number, name in ((1, b"Gi2"), (2, b"Gi1")):
        agent.set(f"1.3.6.1.2.1.31.1.1.1.1.{number}", Tag.OCTET_STRING, name)
        agent.set_octets(number, 10 * MEGABYTE)
    agent.set("1.3.6.1.2.1.31.1.5.0", Tag.TIME_TICKS, agent.ticks)  # ifTableLastChange

    reading = await table.poll(budget())

    assert reading.rows.keys == ("ifName=Gi2", "ifName=Gi1")
    assert reading.rates[HC] == [None, None]


async def test_a_restart_is_a_reason_to_look_again(table, agent, clock):
    await table.poll(budget())
    before = counted(DISCARDED, cause="restart")
    clock.turn(60)
    agent.ticks = 1000
    agent.set("1.3.6.1.2.1.31.1.1.1.1.1", Tag.OCTET_STRING, b"Te1")

    reading = await table.poll(budget())

    assert reading.rows.keys == ("ifName=Te1", "ifName=Gi2")
    assert reading.rates[HC] == [None, None]
    assert counted(DISCARDED, cause="restart") > before


async def test_an_interface_that_vanished_without_a_word_is_noticed(table, agent, clock):
    agent.remove("1.3.6.1.2.1.2.1.0")
    agent.remove("1.3.6.1.2.1.31.1.5.0")
    await table.poll(budget())
    agent.advance(clock, 60)
    for prefix in ("1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"):
        agent.cells = {
            oid: cell for oid, cell in agent.cells.items() if not (oid.is_under(Oid.parse(prefix)) and oid[-1] == 2)
        }

    reading = await table.poll(budget())

    assert reading.rows.keys == ("ifName=Gi1",)
    assert not reading.partial


async def test_an_instance_that_only_a_walk_shows_is_asked_for_once(table, agent, clock):
    errors = Oid.parse("1.3.6.1.2.1.2.2.1.14.2")
    agent.hidden.add(errors)
    before = counted(DISCOVERIES, reason="missing")

    first = await table.poll(budget())
    agent.advance(clock, 60)
    await table.poll(budget())

    assert first.columns["ifInErrors"] == [0, None]
    assert not first.partial
    assert errors not in agent.asked[-1]
    assert counted(DISCOVERIES, reason="missing") == before + 1


async def test_a_device_that_announces_changes_all_the_time_is_not_walked_all_the_time(table, agent, clock):
    await table.poll(budget())
    discovered = []
    for number in range(30):
        agent.advance(clock, 10)
        agent.set("1.3.6.1.2.1.31.1.5.0", Tag.TIME_TICKS, number)
        walks = agent.walks
        await table.poll(budget())
        if agent.walks != walks:
            discovered.append(number * 10)

    assert discovered == [10, 70, 190]


async def test_a_table_the_device_lacks_is_not_asked_for_until_it_is_looked_for_again(table, agent, interfaces):
    cells = dict(agent.cells)
    agent.remove("1.3.6.1.2.1.2.2")
    agent.remove("1.3.6.1.2.1.31.1.1")

    assert await table.poll(budget()) is None
    asked = len(agent.asked), agent.walks
    assert await table.poll(budget()) is None
    assert (len(agent.asked), agent.walks) == asked

    agent.cells = cells
    table.rediscover("interval")
    reading = await table.poll(budget())
    assert reading.rows.keys == ("ifName=Gi1", "ifName=Gi2")


def without_row(agent, row):
    agent.cells = {oid: cell for oid, cell in agent.cells.items() if oid[-1] != row or oid.is_under(SYSTEM)}


async def test_a_row_that_vanished_is_asked_for_with_every_poll_so_that_its_return_and_second_loss_are_seen(
    table, agent, clock
):
    agent.remove("1.3.6.1.2.1.2.1.0")
    agent.remove("1.3.6.1.2.1.31.1.5.0")
    await table.poll(budget())
    cells = dict(agent.cells)

    for _ in range(2):
        agent.advance(clock, 60)
        without_row(agent, 2)
        assert (await table.poll(budget())).rows.keys == ("ifName=Gi1",)
        for _ in range(3):
            agent.advance(clock, 60)
            walks, before = agent.walks, len(agent.asked)
            reading = await table.poll(budget())
            assert reading.rows.keys == ("ifName=Gi1",)
            assert not reading.partial
            assert agent.walks == walks
            assert agent.asked[before:].count([Oid.parse("1.3.6.1.2.1.2.2.1.8.2")]) == 1
        agent.advance(clock, 60)
        agent.cells = {**cells, UPTIME: agent.cells[UPTIME]}
        reading = await table.poll(budget())
        assert reading.rows.keys == ("ifName=Gi1", "ifName=Gi2")
        assert reading.columns["ifOperStatus"] == [1, 1]


async def test_a_row_that_was_away_for_a_moment_only_has_its_values_again(table, agent, clock):
    for oid in ("1.3.6.1.2.1.2.1.0", "1.3.6.1.2.1.31.1.5.0"):
        agent.remove(oid)
    await table.poll(budget())
    agent.advance(clock, 60)
    agent.hidden = {oid for oid in agent.cells if oid[-1] == 2 and not oid.is_under(SYSTEM)}
    await table.poll(budget())  # the GET was refused, and the walk right after it saw the row

    agent.hidden = set()
    agent.advance(clock, 60)
    reading = await table.poll(budget())

    assert reading.rows.keys == ("ifName=Gi1", "ifName=Gi2")
    assert reading.columns["ifOperStatus"] == [1, 1]


async def test_a_row_that_only_walks_show_does_not_cost_a_walk_with_every_poll(table, agent, clock):
    agent.hidden = {oid for oid in agent.cells if oid[-1] == 2 and not oid.is_under(SYSTEM)}
    for _ in range(6):  # what it falls back to is hidden as well
        await table.poll(budget())
        agent.advance(clock, 60)
    walks = agent.walks

    for _ in range(3):
        reading = await table.poll(budget())
        agent.advance(clock, 60)

    assert agent.walks == walks
    assert reading.columns["ifOperStatus"][0] == 1


async def test_a_row_that_is_back_under_another_index_is_not_asked_for(table, agent, clock):
    await table.poll(budget())
    agent.advance(clock, 60)
    without_row(agent, 2)
    agent.add_interface(7, "Gi2")
    assert (await table.poll(budget())).rows.keys == ("ifName=Gi1", "ifName=Gi2")

    agent.advance(clock, 60)
    before = len(agent.asked)
    await table.poll(budget())

    lost = Oid.parse("1.3.6.1.2.1.2.2.1.8.2")
    assert not any(lost in names for names in agent.asked[before:])


async def test_a_device_that_does_not_like_to_be_asked_for_lost_rows_is_left_alone(table, agent, clock):
    await table.poll(budget())
    agent.advance(clock, 60)
    without_row(agent, 2)
    agent.add_interface(3, "Gi3")
    await table.poll(budget())
    lost = LostRows(table.spec.walk)
    lost.rest(0.0)

    assert lost.to_ask_for(1.0) == []


async def test_a_table_that_was_emptied_is_looked_for_with_every_poll(table, agent, clock):
    for oid in ("1.3.6.1.2.1.2.1.0", "1.3.6.1.2.1.31.1.5.0"):
        agent.remove(oid)
    await table.poll(budget())
    cells = dict(agent.cells)
    agent.advance(clock, 60)
    agent.remove("1.3.6.1.2.1.2.2")
    agent.remove("1.3.6.1.2.1.31.1.1")
    for _ in range(10):
        assert (await table.poll(budget())).rows.keys == ()
        assert table.is_emptied
        agent.advance(clock, 60)

    agent.cells = {**cells, UPTIME: agent.cells[UPTIME]}
    reading = await table.poll(budget())

    assert reading.rows.keys == ("ifName=Gi1", "ifName=Gi2")
    assert reading.columns["ifOperStatus"] == [1, 1]
    assert not table.is_emptied


async def test_a_table_that_is_lacking_is_said_to_be_some_times_only(table, agent):
    agent.remove("1.3.6.1.2.1.2.2")
    agent.remove("1.3.6.1.2.1.31.1.1")
    assert await table.poll(budget()) is None

    said = [table.lacking_reading() for _ in range(5)]

    assert [reading is not None and reading.lacking for reading in said] == [True, True, True, False, False]


async def test_a_table_that_lost_its_rows_is_read_as_empty(table, agent, clock):
    await table.poll(budget())
    agent.advance(clock, 60)
    agent.remove("1.3.6.1.2.1.2.2")
    agent.remove("1.3.6.1.2.1.31.1.1")
    agent.set("1.3.6.1.2.1.2.1.0", Tag.INTEGER, 0)

    for _ in range(2):
        reading = await table.poll(budget())
        assert reading.rows.index == ()
        assert list(reading.columns[HC]) == []


async def test_a_table_that_lost_its_rows_is_looked_for_before_long(table, agent, clock):
    await table.poll(budget())
    cells = dict(agent.cells)
    agent.remove("1.3.6.1.2.1.2.2")
    agent.remove("1.3.6.1.2.1.31.1.1")
    agent.set("1.3.6.1.2.1.2.1.0", Tag.INTEGER, 0)
    await table.poll(budget())
    agent.cells = cells
    agent.advance(clock, 60)

    reading = await table.poll(budget())

    assert reading.rows.keys == ("ifName=Gi1", "ifName=Gi2")


async def test_a_discovery_that_is_refused_leaves_what_was_known(table, agent, clock):
    first = await table.poll(budget())
    agent.advance(clock, 60)
    agent.walk_error = 5  # genErr
    table.rediscover("interval")

    reading = await table.poll(budget())

    assert reading.rows is first.rows
    assert reading.partial
    assert table.reason
    agent.walk_error = 0
    agent.advance(clock, 60)
    assert not (await table.poll(budget())).partial


async def test_a_table_read_in_part_says_so_and_is_looked_at_again_soon(table, agent, clock, monkeypatch):
    monkeypatch.setattr("netwatch.polling.discover.MAX_ROWS", 1)
    before = counted(PARTIAL_READINGS, device="sw1", table="ifTable")

    reading = await table.poll(budget())

    assert reading.partial
    assert table.reason == "2 rows, of which the first 1 are read"
    assert counted(PARTIAL_READINGS, device="sw1", table="ifTable") == before + 1
    monkeypatch.undo()
    agent.advance(clock, 120)
    assert not (await table.poll(budget())).partial


async def test_a_partial_discovery_takes_no_rows_away(table, agent, clock, monkeypatch):
    first = await table.poll(budget())
    monkeypatch.setattr("netwatch.polling.discover.MAX_ROWS", 1)
    agent.advance(clock, 60)
    table.rediscover("interval")

    reading = await table.poll(budget())

    assert reading.rows is first.rows
    assert reading.partial


async def test_a_silent_device_is_an_error_and_forgets_nothing(table, agent, clock):
    await table.poll(budget())
    agent.silent = True

    with pytest.raises(RequestTimedOut, match="no answer"):
        await table.poll(budget())

    agent.silent = False
    agent.advance(clock, 120)
    agent.set_octets(2, 120 * MEGABYTE)
    assert (await table.poll(budget())).rates[HC] == [0.0, MEGABYTE]


async def test_an_answer_with_an_error_is_an_error(table, agent):
    await table.poll(budget())
    agent.error_status = 16  # authorizationError

    with pytest.raises(PollError):
        await table.poll(budget())


def test_patience_grows_with_every_discovery_that_found_nothing():
    patience = Patience()
    waits, now = [], 0.0
    for _ in range(9):
        patience.note(now, worth_it=False)
        later = now
        while not patience.allows(later):
            later += 1.0
        waits.append(later - now)
        now = later

    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    patience.note(now, worth_it=True)
    assert patience.allows(now)


async def test_a_description_edited_on_the_device_is_read_with_the_next_poll(
    device, shipped_interfaces, client, clock, agent
):
    table = TablePoller(device, shipped_interfaces, discover_table, client, clock)
    agent.set("1.3.6.1.2.1.31.1.1.1.18.1", Tag.OCTET_STRING, b"old text")
    before = await table.poll(budget())
    walks = agent.walks
    agent.advance(clock, 60)
    agent.set("1.3.6.1.2.1.31.1.1.1.18.1", Tag.OCTET_STRING, b"new text")
    agent.set_octets(1, 60 * MEGABYTE)

    reading = await table.poll(budget())

    assert before.rows.labels["ifAlias"][0] == "old text"
    assert reading.rows.labels["ifAlias"][0] == "new text"
    assert reading.rows.keys == before.rows.keys
    assert reading.rates[HC][0] == MEGABYTE
    assert agent.walks == walks
    agent.advance(clock, 60)
    assert (await table.poll(budget())).rows is reading.rows


async def test_a_name_never_stays_with_a_stranger(table, agent, clock):
    await table.poll(budget())
    agent.advance(clock, 60)
    for number, name in ((1, b"Gi2"), (2, b"Gi1")):
        agent.set(f"1.3.6.1.2.1.31.1.1.1.1.{number}", Tag.OCTET_STRING, name)
        agent.set_octets(number, 10 * MEGABYTE)  # nothing announces the change

    reading = await table.poll(budget())

    assert reading.rows.keys == ("ifName=Gi2", "ifName=Gi1")
    assert reading.rates[HC] == [None, None]


async def test_a_virtual_port_keeps_its_speed_and_has_no_limit(device, shipped_interfaces, client, clock, agent):
    table = TablePoller(device, shipped_interfaces, discover_table, client, clock)
    agent.set("1.3.6.1.2.1.2.2.1.3.1", Tag.INTEGER, 24)
    await table.poll(budget())
    agent.advance(clock, 60)
    agent.set_octets(1, 60 * 500 * MEGABYTE)

    reading = await table.poll(budget())

    assert reading.columns["ifType"][0] == 24
    assert reading.columns["ifHighSpeed"][0] is not None
    assert reading.rates[HC][0] == 500 * MEGABYTE
    assert "softwareLoopback" in reading.doubts["ifHighSpeed"][0]


def asked_in_last_poll(agent, before):
    return {oid for names in agent.asked[before:] for oid in names}


async def test_a_description_is_read_by_discovery_alone_while_a_name_is_its_witness(table, agent, clock):
    agent.set("1.3.6.1.2.1.31.1.1.1.1.2", Tag.OCTET_STRING, b"")
    await table.poll(budget())
    agent.advance(clock, 60)
    before = len(agent.asked)

    reading = await table.poll(budget())

    descriptions = {
        oid for oid in asked_in_last_poll(agent, before) if oid.is_under(Oid.parse("1.3.6.1.2.1.2.2.1.2"))
    }
    assert descriptions == {Oid.parse("1.3.6.1.2.1.2.2.1.2.2")}  # the one without a name
    assert reading.rows.labels["ifDescr"] == ("Ethernet Gi1", "Ethernet Gi2")
    assert reading.rows.labels["ifName"] == ("Gi1", "Ethernet Gi2")


async def test_a_description_does_not_stay_with_another_interface_even_where_no_discovery_may_be_made(
    table, agent, clock
):
    agent.remove("1.3.6.1.2.1.2.1.0")
    agent.remove("1.3.6.1.2.1.31.1.5.0")
    await table.poll(budget())
    table._patience.note(clock.monotonic(), worth_it=False)
    agent.advance(clock, 10)
    agent.set("1.3.6.1.2.1.31.1.1.1.1.2", Tag.OCTET_STRING, b"Gi7")
    agent.set("1.3.6.1.2.1.2.2.1.2.2", Tag.OCTET_STRING, b"Ethernet Gi7")

    reading = await table.poll(budget())
    assert reading.rows.labels["ifName"] == ("Gi1", "Gi7")
    assert reading.rows.labels["ifDescr"] == ("Ethernet Gi1", "Gi7")

    agent.set("1.3.6.1.2.1.31.1.1.1.1.2", Tag.OCTET_STRING, b"Gi2")
    assert (await table.poll(budget())).rows.labels["ifDescr"] == ("Ethernet Gi1", "Ethernet Gi2")
    agent.set("1.3.6.1.2.1.31.1.1.1.1.2", Tag.OCTET_STRING, b"Gi7")
    agent.advance(clock, 120)
    assert (await table.poll(budget())).rows.labels["ifDescr"] == ("Ethernet Gi1", "Ethernet Gi7")


async def test_names_that_two_interfaces_share_are_no_witnesses(table, agent, clock):
    agent.set("1.3.6.1.2.1.31.1.1.1.1.2", Tag.OCTET_STRING, b"Gi1")
    await table.poll(budget())
    agent.advance(clock, 60)
    agent.set("1.3.6.1.2.1.2.2.1.2.2", Tag.OCTET_STRING, b"Ethernet Gi9")

    reading = await table.poll(budget())

    assert reading.rows.labels["ifDescr"] == ("Ethernet Gi1", "Ethernet Gi9")


def test_a_table_that_a_device_lacks_takes_next_to_no_memory(device, interfaces, client, clock):
    TablePoller(device, interfaces, discover_table, client, clock)  # what is made once is made
    tracemalloc.start()
    try:
        pollers = [TablePoller(device, interfaces, discover_table, client, clock) for _ in range(200)]
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert taken / len(pollers) < 1200  # 3 kB while each had what only a table that is there needs


async def test_counters_that_were_seen_to_move_are_not_kept_in_mind(table, agent, clock):
    for turn in range(1, 4):
        agent.set_octets(1, turn * MEGABYTE)
        agent.set_octets(2, turn * MEGABYTE)
        await table.poll(budget())
        agent.advance(clock, 60)

    assert table._twins.known.unclear == {}
    assert table._twins._places == {}
