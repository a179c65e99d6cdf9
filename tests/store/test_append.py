"""A command adds to the event log beside a running agent, or says why it could not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from netwatch.errors import StoreError
from netwatch.model import Event
from netwatch.store import Store, append_events
from netwatch.store.database import sqlite as sqlite_file

EVENT = Event(at=datetime(2026, 11, 23, tzinfo=UTC), kind="set", text="alice set 1.3.6.1.2.1.1.6.0", device="box")


async def test_an_event_stands_in_the_log_of_the_running_agent(settings):
    agent = Store(settings)
    await agent.start()

    written = append_events(settings, [EVENT])

    assert written
    assert await agent.events() == [EVENT]
    await agent.stop()


def test_without_a_database_it_says_so_and_makes_none(settings, database_path):
    assert not append_events(settings, [EVENT])
    assert not database_path.exists()


async def test_a_database_that_stays_locked_is_told_in_words(settings, database_path, monkeypatch):
    agent = Store(settings)
    await agent.start()
    await agent.stop()
    monkeypatch.setattr(sqlite_file, "BUSY_TIMEOUT_SECONDS", 0.05)

    with closing(sqlite3.connect(database_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE").close()
        with pytest.raises(StoreError, match="another program holds the database locked"):
            append_events(settings, [EVENT])


def test_a_database_of_something_else_is_left_alone(settings, database_path):
    database_path.parent.mkdir()
    with closing(sqlite3.connect(database_path)) as other:
        other.execute("CREATE TABLE t (a)").close()

    with pytest.raises(StoreError, match="is not a NetWatch database"):
        append_events(settings, [EVENT])
