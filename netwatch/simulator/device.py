"""A simulated device: what it holds, and the faults it has on cue.

It has no socket; agent.py answers SNMP for it. Faults that concern answering (silence, slowness, tooBig) are
only noted here, for the agent to obey.
May import: netwatch.model, the other files of this room below it. Called by: agent, network, story, tests.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from netwatch.model import Credential, Oid, Tag
from netwatch.simulator.chassis import Chassis
from netwatch.simulator.host import FIXED_DISK, RAM, Host
from netwatch.simulator.interfaces import (
    DOWN,
    IF_ENTRY,
    IF_NUMBER,
    IF_TABLE_LAST_CHANGE,
    IF_X_ENTRY,
    UP,
    Interface,
    Port,
)
from netwatch.simulator.peers import Peers
from netwatch.simulator.power import Power
from netwatch.simulator.recording import read_recording
from netwatch.simulator.traps import COLD_START, LINK_DOWN, LINK_UP, link_objects, send_trap
from netwatch.simulator.tree import DataTree, text

SYSTEM = Oid.parse("1.3.6.1.2.1.1")
EXAMPLE_ENTERPRISE = Oid.parse("1.3.6.1.4.1.32473")
"""The number kept for documentation (RFC 5612)."""
MAX_MESSAGE_BYTES = 1472


@dataclass(slots=True)
class Manners:
    """How the agent answers at the moment.

    too_big: varbinds above which it answers tooBig, None for no such limit. broken: subtrees that give genErr.
    """

    silent: bool = False
    slow_seconds: float = 0.0
    too_big: int | None = None
    broken: set[Oid] = field(default_factory=set)
    max_message_bytes: int = MAX_MESSAGE_BYTES


class SimulatedDevice:
    """Holds a tree of objects that move with its clock.

    port: 0 lets the system choose one; the agent then writes it here. `clock` counts seconds and decides
    counters and uptime; `uptime_seconds` is how long the device claims to have been up at the beginning.
    `manager` is where it sends its traps (v2c, with its community), None for nowhere.
    """

    def __init__(
        self,
        name: str,
        credential: Credential,
        *,
        address: str = "127.0.0.1",
        port: int = 0,
        descr: str = "simulated device",
        location: str = "",
        kind: int = 1,
        ports: Sequence[Port] = (),
        host: Host | None = None,
        has_battery: bool = False,
        chassis: Chassis | None = None,
        peers: Mapping[str, int] | None = None,
        uptime_seconds: float = 864_000.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name, self.credential, self.address, self.port = name, credential, address, port
        self.manners, self.tree, self.restarts = Manners(), DataTree(), 0
        self.manager: tuple[str, int] | None = None
        self.host, self.power = host, Power(clock) if has_battery else None
        self.chassis, self.peers = chassis, Peers(peers, clock) if peers else None
        self._clock, self._booted_at = clock, clock() - uptime_seconds
        self._descr, self._location, self._kind = descr, location, kind
        self.interfaces = {item.index: Interface(item, clock, self.uptime_ticks) for item in ports}
        self._put_everything()

    def uptime_ticks(self) -> int:
        """Return sysUpTime."""
        return int((self._clock() - self._booted_at) * 100) % 2**32

    def load_recording(self, path: Path, *, alone: bool = False) -> tuple[str, ...]:
        """Serve what a real device said, over what is here or `alone`; sysUpTime goes on moving.

        Returns skipped lines.
        """
        recording = read_recording(path)
        if alone:
            self.tree = DataTree()
        for oid, tag, value in recording.objects:
            self.tree.put(oid, tag, value)
        self.tree.put(SYSTEM.child(3, 0), Tag.TIME_TICKS, self.uptime_ticks)
        return recording.skipped

    # What can go wrong with what it holds.

    def interface_down(self, index: int) -> None:
        """Lose the link: ifOperStatus down, no more traffic, and a linkDown trap."""
        self.interfaces[index].set_oper_status(DOWN)
        self._tell(LINK_DOWN, link_objects(index, UP, DOWN))

    def interface_up(self, index: int) -> None:
        """Have the link again, and say so with a linkUp trap."""
        self.interfaces[index].set_oper_status(UP)
        self._tell(LINK_UP, link_objects(index, UP, UP))

    def lose_interface(self, index: int) -> None:
        """Drop the interface's rows without a word, as many agents do with what is dead."""
        for oid in [oid for oid in self.tree if oid[-1] == index and oid.is_under(IF_ENTRY)]:
            self.tree.remove(oid)
        for oid in [oid for oid in self.tree if oid[-1] == index and oid.is_under(IF_X_ENTRY)]:
            self.tree.remove(oid)

    def regain_interface(self, index: int) -> None:
        """Have the interface's rows again."""
        self.interfaces[index].put_into(self.tree)

    def saturate(self, index: int, ratio: float) -> None:
        """Send at this part of the interface's speed, steadily."""
        self.interfaces[index].load(ratio, ratio / 3, wobble=0.0)

    def usual_load(self, index: int) -> None:
        """Carry the traffic of the beginning."""
        port = self.interfaces[index].port
        self.interfaces[index].load(port.load_ratio, port.load_ratio / 3)

    def errors(self, index: int, per_second: float) -> None:
        """Receive broken frames at this rate, 0 for none."""
        self.interfaces[index].set_rate("in_errors", per_second)

    def discards(self, index: int, per_second: float) -> None:
        """Throw packets away before sending, at this rate, 0 for none."""
        self.interfaces[index].set_rate("out_discards", per_second)

    def cpu(self, percent: int | None) -> None:
        """Load every processor; None for the load of the beginning."""
        host = self._computer()
        host.usual_cpu() if percent is None else host.cpu(percent)

    def memory(self, percent: float) -> None:
        """Fill the physical memory."""
        self._computer().fill(RAM, percent)

    def storage(self, percent: float, descr: str | None = None) -> None:
        """Fill the disks, or the one of that name."""
        self._computer().fill(FIXED_DISK, percent, descr)

    def part(self, name: str, *, works: bool) -> None:
        """Break a part, or mend it."""
        if self.chassis is None:
            raise ValueError(f"{self.name} names no parts")
        (self.chassis.mend_part if works else self.chassis.break_part)(name)

    def peer(self, address: str, *, up: bool) -> None:
        """Lose the BGP session with a peer, or have it again."""
        if self.peers is None:
            raise ValueError(f"{self.name} has no BGP sessions")
        (self.peers.regain if up else self.peers.lose)(address)

    def reboot(self) -> None:
        """Start again: uptime and counters from zero, interfaces up, answering as usual; coldStart tells of it."""
        self._booted_at = self._clock()
        self.restarts += 1
        for interface in self.interfaces.values():
            interface.restart()
        self.recover()
        self._tell(COLD_START)

    # What can go wrong with how it answers.

    def silence(self) -> None:
        """Answer nothing."""
        self.manners.silent = True

    def slow(self, seconds: float) -> None:
        """Answer, but late."""
        self.manners.slow_seconds = seconds

    def too_big(self, limit_varbinds: int) -> None:
        """Answer tooBig to whatever would need more varbinds."""
        self.manners.too_big = limit_varbinds

    def broken(self, *subtrees: Oid) -> None:
        """Answer genErr to whatever touches one of these."""
        self.manners.broken.update(subtrees)

    def recover(self) -> None:
        """Answer as a healthy device does; what it holds stays as it is."""
        self.manners = Manners(max_message_bytes=self.manners.max_message_bytes)

    def _tell(self, trap: Oid, objects: Sequence[tuple[Oid, int]] = ()) -> None:
        """Send a trap to the manager, if there is one and the device can reach it."""
        community = self.credential.community.get_secret_value()
        if self.manager is not None and not self.manners.silent:
            send_trap(self.address, self.manager, community or "public", self.uptime_ticks(), trap, objects)

    def _computer(self) -> Host:
        if self.host is None:
            raise ValueError(f"{self.name} has no processors or disks")
        return self.host

    def _put_everything(self) -> None:
        self._put_system()
        for interface in self.interfaces.values():
            interface.put_into(self.tree)
        if self.host is not None:
            self.host.put_into(self.tree, self.uptime_ticks)
        for more in (self.power, self.chassis, self.peers):
            if more is not None:
                more.put_into(self.tree)

    def _put_system(self) -> None:
        put = self.tree.put
        put(SYSTEM.child(1, 0), Tag.OCTET_STRING, text(self._descr))
        put(SYSTEM.child(2, 0), Tag.OBJECT_IDENTIFIER, EXAMPLE_ENTERPRISE.child(1, self._kind))
        put(SYSTEM.child(3, 0), Tag.TIME_TICKS, self.uptime_ticks)
        put(SYSTEM.child(4, 0), Tag.OCTET_STRING, text("noc@example.net"))
        put(SYSTEM.child(5, 0), Tag.OCTET_STRING, text(self.name))
        put(SYSTEM.child(6, 0), Tag.OCTET_STRING, text(self._location))
        put(SYSTEM.child(7, 0), Tag.INTEGER, 72)
        put(IF_NUMBER, Tag.INTEGER, len(self.interfaces))
        put(IF_TABLE_LAST_CHANGE, Tag.TIME_TICKS, 0)
