"""How rows come into the outbox of both stores: superseding, telling instead of others, and the count of them all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.errors import StoreError
from netwatch.model import OutboxEntry, OutboxKind, OutboxState, Supersession, Transaction
from netwatch.store import Act, MemoryStore, Store

from ..nouns import LEASE, T0, after, entry, mails, superseding

AnyStore = Store | MemoryStore


async def states(store: AnyStore) -> dict[str, str]:
    return {one.id: f"{one.state} {one.told_by}".strip() for one in await store.outbox()}


@pytest.mark.parametrize("state", [OutboxState.QUEUED, OutboxState.DEFERRED])
async def test_a_mail_that_never_left_is_told_by_the_newer_one(store: AnyStore, state: OutboxState):
    await store.commit(mails("old", state=state, attempts=2))

    await store.commit(superseding("new", created_at=after(seconds=9)))

    assert await states(store) == {"old": "superseded new", "new": "queued"}
    new = await store.outbox_entry("new")
    assert new is not None
    assert (new.subject, new.message) == ("[OK] it came and went", b"came and went")
    (said,) = await store.events(entry_ids=["old"])
    assert (said.kind, said.at, said.group_key) == ("delivery", after(seconds=9), "noc/core-sw1")
    assert said.text == "mail to noc@example.net: superseded before it left; a newer one says it too"
    assert said.details == {"phase": "superseded", "told_by": "new"}
    assert [one.id for one in await store.outbox_told_by("new")] == ["old"]
    assert [one.id for one in await store.claim_due(after(days=1), LEASE, limit=9)] == ["new"]


@pytest.mark.parametrize(
    "state",
    [OutboxState.SENDING, OutboxState.UNKNOWN, OutboxState.SENT, OutboxState.DEAD, OutboxState.DIGESTED],
)
async def test_a_mail_that_may_have_left_or_is_settled_is_never_superseded(store: AnyStore, state: OutboxState):
    await store.commit(mails("old", state=state))

    await store.commit(superseding("new"))

    assert await states(store) == {"old": str(state), "new": "queued"}
    assert await store.outbox_entry("new") == entry("new"), "nothing was superseded, so it says only its own"
    assert await store.events() == []


async def test_only_the_same_incident_recipient_and_kind_is_superseded(store: AnyStore):
    await store.commit(
        Transaction(
            entries=(entry("incident", thread_id="<other@netwatch>"), entry("recipient", recipient="boss@x"),
                     entry("kind", kind=OutboxKind.WEBHOOK), entry("none", thread_id=""))
        )
    )  # fmt: skip

    await store.commit(superseding("new"))

    assert set((await states(store)).values()) == {"queued"}


async def test_a_chain_of_news_leaves_the_last_alone_to_send(store: AnyStore):
    futures = [store.commit(superseding(f"m{number}", created_at=after(seconds=number))) for number in range(5)]
    futures += [store.commit(mails("own thread", thread_id="<x@netwatch>"))]
    for future in futures:
        await future

    assert await states(store) == {
        "m0": "superseded m1", "m1": "superseded m2", "m2": "superseded m3", "m3": "superseded m4", "m4": "queued",
        "own thread": "queued",
    }  # fmt: skip


async def test_several_waiting_mails_are_superseded_by_one(store: AnyStore):
    await store.commit(mails("a", "b"))
    await store.commit(mails("c", state=OutboxState.DEFERRED))

    await store.commit(superseding("new"))

    assert sorted(one.id for one in await store.outbox_told_by("new")) == ["a", "b", "c"]
    assert len(await store.events(entry_ids=["a", "b", "c"])) == 3


async def test_rows_of_the_same_transaction_do_not_supersede_each_other(store: AnyStore):
    both = Transaction(
        entries=(entry("one"), entry("two")),
        supersessions=tuple(Supersession(entry_id=name, subject="s", message=b"m") for name in ("one", "two")),
    )
    await store.commit(mails("old"))

    await store.commit(both)

    assert await states(store) == {"old": "superseded one", "one": "queued", "two": "queued"}


@pytest.mark.parametrize("thread_id", ["<root@netwatch>", ""])
async def test_a_supersession_of_no_new_row_of_an_incident_is_refused_whole(store: AnyStore, thread_id: str):
    stray = Supersession(entry_id="old" if thread_id else "new", subject="s", message=b"m")
    await store.commit(mails("old"))

    with pytest.raises(StoreError, match="supersedes, and is no new row of an incident"):
        await store.commit(Transaction(entries=(entry("new", thread_id=thread_id),), supersessions=(stray,)))

    assert await states(store) == {"old": "queued"}


async def test_a_transaction_that_fails_supersedes_nothing(store: AnyStore):
    await store.commit(mails("old", "there"))
    broken = replace(superseding("new"), entries=(entry("new"), entry("there")))

    with pytest.raises(StoreError, match="does not take"):
        await store.commit(broken)

    assert await states(store) == {"old": "queued", "there": "queued"}


async def test_a_digested_row_is_kept_and_never_sent(store: AnyStore):
    await store.commit(mails("a", "b", state=OutboxState.DIGESTED, told_by="digest"))
    await store.commit(mails("digest"))

    assert [one.id for one in await store.claim_due(after(days=1), LEASE, limit=9)] == ["digest"]
    assert [one.id for one in await store.outbox_told_by("digest")] == ["a", "b"]
    assert await store.oldest_unsent() == T0
    await store.record(entry("a", state=OutboxState.SENT, sent_at=T0))
    assert (await states(store))["a"] == "digested digest"


async def test_settled_rows_go_with_retention_and_with_them_what_they_told_of(store: AnyStore):
    await store.commit(mails("digested", state=OutboxState.DIGESTED, told_by="d"))
    await store.commit(mails("superseded", state=OutboxState.SUPERSEDED, told_by="s"))
    await store.commit(mails("waiting"))

    assert await store.prune(after(days=1)) == 2

    assert [one.id for one in await store.entries_of_alert("a1")] == ["waiting"]
    assert (await store.account()).unaccounted == 0


async def test_a_mail_that_an_attempt_gave_rise_to_is_in_the_account_and_tells_of_its_alerts(store: AnyStore):
    await store.commit(mails("m1"))
    (claimed,) = await store.claim_due(T0, LEASE, limit=1)

    await store.record(
        replace(claimed, state=OutboxState.DEAD), entries=[entry("fallback", created_at=after(hours=1))]
    )

    assert [one.id for one in await store.entries_of_alert("a1")] == ["m1", "fallback"]
    book = await store.account()
    assert (book.written, book.unaccounted) == (2, 0)


async def test_the_mails_of_an_alert_and_of_an_incident_are_told_oldest_first(store: AnyStore):
    await store.commit(mails("late", created_at=after(hours=1)))
    await store.commit(mails("early", alert_ids=("a1", "a1")))
    await store.commit(mails("other", alert_ids=("a9",), thread_id="<x@netwatch>"))

    assert [one.id for one in await store.entries_of_alert("a1")] == ["early", "late"]
    assert [one.id for one in await store.outbox_of_thread("<root@netwatch>")] == ["early", "late"]
    assert await store.entries_of_alert("no such") == []


async def test_ids_may_be_looked_up_by_how_they_begin(store: AnyStore):
    await store.commit(mails("ab1", "ab2", "a%c", "Ab3"))

    assert await store.outbox_ids("ab") == ["ab1", "ab2"]
    assert await store.outbox_ids("a%") == ["a%c"]
    assert await store.outbox_ids("", limit=2) == ["Ab3", "a%c"]


async def overtaken(store: AnyStore, **ends: object) -> OutboxEntry:
    """Let a newer mail of the incident be written and sent while the older one is under way, and that end so."""
    await store.commit(mails("down"))
    (down,) = await store.claim_due(T0, LEASE, limit=9)
    await store.commit(superseding("ok"))
    (ok,) = await store.claim_due(after(seconds=1), LEASE, limit=9)
    await store.record(replace(ok, state=OutboxState.SENT, lease_until=None, sent_at=after(seconds=2)))
    ended = {"state": OutboxState.DEFERRED, "attempts": 1, "last_tried_at": after(seconds=3), **ends}
    await store.record(replace(down, lease_until=None, **ended))
    return down


@pytest.mark.parametrize("ends", [
    {},
    {"state": OutboxState.QUEUED, "attempts": 0},  # a relay in trouble gave it back
    {"state": OutboxState.UNKNOWN},  # perhaps accepted: after the newer one it would be the last word
])  # fmt: skip
async def test_a_mail_that_was_under_way_is_not_sent_after_a_newer_one_of_its_incident(store: AnyStore, ends):
    await overtaken(store, **ends)

    claimed = [one.id for one in await store.claim_due(after(hours=1), LEASE, limit=9)]

    assert claimed == []
    assert (await states(store))["down"] == "superseded ok"
    (said,) = await store.events(entry_ids=["down"])
    assert (said.at, said.details["told_by"]) == (after(hours=1), "ok")


async def test_a_person_who_wants_it_sent_again_gets_it_sent(store: AnyStore):
    await overtaken(store, state=OutboxState.DEAD)

    await store.by_hand(Act.RETRY, "down", "anna", after(hours=1))

    assert [one.id for one in await store.claim_due(after(hours=1), LEASE, limit=9)] == ["down"]


async def test_a_newer_mail_that_was_not_sent_overtakes_nothing(store: AnyStore):
    await store.commit(mails("down"))
    (down,) = await store.claim_due(T0, LEASE, limit=9)
    await store.commit(superseding("ok"))
    await store.record(replace(down, state=OutboxState.DEFERRED, attempts=1, lease_until=None, last_tried_at=T0))

    assert {one.id for one in await store.claim_due(after(hours=1), LEASE, limit=9)} == {"down", "ok"}
