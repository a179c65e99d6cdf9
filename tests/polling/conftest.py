"""A clock turned by hand, a small profile, and an agent on a real socket that does what a test wants."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from pydantic import SecretStr

from netwatch.errors import FastLaneRefused
from netwatch.model import (
    ColumnKind,
    Credential,
    Device,
    Memory,
    Missing,
    Oid,
    ReadingGap,
    TableReading,
    Tag,
    Value,
    Varbind,
)
from netwatch.polling import PollingSettings
from netwatch.polling.clock import Wakefulness
from netwatch.profiles import GENERIC, ColumnSpec, LabelSpec, Profile, ProfileLibrary, TableSpec
from netwatch.snmp import Message, Pdu, PduKind, Snmp, decode_message, encode_message
from tests.patience import PATIENCE_SECONDS

IF_ENTRY = Oid.parse("1.3.6.1.2.1.2.2.1")
IFX_ENTRY = Oid.parse("1.3.6.1.2.1.31.1.1.1")


class TurnedClock:
    """Stands still until it is turned."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.asleep = 0.0
        self._wakefulness = Wakefulness(self.monotonic(), self.elapsed())
        self.wall = datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds

    def elapsed(self) -> float:
        return self.seconds + self.asleep

    def awake_for(self) -> float:
        return self._wakefulness.awake_for(self.monotonic(), self.elapsed())

    def now(self) -> datetime:
        return self.wall

    def sleep(self, seconds: float) -> None:
        """Let the machine sleep: time passes everywhere but on the monotonic clock."""
        self.asleep += seconds
        self.wall += timedelta(seconds=seconds)

    def turn(self, seconds: float) -> None:
        self.seconds += seconds
        self.wall += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> TurnedClock:
    """Both clocks in one, turned by hand."""
    return TurnedClock()


def counter(name: str, oid: Oid, kind: ColumnKind = ColumnKind.COUNTER32, wide_of: str = "") -> ColumnSpec:
    return ColumnSpec(name=name, oid=oid, kind=kind, wide_of=wide_of)


@pytest.fixture
def interfaces() -> TableSpec:
    """A small ifTable: octets in both widths, errors, status, speed, and the three names."""
    return TableSpec(
        name="ifTable",
        oid=Oid.parse("1.3.6.1.2.1.2.2"),
        walk=IF_ENTRY.child(8),
        identity="ifName",
        rate_limit="ifHighSpeed",
        discontinuity=IFX_ENTRY.child(19),
        columns=(
            counter("ifHCInOctets", IFX_ENTRY.child(6), ColumnKind.COUNTER64, wide_of="ifInOctets"),
            counter("ifInOctets", IF_ENTRY.child(10)),
            counter("ifInErrors", IF_ENTRY.child(14)),
            ColumnSpec(name="ifOperStatus", oid=IF_ENTRY.child(8), kind=ColumnKind.ENUM),
            ColumnSpec(name="ifHighSpeed", oid=IFX_ENTRY.child(15), kind=ColumnKind.GAUGE),
            ColumnSpec(name="ifSpecific", oid=IF_ENTRY.child(22), kind=ColumnKind.TEXT),
        ),
        labels=(
            LabelSpec(name="ifIndex", index_position=1),
            LabelSpec(name="ifName", oid=IFX_ENTRY.child(1)),
            LabelSpec(name="ifDescr", oid=IF_ENTRY.child(2)),
        ),
    )


