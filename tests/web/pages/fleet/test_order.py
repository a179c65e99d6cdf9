"""Places that are kept, beside those found anew each time."""

from __future__ import annotations

import random

from netwatch.web.alert_search import natural
from netwatch.web.pages.fleet import order
from netwatch.web.pages.fleet.order import Places, in_order
from netwatch.web.pages.fleet.search import DeviceSearch
from netwatch.web.pages.overview import DeviceRow

from ...house import status_of
from .test_devices import labelled

ORDERS = {
    "name": lambda row: natural(row.status.device.name),
    "site": lambda row: (not row.status.device.labels["site"], natural(row.status.device.labels["site"])),
    "profile": lambda row: (not row.status.profile, row.status.profile),
}


def some_rows(dice: random.Random, count: int) -> list[DeviceRow]:
    parts = ("sw", "SW", "r", "ünder-", "")
    return [
        DeviceRow(
            labelled(
                f"{dice.choice(parts)}{dice.randrange(200)}", f"192.0.2.{dice.randrange(4)}",
                dice.choice(("", "ups", "cisco")), site=f"{dice.choice(parts)}{dice.randrange(9)}",
            ),
            "up",
        )
        for _ in range(count)
    ]  # fmt: skip


def test_devices_come_in_the_order_that_sorting_them_anew_gives_whatever_was_sorted_before():
    dice = random.Random(3)
    for _ in range(60):
        rows = some_rows(dice, dice.randrange(40))
        for name, key in ORDERS.items():
            found = DeviceSearch(order=name).found_in(rows, lambda device: "", lambda device: "")
            assert [id(row) for row in found] == [id(row) for row in sorted(rows, key=key)]


def test_devices_of_one_name_stay_as_they_came():
    first, second = status_of("sw1", address="192.0.2.2"), status_of("SW1", address="192.0.2.1")

    assert in_order([status_of("sw10"), first, second])[:2] == [first, second]
    assert in_order([second, first]) == [second, first]


def test_no_more_texts_are_kept_than_a_bound(monkeypatch):
    monkeypatch.setattr(order, "MOST_TEXTS", 10)
    places = Places[str](lambda text: (text,))

    for number in range(0, 40, 4):
        texts = [f"{one:02}" for one in reversed(range(number, number + 4))]
        assert sorted(texts, key=dict(zip(texts, places.of(texts), strict=True)).get) == sorted(texts)
        assert len(places._known) <= 10
