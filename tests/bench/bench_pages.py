"""What pages cost of a fleet of 10,000 devices: the first, the list, one 48-port switch, and what the API says of it.

Run as `python tests/bench/bench_pages.py`, with paths for those alone. CPU of this process, of the best of some
rounds, from the question to the whole answer; the server's socket is left out. The switch has the whole ifTable and
ifXTable and all concepts.
"""

from __future__ import annotations

import asyncio
import gc
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import httpx

from netwatch.app.pages.called import Called
from netwatch.metrics import Board
from netwatch.model import Device, DeviceStatus, Neighbour, RowSet, TableReading
from netwatch.web import WebSettings, create_app
from tests.concept_readings import a_switch, concept_reading
from tests.web.conftest import Stage
from tests.web.house import House, alert_of, interfaces, status_of

DEVICES = 10_000
PORTS = 48
ALERTS = 500
MORE_COLUMNS = 22
ROUNDS = 15
TARGETS = {
    "/devices/sw7": 8.0, "/api/v1/devices/sw7": 8.0, "/": 50.0, "/devices": 50.0, "/devices?sort=address": 50.0,
    "/devices?labels=site%3D%22site7%22": 50.0, "/devices?labels=vendor%3D%22Cisco%22": 50.0,
    "/devices?q=nobody": 50.0, "/devices?q=host1": 50.0, "/devices?vendor=cis": 50.0, "/devices?state=alert": 50.0,
    "/devices?sort=name": 50.0, "/devices?sort=vendor": 50.0, "/devices?sort=profile&backward=true": 50.0,
    "/devices?sort=site": 50.0, "/search?q=nobody": 50.0,
    "/alerts": 50.0, "/alerts?by=device": 50.0, "/map": 50.0,
}  # fmt: skip


class Fleet(House):
    """A house that finds a device as the real one does, by its name."""

    def device(self, name: str) -> DeviceStatus | None:
        return self._by_name.get(name)

    def know(self) -> None:
        """Take in the devices there are; what their ports are called is on a board, as in the real house."""
        self._by_name = {status.device.name: status for status in self.statuses}
        self._board = Board()
        self._called = Called(self._board)
        for name in self._by_name:
            for reading in a_switch(name, datetime.now(UTC)):
                self._board.take_reading(reading)
            ports = (
                {"ifName": f"Gi1/0/{port}", "ifIndex": port, "ifAlias": f"{name} to host{port}",
                 "interface_oper": "up", "interface_speed_bits_per_second": 1e9}
                for port in range(PORTS)
            )  # fmt: skip
            self._board.take_reading(concept_reading("interface", *ports, device=name))
            self._board.take_reading(changes_of(name))
        self._heard, self._seeds = defaultdict(list), count()
        for one in self.known_neighbours:
            self._heard[one.device].append(one)

    def poll(self) -> None:
        """Have what is drawn read again between two requests: what pages keep of a reading is worth nothing then."""
        self.tables["sw7"] = switch("sw7", next(self._seeds))
        for device in self._heard:
            for table in ("interface", "ifTable"):
                reading = self._board.reading(device, table)
                if reading is not None:
                    self._board.take_reading(replace(reading, at=datetime.now(UTC)))

    def neighbours(self, device: str = "") -> Sequence[Neighbour]:
        """Return who stands at the ports of a device."""
        return self._heard[device]

    def reading(self, device: str, table: str) -> TableReading | None:
        """Return a reading as the real house does, from the board."""
        return self._board.reading(device, table)

    def words_of(self, device: Device) -> str:
        """Return what a device is called."""
        return self._called.words_of(device)

    def vendor_of(self, device: str) -> str:
        """Return who made it, as the real house does."""
        return self._called.vendor_of(device)


