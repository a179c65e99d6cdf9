"""What a person may do to a mail by hand: in both stores, and from another process beside a running agent."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from netwatch.errors import StoreError
from netwatch.model import OutboxState, Transaction
from netwatch.store import Act, MemoryStore, Store, StoreReader, StoreSettings, drop_entry, retry_entry
from netwatch.store.database import sqlite as sqlite_file
from tests.patience import PATIENCE_SECONDS

from .nouns import LEASE, T0, after, entry, mails, superseding

AnyStore = Store | MemoryStore
NOW = after(days=9)


async def state_of(store: AnyStore | StoreReader, entry_id: str) -> OutboxState:
    found = await store.outbox_entry(entry_id)
    assert found is not None
    return found.state


async def test_a_dead_mail_is_sent_again_with_all_its_tries_before_it(store: AnyStore):
    await store.commit(mails("m1", state=OutboxState.DEAD, attempts=30, last_tried_at=T0, last_reply="550 no"))

    handled = await store.by_hand(Act.RETRY, "m1", "anna", NOW)

    assert (handled.refused, handled.words) == (False, "to be sent again now, by anna")
    (claimed,) = await store.claim_due(NOW, LEASE, limit=9)
    assert (claimed.id, claimed.attempts, claimed.message) == ("m1", 0, entry().message)
    (said,) = await store.events(entry_ids=["m1"])
    assert (said.kind, said.at, said.group_key) == ("delivery", NOW, "noc/core-sw1")
    assert said.text == "mail to noc@example.net: to be sent again now, by anna"
    assert said.details == {"phase": "retry", "by": "anna", "before": "dead"}


@pytest.mark.parametrize("state", [OutboxState.QUEUED, OutboxState.DEFERRED, OutboxState.UNKNOWN])
async def test_a_mail_that_waits_for_its_time_is_due_at_once(store: AnyStore, state: OutboxState):
    await store.commit(mails("m1", state=state, attempts=3, not_before=after(days=9, minutes=9)))

    handled = await store.by_hand(Act.RETRY, "m1", "anna", NOW)

    assert ("perhaps" in handled.words or "may have arrived" in handled.words) == (state is OutboxState.UNKNOWN)
    assert await state_of(store, "m1") is state
    (claimed,) = await store.claim_due(NOW, LEASE, limit=9)
    assert claimed.attempts == 3


async def test_a_digested_mail_has_nothing_that_could_be_sent_but_its_digest_has(store: AnyStore):
    await store.commit(mails("m1", state=OutboxState.DIGESTED, told_by="digest", message=b""))

    early = await store.by_hand(Act.RETRY, "m1", "anna", NOW)
    await store.commit(mails("digest", state=OutboxState.DEAD))
    late = await store.by_hand(Act.RETRY, "m1", "anna", NOW)

    words = "only its subject was kept; a digest tells it"
    assert (early.refused, early.words) == (True, words)
    assert (late.refused, late.words) == (True, f"{words}, digest, which is dead; retry that one")
    assert await store.claim_due(NOW, LEASE, limit=9) == []


async def test_retrying_twice_does_nothing_more(store: AnyStore):
    await store.commit(mails("m1", state=OutboxState.DEAD))
    await store.by_hand(Act.RETRY, "m1", "anna", NOW)

    again = await store.by_hand(Act.RETRY, "m1", "bert", NOW)

    assert (again.refused, again.words) == (False, "it is due already and will be sent as soon as it can be")
    assert len(await store.events()) == 1


async def test_what_was_sent_is_not_sent_again(store: AnyStore):
    await store.commit(mails("m1", state=OutboxState.SENT, sent_at=T0, last_reply="mx: 250 kept"))

    handled = await store.by_hand(Act.RETRY, "m1", "anna", NOW)

    assert (handled.refused, handled.words) == (True, "it was sent at 2024-02-29 23:59:59 UTC: mx: 250 kept")
    assert (await store.by_hand(Act.DROP, "m1", "anna", NOW)).words == "nothing of it is left to send: it is sent"
    assert await store.events() == []


@pytest.mark.parametrize(
    ("state", "standing"),
    [
        (OutboxState.SENT, "was sent at 2024-02-29 23:59:59 UTC"),
        (OutboxState.QUEUED, "waits to be sent; retry that one"),
        (OutboxState.DEAD, "is dead; retry that one"),
    ],
)
async def test_a_superseded_mail_points_at_the_last_that_says_it(store: AnyStore, state: OutboxState, standing: str):
    await store.commit(mails("m1"))
    await store.commit(superseding("m2"))
    await store.commit(superseding("m3", state=state, sent_at=T0))

    handled = await store.by_hand(Act.RETRY, "m1", "anna", NOW)

    assert (handled.refused, handled.words) == (True, f"m3 says it too, and {standing}")


async def test_a_superseded_mail_whose_news_are_gone_may_be_sent(store: AnyStore):
    await store.commit(mails("m1", state=OutboxState.SUPERSEDED, told_by="pruned"))

    assert not (await store.by_hand(Act.RETRY, "m1", "anna", NOW)).refused
    assert await state_of(store, "m1") is OutboxState.QUEUED


@pytest.mark.parametrize("act", Act)
async def test_what_the_agent_is_sending_is_left_to_it(store: AnyStore, act: Act):
    await store.commit(mails("m1"))
    (claimed,) = await store.claim_due(NOW, LEASE, limit=1)

    handled = await store.by_hand(act, "m1", "anna", NOW)

    assert handled.refused
    assert "the agent is sending it at this moment" in handled.words
    assert await store.outbox_entry("m1") == claimed


async def test_what_an_agent_left_behind_may_be_dropped_and_is_due_without_a_hand(store: AnyStore):
    await store.commit(mails("m1"))
    await store.claim_due(T0, LEASE, limit=1)

    assert "due already" in (await store.by_hand(Act.RETRY, "m1", "anna", NOW)).words
    await store.by_hand(Act.DROP, "m1", "anna", NOW)

    assert await state_of(store, "m1") is OutboxState.DEAD
    assert await store.claim_due(NOW, LEASE, limit=1) == []


@pytest.mark.parametrize("state", [OutboxState.QUEUED, OutboxState.DEFERRED, OutboxState.UNKNOWN, OutboxState.DEAD])
async def test_a_dropped_mail_is_dead_and_says_who_did_it(store: AnyStore, state: OutboxState):
    await store.commit(mails("m1", state=state, last_reply="mx: 450 later"))

    handled = await store.by_hand(Act.DROP, "m1", "anna", NOW)
    again = await store.by_hand(Act.DROP, "m1", "bert", NOW)

    found = await store.outbox_entry("m1")
    assert found is not None
    assert found.last_reply == "dropped by hand by anna; before: mx: 450 later"
    assert found.dropped_by_hand
    assert (handled.refused, handled.words) == (False, "dropped by hand by anna")
    assert (again.refused, again.entry) == (False, None)
    assert len(await store.events(entry_ids=["m1"])) == 1
    assert (await store.account()).unaccounted == 0


async def test_a_dropped_mail_is_no_dead_letter_that_somebody_should_look_at(store: AnyStore):
    await store.commit(mails("m1", "m2", state=OutboxState.DEAD, last_tried_at=T0, last_reply="mx: 550 no"))
    assert (await store.ended_since(T0))[OutboxState.DEAD] == 2

    await store.by_hand(Act.DROP, "m1", "anna", NOW)

    assert (await store.ended_since(T0))[OutboxState.DEAD] == 1


async def test_a_dropped_mail_may_be_retried_all_the_same(store: AnyStore):
    await store.commit(mails("m1"))
    await store.by_hand(Act.DROP, "m1", "anna", NOW)

    await store.by_hand(Act.RETRY, "m1", "anna", NOW)

    assert await state_of(store, "m1") is OutboxState.QUEUED


async def test_a_row_that_is_not_there_is_refused(store: AnyStore):
    handled = await store.by_hand(Act.RETRY, "no such", "anna", NOW)

    assert (handled.refused, "no such row" in handled.words) == (True, True)


async def test_a_running_agent_notices_what_another_process_did(
    settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("netwatch.store.writer.LOOK_SECONDS", 0.05)
    agent = Store(settings)
    await agent.start()
    await agent.commit(mails("m1", state=OutboxState.DEAD))
    await agent.commit(mails("m2"))
    await agent.commit(Transaction())
    woken = asyncio.Event()
    agent.on_outbox_commit = woken.set

    handled = await asyncio.to_thread(retry_entry, settings, "m1", "anna", NOW)
    await asyncio.wait_for(woken.wait(), PATIENCE_SECONDS)
    dropped = await asyncio.to_thread(drop_entry, settings, "m2", "anna", NOW)

    assert (handled.refused, dropped.refused) == (False, False)
    assert [one.id for one in await agent.claim_due(NOW, LEASE, limit=9)] == ["m1"]
    assert {event.entry_id for event in await agent.events()} == {"m1", "m2"}
    await agent.stop()


def test_without_a_database_it_says_so_and_makes_none(settings: StoreSettings, database_path: Path):
    with pytest.raises(StoreError, match="no database at"):
        retry_entry(settings, "m1", "anna", NOW)
    assert not database_path.exists()


async def test_a_database_that_stays_locked_is_told_in_words(
    settings: StoreSettings, database_path: Path, monkeypatch: pytest.MonkeyPatch
):
    agent = Store(settings)
    await agent.start()
    await agent.stop()
    monkeypatch.setattr(sqlite_file, "BUSY_TIMEOUT_SECONDS", 0.05)

    with closing(sqlite3.connect(database_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE").close()
        with pytest.raises(StoreError, match="another program holds the database locked"):
            drop_entry(settings, "m1", "anna", NOW)
