"""Prints what the shipped rules raise on recorded devices, and whether they raise it where a fault is planted.

    python tests/bench/alarms.py                   every alert on recordings that are polled steadily, true or false
    python tests/bench/alarms.py --recall          faults planted: fired, named, over again; and what must stay silent
    python tests/bench/alarms.py --rule RULE --device NAME     these alone
    python tests/bench/alarms.py --profiles DIR     with a user's profiles beside the shipped ones
    python tests/bench/alarms.py --mibs DIR         with names of a user's MIBs; compiled at the first run, slowly

True and false are what alarms.yaml says; what nobody has judged is counted apart. Polls are real, time is turned.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import structlog

from netwatch.model import InvalidFile
from netwatch.profiles import ProfileLibrary
from tests.bench.knowing.corpus import CORPUS, Recorded, cells_of, recorded_devices
from tests.bench.knowing.drill import Raised, drilled, shipped_rules
from tests.bench.knowing.faults.table import FAULTS, SILENT
from tests.bench.knowing.opinions import opinion_on, read_opinions
from tests.bench.knowing.polled import names_of, shipped
from tests.bench.knowing.recall import Outcome, places, tried

OPINIONS = Path(__file__).with_name("alarms.yaml")
LEAST_RECORDINGS = 3


async def _steadily(device: Recorded, library: ProfileLibrary) -> list[Raised]:
    async with drilled(device.name, cells_of(device), library) as drill:
        await drill.settle()
        return list(drill.firing().values())


def _raised_in_process(device: Recorded, paths: tuple[Path, ...], mibs: tuple[Path, ...]) -> list[Raised]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    return asyncio.run(_steadily(device, shipped(paths, mibs)))


def raised_on(devices: Sequence[Recorded], paths: tuple[Path, ...] = (), mibs: tuple[Path, ...] = ()) -> list[Raised]:
    """Return every alert that stands when recordings were polled for a while, with a user's profiles and MIBs."""
    ordered = sorted(devices, key=lambda device: -device.path.stat().st_size)
    with ProcessPoolExecutor(os.cpu_count() or 1, mp_context=get_context("spawn")) as pool:
        everybody = pool.map(_raised_in_process, ordered, [paths] * len(ordered), [mibs] * len(ordered))
        return [one for found in everybody for one in found]


def print_raised(alerts: Sequence[Raised], *, is_whole: bool) -> None:
    """Print alerts with what is thought of them, and, where all were looked for, which true ones nobody raises."""
    opinions = read_opinions(OPINIONS)
    counts: Counter[str] = Counter()
    for alert in sorted(alerts, key=lambda one: (one.rule, one.device, one.row)):
        opinion = opinion_on(alert, opinions)
        word = "unjudged" if opinion is None else "true" if opinion.is_true else "FALSE"
        counts[word] += 1
        reason = f"   [{opinion.reason}]" if opinion else ""
        print(f"{word:<9}{alert.rule:<20}{alert.device:<28}{alert.row}: {alert.words}{reason}")
    print(
        f"alarms: {len(alerts)} on recordings polled steadily: {counts['true']} true, {counts['FALSE']} false, "
        f"{counts['unjudged']} not judged; 0 false is the goal"
    )
    for opinion in opinions:
        if is_whole and opinion.is_true and not any(opinion.is_about(alert) for alert in alerts):
            print(f"alarms: true and NOT RAISED: {opinion.rule} {opinion.recording} {opinion.row}: {opinion.reason}")


def print_recall(rule: str, devices: Sequence[Recorded]) -> None:
    """Print what came of every fault, and per rule whether it is proved on enough recordings."""
    known = {one.alertname or one.name for one in shipped_rules(shipped())}
    faults = [one for one in FAULTS if not rule or rule in one.rules]
    outcomes = list(tried(places(faults, devices)))
    by_fault = {fault.name: [one for one in outcomes if one.fault == fault.name] for fault in faults}
    for fault in faults:
        found = by_fault[fault.name]
        there = "" if known & set(fault.rules) else "   no such rule is shipped"
        well = sum(one.is_well for one in found)
        print(f"{fault.name} -> {' or '.join(fault.rules)}: {well} of {len(found)}{there}")
        for one in found:
            print(f"    {_told(one)}")
    print()
    for name in sorted({name for fault in faults for name in fault.rules} & known):
        proved = {
            one.recording for fault in faults for one in by_fault[fault.name] if one.is_well and one.fired == name
        }
        goal = "reached" if len(proved) >= LEAST_RECORDINGS else "MISSED"
        print(f"recall: {name:<22}fires, names the row and ends on {len(proved):>2} recordings   {goal}")
    missing = sorted({name for fault in faults for name in fault.rules[:1]} - known)
    if missing:
        print(f"recall: not shipped: {', '.join(missing)}")
    untried = sorted(known - {name for fault in FAULTS for name in fault.rules})
    print(f"recall: shipped rules without a fault in the table: {', '.join(untried) or 'none'}")


def _told(one: Outcome) -> str:
    if not one.fired:
        return f"{one.recording:<28}MISSED {' '.join(one.names)} (others: {', '.join(one.others) or 'none'})"
    faults = [word for word, is_well in (("NOT NAMED", one.named), ("NOT OVER", one.cleared)) if not is_well]
    wanted = f" wanted {one.names}" if not one.named else ""
    others = f" (others: {', '.join(one.others)})" if one.others else ""
    begin = f"{one.recording:<28}{' '.join(faults) or 'ok'} after {one.after_seconds:.0f} s{wanted}"
    return f"{begin}: {one.row}: {one.words}{others}"


def print_silent(rule: str, devices: Sequence[Recorded]) -> None:
    """Print whether what is no fault stays silent."""
    faults = [one for one in SILENT if not rule or rule in one.rules]
    outcomes = list(tried(places(faults, devices)))
    for fault in faults:
        found = [one for one in outcomes if one.fault == fault.name]
        loud = [one for one in found if one.fired]
        print(f"silent: {fault.name}: {len(found) - len(loud)} of {len(found)} recordings")
        for one in loud:
            print(f"    {one.recording:<28}LOUD {one.fired} {one.row}: {one.words}")


def main() -> int:
    """Poll, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recall", action="store_true")
    parser.add_argument("--rule", default="")
    parser.add_argument("--device", action="append", default=[], metavar="NAME")
    parser.add_argument("--profiles", action="append", default=[], type=Path, metavar="DIR")
    parser.add_argument("--mibs", action="append", default=[], type=Path, metavar="DIR")
    options = parser.parse_args()
    paths, mibs = tuple(options.profiles), tuple(options.mibs)
    if options.recall and (paths or mibs):
        parser.error("--recall is about the shipped profiles: without --profiles and --mibs")
    names_of(mibs)
    devices = [one for one in recorded_devices() if not options.device or one.name in options.device]
    if not devices:
        print(f"alarms: nothing to poll: no such recording, or none beside this checkout, in {CORPUS}")
        return 2 if options.device else 0
    began = time.monotonic()
    try:
        shipped_rules(shipped())
    except InvalidFile as exc:
        print(f"alarms: the shipped rules cannot be read:\n{exc}")
        return 1
    if options.recall:
        print_recall(options.rule, devices)
        print_silent(options.rule, devices)
    else:
        alerts = [one for one in raised_on(devices, paths, mibs) if not options.rule or one.rule == options.rule]
        print_raised(alerts, is_whole=not options.rule and not options.device)
    print(f"{time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
