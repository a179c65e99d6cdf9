"""Faults of the way to a device, and of its agent while the host answers pings; members that leave their stacks."""

from __future__ import annotations

from netwatch.model import Tag, Value
from tests.bench.knowing.faults.planting import WELL, Change, Fault, Held, Line, grafted, number, oid, rows

STACKWISE = "1.3.6.1.4.1.9.9.500.1.2.1.1"
READY, REMOVED = 4, 11
CATALYST = ("ios_c3560", "ios_2960x", "iosxe", "iosxr", "nxos")


def stack_row(index: int, switch: int) -> list[tuple[str, Tag, Value]]:
    """Return a member of a stack that runs (CISCO-STACKWISE-MIB)."""
    values = {1: (Tag.GAUGE32, switch), 3: (Tag.INTEGER, 2), 6: (Tag.INTEGER, READY)}
    return [(f"{STACKWISE}.{column}.{index}", tag, value) for column, (tag, value) in values.items()]


def member_leaves(held: Held) -> Change | None:
    """A member of a stack that ran is removed: it lost its power, or its cables."""
    for index, tag in rows(held, f"{STACKWISE}.6", (READY,), {}):
        switch = f"Switch {number(held, f'{STACKWISE}.1', index, index[0])}"  # one agent does not give its number
        return Change(fault=[((*oid(f"{STACKWISE}.6"), *index), tag, REMOVED)], names=(switch,))
    return None


LINES = (
    Fault(
        name="an agent falls silent on a host that answers pings",
        rules=("SnmpSilent",),
        plant=lambda held: Change(silent=True, line=WELL),
    ),
    Fault(
        name="a line loses a quarter of the packets",
        rules=("PacketLoss",),
        plant=lambda held: Change(line=Line(lost_one_of=4)),
    ),
    Fault(
        name="a line takes twenty times as long",
        rules=("RoundTripHigh",),
        plant=lambda held: Change(line=Line(round_trip_seconds=0.08)),
    ),
)
STACKS = (
    Fault(name="a member leaves its stack (CISCO-STACKWISE-MIB)", rules=("StackMemberGone",), plant=member_leaves),
    Fault(
        name="a member, grafted, leaves its stack (CISCO-STACKWISE-MIB)",
        rules=("StackMemberGone",),
        plant=grafted(
            [*stack_row(1001, 1), *stack_row(2001, 2)], [(f"{STACKWISE}.6.2001", Tag.INTEGER, REMOVED)], "Switch 2"
        ),
        only=CATALYST,
    ),
)
SILENT = (
    Fault(
        name="a line loses one packet of twenty, and is no more than twice as slow",
        rules=("PacketLoss", "RoundTripHigh", "SnmpSilent", "DeviceDown"),
        plant=lambda held: Change(line=Line(round_trip_seconds=0.008, lost_one_of=20)),
    ),
)
