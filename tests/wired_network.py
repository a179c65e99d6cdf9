"""Machines of a test's own, wired up: each in namespaces of its own with snmpd, lldpd and FRR, joined by cables.

The test itself stands in one more network namespace, whose bridge reaches every machine at its port `mgmt`. A cable
runs through a patch panel (a bridge there that lets LLDP pass), so that pulling it takes the carrier from both ends.
It takes root and the daemons; where they are missing the test says so and is skipped.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.far_network import CLONE_NEWNET, may_make_networks
from tests.patience import PATIENCE_SECONDS

HERE = "10.98.0.254"
FRR = Path("/usr/lib/frr")
LLDP_MAY_PASS = 0x4000
"""Bit 14: 01-80-C2-00-00-0E, which a bridge keeps to itself otherwise."""
SNMPD = """rocommunity public
master agentx
agentXPerms 0777 0777
sysName {name}
agentaddress udp:161
"""
_ROOM = (
    "set -e; mount -t tmpfs tmpfs /run; mkdir -p /run/lldpd /run/frr; mkdir -p /var/agentx; "
    "mount -t tmpfs -o mode=777 tmpfs /var/agentx; {frr} hostname {name}; ip link set lo up; echo ready; "
    "exec sleep infinity"
)
_FRR_ROOM = "chown frr:frr /run/frr; mount -t tmpfs tmpfs /etc/frr; touch /etc/frr/vtysh.conf;"


def why_not(*programs: str | Path) -> str:
    """Return why a test cannot have machines with these programs, empty where it can."""
    missing = [str(one) for one in ("snmpd", "lldpd", "ip", "nsenter", *programs) if shutil.which(one) is None]
    return f"there is no {', '.join(missing)}" if missing else may_make_networks()


def run_wired(work: Callable[[WiredNetwork], None], place: Path, *programs: str | Path) -> None:
    """Run `work` in a thread of its own in a new network namespace; skip the test where there can be none."""
    if why := why_not(*programs):
        pytest.skip(why)
    raised: list[BaseException] = []

    def inside() -> None:
        network = WiredNetwork(place)
        try:
            if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "unshare")
            network.begin()
            work(network)
        except BaseException as exc:  # noqa: BLE001  # carried to the test, which raises it
            raised.append(exc)
        finally:
            network.end()

    thread = threading.Thread(target=inside)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]


class Machine:
    """One machine; what is run on it sees its network, its processes and its name alone."""

    def __init__(self, name: str, address: str, place: Path) -> None:
        self.name, self.address, self.place = name, address, place
        self._daemons: list[subprocess.Popen[bytes]] = []
        frr = _FRR_ROOM if FRR.exists() else ""
        command = [
            "unshare",
            "--net",
            "--mount",
            "--uts",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
            "sh",
            "-c",
        ]
        self._room = subprocess.Popen([*command, _ROOM.format(name=name, frr=frr)], stdout=subprocess.PIPE, text=True)
        assert self._room.stdout is not None
        assert self._room.stdout.readline() == "ready\n"
        children = Path(f"/proc/{self._room.pid}/task/{self._room.pid}/children").read_text("ascii")
        self.pid = int(children.split()[0])

    def run(self, *command: str | Path) -> str:
        """Run a command there to its end, and return what it prints."""
        done = subprocess.run(self._there(command), capture_output=True, text=True, timeout=PATIENCE_SECONDS)
        assert done.returncode == 0, f"{command}: {done.stderr}{done.stdout}"
        return done.stdout

    def begin(self, *command: str | Path) -> None:
        """Run a daemon there that does not go into the background by itself; it ends with the machine."""
        log = self.place / f"{self.name}.{Path(command[0]).name}.log"
        with log.open("ab") as to:
            daemon = subprocess.Popen(self._there(command), stdout=to, stderr=to, stdin=subprocess.DEVNULL)
            self._daemons.append(daemon)

    def write(self, name: str, text: str) -> Path:
        """Write a file that every user there may read."""
        path = Path("/run") / name
        Path(f"/proc/{self.pid}/root{path}").write_text(text, "utf-8")
        return path

    def has_snmp(self) -> None:
        """Start snmpd, which others may join by AgentX."""
        self.begin(
            "snmpd", "-f", "-Le", "-C", "-c", self.write("snmpd.conf", SNMPD.format(name=self.name)), "-I", "-smux"
        )

    def says(self, oid: str) -> bool:
        """Return whether its agent says anything below a name; of much it knows only when others have joined it."""
        asked = ("snmpwalk", "-v2c", "-c", "public", "-On", "-t", "2", self.address, oid)
        done = subprocess.run(
            self._there(asked), capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )
        return done.returncode == 0 and f".{oid}." in done.stdout

    def has_lldp(self, seconds: int = 1) -> None:
        """Start lldpd, which announces itself so often, but not at its port `mgmt`."""
        how = self.write("lldpd.conf", f"configure lldp tx-interval {seconds}\n")
        self.begin("lldpd", "-d", "-x", "-I", "eth*", "-S", f"Lab of {self.name}", "-O", how)

    def routes(self, daemon: str, config: str) -> None:
        """Start one of FRR's daemons."""
        path = self.write(f"{daemon}.conf", f"hostname {self.name}\n{config}")
        modules = [] if daemon == "zebra" else ["-M", "snmp"]
        self.run(FRR / daemon, "-d", *modules, "-f", path)

    def neighbours(self) -> Any:
        """Return what lldpd hears, as lldpcli prints it: a list of one interface each."""
        asked = "until lldpcli -f json0 show neighbors; do sleep 0.1; done 2>/dev/null"  # as soon as it is there
        told = json.loads(self.run("sh", "-c", asked))
        return [one for lldp in told["lldp"] for one in lldp.get("interface", [])]

    def vtysh(self, command: str) -> Any:
        """Return what FRR says."""
        return json.loads(self.run("vtysh", "-c", command))

    def end(self) -> None:
        """Take the machine away, and all that runs on it."""
        self._room.kill()
        for one in (self._room, *self._daemons):
            one.wait(PATIENCE_SECONDS)
        assert self._room.stdout is not None
        self._room.stdout.close()

    def _there(self, command: Sequence[str | Path]) -> list[str]:
        return ["nsenter", "-t", str(self.pid), "--net", "--mount", "--uts", "--pid", "--", *map(str, command)]


