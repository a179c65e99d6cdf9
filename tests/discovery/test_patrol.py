"""The agent's own sweeps: what they find is kept, told, taken where that is wanted, and never lost."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from netwatch.discovery import (
    DiscoverySettings,
    Files,
    Host,
    Patrol,
    Progress,
    parse_ranges,
    read_findings,
    read_taken,
)
from netwatch.discovery.findings import write_findings
from netwatch.discovery.metrics import SWEEPS
from netwatch.discovery.patrol import next_sweep_at
from netwatch.discovery.taken import write_taken
from netwatch.errors import ConfigError
from netwatch.model import Credential, Device
from tests.patience import PATIENCE_SECONDS

MAIN = Credential(name="main", version="2c", community=SecretStr("public"))
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def files(tmp_path):
    return Files(taken=tmp_path / "d.yaml", findings=tmp_path / "f.json", progress=tmp_path / "s.json")


@pytest.fixture
def patrol(files, snmpd):
    """Make the patrol of an agent around one real device, and hear when it took some."""
    agent = snmpd()

    def make(devices=(), origins=None, took=lambda: None, **settings):
        wanted = {"ranges": ["127.0.0.0/30"], "interval": "1h", "timeout": "5s", **settings}
        part = DiscoverySettings.model_validate(wanted)
        return Patrol(
            part, parse_ranges(part.ranges, part.exclude), credentials=[MAIN], devices=devices, origins=origins or {},
            usual_credential="main", port=agent.port, files=files, clock=lambda: NOW, took=took,
        )  # fmt: skip

    return make


async def until(condition):
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110  # it is another's doing, which tells nobody
            await asyncio.sleep(0.01)


async def swept(patrol):
    """Run a patrol until a sweep is done."""
    await patrol.start()
    await until(lambda: patrol.state().ended_at)
    await patrol.stop()


def device(name, address):
    return Device(name=name, address=address, credential=MAIN)


async def test_what_is_found_waits_and_is_told(patrol, files):
    sweeps = patrol()
    await swept(sweeps)

    (one,) = sweeps.state().devices
    assert (one.name, one.address, one.taken_at) == ("snmpd-under-test", "127.0.0.1", None)
    assert read_findings(files.findings).devices == (one,)
    assert not files.taken.exists()
    assert not files.progress.exists()
    assert sweeps.news(NOW + timedelta(minutes=9), timedelta(minutes=10)) == (
        1, "1 device was found; 1 waiting: snmpd-under-test (127.0.0.1)",
    )  # fmt: skip
    assert sweeps.news(NOW + timedelta(minutes=11), timedelta(minutes=10)) == (0, "")


async def test_what_a_rule_takes_is_written_before_it_is_told_and_the_agent_hears_of_it(patrol, files):
    entries = []
    auto = [{"matchers": ['sys_name="snmpd-under-test"'], "labels": {"site": "hq"}}]
    await swept(patrol(auto=auto, took=lambda: entries.extend(read_taken(files.taken))))

    assert entries == [{"name": "snmpd-under-test", "address": "127.0.0.1", "labels": {"site": "hq"}}]


async def test_what_somebody_takes_is_written_the_agent_hears_of_it_and_nothing_is_taken_twice(patrol, files):
    heard = []
    sweeps = patrol(took=lambda: heard.append(read_taken(files.taken)))
    await swept(sweeps)
    (one,) = sweeps.waiting(["127.0.0.1"])
    assert sweeps.entry(one) == "{name: snmpd-under-test, address: 127.0.0.1}"

    first, second = await asyncio.gather(sweeps.take(["127.0.0.1", "192.0.2.1"]), sweeps.take(["127.0.0.1"]))

    assert ([one.name for one in first], second) == (["snmpd-under-test"], [])
    assert heard == [[{"name": "snmpd-under-test", "address": "127.0.0.1"}]]
    assert [one.taken_at for one in read_findings(files.findings).devices] == [NOW]
    assert sweeps.state().devices == read_findings(files.findings).devices


async def test_where_the_disk_does_not_take_it_nothing_is_taken(patrol, files):
    sweeps = patrol()
    await swept(sweeps)
    files.taken.mkdir()

    with pytest.raises((OSError, ConfigError)):
        await sweeps.take(["127.0.0.1"])

    assert [one.taken_at for one in sweeps.state().devices] == [None]


async def test_the_time_of_the_next_sweep_outlives_a_restart(patrol):
    await swept(patrol())
    sweeps = patrol()

    await sweeps.start()
    await asyncio.sleep(0)
    state = sweeps.state()
    await sweeps.stop()

    assert (state.asked, state.next_at, len(state.devices)) == (None, NOW + timedelta(hours=1), 1)


async def test_a_sweep_that_was_broken_off_goes_on_where_it_was(patrol, files):
    ranges = ["127.8.0.0/22", "127.8.4.0/31", "127.0.0.0/30"]  # a block of 1024 addresses, and two more
    progress = Progress.of(parse_ranges(ranges))
    progress.done(0, 1024, [Host(address="127.8.0.7", pinged=True)])
    progress.write(files.progress)
    sweeps = patrol(ranges=ranges, scheduled_rate=1)
    await sweeps.start()
    await until(lambda: sweeps.state().asked)
    await sweeps.stop()  # it is broken off once more
    assert sweeps.state().ended_at is None

    sweeps = patrol(ranges=ranges)
    await swept(sweeps)

    assert sweeps.state().answering == 3  # the one of before, and 127.0.0.1 and .2
    assert [one.name for one in sweeps.state().devices] == ["snmpd-under-test"]


@pytest.mark.parametrize(
    ("ended", "due"),
    [(None, NOW), (timedelta(hours=-20), NOW + timedelta(hours=4)), (timedelta(days=400), NOW)],
)
def test_a_clock_that_was_years_ahead_puts_no_sweep_off_for_years(ended, due):
    assert next_sweep_at(ended and NOW + ended, timedelta(days=1), NOW) == due


async def test_without_an_interval_nothing_is_looked_for(patrol):
    sweeps = patrol(interval=None)

    await sweeps.start()

    assert sweeps.state().next_at is None
    assert [task for task in asyncio.all_tasks() if task.get_name() == "discovery"] == []
    await sweeps.stop()


async def test_what_the_configuration_has_by_now_is_kept_nowhere_else(patrol, files):
    await swept(patrol())
    write_taken(files.taken, [{"name": "sw7", "address": "192.0.2.7"}, {"name": "sw8", "address": "192.0.2.8"}])
    sweeps = patrol(
        interval=None, origins={"sw8": str(files.taken)},
        devices=[device("core", "192.0.2.7"), device("sw8", "192.0.2.8"), device("server", "127.0.0.1")],
    )  # fmt: skip

    await sweeps.start()

    assert [one["name"] for one in read_taken(files.taken)] == ["sw8"]
    assert sweeps.state().devices == () == read_findings(files.findings).devices
    await sweeps.stop()


async def test_a_sweep_that_breaks_off_is_counted_said_and_tried_again(patrol, files):
    failed = SWEEPS.labels("failed")._value.get()
    files.findings.mkdir()
    sweeps = patrol()

    await sweeps.start()
    await until(lambda: SWEEPS.labels("failed")._value.get() > failed)
    state = sweeps.state()
    await sweeps.stop()

    assert "Is a directory" in state.trouble
    assert state.next_at == NOW + timedelta(minutes=10)


async def test_a_device_that_vanished_stays_where_it_is(patrol, files):
    await swept(patrol(auto=[{}]))
    taken, findings = files.taken.read_text(), read_findings(files.findings)
    write_findings(files.findings, findings)
    known = [device("snmpd-under-test", "127.0.0.1")]

    sweeps = patrol(known, {"snmpd-under-test": str(files.taken)}, ranges=["127.0.0.8/30"], interval="1m")
    await sweeps.start()
    await sweeps.stop()

    assert files.taken.read_text() == taken
    assert [one.name for one in sweeps.state().devices] == ["snmpd-under-test"]
