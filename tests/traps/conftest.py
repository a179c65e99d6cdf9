"""A receiver on a free port, and net-snmp's senders."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from netwatch.model import Device
from netwatch.traps import TrapReceiver
from netwatch.traps.settings import TrapSettings
from tests.patience import PATIENCE_SECONDS

from .peers import Sink, device


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
def net_snmp(tmp_path: Path) -> Callable[..., Any]:
    """Run snmptrap or snmpinform; returns the exit status and what was said.

    Each run has a state directory of its own: those that start together spoil each other's engine ID.
    """
    if shutil.which("snmptrap") is None:
        pytest.skip("net-snmp's tools are not installed (Debian package: snmp)")

    runs = count()

    async def run(tool: str, *arguments: str, within: float = PATIENCE_SECONDS) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            tool, *arguments, env={**os.environ, "MIBS": "", "SNMP_PERSISTENT_DIR": str(tmp_path / str(next(runs)))},
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
