"""An engine's clock as RFC 3414 wants it kept, and what of it outlives a restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwatch.snmp.v3.engine import MAX_BOOTS, MAX_TIME, Engine, EngineMemory

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("boots", "time", "in_time"),
    [
        (5, 1000, True),
        (5, 1001, True),  # ahead of what is known: the engine knows better
        (5, 90_000, True),
        (5, 850, True),  # at the window's edge
        (5, 849, False),
        (4, 1000, False),  # older boots
        (4, 2**31 - 1, False),
        (6, 0, True),  # it booted
        (MAX_BOOTS, 1000, False),  # it can count no further
    ],
)
def test_a_message_is_in_time_as_rfc_3414_says(boots, time, in_time):
    assert Engine(b"engine", 5, 1000, 50.0).hear(boots, time, 50.0) is in_time


def test_the_engines_clock_goes_on_between_messages():
    engine = Engine(b"engine", 5, 1000, 50.0)

    assert engine.time_at(50.9) == 1000
    assert engine.time_at(60.0) == 1010
    assert engine.hear(5, 1010, 60.0)
    assert not engine.hear(5, 1010, 60.0 + 151)


def test_a_message_repeated_after_the_window_is_too_old():
    engine = Engine(b"engine", 5, 1000, 50.0)

    assert engine.hear(5, 1000, 199.0)
    assert not engine.hear(5, 1000, 201.5)


def test_older_boots_change_nothing():
    engine = Engine(b"engine", 5, 1000, 50.0)

    engine.hear(4, 5000, 50.0)

    assert (engine.boots, engine.time_at(50.0), engine.latest) == (5, 1000, 1000)


def test_a_clock_that_drifts_is_followed():
    engine = Engine(b"engine", 5, 1000, 50.0)

    engine.hear(5, 1010, 55.0)

    assert engine.time_at(55.0) == 1010


def test_a_clock_that_only_rounds_differently_is_left_alone():
    engine = Engine(b"engine", 5, 1000, 50.0)
    before = engine.version

    engine.hear(5, 1002, 51.1)

    assert engine.version == before
    assert engine.latest == 1002


def test_time_never_goes_beyond_31_bits():
    assert Engine(b"engine", 5, MAX_TIME, 0.0).time_at(1000.0) == MAX_TIME


def test_a_memory_outlives_a_restart():
    memory = EngineMemory(device="core", engine_id=b"\x80\x00engine", boots=5, time=1000, at=NOW)

    assert EngineMemory.from_text("core", memory.to_text()) == memory
    assert memory.time_at(NOW + timedelta(hours=1)) == 4600
    assert memory.time_at(NOW - timedelta(hours=1)) == 1000


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", "null", '"text"', "{",
        '{"engine_id": "80", "boots": -1, "time": 0, "at": "2026-11-23T06:00:00+00:00"}',
        '{"engine_id": "80", "boots": 1, "time": 4294967296, "at": "2026-11-23T06:00:00+00:00"}',
        '{"engine_id": "8", "boots": 1, "time": 0, "at": "2026-11-23T06:00:00+00:00"}',
        '{"engine_id": "", "boots": 1, "time": 0, "at": "2026-11-23T06:00:00+00:00"}',
        '{"engine_id": "80", "boots": 1, "time": 0, "at": "2026-11-23T06:00:00"}',
    ],
)  # fmt: skip
def test_what_is_no_memory_is_forgotten(text):
    assert EngineMemory.from_text("core", text) is None
