"""A fleet of switches under a whole NetWatch: what it costs, how punctual it is, and whether it tells what is wrong.

    python tests/bench/fleet.py [N ...] [--against CHECKOUT] [--pace P] [--minutes M] [--warm S] [--soak M]
                                [--no-faults]

Each N (1,000 without one) is a fleet of 48-port switches with the whole ifTable and ifXTable, which a process of its
own answers for; NetWatch is the real `netwatch run` with the shipped rules and profiles and SQLite. It is started for
the first time, measured, given faults, and started again. `--against` measures another checkout (0.2.0) in turns.
`--warm 600` lets so many seconds pass between the first polls and the measuring, in which plans settle; one interval
is the least. `--pace 6` makes every interval a sixth, so that CI sees in seconds what an operator sees in minutes.
`--soak 60` goes on for an hour after that, and says how memory grows once the first ten minutes are over; the pace
counts there too.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from fleets.house import PATIENCE_SECONDS, House, house
from fleets.switches import COMPILER, Switches, switches

HOUSE = Path(__file__).resolve().parents[2]
GROWTH = "RSS grows, MB an hour"
SETTLING_SECONDS, SAMPLE_SECONDS = 600.0, 10.0
"""A soak's first minutes do not count; then memory is looked at so often."""
TARGETS = {
    "CPU of a core, %": 20.0, "RSS, MB": 1126.0, "start lag p99, s": 0.5, "longest stop, ms": 50.0,
    "first start, s": 120.0, "restart, s": 75.0, "restart, CPU s": 45.0, "one device's page, ms": 8.0,
    "one device's API, ms": 8.0, "/, ms": 50.0, "/devices, ms": 50.0, GROWTH: 1.0,
}  # fmt: skip
"""What 10,000 devices are to reach; of fewer it is held against the same."""
RATIOS = {"CPU of a core, %": 0.36, "RSS, MB": 0.45}


@dataclass
class Figures:
    """What was measured of one checkout."""

    values: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def say(words: str) -> None:
    """Show how far it is."""
    print(f"fleet: {time.strftime('%H:%M:%S')} {words}", flush=True)


def await_that(what: str, holds: Callable[[], bool], most_seconds: float = PATIENCE_SECONDS) -> bool:
    """Return whether something became true in time, and say so where it did not."""
    ends = time.monotonic() + most_seconds
    while time.monotonic() < ends:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if holds():
                return True
        time.sleep(0.2)
    say(f"    NOT SEEN: {what}")
    return False


@contextlib.contextmanager
def started(
    tree: Path, fleet: Switches, count: int, folder: Path, pace: float, found: Figures, which: str
) -> Iterator[House]:
    """Run a house till every device was polled once, and note what that took."""
    fleet.forget()
    began = time.monotonic()
    with house(tree, fleet, count, folder, pace) as running:
        is_seen = await_that(
            "every device polled", lambda: not running.is_running() or fleet.polled(count - 1) == count
        )
        if not is_seen or not running.is_running():
            raise SystemExit(f"fleet: it does not run; it says: {(folder / 'log').read_text()[-2000:]}")
        found.values[f"{which}, s"] = time.monotonic() - began
        found.values[f"{which}, CPU s"] = running.cpu_seconds()
        say(f"    {which}: {found.values[f'{which}, s']:.0f} s, {found.values[f'{which}, CPU s']:.1f} CPU s")
        yield running


def measure_steady(running: House, found: Figures, seconds: float, count: int) -> None:
    """Measure what a calm fleet costs, and how punctual it is watched."""
    before, cpu, began = running.lag_buckets(), running.cpu_seconds(), time.monotonic()
    time.sleep(seconds)
    spent = (running.cpu_seconds() - cpu) / (time.monotonic() - began)
    after = running.lag_buckets()
    found.values["CPU of a core, %"] = spent * 100
    found.values["ms of CPU per device and minute"] = spent * 60_000 / count
    found.values["RSS, MB"] = running.rss_megabytes()
    found.values["start lag p99, s"] = p99({bound: after[bound] - before.get(bound, 0.0) for bound in after})
    longest, stops = running.longest_stop(seconds)
    found.values["longest stop, ms"], found.values["stops over 50 ms"] = longest * 1000, stops
    for name, path in (
        ("one device's page", f"/devices/sw{count // 2}"), ("one device's API", f"/api/v1/devices/sw{count // 2}"),
        ("/", "/"), ("/devices", "/devices"),
    ):  # fmt: skip
        found.values[f"{name}, ms"] = running.cost_of(path, seconds / 4)


