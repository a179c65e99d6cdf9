"""The interfaces of a simulated device: ifTable and ifXTable (RFC 2863), with traffic, and what can go wrong.

May import: netwatch.model, counters, tree. Called by: device.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from netwatch.model import Oid, Tag
from netwatch.simulator.counters import MovingCounter
from netwatch.simulator.tree import DataTree, put_column, text

IF_NUMBER = Oid.parse("1.3.6.1.2.1.2.1.0")
IF_ENTRY = Oid.parse("1.3.6.1.2.1.2.2.1")
IF_X_ENTRY = Oid.parse("1.3.6.1.2.1.31.1.1.1")
IF_TABLE_LAST_CHANGE = Oid.parse("1.3.6.1.2.1.31.1.5.0")
UP, DOWN = 1, 2
ETHERNET_CSMACD = 6
MEAN_FRAME_BYTES = 700


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """How an interface begins; `load_ratio` is its usual traffic as a part of its speed (bit/s)."""

    index: int
    name: str
    alias: str = ""
    descr: str = ""
    speed: int = 1_000_000_000
    load_ratio: float = 0.1
    connected: bool = True


class Interface:
    """One interface: states, and counters that are functions of the device's clock."""

    def __init__(self, port: Port, clock: Callable[[], float], uptime_ticks: Callable[[], int]) -> None:
        self.port = port
        self._clock, self._uptime_ticks = clock, uptime_ticks
        self.admin_status, self.oper_status = UP, UP if port.connected else DOWN
        self.last_change = 0
        now, phase = clock(), float(port.index)
        self._counters = {
            name: MovingCounter(now, wobble=0.3, phase=phase + shift)
            for shift, name in enumerate(("in_octets", "out_octets", "in_packets", "out_packets"))
        }
        faults = ("in_errors", "out_errors", "in_discards", "out_discards", "in_multicast", "in_broadcast")
        self._counters.update({name: MovingCounter(now) for name in faults})
        self._rates = dict.fromkeys(self._counters, 0.0)
        self.load(port.load_ratio, port.load_ratio / 3)
        self.set_rate("in_multicast", 0.5)
        self.set_rate("in_broadcast", 1.0)

    def count(self, name: str, bits: int = 64) -> int:
        """Return a counter as it stands now, in as many bits as the object has."""
        return int(self._counters[name].at(self._clock()) % 2**bits)

    def load(self, out_ratio: float, in_ratio: float, *, wobble: float = 0.3) -> None:
        """Carry this much traffic, as parts of the interface's speed."""
        for direction, ratio in (("in", in_ratio), ("out", out_ratio)):
            bytes_per_second = ratio * self.port.speed / 8
            self.set_rate(f"{direction}_octets", bytes_per_second, wobble=wobble)
            self.set_rate(f"{direction}_packets", bytes_per_second / MEAN_FRAME_BYTES, wobble=wobble)

    def set_rate(self, name: str, per_second: float, *, wobble: float | None = None) -> None:
        """Let a counter move at this rate while the interface is up."""
        self._rates[name] = per_second
        self._counters[name].change_rate(per_second if self.oper_status == UP else 0.0, self._clock(), wobble=wobble)

    def set_oper_status(self, status: int) -> None:
        """Go up or down: traffic stops or goes on, ifLastChange says when."""
        if status == self.oper_status:
            return
        self.oper_status, self.last_change = status, self._uptime_ticks()
        for name, rate in self._rates.items():
            self._counters[name].change_rate(rate if status == UP else 0.0, self._clock())

    def restart(self) -> None:
        """Count from zero: the device was started again."""
        self.last_change = 0
        for counter in self._counters.values():
            counter.restart(self._clock())

    def put_into(self, tree: DataTree) -> None:
        """Add the interface's rows."""
        self._put_if_entry(tree)
        self._put_if_x_entry(tree)

    def _put_if_entry(self, tree: DataTree) -> None:
        port = self.port
        mac = bytes.fromhex("0200") + port.index.to_bytes(4, "big")
        for column, tag, value in (
            (1, Tag.INTEGER, port.index),
            (2, Tag.OCTET_STRING, text(port.descr or port.name)),
            (3, Tag.INTEGER, ETHERNET_CSMACD),
            (4, Tag.INTEGER, 1500),
            (5, Tag.GAUGE32, min(port.speed, 2**32 - 1)),
            (6, Tag.OCTET_STRING, mac),
            (7, Tag.INTEGER, lambda: self.admin_status),
            (8, Tag.INTEGER, lambda: self.oper_status),
            (9, Tag.TIME_TICKS, lambda: self.last_change),
            (21, Tag.GAUGE32, 0),
            (22, Tag.OBJECT_IDENTIFIER, Oid((0, 0))),
        ):
            put_column(tree, IF_ENTRY, port.index, column, tag, value)
        for column, name in (
            (10, "in_octets"), (11, "in_packets"), (12, "in_multicast"), (13, "in_discards"), (14, "in_errors"),
            (16, "out_octets"), (17, "out_packets"), (19, "out_discards"), (20, "out_errors"),
        ):  # fmt: skip
            self._put_counter(tree, IF_ENTRY.child(column, port.index), name, Tag.COUNTER32)
        for column in (15, 18):
            put_column(tree, IF_ENTRY, port.index, column, Tag.COUNTER32, 0)

    def _put_if_x_entry(self, tree: DataTree) -> None:
        port = self.port
        for column, tag, value in (
            (1, Tag.OCTET_STRING, text(port.name)),
            (4, Tag.COUNTER32, 0),
            (5, Tag.COUNTER32, 0),
            (12, Tag.COUNTER64, 0),
            (13, Tag.COUNTER64, 0),
            (14, Tag.INTEGER, 1),
            (15, Tag.GAUGE32, port.speed // 1_000_000),
            (16, Tag.INTEGER, 2),
            (17, Tag.INTEGER, 1),
            (18, Tag.OCTET_STRING, text(port.alias)),
            (19, Tag.TIME_TICKS, 0),
        ):
            put_column(tree, IF_X_ENTRY, port.index, column, tag, value)
        for column, name in ((2, "in_multicast"), (3, "in_broadcast")):
            self._put_counter(tree, IF_X_ENTRY.child(column, port.index), name, Tag.COUNTER32)
        for column, name in (
            (6, "in_octets"), (7, "in_packets"), (8, "in_multicast"), (9, "in_broadcast"),
            (10, "out_octets"), (11, "out_packets"),
        ):  # fmt: skip
            self._put_counter(tree, IF_X_ENTRY.child(column, port.index), name, Tag.COUNTER64)

    def _put_counter(self, tree: DataTree, oid: Oid, name: str, tag: Tag) -> None:
        bits = 64 if tag is Tag.COUNTER64 else 32
        tree.put(oid, tag, lambda: self.count(name, bits))
