"""Peers for the wire: devices on loopback, and an agent in a few lines that answers as a test tells it to."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from pydantic import SecretStr

from netwatch.model import Credential, Device, Missing, Oid, Tag, Varbind
from netwatch.snmp import FastLane, Message, Pdu, PduKind, decode_message, encode_message
from tests.patience import PATIENCE_SECONDS

Answer = Message | bytes | None
Behaviour = Callable[[Message], Answer | Iterable[Answer]]


class Agent(asyncio.DatagramProtocol):
    """A UDP responder; `behave` turns each request into nothing, a message, bytes, or several of them."""

    def __init__(self, behave: Behaviour) -> None:
        self.behave = behave
        self.requests: list[Message] = []
        self.askers: list[Any] = []
        self.transport: asyncio.DatagramTransport
        self.port = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        request = decode_message(data)
        self.requests.append(request)
        self.askers.append(addr)
        answers = self.behave(request)
        for answer in [answers] if answers is None or isinstance(answers, Message | bytes) else answers:
            if answer is not None:
                self.transport.sendto(answer if isinstance(answer, bytes) else encode_message(answer), addr)


class Table:
    """What a well-behaved agent knows: GET, GETNEXT and GETBULK over varbinds in order."""

    def __init__(self, varbinds: Iterable[Varbind]) -> None:
        self.varbinds = sorted(varbinds, key=lambda varbind: varbind.oid)
        self.oids = [varbind.oid for varbind in self.varbinds]

    def __call__(self, request: Message) -> Message:
        pdu = request.pdu
        assert isinstance(pdu, Pdu)
        oids = [varbind.oid for varbind in pdu.varbinds]
        if pdu.kind == PduKind.GET:
            return self.reply(request, [self.exact(oid) for oid in oids])
        if pdu.kind == PduKind.GET_NEXT:
            return self.reply(request, [self.after(oid) for oid in oids])
        found: list[Varbind] = []
        for _ in range(pdu.error_index):
            row = [self.after(oid) for oid in oids]
            found += row
            oids = [varbind.oid for varbind in row]
        return self.reply(request, found[:200])

    def exact(self, oid: Oid) -> Varbind:
        missing = Varbind(oid=oid, tag=Tag.NO_SUCH_INSTANCE, value=Missing.NO_SUCH_INSTANCE)
        place = bisect_left(self.oids, oid)
        return self.varbinds[place] if self.oids[place : place + 1] == [oid] else missing

    def after(self, oid: Oid) -> Varbind:
        end = Varbind(oid=oid, tag=Tag.END_OF_MIB_VIEW, value=Missing.END_OF_MIB_VIEW)
        return next(iter(self.varbinds[(place := bisect_right(self.oids, oid)) : place + 1]), end)

    @staticmethod
    def reply(request: Message, varbinds: Iterable[Varbind], status: int = 0, index: int = 0) -> Message:
        assert isinstance(request.pdu, Pdu)
        pdu = Pdu(
            kind=PduKind.RESPONSE, request_id=request.pdu.request_id, error_status=status, error_index=index,
            varbinds=tuple(varbinds),
        )  # fmt: skip
        return replace(request, pdu=pdu)

    @classmethod
    def error(cls, request: Message, status: int, index: int = 0) -> Message:
        assert isinstance(request.pdu, Pdu)
        return cls.reply(request, request.pdu.varbinds, status, index)


@pytest.fixture
def table() -> type[Table]:
    """The maker of well-behaved agents."""
    return Table


@pytest.fixture
async def agent() -> AsyncIterator[Callable[..., Any]]:
    """A factory of agents: `await agent(behaviour)`; they listen on 127.0.0.1 or the address given."""
    agents: list[Agent] = []

    async def start(behave: Behaviour, host: str = "127.0.0.1", port: int = 0) -> Agent:
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_datagram_endpoint(lambda: Agent(behave), local_addr=(host, port))
        agents.append(protocol)
        return protocol

    yield start
    for one in agents:
        one.transport.close()


@pytest.fixture
async def lane() -> AsyncIterator[FastLane]:
    """A fast lane that runs; its loop must meet no exception nobody caught."""
    trouble: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: trouble.append(context))
    lane = FastLane()
    await lane.start()
    yield lane
    await lane.stop()
    assert trouble == []


@pytest.fixture
def device() -> Callable[..., Device]:
    """A maker of devices on loopback that are waited for as long as a test waits, and asked four times."""

    def make(port: int, version: Any = "2c", community: str = "public", **more: Any) -> Device:
        credential = Credential(name="lab", version=version, community=SecretStr(community))
        defaults = {
            "name": f"device-{port}",
            "address": "127.0.0.1",
            "timeout": timedelta(seconds=PATIENCE_SECONDS),
            "retries": 3,
        }
        return Device(port=port, credential=credential, **{**defaults, **more})

    return make


@pytest.fixture
def counted() -> Callable[..., float]:
    """A counter's step since the test began: `counted("netwatch_x_total", cause="y")`."""

    def value(name: str, labels: dict[str, str]) -> float:
        return REGISTRY.get_sample_value(name, labels) or 0.0

    before = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for metric in REGISTRY.collect()
        for sample in metric.samples
    }

    def step(name: str, **labels: str) -> float:
        return value(name, labels) - before.get((name, tuple(sorted(labels.items()))), 0.0)

    return step
