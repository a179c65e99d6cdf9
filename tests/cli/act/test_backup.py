"""`netwatch backup`: says what was copied, and leaves with 1 where nothing was."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from netwatch.cli import app
from netwatch.store import Store, StoreSettings


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "netwatch.yaml"
    path.write_text(f"store: {{url: 'sqlite:///{tmp_path / 'netwatch.db'}'}}\n")
    return path


def test_it_says_what_was_copied_and_how_to_go_back(config: Path, tmp_path: Path):
    async def lived() -> None:
        store = Store(StoreSettings(url=f"sqlite:///{tmp_path / 'netwatch.db'}"))
        await store.start()
        await store.stop()

    asyncio.run(lived())
    copy = tmp_path / "copy.db"

    done = CliRunner().invoke(app, ["backup", str(copy), "-c", str(config)])

    assert done.exit_code == 0, done.output
    size = copy.stat().st_size
    assert f"{copy}: {size:,} bytes, a whole copy of {tmp_path / 'netwatch.db'}" in done.output
    assert "stop NetWatch" in done.output
    again = CliRunner().invoke(app, ["backup", str(copy), "-c", str(config)])
    assert (again.exit_code, copy.stat().st_size) == (1, size)
    assert "is there already" in again.output


def test_without_a_database_there_is_nothing_to_copy(config: Path, tmp_path: Path):
    done = CliRunner().invoke(app, ["backup", str(tmp_path / "copy.db"), "-c", str(config)])

    assert done.exit_code == 1
    assert "no database at" in done.output
