"""MIB modules are compiled while everything runs; whoever holds names or rules sees what came of it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from netwatch.app import App, Keeper
from netwatch.app.definitions import read_definitions
from netwatch.app.names import NameKeeper
from netwatch.config import load_settings
from netwatch.mib import load_index
from netwatch.model import InvalidFile, Oid
from netwatch.simulator.traps import send_trap
from tests.patience import PATIENCE_SECONDS

CONFIG = """
credentials:
  lab: {{version: 2c, community: public}}
devices:
  - {{name: sw1, address: 127.0.0.1, port: {snmp}, credential: lab}}
polling: {{interval: 2s, reachability_interval: 1s, timeout: 100ms, retries: 0}}
traps: {{listen: ["127.0.0.1:{trap}"], communities: [public]}}
mibs: {{paths: [{mibs}]}}
rules: {{paths: [rules.yaml]}}
web: {{listen: "127.0.0.1:{web}"}}
store: {{url: "sqlite:///{store}"}}
"""
VENDOR = """VENDOR-MIB DEFINITIONS ::= BEGIN
IMPORTS enterprises, NOTIFICATION-TYPE FROM SNMPv2-SMI;
vendor OBJECT IDENTIFIER ::= { enterprises 99999 }
doorOpened NOTIFICATION-TYPE STATUS current DESCRIPTION "x" ::= { vendor 0 1 }
END
"""
RULES = """rules:
  - alert: DoorOpen
    on_trap: VENDOR-MIB::doorOpened
    labels: {severity: warning}
    annotations: {summary: "a door is open"}
"""
NEVER = "  - {alert: Never, on_trap: NO-SUCH-MIB::nothing, labels: {severity: warning}}\n"
OPENED = Oid.parse("1.3.6.1.4.1.99999.0.1")


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache in which NetWatch's own modules are compiled already."""
    cache = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache))
        load_index()
    return cache


@pytest.fixture
def config(tmp_path: Path, compiled: Path, udp_port: int, tcp_port: int, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(compiled))
    monkeypatch.delenv("CACHE_DIRECTORY", raising=False)
    (tmp_path / "mibs").mkdir()
    (tmp_path / "mibs/VENDOR-MIB").write_text(VENDOR)
    (tmp_path / "rules.yaml").write_text(RULES)
    path = tmp_path / "netwatch.yaml"
    path.write_text(CONFIG.format(
        snmp=9, trap=udp_port, web=tcp_port, store=tmp_path / "netwatch.db", mibs=tmp_path / "mibs"
    ))  # fmt: skip
    return path


@asynccontextmanager
async def running(config: Path) -> AsyncIterator[App]:
    app = App(load_settings(config))
    try:
        await app.start()
        yield app
    finally:
        await app.stop()


