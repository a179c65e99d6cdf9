"""alerts and outbox read the store of a running or a stopped agent, and print it for people and programs."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from netwatch.model import Alert, AlertKey, AlertState, OutboxEntry, OutboxState, Transaction
from netwatch.store import Store, StoreSettings

from ..conftest import NASTY, OBEYED

NOW = datetime(2026, 2, 28, 23, 59, 59, 123456, tzinfo=UTC)
RFC3339 = re.compile(r"2026-0[23]-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")

FIRING = Alert(
    id="a1", key=AlertKey(rule="InterfaceDown", device="core-sw1", instance="ifName=Gi1/0/7"),
    state=AlertState.FIRING, labels={"severity": "critical"}, annotations={"summary": NASTY}, value=2.5,
    pending_at=NOW, firing_at=NOW,
)  # fmt: skip
PENDING = replace(
    FIRING, id="a2", key=AlertKey(rule="[red]Rule", device="core-sw2"), state=AlertState.PENDING, firing_at=None
)
RESOLVED = replace(FIRING, id="a3", state=AlertState.RESOLVED, resolved_at=NOW + timedelta(minutes=5))
QUEUED = OutboxEntry(
    id="m1", message_id="<m1@example.net>", envelope_sender="netwatch@example.net", recipient="noc@example.net",
    subject=f"[DOWN] {NASTY}", message=b"the text itself", created_at=NOW, not_before=NOW,
    receiver="noc", alert_ids=("a1",),
)  # fmt: skip
SENT = replace(QUEUED, id="m2", message_id="<m2@example.net>", subject="[OK] core-sw1 Gi1/0/7")
SENT = replace(SENT, state=OutboxState.SENT, sent_at=NOW, last_reply="250 [bold]2.0.0[/bold] kept", attempts=1)


@pytest.fixture
def full(config):
    """A configuration whose store holds three alerts and two mails."""

    async def fill() -> None:
        store = Store(StoreSettings(url=f"sqlite:///{config.parent / 'netwatch.db'}"))
        await store.start()
        await store.commit(Transaction(alerts=(FIRING, PENDING, RESOLVED), entries=(QUEUED, SENT)))
        await store.stop()

    asyncio.run(fill())
    return config


def rows(result) -> list[dict[str, object]]:
    assert result.exit_code == 0
    found: list[dict[str, object]] = json.loads(result.stdout)
    return found


def test_alerts_are_those_that_are_not_over(netwatch, full):
    assert {row["state"] for row in rows(netwatch("alerts", "-c", full, "--json"))} == {"firing", "pending"}


def test_all_alerts_are_those_and_the_resolved(netwatch, full):
    told = {row["id"]: row for row in rows(netwatch("alerts", "-c", full, "--all", "--json"))}

    assert told.keys() == {"a1", "a2", "a3"}
    assert told["a3"] == {
        "id": "a3", "alert": "InterfaceDown", "device": "core-sw1", "instance": "ifName=Gi1/0/7",
        "state": "resolved", "severity": "critical", "summary": NASTY, "value": 2.5,
        "pending_at": "2026-02-28T23:59:59.123Z", "firing_at": "2026-02-28T23:59:59.123Z",
        "gone_at": None, "resolved_at": "2026-03-01T00:04:59.123Z", "acked_at": None, "acked_by": "", "muted": "",
    }  # fmt: skip


def test_no_more_are_printed_than_asked_for(netwatch, full):
    assert len(rows(netwatch("alerts", "-c", full, "--all", "--limit", "2", "--json"))) == 2
    assert len(rows(netwatch("outbox", "-c", full, "--limit", "1", "--json"))) == 1


def test_mails_are_flat_objects_without_their_text(netwatch, full):
    told = {row["id"]: row for row in rows(netwatch("outbox", "-c", full, "--json"))}

    assert told.keys() == {"m1", "m2"}
    assert told["m1"]["subject"] == f"[DOWN] {NASTY}"
    assert (told["m1"]["state"], told["m1"]["sent_at"]) == ("queued", None)
    assert RFC3339.fullmatch(told["m2"]["sent_at"])
    assert all(not isinstance(value, list | dict) for row in told.values() for value in row.values())
    assert "the text itself" not in str(told)


def test_mails_of_some_states_can_be_asked_for(netwatch, full):
    def ids(*states: str) -> set[object]:
        chosen = [word for state in states for word in ("--state", state)]
        return {row["id"] for row in rows(netwatch("outbox", "-c", full, "--json", *chosen))}

    assert ids("queued") == {"m1"}
    assert ids("queued", "sent") == {"m1", "m2"}
    assert ids("dead") == set()


@pytest.mark.parametrize("command", [["alerts", "--all"], ["outbox"]], ids=" ".join)
@pytest.mark.parametrize("shape", [[], ["--json"]], ids=["text", "json"])
def test_nothing_in_the_store_is_obeyed_by_the_terminal(netwatch, full, command, shape):
    result = netwatch(*command, "-c", full, *shape)

    assert result.exit_code == 0
    assert not [character for character in OBEYED if character in result.stdout]
    assert ":smile:" in result.stdout
    assert "[red]markup[/red]" in result.stdout


def test_people_read_a_table(netwatch, full):
    alerts, outbox = netwatch("alerts", "-c", full).stdout, netwatch("outbox", "-c", full).stdout

    for word in ("firing", "pending", "critical", "[red]Rule", "core-sw2", "ifName=Gi1/0/7"):
        assert word in alerts
    for word in ("queued", "sent", "noc@example.net", "250 [bold]2.0.0[/bold] kept"):
        assert word in outbox


@pytest.mark.parametrize(("command", "words"), [("alerts", "all is well"), ("outbox", "no mail yet")])
def test_an_empty_store_says_so(netwatch, config, command, words):
    async def make() -> None:
        store = Store(StoreSettings(url=f"sqlite:///{config.parent / 'netwatch.db'}"))
        await store.start()
        await store.stop()

    asyncio.run(make())

    result = netwatch(command, "-c", config)

    assert (result.exit_code, words in result.stdout) == (0, True)
    assert rows(netwatch(command, "-c", config, "--json")) == []


@pytest.mark.parametrize("command", ["alerts", "outbox"])
def test_a_store_that_is_not_there_ends_with_1_and_is_not_made(netwatch, config, command):
    result = netwatch(command, "-c", config)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "netwatch.db" in result.stderr
    assert not (config.parent / "netwatch.db").exists()


def test_a_file_that_is_no_store_of_ours_ends_with_1(netwatch, config):
    (config.parent / "netwatch.db").write_bytes(b"something else entirely" * 100)

    result = netwatch("alerts", "-c", config)

    assert (result.exit_code, "Traceback" in result.stderr) == (1, False)