def soak(running: House, found: Figures, seconds: float) -> None:
    """Let it run on, and note how its memory grows behind the first minutes."""
    samples: list[tuple[float, float]] = []
    began = time.monotonic()
    while running.is_running() and (now := time.monotonic() - began) < seconds:
        samples.append((now, running.rss_megabytes()))
        if len(samples) % 30 == 1:
            say(f"    soak: {now / 60:.0f} of {seconds / 60:.0f} minutes, {samples[-1][1]:.1f} MB")
        time.sleep(SAMPLE_SECONDS)
    if not running.is_running():
        found.wrong.append(f"it ended after {samples[-1][0] / 60:.0f} minutes of soaking")
    found.values[GROWTH] = growth([sample for sample in samples if sample[0] >= min(SETTLING_SECONDS, seconds / 2)])


def growth(samples: Sequence[tuple[float, float]]) -> float:
    """Return how much more there is in an hour, by the line through (seconds, amount) that fits best; NaN of one."""
    if len(samples) < 2:
        return float("nan")
    return statistics.linear_regression(*zip(*samples, strict=True)).slope * 3600


def p99(buckets: dict[float, float]) -> float:
    """Return the upper bound of the bucket that 99 of 100 lie below."""
    total = max(buckets.values(), default=0.0)
    return min((bound for bound, count in buckets.items() if count >= 0.99 * total), default=float("nan"))


