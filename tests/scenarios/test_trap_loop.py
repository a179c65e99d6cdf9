"""What NetWatch tells other managers, another NetWatch understands: from an alert to an event with the same words."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from netwatch.model import (
    Alert,
    AlertGroup,
    AlertKey,
    AlertState,
    Credential,
    Device,
    Notification,
    OutboxEntry,
    OutboxState,
    Transaction,
    TrapEvent,
)
from netwatch.notify import Mailer, ReceiverSettings, SmtpSettings, TrapPace, TrapSender
from netwatch.notify.snmp.compose import ALERT_FIRING, NETWATCH_MIB
from netwatch.snmp import NotificationSender
from netwatch.store import MemoryStore
from netwatch.traps import TrapReceiver
from netwatch.traps.settings import TrapSettings
from tests.patience import PATIENCE_SECONDS

AT = datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC)
COMMUNITY = Credential(name="nms", version="2c", community=SecretStr("between-us"))
USER = Credential(
    name="nms", version="3", user="netwatch", auth_protocol="SHA-256", auth_passphrase=SecretStr("authentic"),
    privacy_protocol="AES", privacy_passphrase=SecretStr("intimately"),
)  # fmt: skip
PEER = Device(
    name="other", address="127.0.0.1", credential=Credential(name="p", version="2c", community=SecretStr("p"))
)


class Us:
    """What the sending NetWatch is to the other."""

    engine_id, boots = bytes.fromhex("80007ed9056e6574776174636833"), 5

    def seconds(self) -> int:
        return 77


class Sink:
    """Keeps what the other NetWatch heard; it is written down at once, or never where a test says so."""

    def __init__(self) -> None:
        self.events: list[TrapEvent] = []
        self.refuses = False

    def take_trap(self, event: TrapEvent) -> asyncio.Future[None]:
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.refuses:
            written.set_exception(OSError("disk full"))
        else:
            self.events.append(event)
            written.set_result(None)
        return written


@pytest.fixture
async def other(udp_port: int) -> AsyncIterator[Sink]:
    sink = Sink()
    settings = TrapSettings.model_validate(
        {"listen": [f"127.0.0.1:{udp_port}"], "communities": ["between-us"], "users": ["nms"]}
    )
    receiver = TrapReceiver(settings, [PEER], sink, users=[USER])
    await receiver.start()
    yield sink
    await receiver.stop()


async def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, "what was waited for did not come"
        await asyncio.sleep(0.01)


async def until_state(store: MemoryStore, state: OutboxState) -> OutboxEntry:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (row := (await store.outbox())[0]).state is not state:
        assert time.monotonic() < deadline, row
        await asyncio.sleep(0.01)
    return row


def notification() -> Notification:
    alert = Alert(
        id="a1", key=AlertKey(rule="InterfaceDown", device="core-sw1", instance="ifName=Gi1/0/7"),
        state=AlertState.FIRING, labels={"severity": "critical"},
        annotations={"summary": "Gi1/0/7 on core-sw1 is down"}, pending_at=AT, firing_at=AT,
    )  # fmt: skip
    group = AlertGroup(key="nms", receiver="nms", labels={}, thread_id="t", opened_at=AT)
    return Notification(group=group, at=datetime.now(UTC), firing=(alert,), resolved=(), sequence=1)


@pytest.fixture
async def tell(udp_port: int) -> AsyncIterator[Callable[..., object]]:
    """Put the notification into an outbox whose sender runs, and return the store."""
    running: list[NotificationSender | TrapSender] = []

    async def started(credential: Credential, *, inform: bool) -> MemoryStore:
        trap = {"to": [f"127.0.0.1:{udp_port}"], "credential": "nms", "inform": inform}
        receivers = [ReceiverSettings.model_validate({"name": "nms", "trap": trap})]
        store, transport = MemoryStore(), NotificationSender(Us())
        pace = TrapPace(timeout=timedelta(seconds=1), retries=1)
        sender = TrapSender(store, transport, receivers, {"nms": credential}, pace=pace)
        store.on_outbox_commit = sender.wake
        for one in (store, transport, sender):
            await one.start()
        running.extend([sender, transport])
        await store.commit(Transaction(entries=Mailer(SmtpSettings(), receivers).compose(notification()).entries))
        return store

    yield started
    for one in running:
        await one.stop()


@pytest.mark.parametrize("inform", [False, True], ids=["trap", "inform"])
@pytest.mark.parametrize("credential", [COMMUNITY, USER], ids=["v2c", "v3"])
async def test_an_alert_of_one_netwatch_is_an_event_of_the_other(other, tell, credential, inform):
    store = await tell(credential, inform=inform)

    await until(lambda: bool(other.events))
    (event,) = other.events
    values = {varbind.oid: varbind.value for varbind in event.varbinds}
    assert (event.device, event.version, event.trap_oid) == ("other", credential.version, ALERT_FIRING)
    assert (event.inform, event.user) == (inform, credential.user)
    assert event.uptime == timedelta(seconds=77)
    assert values[NETWATCH_MIB.child(1, 3, 0)] == b"core-sw1"
    assert values[NETWATCH_MIB.child(1, 6, 0)] == 2
    assert values[NETWATCH_MIB.child(1, 7, 0)] == b"Gi1/0/7 on core-sw1 is down"
    await until_state(store, OutboxState.SENT)


async def test_an_inform_the_other_could_not_keep_stays_in_the_outbox(other, tell):
    other.refuses = True

    store = await tell(COMMUNITY, inform=True)

    row = await until_state(store, OutboxState.DEFERRED)
    assert row.last_reply.startswith("no answer to 2 requests")
