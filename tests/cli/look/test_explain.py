"""explain, silence and ack where no agent runs: the database answers, or a sentence says what is missing."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from netwatch.cli.agent import url_of
from netwatch.cli.moments import instant_of
from netwatch.model import Alert, AlertKey, AlertState, Event, OutboxEntry, OutboxState, Transaction
from netwatch.store import Store, StoreSettings
from tests.ports import free_port

from ..conftest import NASTY, OBEYED

NOW = datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC)
FIRING = Alert(
    id="a1", key=AlertKey(rule="InterfaceDown", device="nasty", instance="ifName=Gi1/0/7"), state=AlertState.FIRING,
    labels={"severity": "critical", "ifName": "Gi1/0/7", "ifAlias": NASTY}, pending_at=NOW, firing_at=NOW,
)  # fmt: skip
ENDED = replace(
    FIRING, id="a2", key=AlertKey(rule="DeviceDown", device="gone"), state=AlertState.RESOLVED, labels={},
    resolved_at=NOW + timedelta(minutes=5),
)  # fmt: skip
SENT = OutboxEntry(
    id="m1", message_id="<m1@example.net>", envelope_sender="netwatch@example.net", recipient="noc@example.net",
    subject=f"[DOWN] {NASTY}", message=b"text", created_at=NOW, not_before=NOW, receiver="noc", alert_ids=("a1",),
    state=OutboxState.SENT, sent_at=NOW + timedelta(seconds=1), last_reply="mx: 250 kept", attempts=1,
)  # fmt: skip
FIRED = Event(
    at=NOW, kind="alert", text=f"firing: the expression is true {NASTY}", device="nasty", rule="InterfaceDown",
    instance="ifName=Gi1/0/7", alert_id="a1",
    details={"shown": f"ifOperStatus = down {NASTY}", "ifAlias": "uplink", "ifSpeed": "unknown: it gave no value"},
)  # fmt: skip
TRIED = Event(
    at=NOW + timedelta(seconds=1), kind="delivery", text="mail to noc@example.net accepted by mx: 250 kept",
    entry_id="m1", details={"attempt": "1", "relay": "mx", "phase": "end_of_data", "reply": "250 kept"},
)  # fmt: skip


@pytest.fixture
def full(config):
    """A configuration at whose address nobody listens, and whose store holds two stories."""
    config.write_text(f'{config.read_text()}web: {{listen: "127.0.0.1:{free_port()}"}}\n')

    async def fill() -> None:
        store = Store(StoreSettings(url=f"sqlite:///{config.parent / 'netwatch.db'}"))
        await store.start()
        await store.commit(Transaction(alerts=(FIRING, ENDED), entries=(SENT,), events=(FIRED, TRIED)))
        await store.stop()

    asyncio.run(fill())
    return config


def test_without_an_agent_the_database_answers_and_that_is_said(netwatch, full):
    answer = netwatch("explain", "InterfaceDown", "nasty", "Gi1/0/7", "-c", full)

    assert answer.exit_code == 0, answer.stderr
    assert "no agent answers at http://127.0.0.1:" in answer.stderr
    first = answer.stdout.splitlines()[0]
    assert first.startswith("It fires since 2026-02-28 23:59:59, and noc@example.net was told at 2026-03-01 00:00:00")
    for word in ("ifOperStatus = down", "attempt: 1", "phase: end_of_data", "accepted by mx: 250 kept"):
        assert word in answer.stdout
    assert not any(letter in answer.stdout for letter in OBEYED)


def test_every_value_behind_a_decision_is_told_when_that_is_wanted(netwatch, full):
    brief = netwatch("explain", "InterfaceDown", "nasty", "Gi1/0/7", "-c", full).stdout
    whole = netwatch("explain", "InterfaceDown", "nasty", "Gi1/0/7", "-c", full, "--verbose").stdout

    assert "ifAlias: uplink" not in brief
    assert "ifSpeed: unknown" in brief
    assert "ifAlias: uplink" in whole


def test_json_is_the_answer_for_programs(netwatch, full):
    answer = netwatch("explain", "InterfaceDown", "nasty", "ifName=Gi1/0/7", "-c", full, "--json")

    told = json.loads(answer.stdout)
    assert (told["found"], told["state"], told["instance"]) == (True, "firing", "ifName=Gi1/0/7")
    assert {line["kind"] for line in told["lines"]} >= {"rule", "alert", "mail", "attempt"}


def test_a_time_of_the_past_can_be_asked_about(netwatch, full):
    at = "2026-03-01T00:01:00Z"
    answer = netwatch("explain", "DeviceDown", "gone", "--at", at, "-c", full)

    assert answer.exit_code == 0
    assert "It fired from 2026-02-28 23:59:59 to 00:04:59 (5m), and nobody was told" in answer.stdout


@pytest.mark.parametrize(("arguments", "code", "words"), [
    (["DeviceDwn", "gone"], 1, "There is no rule DeviceDwn; did you mean DeviceDown"),
    (["DeviceDown", "gonne"], 1, "There is no device gonne; did you mean gone?"),
    (["InterfaceDown", "nasty", "Gi1/0/70"], 1, "did you mean ifName=Gi1/0/7?"),
    (["DeviceDown", "gone", "--at", "yesterday"], 2, "'yesterday' is not a time such as"),
])  # fmt: skip
def test_what_is_not_there_is_said_with_an_exit_code(netwatch, full, arguments, code, words):
    answer = netwatch("explain", *arguments, "-c", full)

    assert answer.exit_code == code
    assert words in answer.stdout + answer.stderr


@pytest.mark.parametrize("arguments", [
    ["silence", "add", "DeviceDown", "--comment", "known"],
    ["silence", "list"],
    ["silence", "expire", "abc"],
    ["ack", "InterfaceDown", "nasty"],
    ["unack", "InterfaceDown", "nasty"],
    ["forget", "InterfaceDown", "nasty"],
])  # fmt: skip
def test_what_only_an_agent_can_do_says_that_none_answers(netwatch, full, arguments):
    answer = netwatch(*arguments, "-c", full)

    assert answer.exit_code == 1
    assert "is `netwatch run` running?" in answer.stderr


@pytest.mark.parametrize("arguments", [
    ["silence", "add", "device==x", "--comment", "known"],
    ["silence", "add", "DeviceDown", "--comment", "known", "--for", "soon"],
    ["silence", "add", "DeviceDown", "--comment", "known", "--for", "0s"],
    ["silence", "add", "DeviceDown"],
])  # fmt: skip
def test_an_order_that_is_none_is_wrong_usage(netwatch, full, arguments):
    assert netwatch(*arguments, "-c", full).exit_code == 2


def test_alerts_say_who_has_them_in_hand(netwatch, full):
    async def acknowledge() -> None:
        store = Store(StoreSettings(url=f"sqlite:///{full.parent / 'netwatch.db'}"))
        await store.start()
        await store.commit(Transaction(alerts=(replace(FIRING, acked_at=NOW, acked_by="anna"),)))
        await store.stop()

    asyncio.run(acknowledge())

    assert "acknowledged by anna" in netwatch("alerts", "-c", full).stdout
    assert json.loads(netwatch("alerts", "-c", full, "--json").stdout)[0]["acked_by"] == "anna"


@pytest.mark.parametrize(("text", "instant"), [
    ("2026-02-28T22:00:00Z", NOW.replace(hour=22, minute=0, second=0)),
    ("2026-02-28T22:00:00+01:00", NOW.replace(hour=21, minute=0, second=0)),
    ("2026-02-28 22:00", NOW.replace(hour=22, minute=0, second=0)),
    ("22:30", NOW.replace(hour=22, minute=30, second=0)),
    ("22:30:07", NOW.replace(hour=22, minute=30, second=7)),
    ("-15m", NOW - timedelta(minutes=15)),
])  # fmt: skip
def test_an_instant_is_read_as_people_type_it(text, instant):
    assert instant_of(text, NOW) == instant


def test_a_time_of_day_that_is_to_come_was_yesterday():
    noon = NOW.replace(hour=12)

    assert instant_of("13:00", noon) == noon.replace(hour=13, minute=0, second=0) - timedelta(days=1)


@pytest.mark.parametrize("text", ["", "25:00", "10", "-", "-soon", "tomorrow", "2026-13-01"])
def test_what_is_no_instant_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 # the words come from several places; that it is refused counts
        instant_of(text, NOW)


@pytest.mark.parametrize(("listen", "url"), [
    ("127.0.0.1:10916", "http://127.0.0.1:10916"),
    (":10916", "http://127.0.0.1:10916"),
    ("0.0.0.0:80", "http://127.0.0.1:80"),
    ("[::]:80", "http://[::1]:80"),
    ("[2001:db8::1]:80", "http://[2001:db8::1]:80"),
])  # fmt: skip
def test_the_agent_is_asked_where_it_listens(listen, url):
    assert url_of(listen) == url
