"""Prints what NetWatch reads of other programs' definitions: files, keys it does not know, metrics, tags.

    python tests/bench/definitions.py                      every folder beside the checkout
    python tests/bench/definitions.py --folder DIR         one folder
    python tests/bench/definitions.py --names              with every metric that is not read
    python tests/bench/definitions.py --load               only what it costs to load all folders, cold and cached

By file: of the metrics and tags that a file names, those that its profile has. By recording: of the metrics whose
objects a recorded device has, those that one poll brings under their names, and of their rows those with every tag;
a tag may be empty, as the alias of most ports is.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from netwatch.errors import NetWatchError
from netwatch.model import InvalidFile, Oid, TableReading, read_yaml
from netwatch.polling import PollingSettings, poll_once
from netwatch.profiles import ProfileLibrary, load_library
from netwatch.profiles.symbols import plain_name
from netwatch.snmp import Snmp
from tests.bench.knowing.agent import RecordedAgent, listening
from tests.bench.knowing.corpus import CORPUS, Recorded, cells_of, recorded_devices
from tests.bench.knowing.polled import device_at

ROOT = Path(__file__).resolve().parents[2]
WHOLE = ("librenms", "datadog", "netdata/default", "snmp_exporter/snmp.yml")
"""What a user of all four programs has; loaded together with the shipped profiles."""
GOALS = (("cold", "CPU s", 3.0), ("cached", "CPU s", 0.4), ("cold", "MB", 60.0), ("cached", "MB", 60.0))
LOAD = """
import sys, time
from pathlib import Path
from netwatch.profiles import load_library
import netwatch.profiles.loading
def resident():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1]) / 1024
before, began = resident(), time.process_time()
library = load_library([Path(name) for name in sys.argv[1:]])
took = time.process_time() - began
print(took, resident() - before, len(library.names()))
"""
FOLDERS = ("datadog/default_profiles", "netdata/default", "netdata/metadata")
SYS_OBJECT_ID = Oid.parse("1.3.6.1.2.1.1.2.0")
VALUES = re.compile(r"'[^']*'|\d[\d.]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A metric that a file names: the column (None of a constant), its tags, and the columns that rows come from."""

    name: str
    oid: Oid | None
    tags: tuple[str, ...] = ()
    rows_of: tuple[Oid, ...] = ()
    is_scalar: bool = False


@dataclass(slots=True)
class Count:
    """Of how many how many are right; what is not is named."""

    right: int = 0
    all: int = 0
    missing: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, *, is_right: bool) -> None:
        """Count one."""
        self.all += 1
        self.right += is_right
        if not is_right:
            self.missing[name] += 1

    def __str__(self) -> str:
        return f"{self.right} of {self.all} ({100 * self.right / max(1, self.all):.1f} %)"


def wanted_of(data: Any) -> Iterator[Wanted]:
    """Yield the metrics of one file, as the format has them."""
    for entry in (data or {}).get("metrics") or ():
        tags = [tag for tag in entry.get("metric_tags") or () if isinstance(tag, Mapping)]
        names = tuple(plain_name(str(tag["tag"])) for tag in tags if tag.get("tag"))
        own = [oid for tag in tags if not tag.get("index_transform") and (oid := _oid_of(tag.get("symbol")))]
        for symbol in entry.get("symbols") or ():
            oid = _oid_of(symbol)
            rows = (oid,) if oid else tuple(own)
            yield Wanted(name=plain_name(str(symbol.get("name"))), oid=oid, tags=names, rows_of=rows)
        if "symbols" not in entry:
            symbol = entry.get("symbol", entry)
            suffix = (entry.get("options") or {}).get("metric_suffix")
            name = f"{symbol.get('name')}.{suffix}" if suffix else str(symbol.get("name"))
            yield Wanted(name=plain_name(name), oid=_oid_of(symbol), is_scalar=True)


def _oid_of(symbol: Any) -> Oid | None:
    text = symbol.get("OID") if isinstance(symbol, Mapping) else None
    try:
        return Oid.parse(str(text)) if text else None
    except ValueError:
        return None


def yaml_files(folder: Path) -> dict[str, Any]:
    """Return what the files of a folder hold, by the names of their profiles; nothing where one cannot be read."""
    found: dict[str, Any] = {}
    for path in sorted(folder.rglob("*.yaml")):
        try:
            found[path.stem] = read_yaml(path).data
        except InvalidFile as exc:
            print(f"  {path.name}: {str(exc)[:200]}")
            found[path.stem] = {}
    return found


def with_bases(name: str, files: Mapping[str, Any], seen: frozenset[str] = frozenset()) -> Iterator[Wanted]:
    """Yield the metrics of a file and of all it extends."""
    data = files.get(name) or {}
    for base in data.get("extends") or ():
        below = Path(str(base)).stem
        if below not in seen and below in files:
            yield from with_bases(below, files, seen | {name})
    yield from wanted_of(data)


