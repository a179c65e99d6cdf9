"""What keeps a loop alive."""

from __future__ import annotations

import structlog

from netwatch.notify import metrics
from netwatch.notify.loops import surviving


def test_an_error_is_counted_every_time_and_logged_once_a_minute():
    before = metrics.LOOP_ERRORS.labels("a test")._value.get()

    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            with surviving("a test"):
                raise RuntimeError("boom")

    assert metrics.LOOP_ERRORS.labels("a test")._value.get() == before + 3
    assert [line["error"] for line in logs] == ["RuntimeError"]
