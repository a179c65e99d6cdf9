"""One device with everything about it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from netwatch.model import ColumnKind, DeviceSign, Memory, Oid, Tag
from netwatch.polling.device_poller import DevicePoller, Tools
from netwatch.polling.metrics import POLLS, RESTARTS, WAKING
from netwatch.polling.presence.identity import identify
from netwatch.profiles import GENERIC, ColumnSpec, Profile, ProfileLibrary, load_library
from tests.odd_agent import OddAgent

HC = "ifHCInOctets"


@pytest.fixture
def tools(library, client, basket, clock):
    return Tools(library=library, client=client, sink=basket, clock=clock)


@pytest.fixture
def poller(device, tools):
    return DevicePoller(device, tools)


def counted(counter, *labels):
    return counter.labels(*labels)._value.get()


async def test_nothing_is_known_before_the_first_check(poller, device):
    status = poller.status()

    assert status.device is device
    assert status.up is None
    assert status.trouble == ""


async def test_a_device_is_checked_identified_and_polled(poller, basket):
    assert await poller.check()
    await poller.poll()

    read = [reading.table for reading in basket.readings if not reading.lacking]
    assert read == ["reachability", "system", "ifTable"]
    system = basket.of("system")[0]
    assert system.columns["sysName"] == [b"sw1.example.net"]
    assert system.columns["sysContact"] == [None]
    assert POLLS.of("sw1", "ok") >= 1


async def test_the_status_says_what_the_device_is(poller, clock):
    await poller.check()
    await poller.poll()

    status = poller.status()

    assert status.up
    assert status.profile == "generic"
    assert status.sys_name == "sw1.example.net"
    assert status.sys_descr == "Example switch Release 1"
    assert status.sys_object_id == "1.3.6.1.4.1.8072.3.2.10"
    assert status.uptime == timedelta(hours=1)
    assert status.last_polled_at == clock.now()
    assert status.trouble == ""


async def test_coming_up_is_said_once(poller, agent):
    assert await poller.check()
    assert not await poller.check()
    agent.silent = True
    assert not await poller.check()
    agent.silent = False
    assert await poller.check()


async def test_a_device_that_is_down_has_a_gap_for_every_table(poller, agent, basket):
    await poller.check()
    await poller.poll()
    agent.silent = True
    await poller.check()
    asked = len(agent.asked)

    await poller.poll()

    assert [gap.table for gap in basket.gaps] == ["system", "ifTable"]
    assert all(gap.reason.startswith("no answer to 2 requests") for gap in basket.gaps)
    assert basket.of("reachability")[-1].columns["up"] == [0]
    assert len(agent.asked) == asked
    assert poller.status().up is False
    assert poller.status().trouble.startswith("no answer to 2 requests")


async def test_a_device_that_falls_silent_in_a_poll_is_not_asked_for_every_table(poller, agent, basket):
    await poller.check()
    await poller.poll()
    agent.silent = True
    before = POLLS.of("sw1", "timeout")

    assert await poller.poll()

    assert [gap.table for gap in basket.gaps] == ["system", "ifTable"]
    assert POLLS.of("sw1", "timeout") == before + 1


async def test_a_table_that_fails_does_not_take_the_others_along(poller, agent, basket, client, monkeypatch):
    await poller.check()
    await poller.poll()
    agent.error_status = 16  # authorizationError
    basket.readings.clear()

    assert not await poller.poll()

    assert [gap.table for gap in basket.gaps] == ["system", "ifTable"]
    assert "system: " in poller.status().trouble
    agent.error_status = 0
    await poller.poll()
    assert poller.status().trouble == ""


async def test_a_poll_that_takes_too_long_ends_before_the_next(device, tools, agent, basket):
    poller = DevicePoller(replace(device, interval=timedelta(seconds=0.3), timeout=timedelta(seconds=2)), tools)
    await poller.check()
    await poller.poll()
    basket.readings.clear()
    agent.delay = 0.18

    await poller.poll()

    assert [reading.table for reading in basket.readings] == ["system"]
    assert [(gap.table, gap.reason) for gap in basket.gaps] == [("ifTable", "no time left in a poll of 0.3 s")]


async def test_a_restart_is_counted_and_has_an_age(poller, agent, basket, clock):
    await poller.check()
    before = counted(RESTARTS, "sw1")
    clock.turn(60)
    agent.ticks = 1500

    await poller.check()

    assert basket.of("reachability")[0].columns["seconds_since_restart"] == [None]
    assert basket.of("reachability")[1].columns["seconds_since_restart"] == [15.0]
    assert counted(RESTARTS, "sw1") == before + 1


@pytest.mark.parametrize(("oid", "value"), [
    ("1.3.6.1.2.1.25.1.1.0", 50 * 8_640_000),   # hrSystemUptime, hundredths
    ("1.3.6.1.6.3.10.2.1.3.0", 50 * 86400),     # snmpEngineTime, seconds
])  # fmt: skip
async def test_an_agent_that_restarts_alone_is_told_apart_from_its_host(poller, agent, basket, clock, oid, value):
    await poller.check()
    clock.turn(60)
    agent.ticks = 1500
    agent.set(oid, Tag.TIME_TICKS if oid.endswith("25.1.1.0") else Tag.INTEGER, value)

    await poller.check()

    columns = basket.of("reachability")[1].columns
    assert columns["seconds_since_restart"] == [50 * 86400.0]
    assert columns["seconds_since_agent_restart"] == [15.0]
    assert columns["host_uptime_seconds"] == [50 * 86400.0]


async def test_a_restart_during_netwatchs_own_absence_is_seen(poller, device, tools, agent, basket, clock):
    await poller.check()
    clock.turn(600)
    agent.ticks = 3000

    successor = DevicePoller(device, tools, basket.memories[-1])
    await successor.check()

    assert basket.of("reachability")[-1].columns["seconds_since_restart"] == [30.0]


async def test_memories_are_few(poller, agent, basket, clock):
    for _ in range(10):
        await poller.check()
        agent.advance(clock, 10)

    assert len(basket.memories) == 1
    assert isinstance(basket.memories[0], Memory)
    assert (basket.memories[0].scope, basket.memories[0].key) == ("polling", "sw1")


async def test_a_pinned_profile_is_used_whatever_the_device_says_it_is(device, tools, library, basket, agent):
    agent.set("1.3.6.1.2.1.1.2.0", Tag.OBJECT_IDENTIFIER, None)
    poller = DevicePoller(replace(device, profile="generic"), tools)
    await poller.check()
    await poller.poll()

    assert basket.of("ifTable")
    assert poller.status().profile == "generic"


async def test_a_profile_that_does_not_exist_is_said(device, tools, basket):
    poller = DevicePoller(replace(device, profile="generik"), tools)
    await poller.check()
    await poller.poll()

    assert poller.status().trouble == "no profile is named 'generik'; did you mean 'generic'?"


async def test_partial_tables_are_named_in_the_status(poller, agent, monkeypatch):
    monkeypatch.setattr("netwatch.polling.discover.MAX_ROWS", 1)
    await poller.check()
    before = POLLS.of("sw1", "partial")

    await poller.poll()

    assert poller.status().partial_tables == ("ifTable",)
    assert POLLS.of("sw1", "partial") == before + 1


async def test_a_slow_discovery_finds_what_no_counter_announced(poller, agent, basket, clock):
    await poller.check()
    await poller.poll()
    agent.add_interface(3, "Gi3")
    agent.remove("1.3.6.1.2.1.2.1.0")
    agent.remove("1.3.6.1.2.1.31.1.5.0")
    agent.set("1.3.6.1.2.1.1.5.0", Tag.OCTET_STRING, b"renamed")

    poller.rediscover()
    await poller.poll()

    assert basket.of("ifTable")[-1].rows.keys == ("ifName=Gi1", "ifName=Gi2", "ifName=Gi3")
    assert poller.status().sys_name == "renamed"


async def test_a_device_that_just_booted_is_looked_at_again_when_it_has_settled(poller, agent, basket, clock):
    agent.ticks = 5 * 60 * 100
    cells = dict(agent.cells)
    agent.remove("1.3.6.1.2.1.2.2")
    agent.remove("1.3.6.1.2.1.31.1.1")
    await poller.check()
    await poller.poll()
    agent.cells = cells
    agent.advance(clock, 60)
    await poller.check()
    await poller.poll()
    assert [reading.lacking for reading in basket.of("ifTable")] == [True, True]

    agent.advance(clock, 300)
    await poller.check()
    await poller.poll()

    assert basket.of("ifTable")[-1].rows.keys == ("ifName=Gi1", "ifName=Gi2")


async def test_a_silence_while_it_is_asked_what_it_is_leaves_no_table_without_a_gap(poller, agent, basket):
    await poller.check()
    await poller.poll()
    poller.rediscover()
    agent.silent = True

    await poller.poll()

    assert [gap.table for gap in basket.gaps] == ["system", "ifTable"]


async def test_a_poll_out_of_turn_makes_the_next_one_needless_for_a_while(poller, clock):
    await poller.check()
    assert not poller.is_fresh()
    await poller.poll()

    assert poller.is_fresh()
    clock.turn(15)
    assert not poller.is_fresh()


async def test_a_poll_longer_than_its_interval_is_shown_until_one_is_not(poller):
    await poller.check()
    await poller.poll()
    poller.note_overrun()
    assert poller.status().trouble == "a poll takes longer than its interval of 60 s"

    await poller.poll()

    assert poller.status().trouble == ""


async def test_where_it_stands_is_what_its_status_says_through_all_that_befalls_it(poller, agent):
    def stand():
        status, sign = poller.status(), poller.sign()
        assert sign == DeviceSign(
            status.device, status.up, status.sys_name, status.trouble, status.partial_tables, status.profile
        )
        return sign

    stands = [stand()]
    await poller.check()
    await poller.poll()
    stands.append(stand())
    assert stand() is stands[-1]  # of ten thousand that are well it is made once
    poller.note_overrun()
    stands.append(stand())
    await poller.poll()
    assert stand() is stands[1]
    agent.silent = True
    await poller.check()
    stands.append(stand())
    agent.silent = False
    await poller.check()
    assert stand() is stands[1]
    agent.set("1.3.6.1.2.1.1.5.0", Tag.OCTET_STRING, b"renamed")
    poller.rediscover()
    await poller.poll()
    stands.append(stand())

    assert [(sign.up, bool(sign.trouble), sign.sys_name) for sign in stands] == [
        (None, False, ""), (True, False, "sw1.example.net"), (True, True, "sw1.example.net"),
        (False, True, "sw1.example.net"), (True, False, "renamed"),
    ]  # fmt: skip


async def test_a_silence_right_after_the_machine_slept_says_nothing_of_a_device(poller, agent, basket, clock):
    await poller.check()
    await poller.poll()
    told, gaps, before = len(basket.readings), len(basket.gaps), WAKING._value.get()
    clock.sleep(7200)
    agent.silent = True

    assert not await poller.check()
    await poller.poll()

    assert poller.is_up
    assert (len(basket.readings), len(basket.gaps)) == (told, gaps)
    assert WAKING._value.get() >= before + 2


async def test_a_device_still_silent_once_the_machine_has_settled_is_down(poller, agent, basket, clock):
    await poller.check()
    clock.sleep(7200)
    agent.silent = True
    await poller.check()
    clock.turn(10)

    await poller.check()

    assert not poller.is_up
    assert basket.of("reachability")[-1].columns["up"] == [0]


async def test_a_rate_over_a_sleep_is_divided_by_all_the_time_that_passed(poller, agent, basket, clock):
    await poller.check()
    await poller.poll()
    agent.advance(clock, 60)
    clock.sleep(7140)
    agent.ticks += 714_000
    agent.set_octets(1, 7_200_000)

    await poller.check()
    await poller.poll()

    assert basket.of("ifTable")[-1].rates[HC][0] == pytest.approx(1000.0)
    assert poller.status().up


async def test_a_device_that_restarted_while_the_machine_slept_is_seen_to_have_done_so(poller, agent, clock):
    await poller.check()
    clock.turn(60)
    clock.sleep(7200)
    agent.ticks = 600_000
    before = counted(RESTARTS, "sw1")

    await poller.check()

    assert counted(RESTARTS, "sw1") == before + 1


async def test_a_reading_says_when_it_was_asked_for_which_is_before_what_it_cannot_know(poller, agent, basket, clock):
    await poller.check()
    await poller.poll()
    begun = clock.now()
    clock.turn(60)

    await poller.poll()

    assert [reading.asked_at for reading in basket.of("ifTable")] == [begun, begun + timedelta(seconds=60)]


async def test_an_agent_that_refuses_the_question_has_restarted_as_before(poller, agent, basket, clock):
    await poller.check()
    clock.turn(60)
    agent.ticks = 1500

    await poller.check()

    assert basket.of("reachability")[1].columns["host_uptime_seconds"] == [None]
    assert basket.of("reachability")[1].columns["seconds_since_restart"] == [15.0]


@pytest.mark.parametrize("spelt", [b"1.3.6.1.4.1.12356.101.1.1003", b".1.3.6.1.4.1.12356.101.1.1003\0"])
async def test_an_object_id_spelt_in_a_text_names_the_device_too(device, client, agent, spelt):
    agent.set("1.3.6.1.2.1.1.2.0", Tag.OCTET_STRING, spelt)

    identity = await identify(client, device, load_library())

    assert identity.profile.name == "fortinet-fortigate"
    assert identity.sys_object_id == "1.3.6.1.4.1.12356.101.1.1003"


async def test_a_silence_is_told_with_what_speaks_for_which_reason(device, tools, basket, clock):
    with OddAgent(["1.3.6.1.2.1.1.3.0|67|100"], community=b"another") as agent:
        poller = DevicePoller(replace(device, port=agent.port, timeout=timedelta(seconds=0.2)), tools)
        await poller.check()
        trouble = poller.status().trouble
        agent.community = b"public"
        await poller.check()

    assert trouble.startswith("no answer to 2 requests")
    assert "an agent is silent to a wrong community too" in trouble
    assert poller.status().trouble == ""


async def test_a_port_that_nobody_listens_on_is_said_to_be_closed(device, tools):
    with OddAgent() as gone:
        pass
    poller = DevicePoller(replace(device, port=gone.port, timeout=timedelta(seconds=0.2)), tools)

    await poller.check()

    assert f"nothing listens on UDP port {gone.port}" in poller.status().trouble


@pytest.mark.parametrize("spelt", [b"1.3.6.9999999999.1", b"1.99.6.1", b"1.3"])
async def test_a_text_with_numbers_that_no_object_id_has_names_nobody_and_the_device_is_polled(
    poller, agent, basket, spelt
):
    agent.set("1.3.6.1.2.1.1.2.0", Tag.OCTET_STRING, spelt)
    await poller.check()
    await poller.poll()

    assert basket.of("ifTable")
    assert poller.status().profile == "generic"
    assert poller.status().trouble == ""


async def test_a_scalar_that_does_not_change_is_read_when_it_is_discovered_alone(
    device, client, basket, clock, agent
):
    serial, name = "1.3.6.1.2.1.1.4.0", "1.3.6.1.2.1.1.5.0"
    scalars = (
        ColumnSpec(name="serial", oid=Oid.parse(serial), kind=ColumnKind.TEXT, once=True),
        ColumnSpec(name="sysName", oid=Oid.parse(name), kind=ColumnKind.TEXT),
    )
    agent.set(serial, Tag.OCTET_STRING, b"SN1")
    library = ProfileLibrary({GENERIC: Profile(name=GENERIC, scalars=scalars)})
    poller = DevicePoller(device, Tools(library=library, client=client, sink=basket, clock=clock))
    await poller.check()
    await poller.poll()
    agent.set(serial, Tag.OCTET_STRING, b"SN2")
    agent.asked.clear()
    await poller.poll()
    asked = {oid for names in agent.asked for oid in names}
    poller.rediscover()
    await poller.poll()

    assert [reading.columns["serial"] for reading in basket.of("system")] == [(b"SN1",), (b"SN1",), (b"SN2",)]
    assert Oid.parse(serial) not in asked
    assert Oid.parse(name) in asked


async def test_a_neighbour_whose_row_vanishes_is_no_peer_at_the_next_poll_and_one_again_when_it_returns(
    device, client, basket, clock
):
    system = ["1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.7", "1.3.6.1.2.1.1.3.0|67|8640000"]
    neighbours = {n: f"1.3.6.1.2.1.14.10.1.6.10.0.0.{n}.0|2|8" for n in (1, 2)}
    tools = Tools(library=load_library(), client=client, sink=basket, clock=clock)
    with OddAgent([*system, *neighbours.values()]) as agent:
        poller = DevicePoller(replace(device, port=agent.port), tools)

        async def peers() -> list[str]:
            agent.put(f"1.3.6.1.2.1.1.3.0|67|{int(8640000 + clock.seconds * 100)}")
            await poller.check()
            await poller.poll()
            clock.turn(60.0)
            reading = basket.of("peer")[-1]
            assert not reading.partial
            return list(reading.rows.labels["peer"])

        assert await peers() == ["10.0.0.1", "10.0.0.2"]
        agent.remove("1.3.6.1.2.1.14.10.1.6.10.0.0.2")
        assert await peers() == ["10.0.0.1"]
        agent.put(neighbours[2])
        assert await peers() == ["10.0.0.1", "10.0.0.2"]
        agent.remove("1.3.6.1.2.1.14.10.1.6")
        assert await peers() == []  # the last one too, and its table with it
        agent.put(neighbours[1])
        assert await peers() == ["10.0.0.1"]


async def test_that_a_table_is_not_there_is_said_to_who_heeds_it_alone_and_all_else_as_ever(device, tools, basket):
    told = []
    for is_heeded in (lambda device, table: True, lambda device, table: table != "hrPrinterTable"):
        poller = DevicePoller(device, replace(tools, library=load_library(), is_heeded=is_heeded))
        began = len(basket.readings)
        await poller.check()
        for _ in range(4):
            await poller.poll()
        told.append([(one.table, one.lacking) for one in basket.readings[began:]])
        assert not poller.needs_discovery

    said, heeded = told
    assert said.count(("hrPrinterTable", True)) == 3
    assert heeded == [one for one in said if one != ("hrPrinterTable", True)]


async def test_what_the_configuration_says_of_a_column_holds_for_what_the_table_means(device, tools, agent, basket):
    agent.cells[Oid.parse("1.3.6.1.2.1.31.1.1.1.15.1")] = (Tag.GAUGE32, 10_000)
    shipped = load_library()

    def bought(reading):
        size = len(reading.rows.index)
        more = {"ifHighSpeed": [200] * size} if reading.table == "ifTable" else {}
        return replace(reading, columns={**reading.columns, **more})

    poller = DevicePoller(device, replace(tools, library=shipped, amended=bought))
    await poller.check()
    await poller.poll()

    assert set(basket.of("interface")[-1].columns["interface_speed_bits_per_second"]) == {200_000_000}
    assert basket.of("ifTable")[-1].columns["ifHighSpeed"][0] != 200  # who takes the table amends it too
