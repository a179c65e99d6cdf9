"""What NetWatch says of itself: a reading of the device `netwatch`, put together from what every part says."""

from __future__ import annotations

from datetime import UTC, datetime

from prometheus_client import REGISTRY

from netwatch.app.health.self_watch import SelfWatch
from netwatch.model import SELF, TableReading

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Part:
    def __init__(self, **vitals: object) -> None:
        self.told = vitals

    async def vitals(self, now: datetime) -> dict[str, object]:
        assert now == NOW
        return self.told


class BrokenPart:
    async def vitals(self, now: datetime) -> dict[str, object]:
        raise OSError("the disk is gone")


class Sink:
    def __init__(self) -> None:
        self.readings: list[TableReading] = []

    def take_reading(self, reading: TableReading) -> None:
        self.readings.append(reading)


async def reading_of(*parts: object) -> TableReading:
    sink = Sink()
    await SelfWatch(parts, sink, lambda: NOW).look()
    return sink.readings[0]


async def test_what_the_parts_say_becomes_one_reading_of_the_device_netwatch():
    reading = await reading_of(Part(relays_up=1), Part(relays_down=2))

    assert (reading.device, reading.table, reading.at) == ("netwatch", "netwatch", NOW)
    assert set(reading.columns) == set(SELF.columns)
    assert (reading.columns["relays_up"], reading.columns["relays_down"]) == ([1], [2])


async def test_what_no_part_says_is_unknown():
    reading = await reading_of(Part(relays_up=1))

    assert reading.columns["dead_letters"] == [None]


async def test_a_part_that_cannot_be_asked_is_counted_and_blinds_us_for_no_other():
    before = REGISTRY.get_sample_value("netwatch_self_watch_errors_total")

    reading = await reading_of(BrokenPart(), Part(relays_up=1))

    assert reading.columns["relays_up"] == [1]
    assert REGISTRY.get_sample_value("netwatch_self_watch_errors_total") == before + 1


async def test_a_look_during_which_the_clock_was_set_counts_for_nothing():
    sink, moves = Sink(), iter((0, 1, None, 1, 1))
    watch = SelfWatch([Part(relays_up=1)], sink, lambda: NOW, lambda: next(moves))

    await watch.look()  # it was set and followed meanwhile
    await watch.look()  # the database is yet to follow
    assert sink.readings == []
    await watch.look()

    assert len(sink.readings) == 1
