"""What a device's page says of its past besides its charts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from netwatch.model import Availability, Event
from netwatch.web.pages.interfaces import interfaces_of
from netwatch.web.pages.lately import REMEMBERED, Remembering, together
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


class Young(NoHistory):
    """A history that began lately, and tells a month in hours."""

    async def availability(self, device, spans, until):
        known = (timedelta(minutes=4), timedelta(minutes=5), timedelta(hours=1))
        away = timedelta(seconds=30)
        return [
            Availability(since=until - span, until=until, known=one, away=away, ratio=1 - away / one)
            for span, one in zip(spans, known, strict=True)
        ]


async def test_what_is_known_of_little_says_of_how_much_and_is_not_said_again_of_more():
    lately = await Remembering(Young()).of(NAME, NOW, ())

    assert lately.uptimes == [
        ("the 4 min known of 24 h", "87.5 %, away for 30 s"),
        ("the 1 h known of 30 d", "99.166 %, away for 30 s"),
    ]


def of_table(table: str, seconds: float, *, read: str, reason: str = "no time left") -> Event:
    at = NOW + timedelta(seconds=seconds)
    since = {"since": (at - timedelta(seconds=3)).isoformat()} if read == "yes" else {}
    text = f"table {table} {'is' if read == 'yes' else 'cannot be'} read"
    return Event(
        at=at,
        kind="device",
        text=text,
        device=NAME,
        details={"table": table, "read": read, "reason": reason, **since},
    )


def test_what_one_poll_said_of_many_tables_is_one_line():
    names = ("ifTable", "peer", "interface", "hardware", "bgpPeerTable")
    events = [of_table(name, 9 - n / 10, read="yes") for n, name in enumerate(names)]
    events += [of_table(name, 6 - n / 10, read="no") for n, name in enumerate(names[:2])]

    texts = [event.text for event in together(events)]

    assert texts == [
        "tables bgpPeerTable, hardware, ifTable, interface and 1 more are read again, after 3 s at most",
        "tables ifTable, peer cannot be read: no time left",
    ]


def test_other_reasons_other_polls_and_other_news_keep_their_lines():
    alone = [
        of_table("ifTable", 9, read="no"),
        of_table("peer", 8.9, read="no", reason="refused"),
        of_table("ifTable", 3, read="no"),
    ]
    alone += [
        Event(at=NOW, kind="alert", text="fires", device=NAME),
        Event(at=NOW, kind="alert", text="fires", device=NAME),
    ]

    assert together(alone) == alone
