"""Readings are written by a thread of its own; what goes wrong there is said, and nothing else stops."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from netwatch.history import HistoryReader, HistorySettings, Recorder, holder, opened, recorder
from netwatch.history.opening import open_to_write
from tests.patience import PATIENCE_SECONDS

from .past import START, every, reading, rows_of

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
IN = "interface_in_bits_per_second"


def of(path: Path, now: datetime = START + 3 * HOUR, **more: object) -> Recorder:
    return Recorder(path, HistorySettings(), clock=lambda: now, turn_seconds=0.01, **more)


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"netwatch_history_{name}", labels) or 0.0


def times(path: Path, key: str = "ifName=Gi2") -> list[int]:
    ask = HistoryReader(path).lines("sw1", "interface", key, (IN,), since=START - HOUR, until=START + 9 * HOUR)
    return ask[IN].times


async def until(condition) -> None:
    limit = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < limit
        await asyncio.sleep(0.01)


async def test_what_was_read_is_in_the_file_once_it_is_stopped(tmp_path):
    keeps = of(tmp_path / "h.db")
    await keeps.start()
    for one in every(MINUTE, 2 * HOUR):
        keeps.take(one)
    await keeps.stop()

    assert len(times(tmp_path / "h.db")) == 120
    assert keeps.trouble == ""


async def test_facts_and_raw_tables_are_not_kept(tmp_path):
    keeps = of(tmp_path / "h.db")
    await keeps.start()
    keeps.take(reading(START, table="ifXTable"))
    keeps.take(reading(START, {"x": [1, 2, 3]}, table="identity"))
    keeps.take(reading(START))
    await keeps.stop()

    assert HistoryReader(tmp_path / "h.db").tables() == [("sw1", "interface")]


async def test_what_is_not_written_yet_can_be_seen(tmp_path):
    keeps = of(tmp_path / "h.db", START)
    await keeps.start()
    keeps.take(reading(START))
    await until(lambda: keeps.recent("sw1", "interface"))

    (block,) = keeps.recent("sw1", "interface")
    await keeps.stop()

    assert block.times == [round(START.timestamp() * 1000)]


async def test_rows_that_are_too_many_and_readings_that_pile_up_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(opened, "MOST_ROWS", 2)
    monkeypatch.setattr(recorder, "MOST_QUEUED", 1)
    rows, queue = metric("lost_readings_total", reason="rows"), metric("lost_readings_total", reason="queue")
    keeps = Recorder(tmp_path / "h.db", HistorySettings(), clock=lambda: START, turn_seconds=60)
    await keeps.start()
    for minute in range(3):
        keeps.take(reading(START + minute * MINUTE))
    await keeps.stop()

    assert metric("lost_readings_total", reason="rows") - rows == 1
    assert metric("lost_readings_total", reason="queue") - queue == 2
    assert times(tmp_path / "h.db")
    assert times(tmp_path / "h.db", "ifName=Gi3") == []


async def test_a_clock_that_is_set_back_loses_nothing(tmp_path):
    keeps = of(tmp_path / "h.db")
    await keeps.start()
    for at in (START + HOUR, START + HOUR + MINUTE, START, START + MINUTE):
        keeps.take(reading(at))
    await keeps.stop()

    assert len(times(tmp_path / "h.db")) == 4


async def test_a_file_that_cannot_be_opened_is_trouble_until_it_can(tmp_path, monkeypatch):
    monkeypatch.setattr(holder, "TRY_AGAIN_SECONDS", 0.02)
    (tmp_path / "h.db").mkdir()
    before = metric("unclean_starts_total")
    keeps = of(tmp_path / "h.db")
    await keeps.start()
    for one in every(MINUTE, 20 * MINUTE):
        keeps.take(one)
    await until(lambda: keeps.trouble and metric("in_trouble") == 1)

    assert keeps.trouble.startswith(f"the history in {tmp_path / 'h.db'} cannot be written: ")
    (tmp_path / "h.db").rmdir()
    await until(lambda: not keeps.trouble)
    await keeps.stop()
    assert len(times(tmp_path / "h.db")) == 20
    assert metric("unclean_starts_total") == before


async def test_a_disk_with_hardly_any_room_is_left_to_alerts(tmp_path, monkeypatch):
    monkeypatch.setattr(holder, "ROOM_LEFT_SHARE", 1.1)
    monkeypatch.setattr(holder, "ROOM_LEFT_BYTES", 1 << 60)
    keeps = of(tmp_path / "h.db")
    await keeps.start()
    await until(lambda: keeps.trouble)
    await keeps.stop()

    assert "MiB are free in" in keeps.trouble
    assert "left for alerts" in keeps.trouble


async def test_a_damaged_file_is_moved_aside_and_a_new_one_begun(tmp_path):
    path = tmp_path / "h.db"
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 8000)
    keeps = of(path)
    await keeps.start()
    for one in every(MINUTE, 20 * MINUTE):
        keeps.take(one)
    await until(lambda: keeps.news and not keeps.trouble)
    await keeps.stop()

    assert (tmp_path / "h.db.damaged").exists()
    assert "the history was damaged and moved to" in keeps.news
    assert len(times(path)) == 20


async def test_a_file_of_another_program_is_not_touched(tmp_path):
    path = tmp_path / "h.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    keeps = of(path)
    await keeps.start()
    await until(lambda: keeps.trouble)
    await keeps.stop()

    assert "is no history of NetWatch; move it away" in keeps.trouble
    assert path.read_bytes() == before


async def test_a_file_that_was_deleted_while_it_runs_is_begun_again(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(holder, "TRY_AGAIN_SECONDS", 0.02)
    path, before = tmp_path / "h.db", metric("unclean_starts_total")
    keeps = of(path)
    await keeps.start()
    keeps.take(reading(START))
    await until(path.exists)
    path.unlink()
    await until(path.exists)
    for one in every(MINUTE, HOUR, start=START + HOUR):
        keeps.take(one)
    await keeps.stop()

    assert len(times(path)) >= 60
    assert metric("unclean_starts_total") == before


async def test_what_is_read_after_the_file_was_deleted_is_kept_though_the_agent_stops_at_once(tmp_path):
    path = tmp_path / "h.db"
    keeps = of(path)
    await keeps.start()
    keeps.take(reading(START))
    await until(path.exists)
    await until(lambda: keeps.has_file)
    path.unlink()
    keeps.take(reading(START + MINUTE))
    await keeps.stop()

    assert times(path)[-1] == round((START + MINUTE).timestamp() * 1000)


ROOT = Path(__file__).resolve().parents[2]
KILLED = """
import asyncio, sys
from datetime import timedelta
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from netwatch.history import HistorySettings, Recorder
from tests.history.past import START, every

