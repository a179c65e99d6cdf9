"""What a device is made of, compared with what it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwatch.engine.intake.inventory import MOST_LINES, Inventory
from netwatch.model import CONCEPTS, ClockStep, Memory, RowSet, TableReading

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
UP = timedelta(days=40)
CHASSIS = ("Chassis", "MODEL-48", "SN1", "")
SUPPLY = ("PSU 1", "PWR-750", "SN2", "")
MODULE = ("Slot 2", "LC-24", "SN3", "7.1")


class House:
    """One device, read again and again."""

    def __init__(self):
        self.inventory, self.now, self.kept = Inventory(), NOON, {}

    def later(self, minutes=5.0):
        self.now += timedelta(minutes=minutes)
        return self

    def parts(self, *parts, uptime=UP, **more):
        names = ("part", "model", "serial", "version")
        labels = {name: tuple(part[place] for part in parts) for place, name in enumerate(names)}
        return self._read("component", labels, len(parts), uptime, **more)

    def identity(self, uptime=UP, **labels):
        found = {name: (labels.get(name, ""),) for name in CONCEPTS["identity"].labels}
        return self._read("identity", found, 1, uptime)

    def _read(self, table, labels, size, uptime, **more):
        rows = more.pop("rows", None) or RowSet(
            index=tuple(map(str, range(size))), keys=tuple(map(str, range(size))), labels=labels
        )
        given = {"at": self.now, "asked_at": self.now, "uptime": uptime} | more
        events, memories = self.inventory.take(
            TableReading(device="sw1", table=table, rows=rows, columns={}, **given)
        )
        self.kept |= {memory.key: memory for memory in memories}
        assert all(event.kind == "device" and event.device == "sw1" for event in events)
        return [(event.rule, event.text) for event in events]

    def restarted(self):
        self.inventory = Inventory()
        self.inventory.recall(self.kept.values())
        return self


def test_what_is_read_first_is_no_news_and_the_same_again_is_none():
    house = House()

    assert house.identity(version="15.2", serial="SN1") == house.parts(CHASSIS, SUPPLY) == []
    assert house.later().identity(version="15.2", serial="SN1") == house.parts(CHASSIS, SUPPLY) == []


@pytest.mark.parametrize(("name", "rule", "text"), [
    ("version", "FirmwareChanged", "its version changed from old to new"),
    ("os", "FirmwareChanged", "its operating system changed from old to new"),
    ("serial", "InventoryChanged", "its serial number changed from old to new"),
    ("model", "InventoryChanged", "its model changed from old to new"),
])  # fmt: skip
def test_a_device_that_says_otherwise_of_itself_twice_is_news_once(name, rule, text):
    house = House()
    house.identity(**{name: "old"})

    assert house.later().identity(**{name: "new"}) == []
    assert house.later().identity(**{name: "new"}) == [(rule, text)]
    assert house.later().identity(**{name: "new"}) == []


def test_where_a_device_stands_and_what_it_does_not_say_now_is_no_news():
    house = House()
    house.identity(version="15.2", location="Rack 1")
    for labels in ({"location": "Rack 2"}, {"version": "15.2", "serial": "SN1"}, {"version": "15.2"}):
        for _ in range(2):
            assert house.later().identity(**labels) == []


def test_parts_that_came_changed_or_were_updated_are_news_at_once():
    house = House()
    house.parts(CHASSIS, SUPPLY, MODULE)
    house.later()

    assert house.parts(
        CHASSIS, ("PSU 1", "PWR-750", "SN9", ""), (*MODULE[:3], "7.2"), ("Slot 3", "LC-24", "SN4", "")
    ) == [
        ("InventoryChanged", "serial number of PSU 1 changed from SN2 to SN9"),
        ("FirmwareChanged", "version of Slot 2 changed from 7.1 to 7.2"),
        ("InventoryChanged", "new: Slot 3 (LC-24, serial SN4)"),
    ]


def test_a_part_is_gone_when_it_is_missing_for_ten_minutes_and_is_told_once():
    house = House()
    house.parts(CHASSIS, SUPPLY)

    assert [house.later(5).parts(CHASSIS) for _ in range(4)] == [
        [], [], [("InventoryChanged", "no longer there: PSU 1 (PWR-750, serial SN2)")], [],
    ]  # fmt: skip
    assert house.later().parts(CHASSIS, SUPPLY) == [("InventoryChanged", "new: PSU 1 (PWR-750, serial SN2)")]


def test_one_reading_shown_again_and_again_proves_nothing():
    house = House()
    house.parts(CHASSIS, SUPPLY)
    walked = house.later().now

    assert [house.later(5).parts(CHASSIS, asked_at=walked) for _ in range(6)] == [[]] * 6


def test_a_stack_that_boots_makes_no_news_of_parts_that_come_back():
    house = House()
    house.parts(CHASSIS, SUPPLY, MODULE)

    for minute, there in enumerate([(), (CHASSIS,), (CHASSIS, SUPPLY), (CHASSIS, SUPPLY)], start=1):
        assert house.later(2).parts(*there, uptime=timedelta(minutes=2 * minute)) == []
    assert house.later(4).parts(CHASSIS, SUPPLY, MODULE, uptime=timedelta(minutes=12)) == []


def test_a_part_that_comes_back_within_ten_minutes_is_no_news():
    house = House()
    house.parts(CHASSIS, MODULE)

    assert [house.later(3).parts(CHASSIS) for _ in range(3)] == [[]] * 3
    assert house.later(3).parts(CHASSIS, MODULE) == []


@pytest.mark.parametrize("more", [
    {"partial": True}, {"lacking": True}, {"ignored": {"": frozenset({"1"})}},
])  # fmt: skip
def test_a_reading_that_is_not_whole_loses_nothing(more):
    house = House()
    house.parts(CHASSIS, SUPPLY)

    assert [house.later(10).parts(CHASSIS, **more) for _ in range(4)] == [[]] * 4


def test_a_card_that_has_another_place_now_has_moved():
    house = House()
    house.parts(CHASSIS, MODULE)

    assert house.later().parts(CHASSIS, ("Slot 4", *MODULE[1:])) == [
        ("InventoryChanged", "Slot 2 (LC-24, serial SN3) is Slot 4 now")
    ]
    assert [house.later(10).parts(CHASSIS, ("Slot 4", *MODULE[1:])) for _ in range(3)] == [[]] * 3


def test_a_second_part_of_one_name_is_the_only_news():
    house = House()
    house.parts(("PSU", "PWR", "SN1", ""))

    assert house.later().parts(("PSU", "PWR", "SN1", ""), ("PSU", "PWR", "SN2", "")) == [
        ("InventoryChanged", "new: PSU SN2 (PWR, serial SN2)")
    ]


def test_parts_without_model_and_serial_are_no_parts_that_are_compared():
    house = House()
    house.parts(CHASSIS)

    assert house.later().parts(CHASSIS, ("Port 1", "", "", "")) == []


def test_very_many_changes_are_counted():
    house = House()
    house.parts(CHASSIS)

    told = house.later().parts(CHASSIS, *((f"Optic {n}", "SFP", f"S{n}", "") for n in range(100)))

    assert len(told) == MOST_LINES
    assert told[-1] == ("InventoryChanged", f"and {100 - MOST_LINES + 1} more parts that changed, came or went")


def test_a_restart_of_netwatch_forgets_nothing():
    house = House()
    house.identity(version="15.2")
    house.parts(CHASSIS, SUPPLY)
    house.later().parts(CHASSIS)

    house.restarted().later(8)

    assert house.identity(version="15.7") == []
    assert house.restarted().later(3).identity(version="15.7") == [
        ("FirmwareChanged", "its version changed from 15.2 to 15.7")
    ]
    assert house.parts(CHASSIS) == [("InventoryChanged", "no longer there: PSU 1 (PWR-750, serial SN2)")]


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"identity": 5}', '{"identity": null, "parts": [1]}'])
def test_what_cannot_be_read_of_before_is_forgotten(text):
    house = House()
    house.inventory.recall([Memory(scope="inventory", key="sw1", text=text)])

    assert house.parts(CHASSIS) == []


def test_a_clock_that_is_set_makes_nothing_go():
    house = House()
    house.parts(CHASSIS, SUPPLY)
    house.later().parts(CHASSIS)
    step = ClockStep(since=NOON - UP, at=house.now, by=timedelta(hours=3))
    house.inventory.move(step)
    house.now = step.moved(house.now)

    assert house.later(5).parts(CHASSIS) == []
    assert len(house.later(6).parts(CHASSIS)) == 1
