"""Access and unused ports that go down and come up, as lines of the event log."""

from __future__ import annotations

from datetime import UTC, datetime

from netwatch.engine.intake.quiet_ports import MOST_LINES, MOST_NAMED, QuietPorts
from netwatch.model import RowSet, TableReading

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
UP, DOWN, LOWER_LAYER_DOWN, DORMANT = 1, 2, 7, 5


class Device:
    """A device whose ports have these roles."""

    def __init__(self, **roles):
        self.ports, self.roles = QuietPorts(), roles

    def read(self, *states, admin=None, **roles):
        self.roles |= roles
        names = tuple(self.roles)
        reasons = tuple(f"why {name}" for name in names)
        labels = {"ifName": names, "role": tuple(self.roles.values()), "role_reason": reasons}
        rows = RowSet(index=names, keys=tuple(f"ifName={name}" for name in names), labels=labels)
        columns = {"interface_oper": list(states), "interface_admin": admin or [UP] * len(names)}
        reading = TableReading(device="sw1", table="interface", at=NOON, rows=rows, columns=columns)
        events = self.ports.take(reading)
        assert all((one.kind, one.device, one.rule) == ("device", "sw1", "InterfaceDown") for one in events)
        return [one.text for one in events]


def test_what_is_read_first_is_no_news_and_a_change_is_said_once():
    device = Device(a="access", b="unused", c="uplink")

    assert device.read(UP, UP, UP) == []
    assert device.read(DOWN, LOWER_LAYER_DOWN, DOWN) == [
        "a is down, an access port; nobody is mailed", "b is down, an unused port; nobody is mailed",
    ]  # fmt: skip
    assert device.read(DOWN, LOWER_LAYER_DOWN, DOWN) == []
    assert device.read(UP, DOWN, UP) == ["a is up, an access port"]


def test_its_line_says_why_it_is_an_access_port():
    device = Device(a="access")
    device.read(UP)
    rows = RowSet(index=("a",), keys=("ifName=a",), labels={
        "ifName": ("a",), "role": ("access",), "role_reason": ("1 hardware address was behind it",),
    })  # fmt: skip
    (event,) = device.ports.take(
        TableReading(device="sw1", table="interface", at=NOON, rows=rows, columns={"interface_oper": [DOWN]})
    )

    assert (event.instance, event.details) == (
        "ifName=a", {"role": "access", "why": "1 hardware address was behind it"},
    )  # fmt: skip


def test_a_port_that_somebody_switched_off_or_that_nobody_can_judge_is_no_news():
    device = Device(a="access", b="access", c="access")
    device.read(UP, UP, UP)

    assert device.read(DOWN, None, DORMANT, admin=[DOWN, UP, UP]) == []


def test_many_at_once_are_one_line():
    names = [f"p{number}" for number in range(MOST_NAMED + 3)]
    device = Device(**dict.fromkeys(names, "access"))
    device.read(*[UP] * len(names))

    assert len(device.read(*[DOWN] * MOST_LINES, *[UP] * (len(names) - MOST_LINES))) == MOST_LINES
    device.read(*[UP] * len(names))
    (line,) = device.read(*[DOWN] * len(names))
    assert line.startswith("23 access ports are down; nobody is mailed: p0, p1, ")
    assert line.endswith(", p19 and 3 more")


def test_ports_are_told_apart_by_name_where_rows_came_or_went():
    device = Device(a="access", b="access")
    device.read(UP, DOWN)
    device.roles = {"b": "access", "c": "access", "a": "access"}

    assert device.read(DOWN, DOWN, DOWN) == ["a is down, an access port; nobody is mailed"]


def test_a_name_that_a_device_tells_cannot_break_the_line():
    device = Device(**{"a\nb": "access"})
    device.read(UP)

    assert "\n" not in device.read(DOWN)[0]
