"""What the event loop can hand to nobody is counted, and cannot fill the log."""

from __future__ import annotations

import asyncio
import errno

import pytest
import structlog
from prometheus_client import REGISTRY

from netwatch.app.health.mishaps import NO_ROOM, Mishaps


def counted(what: str) -> float:
    return REGISTRY.get_sample_value("netwatch_loop_mishaps_total", {"what": what}) or 0.0


async def test_a_connection_that_cannot_be_taken_is_counted_every_time_and_said_once():
    before, mishaps = counted("accept"), Mishaps()
    context = {"message": NO_ROOM, "exception": OSError(errno.EMFILE, "Too many open files")}

    with structlog.testing.capture_logs() as said:
        for _ in range(100):
            mishaps(asyncio.get_running_loop(), context)

    assert counted("accept") == before + 100
    assert [(line["log_level"], line["why"]) for line in said] == [("error", "[Errno 24] Too many open files")]


async def test_everything_else_is_logged_as_ever(caplog: pytest.LogCaptureFixture):
    before, mishaps = counted("other"), Mishaps()

    mishaps(asyncio.get_running_loop(), {"message": "Task exception was never retrieved"})

    assert counted("other") == before + 1
    assert "Task exception was never retrieved" in caplog.text
