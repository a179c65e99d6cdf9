"""What nobody foresaw costs one thing of one device, is counted, said once with where, and shown until it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from netwatch.model import ColumnKind, Oid, Tag
from netwatch.polling.budget import Budget
from netwatch.polling.device_poller import DevicePoller, Tools
from netwatch.polling.discover import discover_table
from netwatch.polling.faults import DeviceFaults
from netwatch.polling.metrics import ERRORS
from netwatch.polling.table_poller import TablePoller
from netwatch.profiles import GENERIC, ColumnSpec, LabelSpec, Profile, ProfileLibrary, TableSpec
from tests.odd_agent import GET_BULK, OddAgent, properly

ENTRY = Oid.parse("1.3.6.1.4.1.99999.7.1")
BESIDE = TableSpec(
    name="beside",
    oid=ENTRY,
    walk=ENTRY.child(1),
    columns=(ColumnSpec(name="besideValue", oid=ENTRY.child(1), kind=ColumnKind.GAUGE),),
)
UNMULTIPLIABLE = replace(BESIDE.columns[0], scale=None)  # type: ignore[arg-type]  # what nobody foresaw
UNNAMEABLE = LabelSpec(name="besideName", oid=ENTRY.child(1), mapping=None)  # type: ignore[arg-type]


@pytest.fixture
def poller_of(device, interfaces, client, basket, clock, agent):
    """A maker of pollers of one device with a first table as given, and ifTable behind it."""
    agent.set(str(ENTRY.child(1, 1)), Tag.GAUGE32, 7)

    def make(first):
        library = ProfileLibrary({GENERIC: Profile(name=GENERIC, tables=(first, interfaces))})
        return DevicePoller(device, Tools(library=library, client=client, sink=basket, clock=clock))

    return make


@pytest.mark.parametrize("table", [
    pytest.param(replace(BESIDE, columns=(UNMULTIPLIABLE,)), id="in a reading"),
    pytest.param(replace(BESIDE, labels=(UNNAMEABLE,)), id="in a discovery"),
])  # fmt: skip
async def test_a_table_that_breaks_off_costs_no_other_table(poller_of, basket, clock, table):
    poller, errors = poller_of(table), ERRORS._value.get()
    await poller.check()

    with capture_logs() as logs:
        for _ in range(3):
            await poller.poll()
            clock.turn(60)

    assert len(basket.of("ifTable")) == 3
    assert not basket.of("beside")
    assert ERRORS._value.get() == errors + 3
    (line,) = [line for line in logs if line["log_level"] == "error"]
    assert line["table"] == "beside"
    assert "a part of NetWatch fails" in line["event"]  # as the alert PartFailing says
    status = poller.status()
    assert status.up
    assert status.partial_tables == ("beside",)
    assert [(fault.kind, fault.name, fault.device, fault.count) for fault in poller.faults.by_name.values()] == [
        ("table", "beside", "sw1", 3)
    ]
    for words in (status.trouble, status.partial_because["beside"], basket.gaps[-1].reason):
        assert "sw1" in words
        assert "netwatch/polling/" in words
        assert "Error" in words


async def test_a_table_that_goes_well_again_is_said_to(poller_of, basket, agent):
    table = replace(BESIDE, columns=(UNMULTIPLIABLE,))
    poller = poller_of(table)
    await poller.check()
    await poller.poll()
    assert poller.status().trouble
    agent.set(str(ENTRY.child(1, 1)), Tag.OCTET_STRING, b"no number: nothing to multiply")

    with capture_logs() as logs:
        await poller.poll()

    assert [line["event"] for line in logs] == ["works again"]
    assert poller.status().trouble == ""


async def test_rows_that_cannot_be_looked_for_again_are_read_as_they_were_known(device, interfaces, client, clock):
    faults, looked = DeviceFaults("sw1", clock), []

    async def discover(*question):
        looked.append(question)
        if len(looked) == 2:
            raise KeyError("what nobody foresaw")
        return await discover_table(*question)

    table = TablePoller(device, interfaces, discover, client, clock, faults)
    await table.poll(Budget(30.0))
    table.rediscover("interval")
    part = await table.poll(Budget(30.0))
    known = dict(faults.words)
    clock.turn(120)
    whole = await table.poll(Budget(30.0))

    assert part.rows.keys == ("ifName=Gi1", "ifName=Gi2")
    assert "KeyError" in part.partial_because
    assert "rows of ifTable" in known
    assert not whole.partial
    assert not faults.words


async def test_what_takes_no_check_says_nothing_of_the_device(device, library, client, basket, clock):
    class Choking:
        """A sink that takes every reading but those of reachability."""

        def __getattr__(self, name):
            return getattr(basket, name)

        def take_reading(self, reading):
            if reading.table == "reachability":
                raise LookupError("nobody knows")
            basket.take_reading(reading)

    poller = DevicePoller(device, Tools(library=library, client=client, sink=Choking(), clock=clock))
    await poller.check()
    await poller.poll()

    assert basket.of("ifTable")
    assert poller.status().up
    assert "reachability on sw1 fails (LookupError at netwatch/polling/" in poller.status().trouble
    assert "nobody knows" not in poller.status().trouble  # it may quote what was being read
    assert basket.gaps[0].table == "reachability"


async def test_a_device_is_down_also_where_nobody_can_say_why(device, library, client, basket, clock, agent):
    class Puzzled:
        """A client that breaks off over the reasons of a silence."""

        def __getattr__(self, name):
            return getattr(client, name)

        async def why_silent(self, device):
            raise LookupError("nobody knows")

    agent.silent = True
    poller = DevicePoller(device, Tools(library=library, client=Puzzled(), sink=basket, clock=clock))
    clock.turn(60)
    await poller.check()

    assert poller.status().up is False
    assert basket.of("reachability")[-1].columns["up"] == [0]
    assert [fault.name for fault in poller.faults.by_name.values()] == ["evidence"]


async def test_a_table_that_a_device_never_answers_keeps_no_other_from_being_read(
    interfaces, client, basket, clock, device
):
    lines = [
        "1.3.6.1.2.1.1.3.0|67|100",
        "1.3.6.1.2.1.2.2.1.8.1|2|1",
        "1.3.6.1.2.1.31.1.1.1.1.1|4|Gi1",
        f"{ENTRY}.1.1|66|7",
    ]

    def silent_about_beside(request):
        return None if any(name[: len(ENTRY)] == ENTRY for name in request.names) else 0

    library = ProfileLibrary({GENERIC: Profile(name=GENERIC, tables=(BESIDE, interfaces))})
    with OddAgent(lines, manners=silent_about_beside) as agent:
        one = replace(device, port=agent.port, timeout=timedelta(seconds=0.3), retries=1)
        poller = DevicePoller(one, Tools(library=library, client=client, sink=basket, clock=clock))
        await poller.check()
        assert await poller.poll()  # it may be the device that fell silent: that is looked after
        await poller.check()
        clock.turn(60)
        assert not await poller.poll()
        asked = len(agent.requests)
        clock.turn(30)
        await poller.poll()
        again = [request for request in agent.requests[asked:] if request.kind == GET_BULK]

    assert len(basket.of("ifTable")) == 2
    assert not again  # nor is its time wasted with every poll
    assert poller.status().partial_tables == ("beside",)
    assert "beside: no answer to 2 requests" in poller.status().trouble


async def test_a_silent_table_is_asked_at_once_when_its_device_started_again(
    interfaces, client, basket, clock, device
):
    lines = ["1.3.6.1.2.1.1.3.0|67|100000", "1.3.6.1.2.1.2.2.1.8.1|2|1", f"{ENTRY}.1.1|66|7"]

    def silent_about_beside(request):
        return None if any(name[: len(ENTRY)] == ENTRY for name in request.names) else 0

    library = ProfileLibrary({GENERIC: Profile(name=GENERIC, tables=(BESIDE, interfaces))})
    with OddAgent(lines, manners=silent_about_beside) as agent:
        one = replace(device, port=agent.port, timeout=timedelta(seconds=0.3), retries=0)
        poller = DevicePoller(one, Tools(library=library, client=client, sink=basket, clock=clock))
        for _ in range(5):
            await poller.check()
            await poller.poll()
            clock.turn(60)
        gaps = [gap.at for gap in basket.gaps if gap.table == "beside"]

        agent.manners = properly
        agent.put("1.3.6.1.2.1.1.3.0|67|500")
        await poller.check()
        await poller.poll()

    assert len(gaps) == 5  # also of the polls that did not ask
    assert [reading.columns["besideValue"] for reading in basket.of("beside")] == [[7]]
