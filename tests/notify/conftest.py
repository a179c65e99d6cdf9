"""Mails to send, an outbox to send them from, and mail servers to send them to."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from netwatch.model import (
    Alert,
    AlertGroup,
    AlertKey,
    AlertState,
    Notification,
    OutboxEntry,
    OutboxState,
    Transaction,
)
from netwatch.notify import DeadLetters, Letterhead, Notifier, Pace, Rewriter, SmtpSettings, compose
from netwatch.simulator import RoughServer
from netwatch.store import MemoryStore
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

NOW = datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC)
QUICK = Pace(
    lease_for=timedelta(seconds=10),
    probe_first=timedelta(seconds=0.03),
    probe_most=timedelta(seconds=0.1),
    login_first=timedelta(seconds=0.03),
    login_most=timedelta(seconds=0.1),
    idle_for=timedelta(seconds=2),
    grace=timedelta(seconds=0.3),
    dice=lambda: 0.5,
)


@pytest.fixture
def quick() -> Pace:
    """Waits short enough for a test, and dice that always fall in the middle."""
    return QUICK


@pytest.fixture
def make_alert() -> Callable[..., Alert]:
    def make(
        number: int = 1, *, rule: str = "InterfaceDown", instance: str = "ifName=Gi1/0/7", **changes: Any
    ) -> Alert:
        fields: dict[str, Any] = {
            "state": AlertState.FIRING,
            "labels": {"severity": "critical", "ifAlias": "uplink to edge-r1"},
            "annotations": {"summary": "Gi1/0/7 on core-sw1 is down"},
            "pending_at": NOW - timedelta(minutes=4),
            "firing_at": NOW - timedelta(minutes=3),
        }
        key = AlertKey(rule=rule, device=changes.pop("device", "core-sw1"), instance=instance)
        return Alert(id=str(number), key=key, **{**fields, **changes})

    return make


@pytest.fixture
def make_notification(make_alert: Callable[..., Alert]) -> Callable[..., Notification]:
    def make(*firing: Alert, resolved: Sequence[Alert] = (), **changes: Any) -> Notification:
        group = AlertGroup(
            key="noc/core-sw1",
            receiver="noc",
            labels={"device": "core-sw1"},
            thread_id="0123456789abcdef",
            opened_at=NOW - timedelta(minutes=3),
            subject=changes.pop("subject", "core-sw1 Gi1/0/7 InterfaceDown"),
            escalation=changes.pop("escalation", ""),
        )
        fields: dict[str, Any] = {"group": group, "at": NOW, "sequence": 1, **changes}
        return Notification(
            firing=firing if firing or resolved else (make_alert(),), resolved=tuple(resolved), **fields
        )

    return make


@pytest.fixture
def make_entries(make_notification: Callable[..., Notification]) -> Callable[..., list[OutboxEntry]]:
    """Real mails as they would stand in the outbox, made this moment."""

    def make(*recipients: str) -> list[OutboxEntry]:
        composition = compose(
            make_notification(),
            recipients=recipients or ("noc@example.net",),
            letterhead=Letterhead(sender="NetWatch <netwatch@example.net>"),
            now=datetime.now(UTC),
        )
        return list(composition.entries)

    return make


class Clock:
    """The time of day, which a test may set forward."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Post:
    """A notifier over a memory store, and what tests ask of it."""

    def __init__(self, store: MemoryStore, notifier: Notifier, letters: DeadLetters, clock: Clock) -> None:
        self.store, self.notifier, self.letters, self._clock = store, notifier, letters, clock

    def set_forward(self, by: timedelta) -> None:
        self._clock.ahead += by
        self.notifier.wake()
        self.letters.wake()

    async def put(self, entries: Sequence[OutboxEntry]) -> None:
        await self.store.commit(Transaction(entries=tuple(entries)))

    async def rows(self) -> list[OutboxEntry]:
        return sorted(await self.store.outbox(), key=lambda entry: entry.recipient)

    async def until(
        self, condition: Callable[[list[OutboxEntry]], bool], seconds: float = PATIENCE_SECONDS
    ) -> list[OutboxEntry]:
        deadline = time.monotonic() + seconds
        while not condition(rows := await self.rows()):
            if time.monotonic() > deadline:
                raise AssertionError(f"after {seconds} s: {[(row.state, row.last_reply) for row in rows]}")
            await asyncio.sleep(0.01)
        return rows

    async def until_state(self, *states: OutboxState, seconds: float = PATIENCE_SECONDS) -> list[OutboxEntry]:
        return await self.until(lambda rows: [row.state for row in rows] == list(states), seconds)

    async def until_tried(self, seconds: float = PATIENCE_SECONDS) -> OutboxEntry:
        """Return the one row after its first try."""
        rows = await self.until(
            lambda rows: rows[0].last_tried_at is not None and rows[0].state is not OutboxState.SENDING, seconds
        )
        return rows[0]

    async def events(self) -> list[str]:
        return [event.text for event in await self.store.events() if event.kind == "delivery"]


