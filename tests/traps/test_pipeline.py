"""What comes faster than it can be worked off waits, within a bound of memory, and nothing of it is lost."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime, timedelta

from prometheus_client import REGISTRY

from netwatch.traps.devices import KnownDevices
from netwatch.traps.fold import Folder
from netwatch.traps.pipeline import DATAGRAM_BYTES, Pipeline
from netwatch.traps.settings import TrapSettings
from netwatch.traps.sources import Sources

from .messages import pdu_of, v2c
from .peers import device

AT = datetime(2026, 1, 1, tzinfo=UTC)
STORM = 150_000
"""10,000 traps a second for 15 seconds."""


class NoSocket:
    newly_dropped = 0


def way() -> Pipeline:
    settings = TrapSettings(communities=["public"])
    return Pipeline(Sources(settings, KnownDevices([device()])), Folder(10.0))


def test_a_storm_of_one_sender_waits_whole_while_nothing_of_it_can_be_decoded():
    pipeline = way()
    batch = [(v2c(pdu_of(port=1)), ("127.0.0.1", 1024))] * 1_000

    for _ in range(STORM // len(batch)):
        pipeline.admit(NoSocket(), batch, AT)  # type: ignore[arg-type]

    assert pipeline.waiting == STORM
    assert not pipeline.counts.dropped["queue_full"]


def test_what_waits_takes_no_more_memory_than_it_weighs():
    pipeline, number = way(), 4_000
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        weight = 0
        for port in range(number):
            data = v2c(pdu_of(port=port + 1))
            weight += DATAGRAM_BYTES + len(data)
            pipeline.admit(NoSocket(), [(data, ("127.0.0." + "1", port % 3 + 1024))], AT)  # type: ignore[arg-type]
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert pipeline.waiting == number
    assert weight / 4 < after - before <= weight


def test_how_long_traps_have_waited_is_told_while_others_wait():
    pipeline = way()
    pipeline.admit(NoSocket(), [(v2c(pdu_of(port=port)), ("127.0.0.1", 1024)) for port in (1, 2)], AT)  # type: ignore[arg-type]

    pipeline.advance(1, 0.0)
    pipeline.hand_over_counts(AT + timedelta(seconds=7))
    assert REGISTRY.get_sample_value("netwatch_traps_waited_seconds") == 7.0

    (told,) = pipeline.advance(1, 0.0)
    pipeline.hand_over_counts(AT + timedelta(seconds=9))
    assert REGISTRY.get_sample_value("netwatch_traps_waited_seconds") == 0.0
    assert told.event.at - AT < timedelta(seconds=1)  # the time of receipt stays