async def stopped_builder() -> int:
    """Return the process that compiles, held before it has compiled anything."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (pids := _children("netwatch.mib.builder")):  # noqa: ASYNC110  # a process wakes nobody
            await asyncio.sleep(0.001)
    os.kill(pids[0], signal.SIGSTOP)
    return pids[0]


def _children(module: str) -> list[int]:
    found = []
    for task in Path("/proc/self/task").iterdir():
        for pid in (task / "children").read_text().split():
            if module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                found.append(int(pid))
    return found


async def fetched(app: App, path: str) -> Any:
    def fetch() -> bytes:
        with urllib.request.urlopen(app.address + path, timeout=PATIENCE_SECONDS) as answer:
            return answer.read()

    return await asyncio.to_thread(fetch)


async def until(is_so: Callable[[], Any]) -> Any:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := await is_so()):  # noqa: ASYNC110  # HTTP wakes nobody
            await asyncio.sleep(0.05)
    return found


def gauge(name: str) -> float | None:
    return REGISTRY.get_sample_value(name)


async def test_polls_and_traps_run_before_a_module_is_compiled_and_its_rule_hears_them_afterwards(config, udp_port):
    async def traps() -> list[dict[str, Any]]:
        return json.loads(await fetched(app, "api/v1/traps"))

    async def alerts() -> list[dict[str, Any]]:
        return [one for one in json.loads(await fetched(app, "api/v1/alerts")) if one["rule"] == "DoorOpen"]

    with capture_logs() as logged:
        async with running(config) as app:
            builder = await stopped_builder()
            send_trap("127.0.0.1", ("127.0.0.1", udp_port), "public", 1, OPENED)
            (trap,) = await until(traps)
            page = (await fetched(app, "")).decode()
            assert "VENDOR-MIB" not in trap["trap"]
            assert "DoorOpen" in page
            assert "no MIB module that is compiled yet names VENDOR-MIB::doorOpened" in page
            assert await alerts() == []
            assert gauge("netwatch_mib_rules_waiting") == 1
            assert app.is_alive()

            os.kill(builder, signal.SIGCONT)
            (alert,) = await until(alerts)

            assert alert["summary"] == "a door is open"
            assert [one["trap"] for one in await traps()] == ["VENDOR-MIB::doorOpened"]
            assert "no MIB module" not in (await fetched(app, "")).decode()
            assert gauge("netwatch_mib_rules_waiting") == 0
    told = [one for one in logged if one["event"] == "names of MIB modules"]
    assert [one["compiled"] for one in told] == [1]
    assert any("waits for a MIB module" in one["event"] and one["rule"] == "DoorOpen" for one in logged)


async def test_a_second_start_has_every_name_at_once_and_starts_no_process(config):
    load_index(load_settings(config).mib_paths())

    async with running(config) as app:
        assert _children("netwatch.mib.builder") == []
        assert gauge("netwatch_mib_rules_waiting") == 0
        assert "MIB" not in (await fetched(app, "")).decode().split("<main")[0]


async def test_a_name_that_no_module_has_is_a_problem_on_the_page_and_not_the_end(config):
    config.with_name("rules.yaml").write_text(RULES + NEVER)

    async def told() -> bool:
        return "no MIB module names NO-SUCH-MIB::nothing" in (await fetched(app, "")).decode()

    async with running(config) as app:
        assert await until(told)
        assert gauge("netwatch_mib_rules_waiting") == 1
        assert app.is_alive()


async def test_with_all_modules_compiled_an_unknown_name_is_the_same_problem_at_every_start(config):
    load_index(load_settings(config).mib_paths())
    config.with_name("rules.yaml").write_text(RULES + NEVER)

    with capture_logs() as logged:
        async with running(config) as app:
            assert "no MIB module names NO-SUCH-MIB::nothing" in (await fetched(app, "")).decode()
            assert app.is_alive()

    assert [line["rule"] for line in logged if line["event"].startswith("a trap rule takes no trap")] == ["Never"]


async def test_a_process_that_is_ended_is_said_and_the_names_stay_as_they_were(config):
    async def told() -> bool:
        return "the process that compiles MIB files ended" in (await fetched(app, "")).decode()

    async with running(config) as app:
        os.kill(await stopped_builder(), signal.SIGKILL)
        assert await until(told)
        assert app.is_alive()
        assert gauge("netwatch_mib_rules_waiting") == 1


async def test_what_nobody_foresaw_costs_names_alone_and_its_text_stays_in_the_log(config):
    settings = load_settings(config)

    def stumble(_: object) -> None:
        raise ValueError("secret-community")

    keeper = NameKeeper(settings, read_definitions(settings, lambda rule: rule), renew=stumble, outdated=stumble)

    async def told() -> str:
        return next((one for one in keeper.problems() if "not every name" in one), "")

    keeper.start()
    words = await until(told)
    await keeper.stop()

    assert "ValueError at netwatch/app/names.py:" in words
    assert "secret-community" not in words


async def test_the_end_of_the_agent_ends_the_process_that_compiles(config):
    async with running(config):
        builder = await stopped_builder()

    with pytest.raises(ProcessLookupError):
        os.kill(builder, 0)


async def test_a_profile_that_needs_a_name_is_read_again_when_it_has_come(config):
    profile = config.with_name("vendor.yaml")
    profile.write_text("metrics:\n  - symbol: {OID: VENDOR-MIB::vendor.7.0, name: vendorDoors}\n")
    config.write_text(config.read_text() + f"profiles: {{paths: ['{profile}']}}\n")
    outdated = asyncio.Event()

    app = App(load_settings(config), outdated=outdated.set)
    try:
        await app.start()
        await asyncio.wait_for(outdated.wait(), PATIENCE_SECONDS)
    finally:
        await app.stop()

    App(load_settings(config))  # as it is now nothing is missing any more


async def test_rules_and_limits_about_what_such_a_profile_asks_for_are_no_bad_configuration_but_hold_when_it_is_read(
    config,
):
    profile = config.with_name("vendor.yaml")
    profile.write_text("metrics:\n  - symbol: {OID: VENDOR-MIB::vendor.7.0, name: vendorDoors}\n")
    config.with_name("rules.yaml").write_text(RULES + "  - {alert: Doors, expr: vendorDoors > 3}\n")
    limits = "limits: [{match: ['device=\"sw1\"'], vendorDoors: 7}]\n"
    config.write_text(config.read_text() + f"profiles: {{paths: ['{profile}']}}\n{limits}")
    keeper = Keeper(config)
    assert [rule.name for rule in keeper.app.rules if rule.name == "Doors"] == []

    await keeper.start()
    keeping = asyncio.create_task(keeper.keep())
    try:
        builder = await stopped_builder()
        assert "not read yet: VENDOR-MIB::vendor.7.0" in (await fetched(keeper.app, "")).decode()
        os.kill(builder, signal.SIGCONT)

        async def holds() -> bool:
            return any(rule.name == "Doors" for rule in keeper.app.rules)

        await until(holds)
    finally:
        keeper.end()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await keeping
        await keeper.stop()


def test_only_the_want_of_a_name_is_forgiven_a_profile_however_short_the_name_is(config):
    profile = config.with_name("vendor.yaml")
    profile.write_text(
        "metrics:\n"
        "  - symbol: {OID: a, name: one}\n"
        "  - symbol: {OID: 1.3.6.1.4.1.99999.8.0, name: two, scale_factor: much}\n"
    )
    config.write_text(config.read_text() + f"profiles: {{paths: ['{profile}']}}\n")

    with pytest.raises(InvalidFile, match=r"vendor\.yaml:3:\d+: .*scale_factor is a number") as refused:
        App(load_settings(config))

    assert len(refused.value.problems) == 1


def test_a_rule_that_is_wrong_by_profiles_that_are_whole_is_refused_though_names_are_yet_to_come(config):
    config.with_name("rules.yaml").write_text(RULES + "  - {alert: Doors, expr: vendorDoors > 3}\n")

    with pytest.raises(InvalidFile, match=r"rules\.yaml:6:\d+"):
        App(load_settings(config))


@pytest.mark.parametrize("kept_in", ["cache", "nowhere"])
async def test_a_running_agent_reads_its_profiles_again_once_when_their_names_have_come(
    config, tmp_path, kept_in, monkeypatch
):
    if kept_in == "nowhere":  # so that after the change-over the names are again not at hand
        (tmp_path / "file").touch()
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    profile = config.with_name("vendor.yaml")
    profile.write_text("metrics:\n  - symbol: {OID: VENDOR-MIB::vendor.7.0, name: vendorDoors}\n")
    config.write_text(config.read_text() + f"profiles: {{paths: ['{profile}']}}\n")

    keeper = Keeper(config)
    with capture_logs() as logged:
        await keeper.start()
        keeping = asyncio.create_task(keeper.keep())
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                last = "configuration read again" if kept_in == "cache" else "profiles are not read again"
                while not _said(logged, last):  # noqa: ASYNC110  # a line in the log wakes nobody
                    await asyncio.sleep(0.02)
        finally:
            keeper.end()
            await keeping
            await keeper.stop()

    assert _said(logged, "configuration read again") == 1


def _said(logged: list[structlog.types.EventDict], words: str) -> int:
    return sum(str(one["event"]).startswith(words) for one in logged)
