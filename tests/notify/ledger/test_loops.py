"""What keeps a loop alive."""

from __future__ import annotations

import asyncio

import structlog

from netwatch.notify import metrics
from netwatch.notify.ledger.loops import ended, surviving


def test_an_error_is_counted_every_time_and_logged_once_a_minute():
    before = metrics.LOOP_ERRORS.labels("a test")._value.get()

    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            with surviving("a test"):
                raise RuntimeError("boom")

    assert metrics.LOOP_ERRORS.labels("a test")._value.get() == before + 3
    assert [line["error"] for line in logs] == ["RuntimeError"]


async def test_a_task_that_loses_a_cancellation_is_ended_all_the_same():
    lost = 0

    async def stubborn():
        nonlocal lost
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                lost += 1
                if lost == 2:
                    raise

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)

    await ended(task)

    assert task.cancelled()
    assert lost == 2
