"""outbox shows one row in full, sends rows again and gives them up, beside a running agent or without one."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from netwatch.model import Event, OutboxEntry, OutboxKind, OutboxState, Transaction
from netwatch.store import Store, StoreReader, StoreSettings

from ..conftest import NASTY, OBEYED

NOW = datetime(2026, 2, 28, 23, 59, 59, 123456, tzinfo=UTC)


def mail() -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "netwatch@example.net", "noc@example.net", "[DOWN] core-sw1"
    message.set_content(f"Gi1/0/7 is down\n{NASTY}\n")
    message.add_alternative("<p>Gi1/0/7 is down</p>", subtype="html")
    return message.as_bytes()


DEAD = OutboxEntry(
    id="aa11", message_id="<aa11@example.net>", envelope_sender="netwatch@example.net", recipient="noc@example.net",
    subject=f"[DOWN] {NASTY}", message=mail(), created_at=NOW, not_before=NOW, receiver="noc", alert_ids=("a1",),
    state=OutboxState.DEAD, attempts=1, last_tried_at=NOW, last_reply=f"mx: 550 {NASTY}", thread_id="<root@x>",
)  # fmt: skip
SENT = replace(DEAD, id="aa22", state=OutboxState.SENT, sent_at=NOW, last_reply="mx: 250 kept")
HOOK = replace(
    DEAD, id="bb33", kind=OutboxKind.WEBHOOK, recipient="https://chat.example.net", message=b'{"a":["\\u202e"]}',
    state=OutboxState.QUEUED, last_reply="", last_tried_at=None, not_before=NOW + timedelta(days=36500),
)  # fmt: skip
TOLD = replace(DEAD, id="cc44", state=OutboxState.SUPERSEDED, told_by="aa22", last_reply="")
TRIED = Event(
    at=NOW, kind="delivery", text=f"mail to noc@example.net: refused for good: 550 {NASTY}", entry_id="aa11",
    details={"phase": "RCPT", "reply": "550 no", "relay": "mx"},
)  # fmt: skip


def settings_of(config) -> StoreSettings:
    return StoreSettings(url=f"sqlite:///{config.parent / 'netwatch.db'}")


@pytest.fixture
def full(config):
    """A configuration whose outbox holds a dead, a sent, a waiting and a superseded row."""

    async def fill() -> None:
        store = Store(settings_of(config))
        await store.start()
        await store.commit(Transaction(entries=(DEAD, SENT, HOOK, TOLD), events=(TRIED,)))
        await store.stop()

    asyncio.run(fill())
    return config


def row_of(config, entry_id: str) -> OutboxEntry:
    async def read() -> OutboxEntry | None:
        store = StoreReader(settings_of(config))
        await store.start()
        try:
            return await store.outbox_entry(entry_id)
        finally:
            await store.stop()

    found = asyncio.run(read())
    assert found is not None
    return found


@pytest.mark.parametrize("words", [["outbox"], ["outbox", "list"]], ids=" ".join)
def test_the_bare_command_and_list_print_the_same(netwatch, full, words):
    told = json.loads(netwatch(*words, "-c", full, "--state", "dead", "--state", "sent", "--json").stdout)

    assert {row["id"] for row in told} == {"aa11", "aa22"}
    assert len(json.loads(netwatch(*words, "-c", full, "--limit", 1, "--json").stdout)) == 1
    assert "aa11" in netwatch(*words, "-c", full).stdout


def test_options_before_the_word_count_as_those_behind_it(netwatch, full):
    assert json.loads(netwatch("outbox", "-c", full, "--json", "list", "--state", "dead").stdout)[0]["id"] == "aa11"
    assert netwatch("outbox", "--config", full, "show", "aa11").exit_code == 0


def test_one_row_is_shown_with_its_state_its_attempts_and_its_text(netwatch, full):
    result = netwatch("outbox", "show", "aa1", "-c", full)

    assert result.exit_code == 0
    for words in (
        "state:            dead", "recipient:        noc@example.net", "incident:         <root@x>",
        "refused for good: 550", "Subject: [DOWN] core-sw1", "Gi1/0/7 is down", "parts not shown: text/html",
    ):  # fmt: skip
        assert words in result.stdout
    assert "next try" not in result.stdout
    assert not [character for character in OBEYED if character in result.stdout]


def test_one_row_is_shown_to_programs(netwatch, full):
    told = json.loads(netwatch("outbox", "show", "aa11", "-c", full, "--json").stdout)

    assert (told["id"], told["state"], told["attempts"]) == ("aa11", "dead", 1)
    assert told["events"] == [
        {"at": "2026-02-28T23:59:59.123Z", "text": TRIED.text, "phase": "RCPT", "reply": "550 no", "relay": "mx"}
    ]
    assert told["headers"]["Subject"] == "[DOWN] core-sw1"
    assert "Gi1/0/7 is down" in told["text"]


def test_what_a_mail_tells_instead_of_others_is_shown_on_both(netwatch, full):
    assert "tells instead of: cc44" in netwatch("outbox", "show", "aa22", "-c", full).stdout
    assert "told by:          aa22" in netwatch("outbox", "show", "cc44", "-c", full).stdout


def test_json_to_be_posted_is_shown_as_json_and_obeyed_by_no_terminal(netwatch, full):
    shown = netwatch("outbox", "show", "bb", "-c", full).stdout

    assert '"a": [' in shown
    assert "next try" in shown
    assert not [character for character in OBEYED if character in shown]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["show", "zz"], 1, "no row of the outbox begins with zz"),
        (["show", "aa"], 2, "aa may mean aa11, aa22"),
        (["retry", "aa"], 2, "aa may mean aa11, aa22"),
        (["retry"], 2, "ids, or --all-dead"),
        (["drop"], 2, "say which: ids"),
        (["drop", ""], 2, "nothing may mean"),
    ],
)
def test_what_cannot_be_meant_is_told_in_words(netwatch, full, words, code, said):
    result = netwatch("outbox", *words, "-c", full)

    assert (result.exit_code, said in result.stderr, result.stdout) == (code, True, "")


def test_a_dead_row_is_sent_again_and_the_log_says_who_wanted_it(netwatch, full):
    result = netwatch("outbox", "retry", "aa1", "-c", full)

    assert result.exit_code == 0
    assert "aa11: to be sent again now, by " in result.stdout
    assert (row_of(full, "aa11").state, row_of(full, "aa11").attempts) == (OutboxState.DEFERRED, 0)
    assert "to be sent again now, by " in netwatch("outbox", "show", "aa11", "-c", full).stdout


def test_of_several_rows_each_is_told_of_and_one_that_makes_no_sense_ends_with_1(netwatch, full):
    result = netwatch("outbox", "retry", "aa22", "bb33", "cc44", "-c", full)

    assert result.exit_code == 1
    assert "aa22: it was sent at 2026-02-28 23:59:59 UTC: mx: 250 kept" in result.stderr
    assert "cc44: aa22 says it too, and was sent" in result.stderr
    assert "bb33: to be sent again now" in result.stdout


def test_all_dead_rows_are_retried_but_those_that_somebody_dropped(netwatch, full):
    assert netwatch("outbox", "drop", "bb33", "-c", full).exit_code == 0

    result = netwatch("outbox", "retry", "--all-dead", "-c", full)

    assert (result.exit_code, result.stdout.split(":")[0]) == (0, "aa11")
    assert row_of(full, "bb33").dropped_by_hand
    assert "no row is dead" in netwatch("outbox", "retry", "--all-dead", "-c", full).stdout


def test_a_dropped_row_is_given_up_and_twice_is_as_good_as_once(netwatch, full):
    first, second = netwatch("outbox", "drop", "bb33", "-c", full), netwatch("outbox", "drop", "bb33", "-c", full)

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "bb33: dropped by hand by " in first.stdout
    assert row_of(full, "bb33").state is OutboxState.DEAD
    assert netwatch("outbox", "drop", "aa22", "-c", full).exit_code == 1


def test_rows_are_retried_beside_a_running_agent(netwatch, full):
    async def beside() -> OutboxState:
        agent = Store(settings_of(full))
        await agent.start()
        result = await asyncio.to_thread(netwatch, "outbox", "retry", "aa11", "-c", full)
        assert result.exit_code == 0
        (claimed,) = await agent.claim_due(datetime.now(UTC), timedelta(minutes=1), 9)
        again = await asyncio.to_thread(netwatch, "outbox", "drop", "aa11", "-c", full)
        assert "the agent is sending it at this moment" in again.stderr
        await agent.stop()
        return claimed.state

    assert asyncio.run(beside()) is OutboxState.SENDING


@pytest.mark.parametrize("words", [["show", "aa"], ["retry", "aa"], ["drop", "aa"]], ids=" ".join)
def test_without_a_store_each_ends_with_1(netwatch, config, words):
    result = netwatch("outbox", *words, "-c", config)

    assert (result.exit_code, "no database at" in result.stderr) == (1, True)