def inject(running: House, fleet: Switches, found: Figures, count: int, pace: float) -> None:
    """Break some of the fleet; each fault must be told, and nothing else."""
    hundredth = max(count // 100, 1)
    silent, flapping = range(hundredth), range(hundredth, 2 * hundredth)
    slow, replaced = range(2 * hundredth, 7 * hundredth), 7 * hundredth

    def down() -> set[str]:
        alerts = running.json("/api/v1/alerts")
        return {one["device"] for one in alerts if one["rule"] == "DeviceDown" and one["state"] == "firing"}

    def rebooted() -> bool:
        return any(one["rule"] == "DeviceRebooted" for one in running.json("/api/v1/alerts"))

    names = {f"sw{number}" for number in silent}
    flappers = {f"sw{number}" for number in flapping}
    fleet.are(slow[0], slow[-1], "slow")
    fleet.are(silent[0], silent[-1], "silent")
    fleet.are(replaced, replaced, "replaced")
    fleet.are(flapping[0], flapping[-1], "silent")
    began = time.monotonic()
    if not await_that("silent devices down", lambda: down() == names | flappers, 300):
        found.wrong.append(f"down are {len(down())} devices, not {len(names | flappers)}")
    found.values["1 % silent known after, s"] = time.monotonic() - began
    for _ in range(2):
        fleet.are(flapping[0], flapping[-1], "well")
        if not await_that("flapping devices up again", lambda: down() == names, 300):
            found.wrong.append(f"up again are not all of {len(flappers)} flapping devices, or others are down")
        fleet.are(flapping[0], flapping[-1], "silent")
        if not await_that("flapping devices down again", lambda: flappers <= down(), 300):
            found.wrong.append("a flapping device is not told to be down")
    if not await_that("the replaced device told", rebooted, 180 / pace + 60):
        found.wrong.append("a device that was replaced is not told")
    if wrongly := down() - names - flappers:
        found.wrong.append(f"{len(wrongly)} devices are told to be down that only answer late")
    say(f"    faults: {'told as they are' if not found.wrong else '; '.join(found.wrong)}")
    fleet.are(0, count, "silent")
    began = time.monotonic()
    if not await_that("all devices down", lambda: len(down()) == count, 300):
        found.wrong.append("not every device is known to be silent")
    found.values["all silent known after, s"] = time.monotonic() - began
    fleet.are(0, count, "well")


def measure(tree: Path, fleet: Switches, count: int, folder: Path, options: argparse.Namespace) -> Figures:
    """Measure one checkout from its first start to its second."""
    found = Figures()
    seconds = options.minutes * 60
    fleet.are(0, count, "well")
    with started(tree, fleet, count, folder, options.pace, found, "first start") as running:
        say("    steady")
        time.sleep(max(options.warm, 60 / options.pace))
        measure_steady(running, found, seconds, count)
        if options.soak:
            soak(running, found, options.soak * 60)
        if options.faults:
            inject(running, fleet, found, count, options.pace)
    fleet.are(0, count, "well")
    with started(tree, fleet, count, folder, options.pace, found, "restart"):
        pass
    return found


def table(count: int, now: Figures, before: Figures | None) -> bool:
    """Print the figures of one size; return whether all were told rightly."""
    print(f"\n{count:,} devices{'':<26}{'now':>10}{'other' if before else '':>12}{'ratio' if before else '':>8}")
    for name, value in now.values.items():
        was = before.values.get(name) if before else None
        ratio = value / was if was else None
        words = f"{name:<36}{value:>12.1f}" + (f"{was:>12.1f}{ratio:>8.2f}" if was and ratio else "")
        if (target := TARGETS.get(name)) is not None:
            words += f"   <= {target:g}: {'reached' if value <= target else 'MISSED'}"
        if (target := RATIOS.get(name)) is not None and ratio is not None:
            words += f"   ratio <= {target:g}: {'reached' if ratio <= target else 'MISSED'}"
        print(words)
    for wrong in now.wrong:
        print(f"WRONG: {wrong}")
    return not now.wrong


def parsed() -> argparse.Namespace:
    """Return what the command line wants."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("counts", nargs="*", type=int, default=[1000], metavar="N")
    parser.add_argument("--against", type=Path, help="another checkout, measured in turns")
    parser.add_argument("--pace", type=float, default=1.0, help="how many times shorter every interval is")
    parser.add_argument("--minutes", type=float, default=2.0, help="how long a calm fleet is measured")
    parser.add_argument("--warm", type=float, default=0.0, help="seconds before it is measured; an interval at least")
    parser.add_argument("--soak", type=float, default=0.0, help="for how many minutes its memory is looked at")
    parser.add_argument("--no-faults", dest="faults", action="store_false")
    return parser.parse_args()


def main() -> int:
    """Run the benchmark; 1 where a fault was not told as it should be."""
    options = parsed()
    if COMPILER is None:
        print("fleet: not measured: it needs a C compiler (cc)")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended
    are_right, per_device = True, {}
    trees = [HOUSE, *([options.against.resolve()] if options.against else [])]
    with tempfile.TemporaryDirectory() as name, switches(Path(name)) as fleet:
        for count in options.counts:
            results = []
            for number, tree in enumerate(trees):
                say(f"{count:,} devices, {tree.name}")
                results.append(measure(tree, fleet, count, Path(name) / f"{count}-{number}", options))
            are_right &= table(count, results[0], results[1] if len(results) > 1 else None)
            per_device[count] = results[0].values["ms of CPU per device and minute"]
    if len(per_device) > 1:
        most, least = max(per_device), min(size for size in per_device if size >= 1000 or size == max(per_device))
        ratio = per_device[most] / per_device[least]
        print(f"\na device of {most:,} costs {ratio:.2f} of one of {least:,}   <= 1.05: "
              f"{'reached' if ratio <= 1.05 else 'MISSED'}")  # fmt: skip
    return 0 if are_right else 1


if __name__ == "__main__":
    raise SystemExit(main())
