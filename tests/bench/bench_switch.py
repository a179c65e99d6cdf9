"""Measures the whole way of one poll of a 48-port switch: wire, reading, rates, the shipped rules, alert state.

Run as `python tests/bench/bench_switch.py`. The peer is the C agent of the lab, a process of its own; figures are CPU
time of this process, the best of some rounds. The lab's agent moves every counter, errors and discards by 100,000 in
a second too, so that each of 48 interfaces breaks two rules; the recording is edited so that those stand still, which
is how a switch is most of the time. The switch broken everywhere is measured as well.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

from bench_poll import DEVICES, LAB, LIBRARY, agent, best, device

from netwatch.alerts import RouteSettings, build_route
from netwatch.engine import Engine
from netwatch.model import Memory, ReadingGap, TableReading, shipped_directory
from netwatch.notify import EmailSettings, Mailer, ReceiverSettings, SmtpSettings
from netwatch.polling.device_poller import DevicePoller, Tools
from netwatch.profiles import ProfileLibrary, load_library
from netwatch.rules import Roles, load_rules
from netwatch.snmp import FastLane
from netwatch.store import Store, StoreSettings

TARGET_MS = 0.6
SHIPPED_TARGET_MS = 1.2
COUNTER32, GAUGE32 = "|65|", "|66|"
TROUBLES = tuple(f"1.3.6.1.2.1.2.2.1.{column}." for column in (13, 14, 19, 20))
TIMES_OF_CHANGE, TIME_TICKS = ("1.3.6.1.2.1.31.1.1.1.19.", "1.3.6.1.2.1.2.2.1.9."), "|67|"


def calm(line: str) -> str:
    """Return a line of the recording with error and discard counters made to stand still.

    So are ifCounterDiscontinuityTime and ifLastChange, which the lab's agent moves too: no port would ever have a
    rate, and all of them another speed.
    """
    if line.startswith(TIMES_OF_CHANGE):
        return line.replace(TIME_TICKS, GAUGE32)
    return line.replace(COUNTER32, GAUGE32) if line.startswith(TROUBLES) else line


class Corridor:
    """Gives ports their roles and hands readings to the engine, as the app does, and counts them."""

    def __init__(self, engine: Engine, roles: Roles | None) -> None:
        self._engine, self._roles = engine, roles
        self.readings = self.gaps = 0

    def take_reading(self, reading: TableReading) -> None:
        self.readings += 1
        self._engine.take_reading(reading if self._roles is None else self._roles.applied(reading))

    def take_gap(self, gap: ReadingGap) -> None:
        self.gaps += 1
        self._engine.take_gap(gap)

    def remember(self, memory: Memory) -> None:
        self._engine.remember(memory)


async def measure(
    port: int, folder: Path, what: str, library: ProfileLibrary, target: float | None, *, with_roles: bool = True
) -> None:
    """Print the figure for the switches as this library has them polled."""
    client = FastLane(max_in_flight=256)
    store = Store(StoreSettings(url=f"sqlite:///{folder / 'bench.db'}"))
    devices = [device(number, port) for number in range(DEVICES)]
    engine = Engine(
        rules=load_rules(sorted(shipped_directory("rules").glob("*.yaml")), load_library().schema()),
        route=build_route(RouteSettings(receiver="noc")),
        device_labels={one.name: {} for one in devices},
        ledger=store,
        mailer=Mailer(SmtpSettings(), [ReceiverSettings(name="noc", email=EmailSettings(to=["noc@example.net"]))]),
    )
    sink = Corridor(engine, Roles(devices, remember=engine.remember) if with_roles else None)
    await store.start()
    await engine.start()
    await client.start()
    pollers = [DevicePoller(one, Tools(library=library, client=client, sink=sink)) for one in devices]
    await asyncio.gather(*(poller.check() for poller in pollers))
    milliseconds = await best(DEVICES, lambda: asyncio.gather(*(poller.poll() for poller in pollers)))
    await client.stop()
    await engine.stop()
    await store.stop()
    assert sink.gaps == 0
    assert sink.readings >= DEVICES
    goal = f"   target <= {target:g}: {'reached' if milliseconds <= target else 'MISSED'}" if target else ""
    print(f"switch: {what:<72} {milliseconds:>7.3f} ms CPU{goal}")


def main() -> int:
    """Run the benchmark where its peer can be had."""
    if not LAB.is_dir() or shutil.which("gcc") is None:
        print(f"switch: not measured: it needs gcc, and the lab's fastagent.c in {LAB}")
        return 0
    whole = "577 varbinds: wire, reading, rates, default rules, state"
    with tempfile.TemporaryDirectory() as name, agent(Path(name), calm) as port:
        asyncio.run(measure(port, Path(name), whole, LIBRARY, TARGET_MS))
        without = "the same without the roles of ports"
        asyncio.run(measure(port, Path(name), without, LIBRARY, None, with_roles=False))
        shipped = "all that the shipped profile asks, the same way"
        asyncio.run(measure(port, Path(name), shipped, load_library(), SHIPPED_TARGET_MS))
    with tempfile.TemporaryDirectory() as name, agent(Path(name)) as port:
        asyncio.run(measure(port, Path(name), "577 varbinds, two rules broken on every interface", LIBRARY, None))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
