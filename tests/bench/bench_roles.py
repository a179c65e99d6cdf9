"""Which roles the ports of recorded devices have by what was recorded, and what it costs to find that out.

Prints a line per device: how many of its ports that are up have each role, on the second day. With the name of a
device, each port with the reason. `--cost` times readings of a switch of 48 ports with 5,000 addresses behind it.

Run from the checkout: `python tests/bench/bench_roles.py [DEVICE ...] [--cost]`; recordings stand beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2])]

from netwatch.model import Device, RowSet, TableReading  # noqa: E402
from netwatch.model.concepts import CONCEPTS, PORT_ROLES  # noqa: E402
from netwatch.polling import PollingSettings, poll_once  # noqa: E402
from netwatch.rules import Roles  # noqa: E402
from netwatch.snmp import Snmp  # noqa: E402
from tests.bench.knowing.agent import RecordedAgent, listening  # noqa: E402
from tests.bench.knowing.corpus import Recorded, cells_of, recorded_devices  # noqa: E402
from tests.bench.knowing.polled import device_at, shipped  # noqa: E402

DAY = timedelta(days=1)
ADDRESSES = 5_000
READINGS = 20_000


async def read(device: Recorded) -> tuple[Device, Sequence[TableReading]]:
    """Return what a recorded device says."""
    agent, client = RecordedAgent(cells_of(device)), Snmp(PollingSettings())
    await client.start()
    try:
        async with listening(agent):
            at = device_at(device.name, agent.port)
            return at, (await poll_once(at, shipped(), client))[1]
    finally:
        await client.stop()


def with_roles(device: Device, readings: Sequence[TableReading]) -> TableReading | None:
    """Return its interfaces with their roles on the second day; None where it has none."""
    roles = Roles([device])
    ports = next((reading for reading in readings if reading.table == "interface"), None)
    for reading in readings:
        roles.applied(reading)
    return None if ports is None else roles.applied(replace(ports, at=ports.at + 2 * DAY))


def table(names: Sequence[str]) -> None:
    """Print the roles of recorded devices."""
    print(f"{'device':36}{'up':>5}{''.join(f'{role:>15}' for role in PORT_ROLES)}{'nobody knows':>15}")
    everywhere: Counter[str] = Counter()
    for device in recorded_devices():
        if names and device.name not in names:
            continue
        ports = with_roles(*asyncio.run(read(device)))
        if ports is None:
            continue
        oper = ports.columns.get("interface_oper", ())
        up = [row for row, state in enumerate(oper) if state == 1]
        counted = Counter(ports.rows.labels["role"][row] for row in up)
        everywhere += counted
        print(
            f"{device.name:36}{len(up):5}{''.join(f'{counted[role]:15}' for role in (*PORT_ROLES, ''))}", flush=True
        )
        for row in up if names else ():
            shown = (ports.rows.labels[name][row] for name in ("ifName", "role", "role_reason", "neighbour"))
            print("   ", "  |  ".join(shown))
    print(f"{'all':41}{''.join(f'{everywhere[role]:15}' for role in (*PORT_ROLES, ''))}")


def cost() -> None:
    """Print what a reading of the interfaces and a table of addresses cost."""
    names = tuple(f"Gi1/0/{number}" for number in range(1, 49))
    index = tuple(map(str, range(1, 49)))
    labels = dict.fromkeys(CONCEPTS["interface"].labels, ("",) * 48) | {"ifIndex": index, "ifName": names}
    rows = RowSet(index=index, keys=names, labels=labels)
    numbers = tuple(map(str, range(ADDRESSES)))
    macs = {"mac": numbers, "vlan": ("10",) * ADDRESSES, "port": tuple(names[n % 48] for n in range(ADDRESSES))}
    roles, at = Roles([device_at("sw1", 161)]), device_at("sw1", 161)
    now = datetime(2026, 3, 2, tzinfo=UTC)
    columns = {"interface_oper": [1] * 48, "interface_type": [6] * 48}
    ports = TableReading(device=at.name, table="interface", at=now, rows=rows, columns=columns)
    roles.applied(ports)
    began = time.process_time()
    for _ in range(READINGS):
        roles.applied(ports)
    print(f"a reading that says nothing new: {(time.process_time() - began) / READINGS * 1e6:.1f} us")
    spent = 0.0
    for number in range(20):
        facts = TableReading(
            device=at.name, table="mac", at=now, columns={}, rows=RowSet(index=numbers, keys=numbers, labels=macs)
        )
        began = time.process_time()
        roles.applied(facts)
        roles.applied(replace(ports, at=now + timedelta(seconds=number)))
        spent += time.process_time() - began
    print(f"{ADDRESSES:,} addresses that were read anew, about once an hour: {spent / 20 * 1e3:.2f} ms")


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("devices", nargs="*")
    parser.add_argument("--cost", action="store_true")
    given = parser.parse_args()
    if given.cost:
        cost()
    else:
        table(given.devices)


if __name__ == "__main__":
    main()