@pytest.fixture
async def post() -> AsyncIterator[Callable[..., Awaitable[Post]]]:
    """Start a notifier with these relays; it is stopped at the end."""
    running: list[Notifier | DeadLetters] = []

    async def start(
        *relays: dict[str, Any], store: MemoryStore | None = None, pace: Pace = QUICK, **more: Any
    ) -> Post:
        entries = [{"host": "127.0.0.1", "timeout": "60s", **relay} for relay in relays]
        settings = SmtpSettings.model_validate(
            {"from": "NetWatch <netwatch@example.net>", "relays": entries, "check_interval": "0s", **more}
        )
        store = store or MemoryStore()
        await store.start()
        clock = Clock()
        letters = DeadLetters(store, settings, clock=clock)
        notifier = Notifier(letters, settings, rewriting=Rewriter(), pace=pace, clock=clock)
        store.on_outbox_commit = notifier.wake
        await letters.start()
        await notifier.start()
        running.extend([letters, notifier])
        return Post(store, notifier, letters, clock)

    yield start
    for notifier in running:
        await notifier.stop()


@pytest.fixture
async def rough() -> AsyncIterator[Callable[..., Awaitable[RoughServer]]]:
    """Start a mail server that misbehaves by this script."""
    running: list[RoughServer] = []

    async def start(script: Any = None, **more: Any) -> RoughServer:
        server = RoughServer(script, **more)
        await server.start()
        running.append(server)
        return server

    yield start
    for server in running:
        await server.stop()


class Sink:
    """A real Postfix smtp-sink and the mails it wrote down."""

    def __init__(self, port: int, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.port, self._folder, self._process = port, folder, process

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE_SECONDS)

    @property
    def mails(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self._folder.iterdir())]


@pytest.fixture
def smtp_sink(tmp_path: Path) -> Iterator[Callable[..., Sink]]:
    """Start smtp-sink with these flags; it is ended after the test."""
    program = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        pytest.skip("smtp-sink is missing: install the Debian package postfix")
    running: list[subprocess.Popen[bytes]] = []

    def start(*flags: str, port: int = 0) -> Sink:
        folder = tmp_path / f"sink{len(running)}"
        folder.mkdir()
        port = port or free_port()
        user = ("-u", "root") if tmp_path.owner() == "root" else ()
        running.append(
            subprocess.Popen(
                [program, *user, *flags, "-d", "m.", f"127.0.0.1:{port}", "32"],
                cwd=folder,
                stderr=subprocess.DEVNULL,
            )
        )
        _until_listening(port)
        return Sink(port, folder, running[-1])

    yield start
    for process in running:
        process.kill()
        process.wait(PATIENCE_SECONDS)


def _until_listening(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.01)
    raise AssertionError(f"nothing listens on port {port}")