class ScriptedAgent(asyncio.DatagramProtocol):
    """A v2c agent on a real socket over a tree of values that a test changes as it likes.

    silent:  it hears and says nothing. lost: how many of the next requests it does not hear.
    asked:   the instances of every GET, request by request. most_at_once: requests waiting for their answer.
    hidden:  instances that a walk shows and a GET does not, as broken agents have them.
    """

    def __init__(self) -> None:
        self.cells: dict[Oid, tuple[int, Value]] = {}
        self.silent = False
        self.lost = 0
        self.error_status = self.walk_error = 0
        self.delay = 0.0
        self.asked: list[list[Oid]] = []
        self.walks = 0
        self.at_once = self.most_at_once = 0
        self.hidden: set[Oid] = set()
        self.port = 0
        self._transport: asyncio.DatagramTransport | None = None
        self._tree: list[Oid] = []
        self._tree_of: set[Oid] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        try:
            message = decode_message(data)
        except FastLaneRefused:  # version 3
            return
        assert isinstance(message.pdu, Pdu)
        if self.silent or self.lost or message.community != b"public":
            self.lost = max(0, self.lost - 1)
            return
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        varbinds = self._answer(message.pdu)
        error = self.error_status if message.pdu.kind is PduKind.GET else self.walk_error
        answer = Pdu(
            kind=PduKind.RESPONSE,
            request_id=message.pdu.request_id,
            error_status=error,
            error_index=1 if error else 0,
            varbinds=varbinds,
        )
        asyncio.get_running_loop().call_later(self.delay, self._send, replace(message, pdu=answer), addr)

    def _send(self, message: Message, addr: tuple[str, int]) -> None:
        assert self._transport is not None
        self.at_once -= 1
        if not self._transport.is_closing():
            self._transport.sendto(encode_message(message), addr)

    def _answer(self, pdu: Pdu) -> tuple[Varbind, ...]:
        names = [varbind.oid for varbind in pdu.varbinds]
        if pdu.kind is PduKind.GET:
            self.asked.append(names)
            return tuple(self._exact(name) for name in names)
        self.walks += 1
        found: list[Varbind] = []
        rounds = pdu.error_index if pdu.kind is PduKind.GET_BULK else 1
        tree = self._sorted()
        for _ in range(min(rounds, 20)):
            row = [self._next(tree, name) for name in names]
            names = [varbind.oid for varbind in row]
            found += row
        return tuple(found)

    def _sorted(self) -> list[Oid]:
        if self._tree_of != self.cells.keys():
            self._tree_of, self._tree = set(self.cells), sorted(self.cells)
        return self._tree

    def _exact(self, name: Oid) -> Varbind:
        if name not in self.cells or name in self.hidden:
            return Varbind(oid=name, tag=Tag.NO_SUCH_INSTANCE, value=Missing.NO_SUCH_INSTANCE)
        tag, value = self.cells[name]
        return Varbind(oid=name, tag=tag, value=value)

    def _next(self, tree: list[Oid], name: Oid) -> Varbind:
        place = bisect_right(tree, name)
        if place == len(tree):
            return Varbind(oid=name, tag=Tag.END_OF_MIB_VIEW, value=Missing.END_OF_MIB_VIEW)
        tag, value = self.cells[tree[place]]
        return Varbind(oid=tree[place], tag=tag, value=value)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    # -- what it is made of --------------------------------------------------------------------------------------

    def set(self, name: str, tag: Tag, value: Value) -> None:
        self.cells[Oid.parse(name)] = (tag, value)

    def remove(self, name: str) -> None:
        prefix = Oid.parse(name)
        self.cells = {oid: cell for oid, cell in self.cells.items() if not oid.is_under(prefix)}

    @property
    def ticks(self) -> int:
        value = self.cells[UPTIME][1]
        assert isinstance(value, int)
        return value

    @ticks.setter
    def ticks(self, ticks: int) -> None:
        self.cells[UPTIME] = (Tag.TIME_TICKS, ticks)

    def add_interface(self, number: int, name: str) -> None:
        self.set(f"1.3.6.1.2.1.2.2.1.2.{number}", Tag.OCTET_STRING, f"Ethernet {name}".encode())
        self.set(f"1.3.6.1.2.1.2.2.1.8.{number}", Tag.INTEGER, 1)
        self.set(f"1.3.6.1.2.1.2.2.1.10.{number}", Tag.COUNTER32, 0)
        self.set(f"1.3.6.1.2.1.2.2.1.14.{number}", Tag.COUNTER32, 0)
        self.set(f"1.3.6.1.2.1.2.2.1.22.{number}", Tag.OBJECT_IDENTIFIER, Oid((0, 0)))
        self.set(f"1.3.6.1.2.1.31.1.1.1.1.{number}", Tag.OCTET_STRING, name.encode())
        self.set(f"1.3.6.1.2.1.31.1.1.1.6.{number}", Tag.COUNTER64, 0)
        self.set(f"1.3.6.1.2.1.31.1.1.1.15.{number}", Tag.GAUGE32, 1000)
        self.set(f"1.3.6.1.2.1.31.1.1.1.19.{number}", Tag.TIME_TICKS, 0)
        numbers = {oid[-1] for oid in self.cells if oid.is_under(IF_ENTRY.child(8))}
        self.set("1.3.6.1.2.1.2.1.0", Tag.INTEGER, len(numbers))

    def set_octets(self, number: int, octets: int) -> None:
        self.set(f"1.3.6.1.2.1.31.1.1.1.6.{number}", Tag.COUNTER64, octets)

    def advance(self, clock: TurnedClock, seconds: float) -> None:
        """Let time pass here and at the device."""
        clock.turn(seconds)
        self.ticks += round(seconds * 100)


