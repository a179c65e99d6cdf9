"""The tables of a device are asked in one go, and each is told what it would have been told on its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from netwatch.model import ColumnKind, Oid, Tag
from netwatch.polling.device_poller import DevicePoller, Tools
from netwatch.polling.metrics import ASKED_TOGETHER
from netwatch.profiles import GENERIC, ColumnSpec, LabelSpec, Profile, ProfileLibrary, TableSpec

UPTIME = Oid.parse("1.3.6.1.2.1.1.3.0")
FAN = Oid.parse("1.3.6.1.4.1.8072.9.1.1")
OF_FANS = b"\x06\x01\x04\x01\xbf\x08\x09\x01\x01"


@pytest.fixture
def fans(agent, library):
    """The library with a second table, of three fans, beside the interfaces."""
    for row in (1, 2, 3):
        agent.set(f"{FAN}.2.{row}", Tag.GAUGE32, 1000 * row)
        agent.set(f"{FAN}.3.{row}", Tag.OCTET_STRING, f"Fan {row}".encode())
    table = TableSpec(
        name="fanTable", oid=Oid(FAN[:-1]), walk=FAN.child(2), identity="fanName",
        columns=(ColumnSpec(name="fanSpeed", oid=FAN.child(2), kind=ColumnKind.GAUGE),),
        labels=(LabelSpec(name="fanName", oid=FAN.child(3)),),
    )  # fmt: skip
    of_all = library.named(GENERIC)
    return ProfileLibrary(
        {
            GENERIC: Profile(
                name=GENERIC, scalars=of_all.scalars, tables=(*of_all.tables, replace(table, oid=Oid(FAN[:-1])))
            )
        }
    )


@pytest.fixture
def poll(agent, clock, basket, device, client, fans):
    """Poll a minute later; return the requests of its plans, what was read by table, and of which there are gaps."""
    impatient = replace(device, timeout=timedelta(seconds=0.3))
    poller = DevicePoller(impatient, Tools(library=fans, client=client, sink=basket, clock=clock))

    async def polled():
        agent.advance(clock, 60)
        if not poller.is_up:
            await poller.check()
        asked, read, missed = len(agent.asked), len(basket.readings), len(basket.gaps)
        await poller.poll()
        readings = {one.table: one for one in basket.readings[read:] if not one.lacking}
        plans = [request for request in agent.asked[asked:] if request[0] == UPTIME]
        return plans, readings, [gap.table for gap in basket.gaps[missed:]]

    return polled


def together(outcome):
    return ASKED_TOGETHER.of(outcome)


async def test_tables_asked_alike_in_two_polls_running_are_asked_in_one_request(poll, agent):
    await poll()
    alone, before, _ = await poll()
    once, after, _ = await poll()

    assert (len(alone), len(once)) == (3, 1)
    assert sorted(oid for request in once for oid in request) == sorted(oid for request in alone for oid in request)
    assert {name: dict(reading.columns) for name, reading in after.items()} == {
        name: dict(reading.columns) for name, reading in before.items()
    }
    assert {name: reading.rows.keys for name, reading in after.items()} == {
        name: reading.rows.keys for name, reading in before.items()
    }


async def test_what_moves_is_read_in_its_own_table_and_over_its_own_time(poll, agent):
    for _ in range(3):
        await poll()
    agent.set_octets(2, 60_000)
    agent.set(f"{FAN}.2.3", Tag.GAUGE32, 10)
    agent.set("1.3.6.1.2.1.1.5.0", Tag.OCTET_STRING, b"sw2")

    asked, read, _ = await poll()

    assert len(asked) == 1
    assert list(read["ifTable"].rates["ifHCInOctets"]) == [0.0, 1000.0]
    assert list(read["fanTable"].columns["fanSpeed"]) == [1000, 2000, 10]
    assert list(read["system"].columns["sysName"]) == [b"sw2"]
    assert read["ifTable"].uptime == timedelta(hours=1, minutes=4)


async def test_a_row_that_comes_or_goes_is_found_in_the_same_poll_and_read_with_the_others_after_it(poll, agent):
    for _ in range(3):
        await poll()
    agent.add_interface(3, "Gi3")
    agent.remove(f"{FAN}.2.1")
    agent.remove(f"{FAN}.3.1")

    _, read, gaps = await poll()
    later = [await poll() for _ in range(3)]

    assert read["ifTable"].rows.labels["ifName"] == ("Gi1", "Gi2", "Gi3")
    assert read["fanTable"].rows.labels["fanName"] == ("Fan 2", "Fan 3")
    assert list(read["fanTable"].columns["fanSpeed"]) == [2000, 3000]
    assert gaps == []
    assert [len(now["ifTable"].rows.keys) + len(now["fanTable"].rows.keys) for _, now, _ in later] == [5, 5, 5]
    assert len(later[-1][0]) == 1


async def test_a_restart_is_seen_by_every_table(poll, agent):
    for _ in range(3):
        await poll()
    agent.set_octets(1, 5)
    agent.ticks = 500

    _, read, _ = await poll()

    assert list(read["ifTable"].rates["ifHCInOctets"]) == [None, None]


async def test_a_table_that_is_not_answered_costs_the_others_nothing_and_they_are_asked_apart_for_an_hour(
    poll, agent, clock, monkeypatch
):
    for _ in range(3):
        await poll()
    failed, hears = together("failed"), agent.datagram_received
    monkeypatch.setattr(agent, "datagram_received", lambda data, addr: OF_FANS in data or hears(data, addr))

    _, read, gaps = await poll()
    monkeypatch.undo()
    apart = [len((await poll())[0]) for _ in range(3)]
    clock.turn(3600)
    agent.ticks += 360_000
    again = [len((await poll())[0]) for _ in range(2)]

    assert set(read) == {"system", "ifTable"}
    assert gaps == ["fanTable"]
    assert together("failed") == failed + 1
    assert apart == [3, 3, 3]
    assert again[-1] == 1


async def test_of_version_1_every_table_is_asked_on_its_own(agent, clock, basket, device, client, fans):
    old = replace(device, credential=replace(device.credential, version="1"))
    poller = DevicePoller(old, Tools(library=fans, client=client, sink=basket, clock=clock))
    await poller.check()
    for _ in range(3):
        agent.advance(clock, 60)
        asked = len(agent.asked)
        await poller.poll()

    assert len([request for request in agent.asked[asked:] if request[0] == UPTIME]) == 3
