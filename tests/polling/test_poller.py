"""All devices at their times."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from types import MappingProxyType

import pytest

from netwatch.model import Memory
from netwatch.polling import Poller, PollingSettings
from netwatch.polling.device_poller import DevicePoller
from netwatch.polling.metrics import OVERRUNS
from netwatch.profiles import load_library
from tests.patience import PATIENCE_SECONDS

HC = "ifHCInOctets"


@pytest.fixture
def quick(device):
    return replace(
        device, interval=timedelta(seconds=0.6), reachability_interval=timedelta(seconds=0.25),
        timeout=timedelta(seconds=0.1), retries=0,
    )  # fmt: skip


@pytest.fixture
async def start(library, client, basket):
    """Start a poller over the given devices; `beside` is what else it is given."""
    pollers = []

    async def start(devices, memories=(), beside=MappingProxyType({}), **settings):
        given = {"library": library, **beside}
        poller = Poller(
            devices, client=client, sink=basket, settings=PollingSettings(**settings), memories=memories, **given
        )
        pollers.append(poller)
        await poller.start()
        return poller

    yield start
    for poller in pollers:
        await poller.stop()


def ups(basket):
    return [reading.columns["up"][0] for reading in basket.of("reachability")]


async def test_a_device_is_checked_and_polled_at_its_intervals(start, quick, basket):
    await start([quick])

    await basket.until(lambda: len(basket.of("ifTable")) >= 6 and len(ups(basket)) >= 6)

    tables = basket.of("ifTable")
    gaps = sorted(later.at - earlier.at for earlier, later in pairwise(tables))
    assert timedelta(seconds=0.3) < gaps[len(gaps) // 2] < timedelta(seconds=1.2)  # one may wait for a busy machine
    assert tables[0].rows is tables[2].rows


async def test_tables_are_read_as_soon_as_the_device_is_found(start, device, basket):
    await start([replace(device, interval=timedelta(hours=1))])

    await basket.until(lambda: bool(basket.of("ifTable")))


async def test_what_the_configuration_says_of_a_column_reaches_what_the_tables_mean(start, device, basket):
    def bought(reading):
        more = {"ifHighSpeed": [200] * len(reading.rows.index)} if reading.table == "ifTable" else {}
        return replace(reading, columns={**reading.columns, **more})

    await start([device], beside={"library": load_library(), "amended": bought})

    await basket.until(lambda: bool(basket.of("interface")))
    assert set(basket.of("interface")[0].columns["interface_speed_bits_per_second"]) == {200_000_000}


async def test_a_device_that_dies_is_known_down_and_back_up_and_polled_at_once(start, quick, agent, basket):
    await start([replace(quick, interval=timedelta(hours=1))])
    await basket.until(lambda: bool(basket.of("ifTable")))
    agent.silent = True
    await basket.until(lambda: ups(basket)[-1] == 0)
    polled = len(basket.of("ifTable"))
    agent.silent = False

    await basket.until(lambda: ups(basket)[-1] == 1)
    await basket.until(lambda: len(basket.of("ifTable")) > polled)


async def test_polls_of_one_device_never_overlap_and_overruns_are_counted(start, quick, agent, monkeypatch):
    running, most = 0, 0
    real = DevicePoller.poll

    async def counted(self: DevicePoller) -> bool:
        nonlocal running, most
        running += 1
        most = max(most, running)
        try:
            return await real(self)
        finally:
            running -= 1

    monkeypatch.setattr(DevicePoller, "poll", counted)
    agent.delay = 0.09
    slow = replace(quick, interval=timedelta(seconds=0.2), reachability_interval=timedelta(seconds=10))
    slow = replace(slow, timeout=timedelta(seconds=2))
    before = OVERRUNS.labels("sw1")._value.get()
    await start([slow])

    async with asyncio.timeout(PATIENCE_SECONDS):
        while OVERRUNS.labels("sw1")._value.get() == before:  # noqa: ASYNC110  # a metric wakes nobody
            await asyncio.sleep(0.05)

    assert most == 1


async def test_a_poll_may_be_asked_for_out_of_turn(start, device, basket):
    poller = await start([replace(device, interval=timedelta(hours=1), reachability_interval=timedelta(hours=1))])
    await basket.until(lambda: bool(basket.of("ifTable")))
    polled, checked = len(basket.of("ifTable")), len(ups(basket))

    assert poller.poll_now("sw1")

    await basket.until(lambda: len(basket.of("ifTable")) > polled and len(ups(basket)) > checked)


async def test_a_poller_is_alive_while_it_ticks(start, device):
    poller = await start([device])
    assert poller.is_alive()

    await poller.stop()

    assert not poller.is_alive()


async def test_a_poll_of_nobody_is_refused(start, device):
    poller = await start([device])

    assert not poller.poll_now("somebody else")


async def test_statuses_come_in_the_order_of_the_configuration(start, device, basket):
    names = ["c", "a", "b"]
    poller = await start([replace(device, name=name) for name in names])

    await basket.until(lambda: len(basket.of("ifTable")) == 3)

    assert [status.device.name for status in poller.statuses()] == names
    assert all(status.up for status in poller.statuses())


async def test_punctuality_is_measured(start, quick, basket):
    poller = await start([quick])

    await basket.until(lambda: len(ups(basket)) >= 4)

    assert 0 < poller.lag_seconds < 5
    assert 0 <= poller.late_ratio <= 1


async def test_after_stop_nothing_is_asked_and_nothing_is_left(start, quick, agent, basket):
    before = asyncio.all_tasks()
    poller = await start([quick])
    await basket.until(lambda: bool(basket.of("ifTable")))
    agent.delay = 0.05
    poller.poll_now("sw1")

    await poller.stop()

    asked = len(agent.asked)
    await asyncio.sleep(0.4)
    assert len(agent.asked) == asked
    assert asyncio.all_tasks() == before


async def test_a_check_under_way_at_the_stop_tells_of_no_silence(start, quick, agent, basket, client):
    poller = await start([replace(quick, timeout=timedelta(seconds=30), interval=timedelta(hours=1))])
    await basket.until(lambda: len(ups(basket)) >= 3 and bool(basket.of("ifTable")))
    agent.delay = 20.0
    asked = len(agent.asked)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(agent.asked) == asked:  # noqa: ASYNC110  # nothing tells when a request is on its way
            await asyncio.sleep(0.01)

    await poller.stop()
    await client.stop()  # which fails whatever waits for an answer
    await asyncio.sleep(0.1)

    assert set(ups(basket)) == {1}


async def test_checks_take_no_task_while_nothing_changes(start, device, basket):
    patient = replace(device, interval=timedelta(hours=1), timeout=timedelta(seconds=PATIENCE_SECONDS))
    await start([replace(patient, reachability_interval=timedelta(seconds=0.1))])
    await basket.until(lambda: len(ups(basket)) >= 2 and not runs())  # the first look may last longer
    seen = len(ups(basket))

    await basket.until(lambda: bool(runs()) or len(ups(basket)) >= seen + 5)

    assert not runs()


def runs() -> set[str]:
    """Return the tasks of the poller in which a device is asked."""
    return {task.get_name() for task in asyncio.all_tasks() if "Poller._run" in task.get_coro().__qualname__}


async def test_an_error_in_the_sink_does_not_end_polling(start, quick, basket, caplog, capsys):
    broken = basket.take_reading
    failures = []

    def take(reading):
        if len(failures) < 2:
            failures.append(reading)
            raise ValueError("no room")
        broken(reading)

    basket.take_reading = take
    await start([quick])

    await basket.until(lambda: bool(basket.of("ifTable")))


async def test_hundreds_of_devices_are_found_within_seconds(start, device, basket):
    fleet = [replace(device, name=f"sw{number}", timeout=timedelta(seconds=5)) for number in range(200)]

    poller = await start(fleet)

    await basket.until(lambda: len(basket.of("ifTable")) >= 200)
    assert all(status.up for status in poller.statuses())


async def test_what_the_store_kept_is_used(start, device, agent, basket, clock):
    text = '{"ticks": 999999999, "at": "2026-01-01T00:00:00+00:00", "saw_start": false}'
    await start([device], [Memory(scope="polling", key="sw1", text=text), Memory(scope="other", key="sw1", text="7")])

    await basket.until(lambda: bool(ups(basket)))

    assert basket.of("reachability")[0].columns["seconds_since_restart"] == [3600.0]


async def test_what_was_kept_of_a_device_that_is_asked_no_more_is_forgotten(start, quick, basket):
    scopes = ("polling", "presence", "layouts")
    kept = [
        Memory(scope=scope, key=key, text="{}")
        for scope in scopes
        for key in (quick.name, f"{quick.name}/ifTable", "left", "left/ifTable")
    ]
    elsewhere = Memory(scope="traps", key="left", text="{}")

    await start([quick], [*kept, elsewhere])

    forgotten = {(memory.scope, memory.key) for memory in basket.memories if memory.text is None}
    assert forgotten == {(scope, key) for scope in scopes for key in ("left", "left/ifTable")}
