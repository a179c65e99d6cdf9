"""A sink that keeps what it is told, a receiver on a free port, and net-snmp's senders."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest
from prometheus_client import REGISTRY
from pydantic import SecretStr

from netwatch.model import Credential, Device, TrapEvent
from netwatch.traps import TrapReceiver
from netwatch.traps.settings import TrapSettings

PUBLIC = Credential(name="public", version="2c", community=SecretStr("public"))


class Sink:
    """Keeps events; `hold` lets the writing wait for a test's word, `fail` lets it fail."""

    def __init__(self) -> None:
        self.events: list[TrapEvent] = []
        self.held: list[asyncio.Future[None]] = []
        self.hold = False
        self.fail: Exception | None = None

    def take_trap(self, event: TrapEvent) -> asyncio.Future[None]:
        self.events.append(event)
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.hold:
            self.held.append(written)
        elif self.fail:
            written.set_exception(self.fail)
        else:
            written.set_result(None)
        return written

    async def heard(self, count: int, within: float = 10.0) -> list[TrapEvent]:
        """Wait until events stand for `count` traps."""
        await until(lambda: sum(event.count for event in self.events) >= count, within)
        return self.events


async def until(true: Callable[[], Any], within: float = 10.0) -> None:
    """Wait for a condition, and say which one never came."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "what was waited for did not come"
        await asyncio.sleep(0.005)


def device(name: str = "router", address: str = "127.0.0.1", credential: Credential = PUBLIC) -> Device:
    return Device(name=name, address=address, credential=credential)


def total(name: str, **labels: str) -> float:
    """Return a counter's present number."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


def dropped(cause: str) -> float:
    return total("netwatch_traps_dropped_total", cause=cause)


@pytest.fixture
def sink() -> Sink:
    return Sink()


Start = Callable[..., Any]


@pytest.fixture
async def start(sink: Sink, udp_port: int) -> AsyncIterator[Start]:
    """A factory of running receivers on 127.0.0.1; further settings as keywords."""
    running: list[TrapReceiver] = []

    async def started(devices: Sequence[Device] | None = None, options: Any = None, **settings: Any) -> TrapReceiver:
        settings = {"listen": [f"127.0.0.1:{udp_port}"], "communities": ["public"], **settings}
        known = [device()] if devices is None else devices
        receiver = TrapReceiver(TrapSettings(**settings), known, sink, **(options or {}))
        await receiver.start()
        running.append(receiver)
        return receiver

    yield started
    for receiver in running:
        await receiver.stop()


@pytest.fixture
def net_snmp() -> Callable[..., Any]:
    """Run snmptrap or snmpinform; returns the exit status and what was said."""
    if shutil.which("snmptrap") is None:
        pytest.skip("net-snmp's tools are not installed (Debian package: snmp)")

    async def run(tool: str, *arguments: str, within: float = 20.0) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            tool, *arguments, env={**os.environ, "MIBS": "", "SNMP_PERSISTENT_DIR": "/nonexistent"},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await asyncio.wait_for(process.communicate(), within)
        return process.returncode or 0, said.decode(errors="replace")

    return run


@pytest.fixture
def send(udp_port: int) -> Callable[..., None]:
    """Send datagrams to the receiver from an address of loopback."""

    def sent(*datagrams: bytes, source: str = "127.0.0.1") -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.bind((source, 0))
            for datagram in datagrams:
                udp.sendto(datagram, ("127.0.0.1", udp_port))

    return sent
