"""Prints what NetWatch knows of recorded devices, beside what another monitor read of them and what is aimed at.

    python tests/bench/knowledge.py                     the table of figures
    python tests/bench/knowledge.py --by class|os|device
    python tests/bench/knowledge.py --device NAME       every expected row, and what NetWatch said
    python tests/bench/knowledge.py --profiles DIR      with a user's profiles beside the shipped ones
    python tests/bench/knowledge.py --mibs DIR          with names of a user's MIBs; compiled at the first run, slowly

Every recording is polled once by NetWatch's own poller over UDP. Figures count rows of concepts, never raw tables.
The recordings stand beside the checkout; what alerts they raise is told by alarms.py.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.knowing.corpus import CORPUS, Recorded, objects_of, recorded_devices
from tests.bench.knowing.figures import judged
from tests.bench.knowing.full import is_expected, is_full, looks_full
from tests.bench.knowing.polled import Polled, names_of, poll_all, shipped
from tests.bench.knowing.sensors import judge_sensors
from tests.bench.knowing.states import with_states
from tests.bench.knowing.verdicts import MISSING, RIGHT, WRONG, Ground, Verdict, tally

FIGURES: Sequence[tuple[str, float | None, float | None, float | None]] = (
    ("ports", None, 99.0, 99.0),
    ("sensors", 10.9, 55.0, 90.0),
    ("states", None, 55.0, 90.0),
    ("processors", 63.0, 90.0, 95.0),
    ("memory", 42.0, 80.0, 90.0),
    ("storage", 88.0, 97.0, 97.0),
    ("version", 1.0, 70.0, 90.0),
    ("model", 10.0, 70.0, 90.0),
    ("serial", 8.0, 65.0, 85.0),
    ("ENTITY serials", 1.4, 90.0, 90.0),
    ("ENTITY models", 0.3, 90.0, 90.0),
    ("neighbours", 0.0, 97.0, 97.0),
    ("addresses", 0.0, 97.0, 97.0),
    ("VLANs", 0.0, 97.0, 97.0),
    ("BGP peers", 6.0, 85.0, 85.0),
    ("OSPF peers", 61.0, 98.0, 98.0),
)
"""Figure, what version 0.2.0 reached on recordings nobody had tuned for, what is to be reached here by the shipped
profiles alone and with a user's beside them; per cent."""
FULL_LEAST = (65.0, 85.0)
Judged = Sequence[tuple[Recorded, Polled, Sequence[Verdict]]]


def per_cent(counts: Mapping[str, int]) -> float:
    """Return the share that is right."""
    return 100.0 * counts[RIGHT] / max(1, sum(counts.values()))


def print_figures(found: Judged, *, is_own: bool = True) -> None:
    """Print the table of figures; is_own: by the shipped profiles alone."""
    verdicts = [verdict for _, _, some in found for verdict in some]
    counts = tally(verdicts, lambda verdict: verdict.figure)
    print(f"{'':<16}{'expected':>9}{'right':>7}{'wrong':>7}{'missing':>8}{'right %':>9}{'0.2.0 *':>9}{'least':>7}")
    for name, before, own, with_theirs in FIGURES:
        least = own if is_own else with_theirs
        row = counts.get(name, {RIGHT: 0, WRONG: 0, MISSING: 0})
        share = per_cent(row)
        goal = "" if least is None or not sum(row.values()) else "   reached" if share >= least else "   MISSED"
        print(
            f"{name:<16}{sum(row.values()):>9}{row[RIGHT]:>7}{row[WRONG]:>7}{row[MISSING]:>8}{share:>9.1f}"
            f"{_or_dash(before):>9}{_or_dash(least):>7}{goal}"
        )
    print("* on other recordings, which nobody had tuned for")
    grounds = tally([one for one in verdicts if one.outcome == RIGHT and one.ground], lambda one: one.figure)
    for name in ("sensors", "processors", "memory", "storage"):
        if name in grounds:
            print(f"{name} found by " + ", ".join(_grounds(verdicts, name)))
    lenient = [
        one
        for device, polled, _ in found
        for one in judge_sensors(device.facts.get("sensors", ()), polled.of("sensor"), is_lenient=True)
        if one.outcome == RIGHT
    ]
    print(f"sensors right if any row with class and value were enough, also of 0, 1, 100: {len(lenient)}")
    print_full(found, FULL_LEAST[0 if is_own else 1])
    mean = {name: _mean_share(found, name) for name in ("sensors", "processors", "memory")}
    print("mean over devices, each as weighty: " + ", ".join(f"{name} {share:.0f} %" for name, share in mean.items()))


def print_full(found: Judged, least: float) -> None:
    """Print how many devices are known in full."""
    expected = [(polled, some) for _, polled, some in found if is_expected(some)]
    full = sum(is_full(some, polled) for polled, some in expected)
    looking = sum(looks_full(polled) for _, polled, _ in found)
    share = 100 * full / max(1, len(expected))
    print(
        f"full devices (vendor and model, a processor, memory, a sensor or state): {full} of {len(expected)} of "
        f"which that is expected, {share:.1f} % (least {least:g}, {'reached' if share >= least else 'MISSED'}); "
        f"of all {len(found)} something of each is said of {looking}"
    )


