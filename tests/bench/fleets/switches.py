"""A fleet of switches that a process of its own answers for, and what is done to them.

Called by: tests/bench/fleet.py.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

AGENT = Path(__file__).with_name("agent.c")
COMPILER = shutil.which("cc")
PORTS = 48
INTEGER, OCTETS, OBJECT_ID, COUNTER32, GAUGE32, TICKS, COUNTER64 = "2", "4", "6", "65", "66", "67", "70"
SYSTEM, IF_ENTRY, IFX_ENTRY = "1.3.6.1.2.1.1", "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
GIGABIT = 1_000_000_000


def recording(name: str, object_id: str, description: str) -> str:
    """Return what a 48-port switch answers: system, the whole ifTable and ifXTable."""
    system = (
        (1, OCTETS, description), (2, OBJECT_ID, object_id), (3, TICKS, 0), (4, OCTETS, "noc@example.net"),
        (5, OCTETS, name), (6, OCTETS, "Rack 4"), (7, INTEGER, 6),
    )  # fmt: skip
    lines = [f"{SYSTEM}.{column}.0|{kind}|{value}" for column, kind, value in system]
    lines.append(f"1.3.6.1.2.1.2.1.0|{INTEGER}|{PORTS}")
    for port in range(1, PORTS + 1):
        lines += (f"{IF_ENTRY}.{column}.{port}|{kind}|{value}" for column, kind, value in _if_row(port))
        lines += (f"{IFX_ENTRY}.{column}.{port}|{kind}|{value}" for column, kind, value in _ifx_row(port))
    return "\n".join(lines) + "\n"


def _if_row(port: int) -> Iterator[tuple[int, str, object]]:
    octets = 10**9 + port * 7919
    yield from ((1, INTEGER, port), (2, OCTETS, f"GigabitEthernet1/0/{port}"), (3, INTEGER, 6), (4, INTEGER, 1500))
    yield from ((5, GAUGE32, GIGABIT), (6, "4x", f"02000000{port:04x}"), (7, INTEGER, 1), (8, INTEGER, 1))
    yield from ((9, TICKS, 1000 + port), (10, COUNTER32, octets), (11, COUNTER32, octets // 700))
    yield from ((column, COUNTER32, 0) for column in (12, 13, 14, 15))
    yield from ((16, COUNTER32, octets), (17, COUNTER32, octets // 700))
    yield from ((column, COUNTER32, 0) for column in (18, 19, 20))
    yield from ((21, GAUGE32, 0), (22, OBJECT_ID, "0.0"))


def _ifx_row(port: int) -> Iterator[tuple[int, str, object]]:
    octets = 10**12 + port * 7919
    yield (1, OCTETS, f"Gi1/0/{port}")
    yield from ((column, COUNTER32, value) for column, value in ((2, 5), (3, 7), (4, 5), (5, 7)))  # as their twins
    yield from ((6, COUNTER64, octets), (7, COUNTER64, octets // 700), (8, COUNTER64, 5), (9, COUNTER64, 7))
    yield from ((10, COUNTER64, octets), (11, COUNTER64, octets // 700), (12, COUNTER64, 5), (13, COUNTER64, 7))
    yield from ((14, INTEGER, 1), (15, GAUGE32, 1000), (16, INTEGER, 2), (17, INTEGER, 1))
    yield from ((18, OCTETS, f"to host{port}.example.net"), (19, TICKS, 0))


class Switches:
    """The running agent, by numbers of devices from 0 on."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process, self.port = process, port

    def address(self, number: int) -> str:
        """Return where a device is asked."""
        return f"127.1.{number // 256}.{number % 256}"

    def are(self, first: int, last: int, word: str) -> None:
        """Make devices `silent`, `slow`, `well` or `replaced`, the last one included."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{first} {last} {word}\n")
        self._process.stdin.flush()

    def polled(self, last: int) -> int:
        """Return how many of the devices up to this one were asked a plan since `forget`."""
        assert self._process.stdout is not None
        self.are(0, last, "polled")
        return int(self._process.stdout.readline())

    def forget(self) -> None:
        """Count anew."""
        self.are(0, 0, "unpolled")


@contextlib.contextmanager
def switches(folder: Path) -> Iterator[Switches]:
    """Compile and run the agent."""
    program, usual, other = folder / "agent", folder / "usual.snmprec", folder / "other.snmprec"
    subprocess.run([str(COMPILER), "-O2", "-o", program, AGENT], check=True)
    usual.write_text(recording("access", "1.3.6.1.4.1.9.1.1208", "Cisco IOS Software, C2960X, Version 15.2(7)E3"))
    other.write_text(recording("other", "1.3.6.1.4.1.30065.1.3011.7048", "Arista Networks EOS version 4.28.3M"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [str(program), str(port), str(usual), str(other)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()  # it says that it is ready
        yield Switches(process, port)
