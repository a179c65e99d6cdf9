"""`netwatch backup`: says what was copied, and leaves with 1 where nothing was."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from netwatch.cli import app
from netwatch.history import HistoryReader
from netwatch.store import Store, StoreSettings
from tests.history.kept import put, written
from tests.history.past import START, every


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "netwatch.yaml"
    path.write_text(f"store: {{url: 'sqlite:///{tmp_path / 'netwatch.db'}'}}\n")
    return path


def lived(tmp_path: Path) -> None:
    """Have a database."""

    async def live() -> None:
        store = Store(StoreSettings(url=f"sqlite:///{tmp_path / 'netwatch.db'}"))
        await store.start()
        await store.stop()

    asyncio.run(live())


def kept(path: Path) -> int:
    past = HistoryReader(path).lines(
        "sw1", "interface", "ifName=Gi1", ["interface_oper"], since=START, until=START + timedelta(days=1)
    )
    return len(past["interface_oper"].times)


def test_the_history_is_copied_while_it_is_written_and_can_be_put_back(config: Path, tmp_path: Path):
    lived(tmp_path)
    history = tmp_path / "netwatch-history.db"
    file = written(history, every(timedelta(minutes=1), timedelta(hours=3)))

    done = CliRunner().invoke(app, ["backup", str(tmp_path), "-c", str(config)])
    put(file, every(timedelta(minutes=1), timedelta(hours=1), START + timedelta(hours=4)))  # it is not held up
    file.close()

    assert done.exit_code == 0, done.output
    (copy,) = tmp_path.glob("netwatch-history.db.backup-*")
    assert f"{copy}: {copy.stat().st_size:,} bytes, a copy of {history}" in done.output
    assert (kept(history), kept(copy)) == (240, 180)
    for old in tmp_path.glob("netwatch-history.db*"):
        if old != copy:
            old.unlink()
    copy.rename(history)
    again = written(history, every(timedelta(minutes=1), timedelta(hours=1), START + timedelta(hours=3)))
    again.close()
    assert kept(history) == 240


def test_beside_a_copy_of_another_name_the_history_is_where_it_would_be_looked_for(config: Path, tmp_path: Path):
    lived(tmp_path)
    written(tmp_path / "netwatch-history.db", every(timedelta(minutes=1), timedelta(hours=1))).close()

    done = CliRunner().invoke(app, ["backup", str(tmp_path / "copy.db"), "-c", str(config)])
    again = CliRunner().invoke(app, ["backup", str(tmp_path / "other.db"), "--no-history", "-c", str(config)])
    (tmp_path / "third-history.db").touch()
    third = CliRunner().invoke(app, ["backup", str(tmp_path / "third.db"), "-c", str(config)])

    assert (done.exit_code, kept(tmp_path / "copy-history.db")) == (0, 60)
    assert (again.exit_code, (tmp_path / "other-history.db").exists()) == (0, False)
    assert third.exit_code == 1
    assert "the database was copied, and the history was not" in third.output


def test_it_says_what_was_copied_and_how_to_go_back(config: Path, tmp_path: Path):
    lived(tmp_path)
    copy = tmp_path / "copy.db"

    done = CliRunner().invoke(app, ["backup", str(copy), "-c", str(config)])

    assert done.exit_code == 0, done.output
    size = copy.stat().st_size
    assert f"{copy}: {size:,} bytes, a whole copy of {tmp_path / 'netwatch.db'}" in done.output
    assert f"while NetWatch is stopped: netwatch restore {copy}" in done.output
    again = CliRunner().invoke(app, ["backup", str(copy), "-c", str(config)])
    assert (again.exit_code, copy.stat().st_size) == (1, size)
    assert "is there already" in again.output


def test_without_a_database_there_is_nothing_to_copy(config: Path, tmp_path: Path):
    done = CliRunner().invoke(app, ["backup", str(tmp_path / "copy.db"), "-c", str(config)])

    assert done.exit_code == 1
    assert "no database at" in done.output