def print_files(library: ProfileLibrary, files: Mapping[str, Any], *, names: bool) -> None:
    """Print what of the files' metrics and tags their profiles have."""
    metrics, tags = Count(), Count()
    for name, data in files.items():
        if name not in library.names():
            continue
        profile = library.named(name)
        columns = {column.name for table in profile.tables for column in table.columns}
        columns |= {column.name for column in profile.scalars}
        labels = {label.name for table in profile.tables for label in table.labels} | columns
        for one in wanted_of(data):
            metrics.add(f"{name}: {one.name}", is_right=one.name in columns)
            for tag in one.tags:
                tags.add(f"{name}: tag {tag}", is_right=tag in labels)
    loaded = sum(name in library.names() for name in files)
    print(f"  files {len(files)}, loaded {loaded}; metrics named {metrics}, their tags {tags}")
    if names:
        for text in (*metrics.missing, *tags.missing):
            print(f"    not read: {text}")


def print_problems(library: ProfileLibrary) -> None:
    """Print what is not done, one line for each kind."""
    kinds = Counter((one.severity, VALUES.sub("..", one.message)) for one in library.problems)
    for (severity, message), count in kinds.most_common():
        print(f"  {count:>5} {severity}: {message[:140]}")


async def readings_of(device: Recorded, library: ProfileLibrary) -> Sequence[TableReading]:
    """Poll a recording once."""
    client = Snmp(PollingSettings())
    await client.start()
    try:
        agent = RecordedAgent(cells_of(device))
        async with listening(agent):
            return (await poll_once(device_at(device.name, agent.port), library, client))[1]
    except NetWatchError as exc:
        print(f"  {device.name}: {exc}")
        return ()
    finally:
        await client.stop()


def print_recorded(library: ProfileLibrary, files: Mapping[str, Any], *, names: bool) -> None:
    """Print what one poll of each recorded device brings of what its profile names."""
    metrics, rows, devices = Count(), Count(), 0
    for device in recorded_devices():
        values = {Oid(cell[0]): cell[-1] for cell in cells_of(device)}
        oids, given = set(values), values.get(SYS_OBJECT_ID)
        profile = library.match(given if isinstance(given, Oid) else None)
        if profile.name not in files:
            continue
        devices += 1
        readings = asyncio.run(readings_of(device, library))
        above = {Oid(oid[:depth]) for oid in oids for depth in range(6, len(oid))}
        for one in dict.fromkeys(with_bases(profile.name, files)):
            if one.is_scalar and one.oid not in oids:
                continue
            if not one.is_scalar and not any(oid in above for oid in one.rows_of):
                continue
            reading = next((r for r in readings if any(v is not None for v in r.columns.get(one.name, ()))), None)
            metrics.add(f"{profile.name}: {one.name}", is_right=reading is not None)
            if reading is None or one.is_scalar:
                continue
            for row, value in enumerate(reading.columns[one.name]):
                labels = reading.rows.labels_of(row)
                lost = [tag for tag in one.tags if tag not in labels and tag not in reading.columns]
                if value is not None:
                    rows.add(f"{profile.name}: {one.name} without {', '.join(lost)}", is_right=not lost)
    print(f"  {devices} recordings: metrics present {metrics}, rows with all tags {rows}")
    if names:
        for text, count in (*metrics.missing.most_common(40), *rows.missing.most_common(40)):
            print(f"    {count:>5} {text}")


def print_load(folders: Sequence[Path]) -> None:
    """Print what it costs to load all folders with the shipped profiles, in a process of its own each time."""
    with TemporaryDirectory() as cache:
        environment = {**os.environ, "CACHE_DIRECTORY": cache, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", LOAD, *map(str, folders)]
        found: dict[tuple[str, str], float] = {}
        for how in ("cold", "cached"):
            told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
            seconds, megabytes, profiles = map(float, told.split())
            found[how, "CPU s"], found[how, "MB"] = seconds, megabytes
            print(f"{how}: {profiles:.0f} profiles, {seconds:.2f} CPU s, {megabytes:.0f} MB more resident")
    for how, unit, most in GOALS:
        print(f"  {how}, at most {most:g} {unit}: {'reached' if found[how, unit] <= most else 'MISSED'}")


def main() -> int:
    """Load each folder, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", action="append", default=[], type=Path)
    parser.add_argument("--names", action="store_true")
    parser.add_argument("--load", action="store_true")
    options = parser.parse_args()
    whole = [path for name in WHOLE if (path := CORPUS / "definitions" / name).exists()]
    if whole and not options.folder:
        print_load(whole)
    if options.load:
        return 0
    folders = options.folder or [CORPUS / "definitions" / name for name in FOLDERS]
    for folder in filter(Path.is_dir, folders):
        began = time.process_time()
        library = load_library([folder])
        print(f"{folder.parent.name}/{folder.name}: {time.process_time() - began:.2f} s CPU with the shipped ones")
        files = yaml_files(folder)
        print_files(library, files, names=options.names)
        print_problems(library)
        print_recorded(library, files, names=options.names)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
