"""Holds /snmp against the real snmp_exporter: the same series for real recordings, and what a scrape costs both.

Run as `python tests/bench/exporter.py [PART_OF_A_NAME ...]`; SNMP_EXPORTER names a release other than the one that is
installed. It needs gcc, and the recordings, snmp.yml and the C agent that stand beside the checkout. Figures are CPU
time of the two processes in the same run; take the ratio.
"""

from __future__ import annotations

import asyncio
import ipaddress
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HERE))

from netwatch.exporter import Exporter, Targets, read_definitions  # noqa: E402
from netwatch.polling import PollingSettings  # noqa: E402
from netwatch.snmp import Snmp  # noqa: E402
from netwatch.web import Server, WebSettings, create_app  # noqa: E402
from tests.ports import free_port  # noqa: E402
from tests.snmp_exporter import Peer, find_peer, for_peer, heads_of, is_old, running, series_of  # noqa: E402
from tests.web.house import House  # noqa: E402

SHARED = HERE.parent / "shared"
SNMP_YML = SHARED / "corpus" / "definitions" / "snmp_exporter" / "snmp.yml"
FOLDERS = ("recordings", "recordings-c")
SCRAPES = 60
TARGET = 5.0
ASK = "import sys, urllib.request\nfor _ in range(int(sys.argv[2])): urllib.request.urlopen(sys.argv[1]).read()"


@contextmanager
def agent(folder: Path, recording: Path) -> Iterator[int]:
    """The lab's agent with one recording; counters stand still, so that both are told the same."""
    program, port = folder / "fastagent", free_port()
    if not program.exists():
        subprocess.run(["gcc", "-O2", "-o", program, SHARED / "lab" / "fastagent.c"], check=True)
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([program, recording, str(port), "0", "1472"], stdout=quiet, stderr=quiet)
    try:
        time.sleep(0.2)
        yield port
    finally:
        process.kill()
        process.wait()


async def compare(peer: Peer, exporter: Exporter, recordings: Sequence[Path], modules: Sequence[str], folder: Path,
                  *, old: bool) -> int:  # fmt: skip
    """Print a line for each module that some recording has series of; return how many series are different."""
    series, devices, wrong = Counter[str](), Counter[str](), Counter[str]()
    examples: dict[str, str] = {}
    for recording in recordings:
        with agent(folder, recording) as port:
            for module in modules:
                target = f"127.0.0.1:{port}"
                status, text = await asyncio.to_thread(peer.scrape, target=target, module=module)
                answer = await exporter.scrape({"target": [target], "module": [module], "strict": ["1"]})
                theirs, ours = series_of(text) if status == 200 else {}, {}
                if answer.status == 200:
                    ours = series_of(answer.body.decode())
                differ = [name for name in theirs.keys() | ours.keys() if theirs.get(name) != ours.get(name)]
                differ = [name for name in differ if not (old and name.startswith("snmp_scrape"))]
                heads = heads_of(text) ^ heads_of(answer.body.decode()) if status == 200 and not old else set()
                wrong[module] += len(differ) + len(heads) + (status != answer.status)
                if differ or heads or status != answer.status:
                    example = (*differ, *heads, f"status {status} and {answer.status}")[0]
                    examples.setdefault(module, f"{recording.name}: {example}")
                own = sum(name.startswith("snmp_scrape") for name in theirs)
                series[module] += max(0, len(theirs) - own)
                devices[module] += len(theirs) > own
    print(f"{'module':<24}{'devices':>8}{'series':>9}{'different':>11}")
    for module in modules:
        if devices[module] or wrong[module]:
            print(
                f"{module:<24}{devices[module]:>8}{series[module]:>9}{wrong[module]:>11}  {examples.get(module, '')}"
            )
    print(f"{'all':<24}{len(recordings):>8}{series.total():>9}{wrong.total():>11}")
    return wrong.total()


