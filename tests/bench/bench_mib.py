"""How long MIBs take: cold, from the cache, and per answer. `python tests/bench/bench_mib.py [CACHE]`.

Figures to reach: IF-MIB and its imports cold <= 1 s, 50 cached modules <= 0.2 s; a trap with 4 varbinds is translated
several ten thousand times per CPU second. Of a tree of 1,000 vendor files: cached start <= 1.2 CPU seconds, index
<= 90 MB of memory. Compiling the tree takes a minute of CPU time and more; with CACHE it is done once.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from netwatch.mib import LoadOptions, MibIndex, load_index
from netwatch.model import Oid, shipped_directory

SHARED = Path(os.environ.get("NETWATCH_SHARED", Path(__file__).resolve().parents[3] / "shared"))
OFFICIAL = SHARED / "corpus/mibs/net-snmp"
IF_MIB = ["IF-MIB", "SNMPv2-SMI", "SNMPv2-TC", "SNMPv2-CONF", "SNMPv2-MIB", "IANAifType-MIB"]


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """Return the shortest of some runs."""
    best = float("inf")
    for _ in range(times):
        begun = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begun)
    return best


def files(names: list[str]) -> list[Path]:
    """Return the official files where the corpus is at hand, else ours."""
    official = [OFFICIAL / f"{name}.txt" for name in names]
    return official if all(path.is_file() for path in official) else [shipped_directory("mibs") / n for n in names]


def per_second(work: Callable[[], object], count: int) -> str:
    """Return how often some work is done per CPU second."""
    begun = time.process_time()
    for _ in range(count):
        work()
    return f"{count / (time.process_time() - begun):>12,.0f} per CPU second"


def translated(index: MibIndex, varbinds: list[tuple[Oid, int]]) -> list[tuple[str, str]]:
    """Name and format the varbinds of a linkDown."""
    return [(index.name_of(oid), index.format(oid, value)) for oid, value in varbinds]


TREE = """
import resource, sys, time
from pathlib import Path
from netwatch.mib import LoadOptions, load_index
from netwatch.model import Oid

def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

load_index(options=LoadOptions(cache=Path(sys.argv[1])))
before, begun = resident(), time.process_time()
index = load_index(list(map(Path, sys.argv[2:])), options=LoadOptions(cache=Path(sys.argv[1])))
took, size = time.process_time() - begun, resident() - before
for module in index.modules:
    index.objects_of(module)
print(took, size / 2**20, (resident() - before) / 2**20, len(index), index.errors)
"""


def tree(cache: Path, count: int) -> None:
    """Print what a tree of so many vendor files costs a process: where nothing was compiled yet, then at a start."""
    files = sorted(path for path in OFFICIAL.parent.rglob("*") if path.is_file())[:count]
    for state in ("first", "cached"):
        begun = time.perf_counter()
        words = [sys.executable, "-c", TREE, str(cache), *map(str, files)]
        said = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
        took, size, used, known, errors = map(float, said)
        print(
            f"{len(files)} vendor files, {state:<6} {took:6.2f} CPU s ({took / 1.2:5.2f} x 1.2 s), "
            f"index {size:5.1f} MB ({size / 90:4.2f} x 90), {used:5.1f} MB when every object was asked for; "
            f"{known:,.0f} definitions, {errors:.0f} errors; {time.perf_counter() - begun:.1f} s"
        )


def main() -> None:
    """Print the figures."""
    if OFFICIAL.is_dir():
        with tempfile.TemporaryDirectory() as kept:
            tree(Path(sys.argv[1] if len(sys.argv) > 1 else kept), 1000)
    with tempfile.TemporaryDirectory() as name:
        cold = LoadOptions(cache=None, shipped=False)
        print(
            f"IF-MIB and its imports, cold      {seconds(lambda: load_index(files(IF_MIB), options=cold), 3):8.3f} s"
        )
        ours = LoadOptions(cache=Path(name))
        print(f"our own modules, cold             {seconds(lambda: load_index(options=ours)):8.3f} s")
        print(f"our own modules, cached           {seconds(lambda: load_index(options=ours), 5):8.3f} s")
        if OFFICIAL.is_dir():
            fifty = LoadOptions(cache=Path(name), shipped=False)
            paths = sorted(OFFICIAL.iterdir())[:50]
            load_index(paths, options=fifty)
            print(f"50 official modules, cached       {seconds(lambda: load_index(paths, options=fifty), 5):8.3f} s")
        answers(load_index(options=ours))


def answers(index: MibIndex) -> None:
    """Print how quick the index answers."""
    status = index.oid_of("ifOperStatus.10101")
    address = index.oid_of('ipAddressIfIndex.ipv6."2001:db8::1"')
    obj, suffix = index.object_at(address)
    assert obj is not None
    varbinds = [(index.oid_of(f"{name}.10101"), 2) for name in ("ifIndex", "ifAdminStatus", "ifOperStatus", "ifType")]
    print(f"name_of                     {per_second(lambda: index.name_of(status), 50_000)}")
    print(f"oid_of                      {per_second(lambda: index.oid_of('IF-MIB::ifOperStatus.10101'), 20_000)}")
    print(f"format an enumeration       {per_second(lambda: index.format(status, 2), 50_000)}")
    print(f"decode_index, IPv6          {per_second(lambda: index.decode_index(obj, suffix), 20_000)}")
    print(f"linkDown with 4 varbinds    {per_second(lambda: translated(index, varbinds), 10_000)}")


if __name__ == "__main__":
    sys.exit(main())
