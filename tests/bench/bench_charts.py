"""What the charts of a device's page cost the agent: CPU and octets of its first paint, eight charts of a day.

Run as `python tests/bench/bench_charts.py`. A 48-port switch was polled once a minute for a day, its reachability
every ten seconds; its history is the real one, on disk. Measured is the CPU of this process, all threads, from the
question to the whole answer: the page itself, and then what its script fetches.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import httpx

from netwatch.app.history import PastViews
from netwatch.model import SCALARS, TableReading
from netwatch.web import WebSettings, create_app
from tests.bench.bench_history import Keeping, Switch
from tests.web.conftest import Stage
from tests.web.house import House, alert_of, status_of

MINUTE = timedelta(minutes=1)
NAME = "sw1"
HOURS = 24
MOST_CPU_SECONDS, MOST_OCTETS = 0.300, 60_000
ROUNDS = 5


def kept_day(path: Path, begin: datetime) -> tuple[Keeping, list[TableReading]]:
    """Keep a day of a switch; return who kept it and what was read last."""
    keeping, switch = Keeping(path), Switch(NAME, busy=0.6, seed=7)
    switch._rows["reachability"] = SCALARS
    last: dict[str, TableReading] = {}
    for minute in range(HOURS * 60):
        readings = list(switch.minute(begin + minute * MINUTE))
        keeping.take(readings, begin + (minute + 1) * MINUTE)
        last.update((one.table, one) for one in readings)
    return keeping, list(last.values())


async def painted(client: httpx.AsyncClient) -> tuple[float, float, int, int]:
    """Return CPU seconds of page and data, how many octets the data are, and how many charts."""
    began = time.process_time()
    page = (await client.get(f"/devices/{NAME}")).text
    of_page = time.process_time() - began
    asked = [unescape(url) for url in re.findall(r'data-series="([^"]+)"', page)]
    began = time.process_time()
    answers = await asyncio.gather(*map(client.get, asked))
    assert all(answer.status_code == 200 and answer.json()["series"] for answer in answers)
    return of_page, time.process_time() - began, sum(len(answer.content) for answer in answers), len(asked)


async def main() -> int:
    """Print what it costs; 1 where that is too much."""
    begin = datetime.now(UTC) - timedelta(hours=HOURS)
    with tempfile.TemporaryDirectory() as folder:
        keeping, last = kept_day(Path(folder) / "history.db", begin)
        house = House(statuses=[status_of(NAME)], tables={NAME: last})
        house.history = PastViews(Path(folder) / "history.db", keeping.recorder)
        house.known_alerts = [alert_of("InterfaceSaturated", NAME, instance="ifName=ifName7")]
        stage = Stage()
        stage.put_up(house, None)
        rounds = []
        for _ in range(ROUNDS):  # a new app each time: nobody has looked at this device yet
            app = create_app(stage, stage, WebSettings(), "9.9.9", history=stage)  # type: ignore[arg-type]
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                rounds.append(await painted(client))
        await house.history.stop()
    page, data, octets, charts = min(rounds, key=lambda one: one[0] + one[1])
    first = rounds[0]
    print(
        f"{charts} charts of {HOURS} h: page {page * 1000:.0f} ms, data {data * 1000:.0f} ms CPU, {octets:,} octets"
    )
    print(f"the very first time {1000 * (first[0] + first[1]):.0f} ms")
    is_well = page + data <= MOST_CPU_SECONDS and octets <= MOST_OCTETS
    print(f"at most {MOST_CPU_SECONDS * 1000:.0f} ms and {MOST_OCTETS:,} octets: {'ok' if is_well else 'TOO MUCH'}")
    return 0 if is_well else 1


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