def _grounds(verdicts: Sequence[Verdict], figure: str) -> list[str]:
    return [
        f"{ground} {count}"
        for ground in (Ground.OBJECT, Ground.INDEX, Ground.NAME, Ground.VALUE)
        if (count := sum(v.figure == figure and v.outcome == RIGHT and v.ground == ground for v in verdicts))
    ]


def _mean_share(found: Judged, figure: str) -> float:
    shares = [
        per_cent(counts[figure])
        for _, _, some in found
        if figure in (counts := tally(some, lambda verdict: verdict.figure))
    ]
    return sum(shares) / max(1, len(shares))


def _or_dash(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def print_by(found: Judged, what: str) -> None:
    """Print right, wrong and missing per class, or per operating system or device and figure."""
    rows: list[tuple[str, Verdict]] = [
        (_place(what, device, verdict), verdict) for device, _, verdicts in found for verdict in verdicts
    ]
    names: dict[str, list[Verdict]] = {}
    for name, verdict in rows:
        names.setdefault(name, []).append(verdict)
    print(f"{what:<44}{'right':>7}{'wrong':>7}{'missing':>8}")
    for name, verdicts in sorted(names.items()):
        counts = tally(verdicts, lambda _: "")[""]
        print(f"{name:<44}{counts[RIGHT]:>7}{counts[WRONG]:>7}{counts[MISSING]:>8}")


def _place(what: str, device: Recorded, verdict: Verdict) -> str:
    if what == "class":
        return f"{verdict.figure} {verdict.kind}".strip()
    return f"{device.os if what == 'os' else device.name:<28}{verdict.figure}"


def print_device(device: Recorded, polled: Polled, verdicts: Sequence[Verdict]) -> None:
    """Print every expected row of a device, and the rows of concepts that nothing was expected of."""
    print(f"{device.name} ({device.os}): profile {polled.profile or '-'}, {polled.requests} requests")
    if polled.trouble:
        print(f"not whole: {polled.trouble}")
    for verdict in verdicts:
        ground = f" by {verdict.ground}" if verdict.ground else ""
        said = f"   <- {verdict.found}{ground}" if verdict.found else ""
        print(f"{verdict.outcome:<8}{verdict.figure:<15}{verdict.kind:<14}{verdict.wanted}{said}")
    for concept, rows in polled.rows.items():
        print(f"\n{concept}: {len(rows)} rows")
        for row in rows:
            cells = {name: value for name, value in row.cells.items() if value is not None}
            labels = {name: text for name, text in row.labels.items() if text}
            print(
                f"  {row.index:<20} {_pairs(labels)} | {_pairs(cells)}" + (f" ({row.doubts})" if row.doubts else "")
            )
    print("\ntables: " + (", ".join(f"{name} {rows}" for name, rows in polled.tables.items()) or "none"))


def _pairs(values: Mapping[str, object]) -> str:
    return " ".join(f"{name}={value!s}" for name, value in values.items())


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--by", choices=("class", "os", "device"))
    parser.add_argument("--device", action="append", default=[], metavar="NAME")
    parser.add_argument("--profiles", action="append", default=[], type=Path, metavar="DIR")
    parser.add_argument("--mibs", action="append", default=[], type=Path, metavar="DIR")
    parser.add_argument("--only", default="", metavar="FIGURE", help="with --by or --device: this figure alone")
    parser.add_argument("--not-right", action="store_true", help="with --device: only what is not right")
    return parser.parse_args()


def main() -> int:
    """Poll, judge, print."""
    options = arguments()
    devices = [one for one in with_states(recorded_devices()) if not options.device or one.name in options.device]
    if not devices:
        print(f"knowledge: nothing to poll: no such recording, or none beside this checkout, in {CORPUS}")
        return 2 if options.device else 0
    began = time.monotonic()
    paths, mibs = tuple(options.profiles), tuple(options.mibs)
    names_of(mibs)

    def keep(verdict: Verdict) -> bool:
        is_asked_for = not options.only or verdict.figure == options.only
        return is_asked_for and not (options.not_right and verdict.outcome == RIGHT)

    polled = {one.name: one for one in poll_all(devices, paths, mibs=mibs)}
    found = [
        (device, polled[device.name], judged(device, objects_of(device), polled[device.name])) for device in devices
    ]
    print_problems(paths, mibs)
    if options.device:
        for device, one, verdicts in found:
            print_device(device, one, [verdict for verdict in verdicts if keep(verdict)])
        return 0
    print_figures(found, is_own=not paths)
    print_cost(list(polled.values()), time.monotonic() - began)
    if options.by:
        print()
        print_by([(device, one, [v for v in verdicts if keep(v)]) for device, one, verdicts in found], options.by)
    return 0


def print_problems(paths: tuple[Path, ...], mibs: tuple[Path, ...]) -> None:
    """Print what is wrong with profile files: what one of them says is not asked then."""
    for problem in shipped(paths, mibs).problems:
        print(f"profiles: {problem}")


def print_cost(polled: Sequence[Polled], seconds: float) -> None:
    """Print what it took, and what could not be read."""
    print(
        f"{len(polled)} first polls: {sum(one.cpu_seconds for one in polled):.2f} s CPU, "
        f"{sum(one.requests for one in polled)} requests, {sum(one.varbinds for one in polled)} varbinds; "
        f"{seconds:.0f} s in all"
    )
    for one in polled:
        if one.trouble:
            print(f"  not whole: {one.name}: {one.trouble}")


if __name__ == "__main__":
    raise SystemExit(main())