UPTIME = Oid.parse("1.3.6.1.2.1.1.3.0")


@pytest.fixture
async def agent() -> AsyncIterator[ScriptedAgent]:
    """A switch of two interfaces that has been up for an hour."""
    scripted = ScriptedAgent()
    scripted.ticks = 360_000
    scripted.set("1.3.6.1.2.1.1.1.0", Tag.OCTET_STRING, b"Example switch\r\nRelease 1")
    scripted.set("1.3.6.1.2.1.1.2.0", Tag.OBJECT_IDENTIFIER, Oid.parse("1.3.6.1.4.1.8072.3.2.10"))
    scripted.set("1.3.6.1.2.1.1.5.0", Tag.OCTET_STRING, b"sw1.example.net")
    scripted.set("1.3.6.1.2.1.31.1.5.0", Tag.TIME_TICKS, 0)
    scripted.set("1.3.6.1.6.3.1.1.6.1.0", Tag.INTEGER, 1)  # something behind everything that is walked
    for number in (1, 2):
        scripted.add_interface(number, f"Gi{number}")
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: scripted, local_addr=("127.0.0.1", 0))
    yield scripted
    scripted.close()
    await asyncio.sleep(0)  # the loop closes the socket at its next turn


@pytest.fixture
async def client() -> AsyncIterator[Snmp]:
    """The real wire."""
    snmp = Snmp(PollingSettings())
    await snmp.start()
    yield snmp
    await snmp.stop()


@pytest.fixture
def device(agent: ScriptedAgent) -> Device:
    """The scripted agent as a device, waited for so long that only silence is taken for silence."""
    return Device(
        name="sw1",
        address="127.0.0.1",
        port=agent.port,
        credential=Credential(name="lab", version="2c", community=SecretStr("public")),
        timeout=timedelta(seconds=1),
        retries=1,
    )


@pytest.fixture
def library(interfaces: TableSpec) -> ProfileLibrary:
    """One profile for everybody: sysName, sysContact and the small ifTable."""
    scalars = (
        ColumnSpec(name="sysName", oid=Oid.parse("1.3.6.1.2.1.1.5.0"), kind=ColumnKind.TEXT),
        ColumnSpec(name="sysContact", oid=Oid.parse("1.3.6.1.2.1.1.4.0"), kind=ColumnKind.TEXT),
    )
    return ProfileLibrary({GENERIC: Profile(name=GENERIC, scalars=scalars, tables=(interfaces,))})


class Basket:
    """A sink that keeps everything, and lets a test wait for something to come."""

    def __init__(self) -> None:
        self.readings: list[TableReading] = []
        self.gaps: list[ReadingGap] = []
        self.memories: list[Memory] = []
        self._news = asyncio.Event()

    def take_reading(self, reading: TableReading) -> None:
        self.readings.append(reading)
        self._news.set()

    def take_gap(self, gap: ReadingGap) -> None:
        self.gaps.append(gap)
        self._news.set()

    def remember(self, memory: Memory) -> None:
        self.memories.append(memory)

    def of(self, table: str) -> list[TableReading]:
        return [reading for reading in self.readings if reading.table == table]

    async def until(self, condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                self._news.clear()
                await self._news.wait()


@pytest.fixture
async def basket() -> Basket:
    """A sink."""
    return Basket()
