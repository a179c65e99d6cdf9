"""Ten thousand devices fail at once: behind one parent it is one mail, unrelated ones are a few mails and a digest.

Engine, SQLite store, mailer and notifier are the real ones, the mail server keeps what it is sent; the engine's clock
is the test's, so that minutes pass in the time the work takes. NETWATCH_STORM=10000 is the full count.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import random
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netwatch.alerts import Parents, Policy, RouteSettings, Topology, build_route
from netwatch.engine import Engine
from netwatch.model import SCALARS, UNSENT, OutboxState, TableReading, Transaction
from netwatch.notify import EmailSettings, Mailer, Notifier, ReceiverSettings, Rewriter, SmtpSettings
from netwatch.profiles import load_library
from netwatch.rules import load_rule_book
from netwatch.simulator import SmtpSink
from netwatch.store import Store, StoreSettings
from tests.patience import PATIENCE_SECONDS

DEVICES = int(os.environ.get("NETWATCH_STORM", "2000"))
RULES = Path(__file__).resolve().parents[2] / "config" / "rules" / "devices.yaml"
BEGIN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
CHECKED_EVERY_SECONDS = 10
RECIPIENTS = ("one@example.net", "two@example.net")
AT_ONCE = 20 + 20
"""What smtp.storm lets a recipient have at once of what is critical."""
STILL_DOWN = ("sw3", "sw44", "sw555")
CHILDREN = [f"sw{number}" for number in range(DEVICES)]

log = logging.getLogger(__name__)


class Storm:
    """An agent without its polling, on a clock that the test turns."""

    def __init__(self, folder: Path, server: SmtpSink, devices: Iterable[str], policy: Policy) -> None:
        self.now = BEGIN
        self.server = server
        settings = SmtpSettings.model_validate({"relays": [{"host": "127.0.0.1", "port": server.port}]})
        receivers = [ReceiverSettings(name="noc", email=EmailSettings(to=list(RECIPIENTS)))]
        self.store = Store(StoreSettings(url=f"sqlite:///{folder}/netwatch.db"))
        self.mailer = Mailer(settings, receivers)
        # It sends in real time: a lease must not end while time flies.
        self.notifier = Notifier(self.store, settings, rewriting=Rewriter())
        numbers = itertools.count(1)
        self.engine = Engine(
            rules=load_rule_book([RULES], load_library().schema()).rules,
            route=build_route(RouteSettings(receiver="noc")),
            device_labels={device: {} for device in devices},
            ledger=self.store,
            mailer=self.mailer,
            policy=policy,
            clock=lambda: self.now,
            new_id=lambda: f"id-{next(numbers)}",
        )

    async def start(self) -> None:
        await self.store.start()
        await self.engine.start()
        await self.notifier.start()
        self.store.on_outbox_commit = self.notifier.wake

    async def stop(self) -> None:
        await self.notifier.stop()
        await self.engine.stop()
        await self.store.stop()

    async def live(self, up: Mapping[str, bool], seconds: int) -> None:
        """Check every device every ten seconds, each at a moment of its own, and mail what is due."""
        slots: list[list[str]] = [[] for _ in range(CHECKED_EVERY_SECONDS)]
        for device in up:
            slots[random.Random(device).randrange(CHECKED_EVERY_SECONDS)].append(device)
        for _ in range(seconds):
            self.now += timedelta(seconds=1)
            for device in slots[int(self.now.timestamp()) % CHECKED_EVERY_SECONDS]:
                self._check(device, up=up[device])
            self.mail_what_is_due()
            await asyncio.sleep(0)

    def _check(self, device: str, *, up: bool) -> None:
        columns = {"up": [int(up)], "trouble": [None if up else "no answer"]}
        self.engine.take_reading(
            TableReading(device=device, table="reachability", at=self.now, rows=SCALARS, columns=columns)
        )

    def sleep(self, seconds: int) -> None:
        """Let time pass in which nothing is checked, and mail what is due."""
        for _ in range(seconds):
            self.now += timedelta(seconds=1)
            self.mail_what_is_due()

    def mail_what_is_due(self) -> None:
        while (due := self.engine.flush_due(self.now)) is not None and due <= self.now:
            pass

    async def everything_sent(self) -> None:
        """Wait until the mail server has all that is to be sent."""
        await self.store.commit(Transaction())  # done when everything before it is
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self.store.outbox(UNSENT, 1):  # noqa: ASYNC110 - what is waited for stands in the database
                await asyncio.sleep(0.02)

    def subjects(self, recipient: str = RECIPIENTS[0]) -> list[str]:
        return [mail.subject for mail in self.server.mails if mail.recipients == (recipient,)]


@pytest.fixture
async def storm(tmp_path: Path) -> AsyncIterator[Callable[[Iterable[str], Policy], Storm]]:
    server, made = SmtpSink(), []

    def make(devices: Iterable[str], policy: Policy) -> Storm:
        made.append(Storm(tmp_path, server, devices, policy))
        return made[-1]

    await server.start()
    yield make
    for one in made:
        await one.stop()
    await server.stop()


async def test_ten_thousand_devices_behind_one_that_failed_are_one_mail_with_their_exact_number(storm):
    topology = Topology({child: Parents(names=("core",), needs="any") for child in CHILDREN})
    house = storm(["core", *CHILDREN], Policy(topology=topology))
    await house.start()
    up = dict.fromkeys(("core", *CHILDREN), True)
    await house.live(up, 10)

    started = time.monotonic()
    await house.live(dict.fromkeys(up, False), 60)
    await house.everything_sent()

    log.warning("%d behind one that failed: a minute took %.1f s", DEVICES, time.monotonic() - started)
    assert house.subjects() == ["[DOWN] core does not answer"]
    assert len(house.server.mails) == len(RECIPIENTS)
    assert re.search(rf"\b{DEVICES:,} alerts on {DEVICES:,} devices\b", house.server.mails[0].text)

    await house.live({device: device not in STILL_DOWN for device in up}, 2 * CHECKED_EVERY_SECONDS)
    house.sleep(310)
    await house.everything_sent()
    told = [f"[DOWN] {device} does not answer" for device in STILL_DOWN]
    assert sorted(house.subjects()) == sorted(["[DOWN] core does not answer", "[OK] core does not answer", *told])
    assert {alert.key.device for alert in house.engine.desk.alerts()} == set(STILL_DOWN)


async def test_ten_thousand_unrelated_failures_are_a_few_mails_and_digests_with_exact_totals(storm):
    house = storm(CHILDREN, Policy())
    await house.start()

    started = time.monotonic()
    await house.live(dict.fromkeys(CHILDREN, False), 60)
    house.sleep(60)
    await house.everything_sent()

    log.warning("%d unrelated failures: two minutes took %.1f s", DEVICES, time.monotonic() - started)
    account = await house.store.account()
    assert account.written == account.pruned + sum(account.by_state.values())
    rows = await house.store.outbox()
    for recipient in RECIPIENTS:
        subjects = house.subjects(recipient)
        alone = {subject for subject in subjects if subject.startswith("[DOWN]")}
        digests = [re.match(r"\[DIGEST\] ([\d,]+) more changes", subject) for subject in subjects]
        totals = [int(found[1].replace(",", "")) for found in digests if found]
        assert len(subjects) == len(alone) + len(totals)
        assert AT_ONCE <= len(alone) <= 2 * AT_ONCE
        assert len(alone) + sum(totals) == DEVICES
        own = [row for row in rows if row.recipient == recipient]
        sent = {row.id for row in own if row.state is OutboxState.SENT}
        told_by = Counter(row.told_by for row in own if row.state is OutboxState.DIGESTED)
        assert sorted(told_by.values()) == sorted(totals)
        assert told_by.keys() <= sent