class WiredNetwork:
    """The machines, and the cables between them."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.machines: list[Machine] = []
        self._cables = 0

    def begin(self) -> None:
        """Make the bridge that reaches every machine."""
        ip("link set lo up", "link add mgmt0 type bridge", f"addr add {HERE}/24 dev mgmt0", "link set mgmt0 up")

    def machine(self, name: str) -> Machine:
        """Add a machine, with an address at which it is asked."""
        number = len(self.machines) + 1
        machine = Machine(name, f"10.98.0.{number}", self.place)
        self.machines.append(machine)
        ip(f"link add m{number} type veth peer name mgmt netns {machine.pid}", f"link set m{number} master mgmt0 up")
        machine.run("ip", "addr", "add", f"{machine.address}/24", "dev", "mgmt")
        machine.run("ip", "link", "set", "mgmt", "up")
        return machine

    def cable(self, one: Machine, port: str, other: Machine, other_port: str) -> Cable:
        """Join two ports that are made for it."""
        self._cables += 1
        name = f"c{self._cables}"
        ip(
            f"link add {name} type bridge group_fwd_mask {LLDP_MAY_PASS}",
            f"link add {name}a type veth peer name {port} netns {one.pid}",
            f"link add {name}b type veth peer name {other_port} netns {other.pid}",
            f"link set {name}a master {name}", f"link set {name}b master {name}",
            f"link set {name} up", f"link set {name}a up", f"link set {name}b up",
        )  # fmt: skip
        one.run("ip", "link", "set", port, "up")
        other.run("ip", "link", "set", other_port, "up")
        return Cable(name)

    def end(self) -> None:
        """Take all machines away."""
        for machine in self.machines:
            machine.end()


class Cable:
    """A cable, which can be pulled and plugged in again."""

    def __init__(self, name: str) -> None:
        self._name = name

    def pull(self) -> None:
        """Take the carrier from both ends."""
        ip(f"link set {self._name}a down", f"link set {self._name}b down")

    def plug(self) -> None:
        """Give it back."""
        ip(f"link set {self._name}a up", f"link set {self._name}b up")


def ip(*lines: str) -> None:
    """Configure the network of this thread's namespace."""
    for line in lines:
        done = subprocess.run(["ip", *line.split()], capture_output=True, text=True, env=dict(os.environ))
        assert done.returncode == 0, f"ip {line}: {done.stderr}"