async def main():
    keeps = Recorder(Path(sys.argv[1]), HistorySettings(), clock=lambda: START, turn_seconds=0.01)
    await keeps.start()
    for one in every(timedelta(minutes=1), timedelta(minutes=100)):
        keeps.take(one)
    while not keeps.recent("sw1", "interface") or keeps._waiting or keeps._queue.qsize():
        await asyncio.sleep(0.01)
    print("written", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


async def test_kill_9_costs_the_open_block_and_the_next_start_says_so(tmp_path, capfd):
    with subprocess.Popen(  # noqa: ASYNC220 # our own words; it is waited for a moment only
        [sys.executable, "-c", KILLED, tmp_path / "h.db", ROOT], stdout=subprocess.PIPE, text=True
    ) as agent:
        assert agent.stdout is not None
        assert agent.stdout.readline() == "written\n"
        os.kill(agent.pid, signal.SIGKILL)
    before = metric("unclean_starts_total")

    assert 95 <= len(times(tmp_path / "h.db")) < 100
    keeps = of(tmp_path / "h.db")
    await keeps.start()
    await until(lambda: metric("unclean_starts_total") > before)
    await keeps.stop()
    assert metric("unclean_starts_total") == before + 1
    said = "".join(capfd.readouterr())
    assert "readings after this are not in it" in said
    assert "2026-03-02T01:3" in said


async def test_after_a_stop_nothing_is_said_to_be_missing(tmp_path):
    before = metric("unclean_starts_total")
    for _ in range(2):
        keeps = of(tmp_path / "h.db")
        await keeps.start()
        keeps.take(reading(START))
        await keeps.stop()

    assert metric("unclean_starts_total") == before


@pytest.mark.parametrize("broken", [{"x": [1]}, {"x": [object(), float("nan"), "text"]}])
async def test_odd_columns_do_no_harm(tmp_path, broken):
    keeps = of(tmp_path / "h.db")
    await keeps.start()
    keeps.take(reading(START, broken))
    for one in every(MINUTE, 10 * MINUTE, start=START + HOUR, rows=rows_of()):
        keeps.take(one)
    await keeps.stop()

    assert keeps.trouble == ""
    assert len(times(tmp_path / "h.db")) == 10


def test_an_unclean_end_says_since_when_readings_are_missing_or_that_there_were_none(tmp_path):
    told = []
    for written_at in (0, round(START.timestamp() * 1000)):
        file = open_to_write(tmp_path / "h.db")
        file.note(holder.RUNNING, 1)
        file.note(holder.WRITTEN, written_at)
        file.close()
        with capture_logs() as log:
            again = holder.Holder(tmp_path / "h.db")
            again.file()
            again.close()
        told += [
            entry["since"]
            for entry in log
            if "ended without being stopped, or this history is a copy" in entry["event"]
        ]

    assert told == ["its beginning: nothing was written yet", START.isoformat(timespec="seconds")]