async def cost(peer: Peer, exporter: Exporter, folder: Path) -> None:
    """Print what a scrape of if_mib of a 48-port switch costs both, HTTP included."""
    switch = folder / "switch.snmprec"
    switch.write_bytes(await asyncio.to_thread(_switch))
    app = create_app(House(), House(), WebSettings(listen="127.0.0.1:0"), "bench", scraper=exporter)  # type: ignore[arg-type]
    server = Server(app, WebSettings(listen="127.0.0.1:0"))
    await server.start()

    async def ask(port: int, times: int) -> None:
        url = f"http://127.0.0.1:{port}/snmp?module=if_mib&target=127.0.0.1:{asked}"
        asking = await asyncio.create_subprocess_exec(sys.executable, "-c", ASK, url, str(times))
        assert await asking.wait() == 0

    with agent(folder, switch) as asked:
        await ask(server.port, 5)
        await ask(peer.port, 5)
        ours, theirs = time.process_time(), peer.cpu_seconds()
        await ask(server.port, SCRAPES)
        ours = time.process_time() - ours
        await ask(peer.port, SCRAPES)
        theirs = peer.cpu_seconds() - theirs
    await server.stop()
    ratio = theirs / ours
    print(
        f"if_mib of 48 ports, CPU of a scrape: snmp_exporter {theirs / SCRAPES * 1e3:.1f} ms, NetWatch"
        f" {ours / SCRAPES * 1e3:.1f} ms: 1/{ratio:.1f}   target 1/{TARGET:g}:"
        f" {'reached' if ratio >= TARGET else 'MISSED'}"
    )


def _switch() -> bytes:
    maker = [sys.executable, SHARED / "lab" / "make_switch.py", "48"]
    return subprocess.run(maker, capture_output=True, check=True).stdout


async def measure(program: str, parts: Sequence[str]) -> int:
    """Compare, then measure; return how many series are different."""
    content: dict[str, Any] = yaml.load(SNMP_YML.read_text(), Loader=yaml.CSafeLoader)
    for module in content["modules"].values():  # some recordings end in the middle: not 20 s for each
        module["timeout"], module["retries"] = "500ms", 0
    old = is_old(program)
    recordings = sorted(path for folder in FOLDERS for path in (SHARED / "corpus" / folder).glob("*.snmprec"))
    if parts:
        recordings = [path for path in recordings if any(part in path.name for part in parts)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        theirs = for_peer(content, old=old)
        ours = folder / "snmp.yml"
        shown = {"auths": content["auths"], "modules": theirs} if old else theirs
        ours.write_text(yaml.dump(_newer(shown) if old else shown, Dumper=yaml.CSafeDumper))
        targets = Targets([], [ipaddress.ip_network("127.0.0.0/8")], _nobody)
        exporter = Exporter(read_definitions([ours]), targets, Snmp(PollingSettings()))
        await exporter.start()
        with running(program, theirs, folder) as peer:
            wrong = await compare(peer, exporter, recordings, list(content["modules"]), folder, old=old)
            await cost(peer, exporter, folder)
        await exporter.stop()
    return wrong


def _newer(content: dict[str, Any]) -> dict[str, Any]:
    """Return the modules that were made for 0.21 as 0.30 has them: auth and version stand elsewhere."""
    bare = {
        name: {key: module[key] for key in module if key not in ("auth", "version")}
        for name, module in content["modules"].items()
    }
    return {**content, "modules": bare}


async def _nobody(name: str) -> Sequence[str]:
    return []


def main() -> int:
    """Run where everything is here; how many series are different is the exit status."""
    program = find_peer()
    if program is None or not SNMP_YML.exists() or shutil.which("gcc") is None:
        print("exporter: not measured: it needs snmp_exporter, gcc, and what stands beside the checkout")
        return 0
    return min(asyncio.run(measure(program, sys.argv[1:])), 100)


if __name__ == "__main__":
    raise SystemExit(main())
