"""What a command costs before it does anything. `python tests/bench/bench_start.py`.

CPU seconds, user and system, of a process from its start to its end, as a multiple of `python -c pass` in the same
interpreter, taken in turns; medians. Figures to reach: --help and completion <= 20 x, translate and get <= 30 x, with
and without a configuration.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import SecretStr

from netwatch.model import Credential
from netwatch.simulator import SimulatedDevice, SimulatedNetwork

ROUNDS = 15
NETWATCH = "import sys; sys.argv[0] = 'netwatch'; from netwatch.cli import main; main()"
SYS_NAME = "1.3.6.1.2.1.1.5.0"
HELP, ASKED = 20, 30


def cpu_seconds(program: str, arguments: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> float:
    """Return what a run of a Python program costs, its own children included."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )  # fmt: skip
    assert process.stderr is not None
    said = process.stderr.read()
    process.stderr.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or said:
        raise SystemExit(f"{arguments} ended with {process.returncode}: {said.decode()}")
    return usage.ru_utime + usage.ru_stime


def completion(words: str) -> dict[str, str]:
    """Return what bash says when TAB is pressed behind these words."""
    return {"_NETWATCH_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}


def commands(port: int, config: Path) -> dict[str, tuple[int, Sequence[str], Mapping[str, str]]]:
    """Return what is measured: the multiple to reach, the arguments, the environment."""
    named = {"NETWATCH_CONFIG": str(config)}
    return {
        "--help": (HELP, ["--help"], {}),
        "TAB behind netwatch tr": (HELP, [], completion("netwatch tr")),
        "TAB behind netwatch get c": (HELP, [], completion("netwatch get c") | named),
        "TAB behind netwatch explain I": (HELP, [], completion("netwatch explain I") | named),
        "translate, no configuration": (ASKED, ["translate", "sysName.0"], {}),
        "translate, configuration": (ASKED, ["translate", "sysName.0"], named),
        "get, no configuration": (ASKED, ["get", f"127.0.0.1:{port}", "-c", "public", SYS_NAME], {}),
        "get, configuration": (ASKED, ["get", "core-sw1", SYS_NAME], named),
        "get by name, no configuration": (ASKED, ["get", f"127.0.0.1:{port}", "-c", "public", "sysName.0"], {}),
    }


def measure(port: int, config: Path) -> None:
    """Print every command's figure, and whether it is reached."""
    wanted = commands(port, config)
    taken: dict[str, list[float]] = {name: [] for name in ("pass", *wanted)}
    for count in range(ROUNDS + 1):
        for name, (_, arguments, environment) in wanted.items():
            floor, cost = cpu_seconds("pass"), cpu_seconds(NETWATCH, arguments, environment)
            if count:  # the first round fills caches: compiled modules, MIB files
                taken["pass"].append(floor)
                taken[name].append(cost)
    floor = statistics.median(taken["pass"])
    print(f"{'python -c pass':<32}{floor * 1000:6.1f} ms")
    for name, (most, _, _) in wanted.items():
        cost = statistics.median(taken[name])
        ratio = cost / floor
        print(
            f"{name:<32}{cost * 1000:6.1f} ms {ratio:6.1f} x, <= {most} {'MISSED' if ratio > most else ''}".rstrip()
        )


def main() -> None:
    """Print the figures."""
    os.environ.pop("NETWATCH_CONFIG", None)
    device = SimulatedDevice("core-sw1", Credential(name="usual", version="2c", community=SecretStr("public")))
    with tempfile.TemporaryDirectory() as name, SimulatedNetwork([device]).run_in_thread():
        os.environ["XDG_CACHE_HOME"] = name
        config = Path(name) / "netwatch.yaml"
        config.write_text(f"""
credentials: {{usual: {{version: 2c, community: public}}}}
defaults: {{credential: usual}}
devices:
  - {{name: core-sw1, address: 127.0.0.1, port: {device.port}, labels: {{site: hq}}}}
  - {{name: core-sw2, address: 192.0.2.2}}
  - {{name: edge-r1, address: 192.0.2.3, depends_on: [core-sw1]}}
route: {{receiver: noc}}
receivers: [{{name: noc, email: {{to: [noc@example.net]}}}}]
smtp: {{from: netwatch@example.net, relays: [{{host: mail.example.net, port: 25}}]}}
""")
        # A first command compiles MIBs, and says so where that takes long: that is no part of what starting costs.
        subprocess.run([sys.executable, "-c", NETWATCH, "translate", "sysName.0"], capture_output=True, check=True)
        measure(device.port, config)


if __name__ == "__main__":
    sys.exit(main())
