"""Both stores, so that one suite holds them together, and a database of its own for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from netwatch.store import MemoryStore, Store, StoreSettings


@pytest.fixture
def database_path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "netwatch.db"


@pytest.fixture
def settings(database_path: Path) -> StoreSettings:
    return StoreSettings(url=f"sqlite:///{database_path}")


@pytest.fixture(params=["sqlite", "memory"])
async def store(request: pytest.FixtureRequest, settings: StoreSettings) -> AsyncIterator[Store | MemoryStore]:
    opened = Store(settings) if request.param == "sqlite" else MemoryStore()
    await opened.start()
    yield opened
    await opened.stop()
