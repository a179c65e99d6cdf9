"""What a device's page says of its past besides its charts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from netwatch.web.pages.interfaces import interfaces_of
from netwatch.web.pages.lately import REMEMBERED, Remembering
from netwatch.web.views import NoHistory

from ..day import NAME, PORTS, Day, switch_now

NOW = datetime.now(UTC)


class Counting(Day):
    """A history that counts how often it is asked."""

    asked = 0

    async def column(self, *what):
        self.asked += 1
        return await super().column(*what)


async def test_ports_have_a_picture_and_the_device_what_it_was_up():
    lately = await Remembering(Day()).of(NAME, NOW, interfaces_of(switch_now(NOW)))

    assert lately.sparks.keys() == {f"ifName={port}" for port in PORTS}
    assert [span for span, _ in lately.uptimes] == ["24 h", "7 d", "30 d"]
    assert lately.uptimes[0][1].startswith("95.8")


async def test_it_is_worked_out_once_for_every_poll():
    history = Counting()
    remembering, ports = Remembering(history), interfaces_of(switch_now(NOW))

    for _ in range(3):
        await remembering.of(NAME, NOW, ports)
    assert history.asked == 2
    await remembering.of(NAME, NOW + timedelta(minutes=1), ports)
    assert history.asked == 4


async def test_of_many_devices_the_one_looked_at_longest_ago_is_forgotten():
    history = Counting()
    remembering = Remembering(history)

    for number in range(REMEMBERED + 1):
        await remembering.of(f"sw{number}", NOW, [])
    asked = history.asked
    await remembering.of(f"sw{REMEMBERED}", NOW, [])
    await remembering.of("sw1", NOW, [])
    assert history.asked == asked
    await remembering.of("sw0", NOW, [])
    assert history.asked == asked + 2


async def test_without_a_history_there_is_nothing():
    lately = await Remembering(NoHistory()).of(NAME, NOW, interfaces_of(switch_now(NOW)))

    assert not lately.sparks
    assert not lately.uptimes