def switch(name: str, seed: int = 7) -> list[TableReading]:
    """Return what a 48-port switch says: its tables as they came, and what they mean."""
    dice, now = random.Random(seed), datetime.now(UTC)
    raw = interfaces(name, PORTS, at=now)
    columns = {
        **raw.columns,
        **{f"column{n}": [dice.randrange(2**20) for _ in range(PORTS)] for n in range(MORE_COLUMNS)},
    }
    rows = [
        {
            "index": port, "ifIndex": port, "ifName": f"Gi1/0/{port}", "ifAlias": f"to host{port}.example.net",
            "interface_oper": "up", "interface_admin": "up", "interface_in_bits_per_second": dice.random() * 1e9,
            "interface_out_bits_per_second": dice.random() * 1e9, "interface_speed_bits_per_second": 1e9,
            "interface_errors_per_second": 0.0, "interface_discards_per_second": 0.0,
        }
        for port in range(1, PORTS + 1)
    ]  # fmt: skip
    whole = TableReading(device=name, table=raw.table, at=raw.at, rows=raw.rows, columns=columns, rates=raw.rates)
    beside = [one for one in a_switch(name, now) if one.table != "interface"]
    return [whole, concept_reading("interface", *rows, device=name, at=now), *beside]


def changes_of(name: str) -> TableReading:
    """Return when the ports of a switch became as they are."""
    rows = RowSet(index=tuple(map(str, range(PORTS))), keys=tuple(map(str, range(PORTS))))
    return TableReading(
        device=name, table="ifTable", at=datetime.now(UTC), rows=rows, columns={"ifLastChange": [77_700] * PORTS},
        uptime=timedelta(days=9),
    )  # fmt: skip


def trees() -> tuple[dict[str, str], list[Neighbour]]:
    """Return what the devices with alerts are reached through, and at which two ports each hears it, and it them."""
    now = datetime.now(UTC)
    above, heard = {}, []
    for number in range(1, ALERTS):
        child, parent = f"sw{number * 17}", f"sw{(number - 1) // 20 * 17}"
        above[child] = parent
        for port in range(2):
            ends = [(child, str(port)), (parent, str((number * 2 + port) % PORTS))]
            for (device, index), (peer, peer_index) in (ends, reversed(ends)):
                heard.append(Neighbour(
                    device=device, if_index=index, port=f"Gi1/0/{index}", name=peer, peer=peer,
                    peer_port=f"Gi1/0/{peer_index}", peer_if_index=peer_index, first_seen=now, last_seen=now,
                ))  # fmt: skip
    return above, heard


async def measure() -> None:
    """Print the figures."""
    above, heard = trees()
    statuses = [status_of(f"sw{number}", address=f"10.0.{number // 256}.{number % 256}") for number in range(DEVICES)]
    for number, status in enumerate(statuses):
        if parent := above.get(status.device.name):
            statuses[number] = replace(status, device=replace(status.device, depends_on=(parent,)))
    alerts = [alert_of("PortDown", f"sw{number * 17}", instance=f"ifName=Gi1/0/{number}") for number in range(ALERTS)]
    stage, house = Stage(), Fleet(
        statuses=statuses, tables={"sw7": switch("sw7")}, known_alerts=alerts, known_neighbours=heard
    )  # fmt: skip
    house.know()
    stage.put_up(house, None)
    app = create_app(stage, stage, WebSettings(), "bench", actions=stage.actions)  # type: ignore[arg-type]
    gc.collect()
    gc.freeze()  # as the agent puts aside what stays
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1") as client:
        floor = await cost(client, "/-/healthy", house.poll)
        wanted = sys.argv[1:]
        for path, target in TARGETS.items():
            if wanted and path not in wanted:
                continue
            spent = await cost(client, path, house.poll) - floor
            said = "reached" if spent <= target else "MISSED"
            print(f"{path:<36} {spent:6.1f} ms CPU of {DEVICES:,} devices   target <= {target:g}: {said}")


async def cost(client: httpx.AsyncClient, path: str, poll: Callable[[], None]) -> float:
    """Return the milliseconds that an answer takes; between two everything that is shown is read anew."""
    best = float("inf")
    for _ in range(ROUNDS):
        poll()
        gc.collect()
        began = time.process_time()
        answer = await client.get(path)
        best = min(best, time.process_time() - began)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return best * 1000


if __name__ == "__main__":
    asyncio.run(measure())
