"""Notifications leave the outbox for a real snmptrapd, or wait there until their manager takes them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from netwatch.model import AlertState, Credential, Device, OutboxEntry, OutboxState, Transaction, Varbind
from netwatch.notify import ReceiverSettings, TrapPace, TrapSender
from netwatch.notify.snmp.compose import compose_traps
from netwatch.snmp import NotificationSender
from netwatch.store import MemoryStore
from tests.patience import PATIENCE_SECONDS

from ..conftest import Clock

ENGINE_ID = bytes.fromhex("80007ed9056e6574776174636832")
NMS = Credential(
    name="nms", version="3", user="nms", auth_protocol="SHA-256", auth_passphrase=SecretStr("authentic"),
    privacy_protocol="AES", privacy_passphrase=SecretStr("intimately"),
)  # fmt: skip
CREDENTIALS = {"public": Credential(name="public", version="2c", community=SecretStr("public")), "nms": NMS}
USERS = (
    f"createUser -e 0x{ENGINE_ID.hex()} nms SHA-256 authentic AES intimately\n"
    "createUser nms SHA-256 authentic AES intimately\nauthUser log nms priv"
)
QUICK = TrapPace(timeout=timedelta(seconds=0.05), retries=1, rest_for=timedelta(seconds=0.2),
                 grace=timedelta(seconds=0.2), dice=lambda: 0.5)  # fmt: skip
PATIENT = TrapPace(timeout=timedelta(seconds=PATIENCE_SECONDS), dice=lambda: 0.5)


class Us:
    """What this NetWatch is to its managers."""

    engine_id, boots = ENGINE_ID, 1

    def seconds(self) -> int:
        return 60


class House:
    """A sender over a memory store, and what tests ask of it."""

    def __init__(self, store: MemoryStore, sender: TrapSender, clock: Clock) -> None:
        self.store, self.sender, self._clock = store, sender, clock

    async def put(self, entries: Sequence[OutboxEntry]) -> None:
        await self.store.commit(Transaction(entries=tuple(entries)))

    def set_forward(self, by: timedelta) -> None:
        self._clock.ahead += by
        self.sender.wake()

    async def wait(self, true: Callable[[list[OutboxEntry]], bool]) -> list[OutboxEntry]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not true(rows := sorted(await self.store.outbox(), key=lambda row: row.created_at)):
            assert time.monotonic() < deadline, [(row.state, row.attempts, row.last_reply) for row in rows]
            await asyncio.sleep(0.01)
        return rows

    async def until(self, *states: OutboxState, tried: bool = True) -> list[OutboxEntry]:
        return await self.wait(
            lambda rows: [row.state for row in rows] == list(states) and all(row.attempts for row in rows if tried)
        )

    async def events(self) -> list[str]:
        return [event.text for event in reversed(await self.store.events())]


@pytest.fixture
async def house() -> AsyncIterator[Callable[..., Awaitable[House]]]:
    running: list[Any] = []

    async def start(port: int, transport: Any = None, *, pace: TrapPace = QUICK, **trap: Any) -> House:
        settings = {"to": [f"127.0.0.1:{port}"], "credential": "public", **trap}
        receivers = [ReceiverSettings.model_validate({"name": "noc", "trap": settings})]
        store, clock = MemoryStore(), Clock()
        await store.start()
        if transport is None:
            transport = NotificationSender(Us())
            await transport.start()
        sender = TrapSender(store, transport, receivers, CREDENTIALS, pace=pace, clock=clock)
        store.on_outbox_commit = sender.wake
        await sender.start()
        running.extend([sender, *([transport] if isinstance(transport, NotificationSender) else [])])
        return House(store, sender, clock)

    yield start
    for one in running:
        await one.stop()


@pytest.fixture
def entries(make_notification, make_alert) -> Callable[..., list[OutboxEntry]]:
    """Rows as the engine commits them: of a problem, or of its end."""

    def make(port: int, *, over: bool = False, at: datetime | None = None, alert: int = 1) -> list[OutboxEntry]:
        now = at or datetime.now(UTC)
        one = make_alert(
            alert,
            instance=f"ifName=Gi1/0/{6 + alert}",
            **({"state": AlertState.RESOLVED, "resolved_at": now} if over else {}),
        )
        notification = make_notification(resolved=[one]) if over else make_notification(one)
        return compose_traps(notification, managers=[f"127.0.0.1:{port}"], now=now)

    return make


@pytest.mark.parametrize(("trap", "begins", "words"), [
    ({}, "TRAP2, SNMP v2c, community public", "handed to the network"),
    ({"inform": True}, "INFORM, SNMP v2c, community public", "acknowledged"),
    ({"credential": "nms"}, "TRAP2, SNMP v3, user nms", "handed to the network"),
    ({"credential": "nms", "inform": True}, "INFORM, SNMP v3, user nms", "acknowledged"),
], ids=["v2c trap", "v2c inform", "v3 trap", "v3 inform"])  # fmt: skip
async def test_a_manager_hears_what_stands_in_the_outbox(snmptrapd, house, entries, trap, begins, words):
    daemon = snmptrapd(USERS)
    here = await house(daemon.port, pace=PATIENT, **trap)

    await here.put(entries(daemon.port))

    (row,) = await here.until(OutboxState.SENT)
    (heard,) = await daemon.until_heard()
    assert heard.startswith(begins)
    assert ".1.3.6.1.6.3.1.1.4.1.0 = OID: .1.3.6.1.4.1.32473.1.0.1" in heard
    assert '.1.3.6.1.4.1.32473.1.1.3.0 = STRING: "core-sw1"' in heard
    assert '.1.3.6.1.4.1.32473.1.1.7.0 = STRING: "Gi1/0/7 on core-sw1 is down"' in heard
    assert (row.attempts, row.last_reply) == (1, words)
    assert (await here.events())[0].endswith(f'"[DOWN] core-sw1 Gi1/0/7 InterfaceDown" {words}')


async def test_an_inform_nobody_acknowledges_is_deferred_and_tried_again(udp_port, house, entries):
    here = await house(udp_port, inform=True)

    await here.put(entries(udp_port))
    (first,) = await here.until(OutboxState.DEFERRED)
    here.set_forward(timedelta(seconds=6))
    (second,) = await here.wait(lambda rows: rows[0].attempts == 2)

    assert (first.attempts, first.last_reply) == (1, "no answer to 2 requests in 0.1 s")
    assert timedelta(seconds=4) < first.not_before - first.last_tried_at < timedelta(seconds=6)
    assert second.state is OutboxState.DEFERRED
    assert timedelta(seconds=19) < second.not_before - second.last_tried_at < timedelta(seconds=21)


async def test_an_inform_is_sent_once_its_manager_is_back(snmptrapd, house, entries):
    daemon = snmptrapd()
    here = await house(daemon.port, inform=True, pace=PATIENT)
    daemon.stop()

    await here.put(entries(daemon.port))
    await asyncio.sleep(0.1)
    daemon.go_on()

    (row,) = await here.until(OutboxState.SENT)
    assert row.last_reply == "acknowledged"
    assert (await daemon.until_heard())[0].startswith("INFORM")


async def test_a_manager_that_does_not_know_us_says_why_and_is_asked_again(snmptrapd, house, entries):
    daemon = snmptrapd()
    here = await house(daemon.port, credential="nms", inform=True, pace=PATIENT)

    await here.put(entries(daemon.port))

    (row,) = await here.until(OutboxState.DEFERRED)
    assert row.last_reply == "unknown user"


class Scripted:
    """A transport that tells what it was given, and does what a test says."""

    def __init__(self, *outcomes: Exception | None) -> None:
        self.sent: list[Sequence[Varbind]] = []
        self.outcomes = list(outcomes)
        self.gate = asyncio.Event()
        self.gate.set()

    async def send_trap(self, _manager: Device, varbinds: Sequence[Varbind]) -> None:
        self.sent.append(varbinds)
        await self.gate.wait()
        if self.outcomes and (outcome := self.outcomes.pop(0)) is not None:
            raise outcome

    send_inform = send_trap


async def test_a_problem_is_not_told_after_its_end(udp_port, house, entries):
    transport = Scripted(OSError("no route"), None)
    here = await house(udp_port, transport)
    earlier = datetime.now(UTC) - timedelta(seconds=30)

    await here.put(entries(udp_port, at=earlier))
    await here.until(OutboxState.DEFERRED)
    here.set_forward(timedelta(seconds=1))
    await here.put(entries(udp_port, over=True))
    here.set_forward(timedelta(seconds=10))

    late, told = await here.until(OutboxState.SUPERSEDED, OutboxState.SENT)
    assert late.told_by == told.id
    assert len(transport.sent) == 2


async def test_what_follows_for_a_silent_manager_waits_untried(udp_port, house, entries):
    transport = Scripted(OSError("no route"))
    here = await house(udp_port, transport, pace=TrapPace(dice=lambda: 0.5))
    await here.put(entries(udp_port))
    await here.until(OutboxState.DEFERRED)

    await here.put(entries(udp_port, alert=2))

    soon = datetime.now(UTC) + timedelta(seconds=1)
    tried, waiting = await here.wait(lambda rows: rows[-1].not_before > soon)
    assert (tried.state, waiting.state) == (OutboxState.DEFERRED, OutboxState.QUEUED)
    assert (tried.attempts, waiting.attempts, len(transport.sent)) == (1, 0, 1)


@pytest.mark.parametrize(("change", "said"), [
    ({"receiver": "gone"}, "the configuration has no receiver 'gone' with traps any more"),
    ({"message": b"Subject: x\r\n\r\n"}, "Expecting value"),
    ({"recipient": "nowhere:0"}, "is no manager such as"),
])  # fmt: skip
async def test_a_row_that_can_never_be_sent_is_given_up_aloud(udp_port, house, entries, change, said):
    here = await house(udp_port, Scripted())

    await here.put([replace(entries(udp_port)[0], **change)])

    (row,) = await here.until(OutboxState.DEAD)
    assert said in row.last_reply
    assert "not sent" in (await here.events())[0]


async def test_an_error_nobody_foresaw_costs_neither_the_row_nor_the_loop(udp_port, house, entries):
    here = await house(udp_port, Scripted(RuntimeError("secret"), None))

    await here.put(entries(udp_port))
    (row,) = await here.until(OutboxState.DEFERRED)
    here.set_forward(timedelta(seconds=6))

    assert row.last_reply == "it could not be sent (RuntimeError)"
    await here.until(OutboxState.SENT)


async def test_what_is_under_way_at_the_end_is_given_back(udp_port, house, entries):
    transport = Scripted()
    transport.gate.clear()
    here = await house(udp_port, transport)
    await here.put(entries(udp_port))
    await here.until(OutboxState.SENDING, tried=False)

    await here.sender.stop()

    (row,) = await here.until(OutboxState.QUEUED, tried=False)
    assert row.lease_until is None


async def test_mails_are_left_to_the_notifier(udp_port, house, entries, make_entries):
    here = await house(udp_port, Scripted())

    await here.put([*make_entries(), *entries(udp_port)])

    await here.until(OutboxState.QUEUED, OutboxState.SENT, tried=False)
