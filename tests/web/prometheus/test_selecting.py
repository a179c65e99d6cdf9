"""Which readings an expression is given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwatch.model import Past
from netwatch.web.prometheus.promql.answered import answered
from netwatch.web.prometheus.promql.nodes import TooMuch
from netwatch.web.prometheus.selecting import Instants, Selecting

from ..day import NAME, Day
from ..house import House, status_of


def between(minutes: float, step: float) -> Instants:
    """The day of a switch ends now, whenever that is: a test may run an hour after it was collected."""
    now = datetime.now(UTC)
    return Instants(first=now - timedelta(minutes=minutes), last=now, step=timedelta(minutes=step))


class Counting(Day):
    """Counts how often it is asked for a column."""

    asked = 0

    async def column(self, *what):
        self.asked += 1
        return await super().column(*what)


async def given(query: str, instants: Instants, history: Day | None = None, devices=(NAME,)):
    house = House(statuses=[status_of(name) for name in devices], history=history or Day())
    node = answered(query)
    found = await Selecting(house, house).given(node, instants, instants.last)
    return next(iter(found.values()))


async def test_no_more_readings_are_taken_than_the_instants_can_see():
    (cpu,) = await given("netwatch_cpu_busy_ratio", between(120, 20))
    (over,) = await given("avg_over_time(netwatch_cpu_busy_ratio[2h])", between(120, 120))

    assert len(cpu.times) <= 7
    assert len(over.times) > 200


async def test_only_devices_and_rows_that_are_meant_are_looked_at():
    history = Counting()

    rows = await given(
        f'netwatch_interface_oper{{instance="{NAME}", ifName="Gi1/0/2"}}', between(10, 1), history, (NAME, "other")
    )

    assert [one.labels["ifName"] for one in rows] == ["Gi1/0/2"]
    assert history.asked == 1


async def test_a_value_of_what_is_read_rarely_stands_longer_than_five_minutes():
    class Rare(Day):
        async def column(self, *what):
            begin = round((datetime.now(UTC) - timedelta(minutes=59)).timestamp() * 1000)
            times = [begin + 900_000 * number for number in range(4)]
            return {"": ({}, Past(times=times, lows=[1] * 4, means=[1] * 4, highs=[1] * 4))}

    (rare,) = await given("netwatch_storage_used_ratio", between(60, 1), Rare())

    assert rare.stands_ms == pytest.approx(900_000 * 2.2)


async def test_what_would_look_at_everything_of_everybody_is_refused(monkeypatch):
    monkeypatch.setattr("netwatch.web.prometheus.selecting.MOST_COLUMNS", 100)
    devices = ["sw1", "sw2"]

    class Empty(Day):
        async def column(self, *what):
            return {}

    with pytest.raises(TooMuch, match="name fewer series"):
        await given('{__name__=~"netwatch_.+"}', between(60, 1), Empty(), devices)


async def test_what_the_history_does_not_have_is_named():
    house = House(history=Day())

    assert Selecting(house, house).not_kept(answered("rate(ifHCInOctets[5m]) + netwatch_device_info")) == [
        "ifHCInOctets"
    ]
