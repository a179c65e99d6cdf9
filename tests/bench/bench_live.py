"""What 200 open pages cost an agent of 1,000 devices, while something changes every two seconds.

Run as `python tests/bench/bench_live.py [seconds]`. The server stands in a process of its own, whose CPU is measured
as the system counts it; the pages are connections that read what they are sent, as browsers would: half of them the
first page, a quarter the list of devices, the others alerts, mails, traps and ten devices. Every two seconds a device
comes back and another one goes down, so that every list has news. Beside it stands what the same would cost where
every page is fetched anew at every change: pages times what one takes to be made.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import httpx

from netwatch.web import Server, WebSettings, create_app
from tests.concept_readings import a_switch
from tests.web.conftest import Stage
from tests.web.house import House, alert_of, status_of

DEVICES, PAGES, CHANGE_SECONDS = 1000, 200, 2.0
SECONDS = 30.0
TARGET_RATIO = 0.05
TICKS = os.sysconf("SC_CLK_TCK")


def fleet() -> House:
    """Return a house of so many devices, a few of them in trouble."""
    house = House(statuses=[status_of(f"sw{number}") for number in range(DEVICES)])
    house.known_alerts = [alert_of("InterfaceDown", f"sw{number}", instance="Gi1/0/7") for number in range(20)]
    for number in range(10):
        house.tables[f"sw{number}"] = a_switch(f"sw{number}")
    return house


def pages() -> list[str]:
    """Return what page each has open."""
    others = ["/alerts", "/outbox", "/traps", *(f"/devices/sw{number}" for number in range(10))]
    found = ["/"] * (PAGES // 2) + ["/devices"] * (PAGES // 4)
    return found + [others[number % len(others)] for number in range(PAGES - len(found))]


def serve(told: Connection) -> None:
    """Serve the fleet, with a change every two seconds, until somebody says something."""

    async def main() -> None:
        house, stage, settings = fleet(), Stage(), WebSettings(listen="127.0.0.1:0")
        stage.put_up(house, None)
        app = create_app(stage, stage, settings, "bench", trap_log=stage, actions=stage.actions)  # type: ignore[arg-type]
        server = Server(app, settings)
        await server.start()
        told.send(server.port)
        down = 500
        while not told.poll():
            await asyncio.sleep(CHANGE_SECONDS)
            house.statuses[down] = status_of(f"sw{down}")
            down = 500 + (down + 1) % 500
            house.statuses[down] = status_of(f"sw{down}", up=False, trouble="no answer")
        await server.stop()

    asyncio.run(main())


async def watch(port: int, page: str, counts: dict[str, int]) -> None:
    """Read what an open page is sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
    writer.write(f"GET /events?page={quote(page, safe='')} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    try:
        while line := await reader.readline():
            counts["octets"] += len(line)
            if line.startswith(b"event: "):
                counts[line[7:].decode().strip()] = counts.get(line[7:].decode().strip(), 0) + 1
    finally:
        writer.close()


def cpu_seconds(pid: int) -> float:
    """Return what a process has used, of both kinds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def main(seconds: float) -> None:
    ours, theirs = Pipe()
    process = get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    port = await asyncio.to_thread(ours.recv)
    counts = {"octets": 0}
    watchers = [asyncio.create_task(watch(port, page, counts)) for page in pages()]
    async with asyncio.timeout(120):
        while counts.get("whole", 0) < PAGES:  # noqa: ASYNC110 # another process says when
            await asyncio.sleep(0.1)
    counts.update(dict.fromkeys(counts, 0))
    pid = process.pid or 0
    before, begun = cpu_seconds(pid), time.monotonic()
    await asyncio.sleep(seconds)
    used, lasted = cpu_seconds(pid) - before, time.monotonic() - begun
    told = {name: count for name, count in counts.items() if name != "octets"}
    octets = counts["octets"] / lasted / PAGES
    for one in watchers:
        one.cancel()
    await asyncio.gather(*watchers, return_exceptions=True)
    each = await one_page(port, pid)
    ours.send("enough")
    await asyncio.to_thread(process.join, 10)
    ratio = used / lasted
    print(f"{PAGES} open pages, {DEVICES:,} devices, a change every {CHANGE_SECONDS:g} s, {lasted:.0f} s: {told}")
    print(f"each page is sent {octets / 1000:.2f} kB a second")
    print(f"fetched anew by all at every change: {PAGES * each / CHANGE_SECONDS * 100:.0f} % of a core")
    verdict = "ok" if ratio <= TARGET_RATIO else "MISSED"
    print(f"CPU {ratio * 100:.1f} % of a core, target {TARGET_RATIO * 100:.0f} %: {verdict}")


async def one_page(port: int, pid: int) -> float:
    """Return the CPU that the first page takes to be fetched, in seconds."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        before = cpu_seconds(pid)
        for _ in range(20):
            (await client.get("/")).raise_for_status()
        return (cpu_seconds(pid) - before) / 20


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS))
