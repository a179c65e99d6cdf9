"""`netwatch restore`: says what stands where now, and leaves with 1 where nothing was put back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from typer.testing import CliRunner

from netwatch.cli import app
from tests.history.kept import put, written
from tests.history.past import START, every

from .test_backup import config, kept, lived

__all__ = ["config"]


def test_database_and_history_go_back_to_the_copy_and_what_was_there_stays_beside(config: Path, tmp_path: Path):
    lived(tmp_path)
    history = tmp_path / "netwatch-history.db"
    file = written(history, every(timedelta(minutes=1), timedelta(hours=3)))
    made = CliRunner().invoke(app, ["backup", str(tmp_path / "copy.db"), "-c", str(config)])
    assert f"while NetWatch is stopped: netwatch restore {tmp_path / 'copy.db'}" in made.output
    put(file, every(timedelta(minutes=1), timedelta(hours=1), START + timedelta(hours=4)))
    file.close()

    done = CliRunner().invoke(app, ["restore", str(tmp_path / "copy.db"), "-c", str(config)])

    assert done.exit_code == 0, done.output
    assert kept(history) == 180
    (aside,) = (path for path in tmp_path.glob("netwatch-history.db.before-restore-*Z"))
    assert kept(aside) == 240
    assert f"{history} is what {tmp_path / 'copy-history.db'} holds; what was there is {aside}" in done.output


def test_the_history_stays_where_it_is_not_wanted_or_not_copied(config: Path, tmp_path: Path):
    lived(tmp_path)
    history = tmp_path / "netwatch-history.db"
    written(history, every(timedelta(minutes=1), timedelta(hours=1))).close()
    CliRunner().invoke(app, ["backup", str(tmp_path / "copy.db"), "-c", str(config)])
    (tmp_path / "copy-history.db").write_text("no history")

    without = CliRunner().invoke(app, ["restore", str(tmp_path / "copy.db"), "--no-history", "-c", str(config)])
    broken = CliRunner().invoke(app, ["restore", str(tmp_path / "copy.db"), "-c", str(config)])

    assert (without.exit_code, broken.exit_code) == (0, 1)
    assert "the database was put back, and the history was not" in broken.output
    assert kept(history) == 60


def test_nothing_is_put_back_where_there_is_no_copy(config: Path, tmp_path: Path):
    lived(tmp_path)

    done = CliRunner().invoke(app, ["restore", str(tmp_path / "copy.db"), "-c", str(config)])

    assert done.exit_code == 1
    assert "there is no copy at" in done.output
