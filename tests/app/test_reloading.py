"""An agent keeps at work while its configuration changes; what is wrong with a new one is said everywhere."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sqlite3
import threading
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest
from prometheus_client import REGISTRY

from netwatch.app import Keeper, reloading
from netwatch.config import load_settings
from netwatch.errors import ConfigError
from netwatch.model import InvalidFile, Oid
from netwatch.model.files import patient
from netwatch.simulator.traps import send_trap
from netwatch.store import StoreReader
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

LINK_DOWN = Oid.parse("1.3.6.1.6.3.1.1.5.3")

CONFIG = """
credentials:
  lab: {{version: 2c, community: public}}
devices:
  - {{name: nobody, address: 127.0.0.1, port: {snmp}, credential: lab, labels: {{site: lab}}}}
polling: {{interval: 2s, reachability_interval: 1s, timeout: 100ms, retries: 0}}
rules: {{paths: [rules.yaml]}}
web: {{listen: "127.0.0.1:{web}"}}
store: {{url: "sqlite:///{store}"}}
"""
RULES = "rules: [{alert: Down, expr: up == 0}]\n"


@pytest.fixture
def config(tmp_path, udp_port, tcp_port) -> Path:
    path = tmp_path / "netwatch.yaml"
    path.write_text(CONFIG.format(snmp=udp_port, web=tcp_port, store=tmp_path / "netwatch.db"))
    (tmp_path / "rules.yaml").write_text(RULES)
    return path


@contextlib.asynccontextmanager
async def kept(keeper: Keeper) -> AsyncIterator[Keeper]:
    await keeper.start()
    keeping = asyncio.create_task(keeper.keep())
    try:
        yield keeper
    finally:
        keeper.end()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await keeping
        await keeper.stop()


async def asked(keeper: Keeper, path: str, method: str = "GET") -> tuple[int, str]:
    def ask() -> tuple[int, str]:
        request = urllib.request.Request(keeper.app.address + path, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as exc:
            with exc:
                return exc.code, exc.read().decode()

    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                return await asyncio.to_thread(ask)
            except urllib.error.URLError as exc:  # in a change-over the page is closed for a moment
                if not isinstance(exc.reason, ConnectionRefusedError):
                    raise
            await asyncio.sleep(0.02)


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110  # the end of a change-over wakes nobody
            await asyncio.sleep(0.02)


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"netwatch_config_{name}", labels) or 0.0


async def test_a_post_to_reload_takes_a_changed_configuration_and_says_so(config):
    async with kept(Keeper(config)) as keeper:
        first, taken = keeper.app, metric("reloads_total", outcome="taken")
        config.write_text(config.read_text().replace("nobody", "somebody"))

        status, words = await asked(keeper, "-/reload", "POST")

        assert (status, words) == (200, "the configuration is taken, and NetWatch changes over to it\n")
        await until(lambda: keeper.app is not first and keeper.app.is_alive())
        assert [one.device.name for one in keeper.app.statuses()] == ["somebody"]
        await until(lambda: metric("reloads_total", outcome="taken") == taken + 1)


async def test_a_bad_file_is_answered_with_500_and_said_on_page_metrics_and_ready_until_it_is_mended(config):
    good = config.read_text()
    async with kept(Keeper(config)) as keeper:
        first = keeper.app
        config.write_text(good + "pollling: {}\nroute: {group_wait: 99999999999d}\n")

        status, words = await asked(keeper, "-/reload", "POST")

        assert status == 500
        assert f'{config}:10:1: pollling: unknown key; did you mean "polling"?' in words
        assert f"{config}:11:21: route.group_wait: '99999999999d' is longer than 100 years" in words
        assert keeper.app is first
        assert metric("last_reload_successful") == 0
        assert (await asked(keeper, "-/ready"))[0] == 200
        for path in ("-/ready", ""):
            page = (await asked(keeper, path))[1]
            assert "the configuration is not in use, NetWatch goes on with that of" in page, path
            assert "netwatch.yaml:10:1" in page, path

        succeeded_at = metric("last_reload_success_timestamp_seconds")
        config.write_text(good)
        assert (await asked(keeper, "-/reload", "POST"))[0] == 200
        await until(lambda: metric("last_reload_successful") == 1)
        await until(lambda: keeper.app is not first and keeper.app.is_alive())
        assert metric("last_reload_success_timestamp_seconds") > succeeded_at
        assert "not in use" not in (await asked(keeper, "-/ready"))[1]


async def test_a_broken_rule_file_keeps_the_old_configuration_too(config):
    async with kept(Keeper(config)) as keeper:
        (config.parent / "rules.yaml").write_text("rules: [{alert: Down, expr: up == 1" + "0" * 400 + "}]\n")

        status, words = await asked(keeper, "-/reload", "POST")

        assert status == 500
        assert "rules.yaml:1:" in words
        assert "larger than any SNMP value" in words


async def test_another_sites_page_cannot_have_it_read_again(config):
    async with kept(Keeper(config)) as keeper:

        def ask() -> int:
            headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
            request = urllib.request.Request(keeper.app.address + "-/reload", method="POST", headers=headers)
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(request, timeout=PATIENCE_SECONDS)
            caught.value.close()
            return caught.value.code

        assert await asyncio.to_thread(ask) == 403


async def test_what_comes_in_a_burst_is_one_reading(config):
    async with kept(Keeper(config)) as keeper:
        first, taken = keeper.app, metric("reloads_total", outcome="taken")
        for _ in range(50):
            keeper.want()

        assert [await keeper.reload(), keeper.app is first] == ["", True]
        await until(lambda: keeper.app is not first and keeper.app.is_alive())

        assert metric("reloads_total", outcome="taken") == taken + 1


class OddPath(type(Path())):  # type: ignore[misc]  # the class that Path() makes on this system
    """A file of a file system that fails in a way no program foresees."""

    odd = False

    def __fspath__(self) -> str:
        if OddPath.odd:
            raise SystemError("secret-community")
        return super().__fspath__()


async def test_what_nobody_foresaw_keeps_the_old_agent_and_says_where_it_was_and_no_secret(config, caplog, request):
    request.addfinalizer(lambda: setattr(OddPath, "odd", False))
    async with kept(Keeper(OddPath(config))) as keeper:
        first, unforeseen = keeper.app, metric("reloads_total", outcome="unforeseen")
        OddPath.odd = True

        status, words = await asked(keeper, "-/reload", "POST")

        OddPath.odd = False
        assert status == 500
        assert "NetWatch stumbled over this" in words
        assert "SystemError at netwatch/model/files/patient.py:" in words
        assert "secret-community" not in words + (await asked(keeper, ""))[1]
        assert keeper.app is first
        assert first.is_alive()
        assert metric("reloads_total", outcome="unforeseen") == unforeseen + 1


class SlowPath(type(Path())):  # type: ignore[misc]  # as above
    """A file that was read and takes its time to be understood, where it is to."""

    was_read, may_go_on = threading.Event(), threading.Event()

    def absolute(self) -> Path:  # where its paths start, which is asked once its text is there
        SlowPath.was_read.set()
        SlowPath.may_go_on.wait(PATIENCE_SECONDS)
        return super().absolute()


async def test_who_asks_while_the_file_is_read_is_answered_of_the_file_as_it_was_when_he_asked(config):
    SlowPath.may_go_on.set()
    async with kept(Keeper(SlowPath(config))) as keeper:
        first = keeper.app
        SlowPath.was_read.clear()
        SlowPath.may_go_on.clear()
        earlier = asyncio.create_task(keeper.reload())
        assert await asyncio.to_thread(SlowPath.was_read.wait, PATIENCE_SECONDS)
        config.write_text(config.read_text() + "pollling: {}\n")
        later = asyncio.create_task(keeper.reload())
        await asyncio.sleep(0)  # that it has asked

        SlowPath.may_go_on.set()

        assert "pollling: unknown key" in await later
        assert "pollling: unknown key" in await earlier  # which is not in use either
        assert keeper.app is first


def refuse_memory(*_: object, **__: object) -> NoReturn:
    raise MemoryError


class HungryPath(type(Path())):  # type: ignore[misc]  # as above
    """A file that there is no memory to read."""

    __fspath__ = refuse_memory


async def test_too_little_memory_to_read_it_is_no_bad_configuration_and_ends_no_agent(config, request):
    request.addfinalizer(lambda: setattr(HungryPath, "__fspath__", refuse_memory))
    with pytest.raises(MemoryError):
        Keeper(HungryPath(config))

    del HungryPath.__fspath__
    async with kept(Keeper(HungryPath(config))) as keeper:
        HungryPath.__fspath__ = refuse_memory

        assert "not enough memory" in await keeper.reload()
        assert keeper.app.is_alive()


def test_what_nobody_foresaw_at_the_start_is_a_bad_configuration(config, monkeypatch):
    monkeypatch.setattr(OddPath, "odd", True)

    with pytest.raises(ConfigError, match=r"NetWatch stumbled over this.*SystemError at netwatch/"):
        Keeper(OddPath(config))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty, so nothing would be watched"),
        ("# all of it is gone\n", "is empty, so nothing would be watched"),
        ("polling: {interval: 30s}\n", "has no devices and hears no traps"),
        ("devices: []\n", "has no devices and hears no traps"),
        ("traps: {listen: ['127.0.0.1:1162']}\ndevices:", "ends in the middle of a line"),
    ],
)
def test_a_file_that_is_empty_or_cut_off_is_no_start_unless_that_is_allowed(tmp_path, text, words):
    file = tmp_path / "netwatch.yaml"
    file.write_text(text)

    with pytest.raises(InvalidFile, match=words):
        Keeper(file)

    assert Keeper(file, allow_empty=True).app is not None


async def test_a_file_that_lost_its_devices_or_its_end_keeps_the_old_one(config):
    good = config.read_text()
    traps_alone = "traps: {listen: ['127.0.0.1:1162']}\n"
    async with kept(Keeper(config)) as keeper:
        first = keeper.app
        for text, words in (
            ("", "is empty"),
            (traps_alone, "has no devices, and 1 are watched now"),
            (good[: good.index("interval: 2s") + 5], "is never closed"),  # cut in the middle of brackets: no YAML
        ):
            config.write_text(text)
            status, said = await asked(keeper, "-/reload", "POST")
            assert (status, words in said) == (500, True), said
        assert keeper.app is first


async def test_an_address_that_cannot_be_had_is_answered_with_500_and_the_old_agent_never_stops(config, tcp_port):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        elsewhere = taken.getsockname()[1]
        async with kept(Keeper(config)) as keeper:
            first = keeper.app
            config.write_text(config.read_text().replace(f"127.0.0.1:{tcp_port}", f"127.0.0.1:{elsewhere}"))

            status, words = await asked(keeper, "-/reload", "POST")

            assert status == 500
            assert f"web.listen: cannot listen on 127.0.0.1:{elsewhere}: something else listens there" in words
            assert keeper.app is first
            assert first.is_alive()


async def test_a_start_that_fails_after_all_goes_back_to_the_old_configuration(config):
    async with kept(Keeper(config)) as keeper:
        first, failed = keeper.app, metric("reloads_total", outcome="failed")
        config.write_text(config.read_text().replace("netwatch.db", "netwatch.yaml/is-no-directory.db"))
        keeper.want()

        await until(lambda: metric("reloads_total", outcome="failed") == failed + 1)
        await until(lambda: keeper.app is not first and keeper.app.is_alive())

        assert metric("last_reload_successful") == 0
        assert "the configuration is not in use" in (await asked(keeper, "-/ready"))[1]


async def test_no_trap_is_lost_while_the_configuration_changes(config, udp_port):
    hears = free_port()
    config.write_text(config.read_text() + f'traps: {{listen: ["127.0.0.1:{hears}"], communities: [public]}}\n')
    sent, over = 0, threading.Event()

    def send() -> None:
        nonlocal sent
        while not over.wait(0.002):
            send_trap("127.0.0.1", ("127.0.0.1", hears), "public", sent + 1, LINK_DOWN)
            sent += 1

    async with kept(Keeper(config)) as keeper:
        sender = asyncio.create_task(asyncio.to_thread(send))
        for number in range(3):
            await until(lambda before=sent: sent > before + 50)
            first = keeper.app
            config.write_text(config.read_text().replace("site: lab", f"site: lab{number}"))
            keeper.want()
            await until(lambda app=first: keeper.app is not app and keeper.app.is_alive())
        over.set()
        await sender
        last = keeper.app

    reader = StoreReader(load_settings(config).store)
    await reader.start()
    try:
        assert sum(trap.count for trap in await reader.traps(limit=10_000)) == sent > 150
    finally:
        await reader.stop()
    assert not last.is_alive()


async def test_a_rule_file_that_is_a_pipe_is_refused_and_the_page_answers_meanwhile(config, tmp_path, monkeypatch):
    monkeypatch.setattr(patient, "PIPE_SECONDS", 0.5)
    async with kept(Keeper(config)) as keeper:
        os.mkfifo(tmp_path / "pipe.yaml")
        config.write_text(config.read_text().replace("rules.yaml", "pipe.yaml"))

        asking = asyncio.create_task(asked(keeper, "-/reload", "POST"))
        assert (await asked(keeper, "-/healthy"))[0] == 200
        status, words = await asking

        assert status == 500
        assert "pipe.yaml:1:1: nothing comes from it within 0.5 s: is it a pipe?" in words


async def test_an_agent_ends_at_once_while_a_file_lets_itself_not_be_read(config, tmp_path, monkeypatch):
    monkeypatch.setattr(patient, "PIPE_SECONDS", PATIENCE_SECONDS * 10)
    os.mkfifo(tmp_path / "pipe.yaml")
    async with kept(Keeper(config)) as keeper:
        config.write_text(config.read_text().replace("rules.yaml", "pipe.yaml"))
        keeper.want()
        await until(lambda: any(thread.name == "netwatch-reading" for thread in threading.enumerate()))


async def test_files_that_are_never_read_are_given_up_and_said(config, tmp_path, monkeypatch):
    monkeypatch.setattr(patient, "PIPE_SECONDS", PATIENCE_SECONDS * 10)
    monkeypatch.setattr(reloading, "READING_TAKES_AT_MOST", timedelta(seconds=0.3))
    os.mkfifo(tmp_path / "pipe.yaml")
    async with kept(Keeper(config)) as keeper:
        config.write_text(config.read_text().replace("rules.yaml", "pipe.yaml"))

        status, words = await asked(keeper, "-/reload", "POST")

        assert status == 500
        assert f"{config}: this file, or one that it names, is not read after" in words
        assert "is not read after" in (await asked(keeper, "-/ready"))[1]


async def test_while_the_database_takes_nothing_the_old_agent_keeps_what_it_holds_and_says_so(config, tmp_path):
    async with kept(Keeper(config)) as keeper:
        first = keeper.app
        with contextlib.closing(sqlite3.connect(tmp_path / "netwatch.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")  # who writes and does not end keeps everybody else from it
            await until(lambda: first.refused_by_store)

            status, words = await asked(keeper, "-/reload", "POST")

            assert status == 500
            assert "what waits to be written would be lost: the database takes nothing" in words
            assert keeper.app is first
        await until(lambda: not first.refused_by_store)
        assert (await asked(keeper, "-/reload", "POST"))[0] == 200


async def test_nobody_is_refused_or_cut_off_while_the_configuration_changes(config, tcp_port):
    """Each asks on a connection of its own, as scrapes from several places do, and must have an answer."""
    answers: list[int | str] = []
    done = threading.Event()

    def ask_on() -> None:
        while not done.is_set():
            try:
                with urllib.request.urlopen(
                    f"http://127.0.0.1:{tcp_port}/-/healthy", timeout=PATIENCE_SECONDS
                ) as got:
                    answers.append(got.status)
            except OSError as exc:
                answers.append(str(exc))

    async with kept(Keeper(config)) as keeper:
        asking = [asyncio.create_task(asyncio.to_thread(ask_on)) for _ in range(3)]
        for _ in range(3):
            taken = metric("reloads_total", outcome="taken")
            keeper.want()
            await until(lambda taken=taken: metric("reloads_total", outcome="taken") == taken + 1)
        done.set()
        await asyncio.gather(*asking)

    assert len(answers) > 3
    assert set(answers) == {200}


async def test_who_asks_for_a_reading_in_the_midst_of_a_change_over_is_answered(config, tcp_port):
    def ask() -> tuple[int, str]:
        request = urllib.request.Request(f"http://127.0.0.1:{tcp_port}/-/reload", method="POST")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as exc:
            with exc:
                return exc.code, exc.read().decode()

    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(12) as apart:  # the agent's own threads are for the agent
        async with kept(Keeper(config)):
            answers = await asyncio.gather(*(loop.run_in_executor(apart, ask) for _ in range(12)))
            async with asyncio.timeout(PATIENCE_SECONDS):
                while answers[-1][0] != 200:
                    answers.append(await loop.run_in_executor(apart, ask))

    assert {status for status, _ in answers} <= {200, 503}
    assert all("changing over" in words for status, words in answers if status == 503)


async def test_an_agent_that_goes_says_that_the_file_is_read_by_the_next(config):
    async with kept(Keeper(config)) as keeper:
        keeper._let_go()
        with pytest.raises(reloading.ChangingOver, match="read again after that"):
            await keeper.reload()


async def test_a_broken_snmp_yml_is_said_with_its_line_and_the_old_one_goes_on_answering(config, tmp_path):
    good = "auths: {public_v2: {version: 2}}\nmodules: {m: {get: [1.3.6.1.2.1.1.3.0], metrics: []}}\n"
    (tmp_path / "snmp.yml").write_text(good)
    config.write_text(config.read_text() + "exporter: {snmp_yml: [snmp.yml], allow: [127.0.0.1/32]}\n")
    async with kept(Keeper(config)) as keeper:
        first = keeper.app
        (tmp_path / "snmp.yml").write_text(good.replace("version: 2", "version: 4"))

        status, words = await asked(keeper, "-/reload", "POST")
        unknown, _ = await asked(keeper, "snmp?module=n&target=127.0.0.1:1")
        known, said = await asked(keeper, "snmp?module=m&target=127.0.0.1:1")

        assert status == 500
        assert f"{tmp_path}/snmp.yml:1:30: auths.public_v2.version: SNMP version must be 1, 2 or 3" in words
        assert keeper.app is first
        assert (unknown, known) == (400, 500)
        assert "connection refused" in said
