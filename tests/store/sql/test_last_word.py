"""The newest message about an alert has the last word, in whatever incident, to each recipient on his own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netwatch.model import Elsewhere, News, OutboxEntry, OutboxKind, OutboxState, Supersession, Transaction
from netwatch.store import Act, MemoryStore, Store, StoreSettings
from netwatch.store.sql.last_word import WAIT, Word, decide, needless

from ..nouns import LEASE, T0, after, entry

AnyStore = Store | MemoryStore
BOTH = ("r1 firing 1", "r2 firing 1")


def told(name: str, *words: str, **fields: object) -> OutboxEntry:
    """A message that says `r1 down 1`: of which alert, what, in which outbreak; each is an incident of its own."""
    news = tuple(
        News(alert_id=f"{key}-{outbreak}", key=key, word=f"{key}-{outbreak} {what}")
        for key, what, outbreak in map(str.split, words)
    )
    alert_ids = tuple(dict.fromkeys(one.alert_id for one in news))
    return entry(name, **{"news": news, "alert_ids": alert_ids, "thread_id": f"<{name}>", "subject": name, **fields})


async def put(store: AnyStore, *entries: OutboxEntry) -> None:
    await store.commit(Transaction(entries=entries))


async def claim(store: AnyStore, now: datetime = T0, kind: OutboxKind = OutboxKind.MAIL) -> list[OutboxEntry]:
    return await store.claim_due(now, LEASE, 9, kind)


async def end(store: AnyStore, row: OutboxEntry, state: OutboxState, at: datetime = T0) -> None:
    sent = at if state is OutboxState.SENT else None
    done = replace(row, state=state, attempts=row.attempts + 1, lease_until=None, last_tried_at=at, sent_at=sent)
    assert await store.record(done)


async def states(store: AnyStore) -> dict[str, str]:
    return {one.id: f"{one.state} {one.told_by}".strip() for one in await store.outbox()}


async def test_that_it_is_gone_is_newer_than_its_beginning_and_older_than_its_end(store: AnyStore):
    await put(store, told("down", "r1 firing 1"))
    await put(store, told("gone", "r1 gone 1"))
    assert await states(store) == {"down": "superseded gone", "gone": "queued"}

    await put(store, told("ok", "r1 resolved 1"))

    assert await states(store) == {"down": "superseded gone", "gone": "superseded ok", "ok": "queued"}


@pytest.mark.parametrize("kind", list(OutboxKind))
@pytest.mark.parametrize("state", [OutboxState.DEFERRED, OutboxState.QUEUED])
async def test_an_old_end_is_not_told_after_a_newer_beginning(store: AnyStore, kind: OutboxKind, state: OutboxState):
    await put(store, told("ok", "r1 resolved 1", kind=kind, state=state, attempts=1))

    await put(store, told("down", "r1 firing 2", kind=kind))

    assert await states(store) == {"ok": "superseded down", "down": "queued"}
    (said,) = await store.events(entry_ids=["ok"])
    assert said.text.endswith("superseded; newer ones tell of everything it would have said")
    (down,) = await claim(store, after(days=1), kind)
    assert (down.id, down.instead_of) == ("down", (Elsewhere(subject="ok", at=T0),))
    assert (await store.account()).unaccounted == 0


async def test_what_perhaps_arrived_is_sent_no_more_once_something_newer_has(store: AnyStore):
    await put(store, told("ok", "r1 resolved 1", state=OutboxState.UNKNOWN, attempts=1, not_before=after(minutes=1)))
    await put(store, told("down", "r1 firing 2"))
    before = await states(store)
    (down,) = await claim(store)
    await end(store, down, OutboxState.SENT)

    claimed = await claim(store, after(hours=1))

    assert before == {"ok": "unknown", "down": "queued"}
    assert (claimed, await states(store)) == ([], {"ok": "superseded down", "down": "sent"})


async def test_others_have_their_own_last_word(store: AnyStore):
    deferred = {"state": OutboxState.DEFERRED, "attempts": 1}
    await put(
        store, told("person", "r1 resolved 1", recipient="boss@x", **deferred),
        told("alert", "r2 resolved 1", **deferred), told("way", "r1 resolved 1", kind=OutboxKind.TRAP, **deferred),
    )  # fmt: skip

    await put(store, told("down", "r1 firing 2"))

    assert set((await states(store)).values()) == {"deferred", "queued"}


async def test_the_same_word_from_another_receiver_supersedes_nothing(store: AnyStore):
    await put(store, told("noc", "r1 firing 1", receiver="noc"))
    await put(store, told("boss", "r1 firing 1", receiver="boss"))

    assert {row.id for row in await claim(store)} == {"noc", "boss"}


async def test_a_message_half_overtaken_is_sent_and_says_so(store: AnyStore):
    await put(store, told("both", *BOTH, state=OutboxState.DEFERRED, not_before=after(hours=1)))
    await put(store, told("ok", "r1 resolved 1"))
    (ok,) = await claim(store)
    await end(store, ok, OutboxState.SENT)

    (both,) = await claim(store, after(hours=1))

    assert both.overtaken == (Elsewhere(subject="ok", at=T0, alert_ids=("r1-1",)),)


async def test_several_newer_ones_together_supersede_it(store: AnyStore):
    await put(store, told("both", "r1 firing 1", "r2 firing 1", state=OutboxState.DEFERRED, attempts=1))

    await put(store, told("one", "r1 resolved 1"))
    before = await states(store)
    await put(store, told("two", "r2 resolved 1"))

    assert before["both"] == "deferred"
    assert (await states(store))["both"] == "superseded two"


async def test_what_a_dead_message_said_overtakes_nothing(store: AnyStore):
    await put(store, told("both", *BOTH, state=OutboxState.DEFERRED, not_before=after(hours=1)))
    await put(store, told("ok", "r1 resolved 1"))
    (ok,) = await claim(store)
    await end(store, ok, OutboxState.DEAD)

    (both,) = await claim(store, after(hours=1))

    assert both.overtaken == ()


async def test_nothing_is_handed_over_beside_another_about_the_same_alert(store: AnyStore):
    await put(store, told("down", "r1 firing 1"))
    (down,) = await claim(store)
    await put(store, told("ok", "r1 resolved 1"))

    assert await claim(store, after(seconds=1)) == []
    await end(store, down, OutboxState.DEFERRED)
    (ok,) = await claim(store, after(seconds=1) + WAIT)

    assert (ok.id, await states(store)) == ("ok", {"down": "superseded ok", "ok": "sending"})


async def test_of_two_due_together_the_older_goes_first(store: AnyStore):
    await put(store, told("both", "r1 firing 1", "r2 firing 1", not_before=after(seconds=9)))
    await put(store, told("ok", "r1 resolved 1"))

    assert [row.id for row in await claim(store, after(seconds=9))] == ["both"]


async def test_a_person_gets_it_sent_again_with_a_word_of_what_is_newer(store: AnyStore):
    await put(store, told("down", "r1 firing 1"))
    (down,) = await claim(store)
    await end(store, down, OutboxState.DEAD)
    await put(store, told("ok", "r1 resolved 1"))
    (ok,) = await claim(store, after(seconds=1))
    await end(store, ok, OutboxState.SENT)
    assert await store.by_hand(Act.RETRY, "down", "anna", after(seconds=2))

    claimed = await claim(store, after(seconds=2))

    assert [row.id for row in claimed] == ["down"]


async def test_posts_of_one_incident_keep_their_order_by_themselves(store: AnyStore):
    await put(store, told("down", "r1 firing 1", kind=OutboxKind.WEBHOOK, thread_id="one"))
    await put(store, told("ok", "r1 resolved 1", kind=OutboxKind.WEBHOOK, thread_id="one"))

    assert await states(store) == {"down": "queued", "ok": "queued"}


async def test_a_mail_that_tells_what_an_older_one_would_have_said_keeps_its_words(store: AnyStore):
    await put(store, told("first", "r1 firing 1", "r2 firing 1", thread_id="one"))
    also = Supersession(entry_id="second", subject="both", message=b"both")
    await store.commit(
        Transaction(entries=(told("second", "r1 resolved 1", thread_id="one"),), supersessions=(also,))
    )

    await put(store, told("third", "r1 firing 2"))
    assert (await states(store))["second"] == "queued", "it still has r2 to tell"
    await put(store, told("fourth", "r2 resolved 1"))

    assert (await states(store))["second"] == "superseded fourth"


async def test_the_order_is_known_after_a_restart(settings: StoreSettings):
    first = Store(settings)
    await first.start()
    await put(first, told("both", *BOTH, state=OutboxState.DEFERRED, not_before=after(hours=1)))
    await put(first, told("ok", "r1 resolved 1"))
    (ok,) = await claim(first)
    await end(first, ok, OutboxState.SENT)
    await first.stop()

    second = Store(settings)
    await second.start()
    (both,) = await claim(second, after(hours=1))
    await second.stop()

    assert [one.subject for one in both.overtaken] == ["ok"]


def word(number: int, entry_id: str, state: OutboxState, what: str = "", **fields: object) -> Word:
    values: dict[str, object] = {
        "number": number, "key": "r1", "word": what or entry_id, "alert_id": "a", "entry_id": entry_id,
        "kind": OutboxKind.MAIL, "recipient": "noc", "state": state, "thread_id": entry_id, "subject": entry_id,
        "written_at": T0,
    }  # fmt: skip
    return Word(**{**values, **fields})  # type: ignore[arg-type]


def test_what_cannot_decide_anything_any_more_is_forgotten():
    words = [
        word(1, "sent long ago", OutboxState.SENT), word(2, "waiting", OutboxState.UNKNOWN),
        word(3, "died", OutboxState.DEAD), word(4, "sent", OutboxState.SENT), word(5, "new", OutboxState.QUEUED),
    ]  # fmt: skip

    assert sorted(needless(words)) == [1, 3]


def test_nobody_overtakes_himself():
    own = [word(1, "m", OutboxState.DEFERRED)]

    assert decide(own, [*own, word(2, "m", OutboxState.SENT)]) == decide(own, [])


KEYS, PEOPLE = ("r1", "r2", "r3"), ("anna", "ben")


class World:
    """People, relays that put off, lose answers and accept, and what each person was told last."""

    def __init__(self, store: AnyStore) -> None:
        self.store, self.now = store, datetime(2026, 1, 1, tzinfo=UTC)
        self.outbreak = dict.fromkeys(KEYS, 0)
        self.firing = dict.fromkeys(KEYS, False)
        self.order: dict[tuple[str, str], list[str]] = {}
        self.accepted: dict[tuple[str, str], list[str]] = {}
        self.under_way: list[OutboxEntry] = []
        self.news: dict[str, tuple[News, ...]] = {}
        self.ever: dict[str, OutboxEntry] = {}
        self.number = 0

    async def change(self, keys: frozenset[str], person: str) -> None:
        """Let some alerts change, and one mail of an incident of its own tell one person."""
        words = []
        for key in sorted(keys):
            self.firing[key] = not self.firing[key]
            self.outbreak[key] += self.firing[key]
            words.append(f"{key} {'firing' if self.firing[key] else 'resolved'} {self.outbreak[key]}")
        self.number += 1
        row = told(f"m{self.number:03}", *words, recipient=person, created_at=self.now, not_before=self.now)
        self.news[row.id], self.ever[row.id] = row.news, row
        for one in row.news:
            self.order.setdefault((person, one.key), []).append(one.word)
        await put(self.store, row)

    async def claim(self) -> None:
        self.under_way += await self.store.claim_due(self.now, timedelta(days=9), 9, OutboxKind.MAIL)
        under_way = [(row.recipient, one.key) for row in self.under_way for one in self.news[row.id]]
        assert len(under_way) == len(set(under_way)), "two about the same alert at once"

    async def end(self, which: int, state: OutboxState) -> None:
        if not self.under_way:
            return
        row = self.under_way.pop(which % len(self.under_way))
        if state is OutboxState.SENT:
            self.hear(row)
        due = self.now + timedelta(seconds=5)
        sent = self.now if state is OutboxState.SENT else None
        done = replace(row, state=state, attempts=row.attempts + 1, lease_until=None, not_before=due, sent_at=sent,
                       last_tried_at=self.now)  # fmt: skip
        assert await self.store.record(done)

    def hear(self, row: OutboxEntry) -> None:
        old = {alert_id for one in row.overtaken for alert_id in one.alert_ids}
        for one in self.news[row.id]:
            if one.alert_id not in old:
                self.accepted.setdefault((row.recipient, one.key), []).append(one.word)

    async def settle(self) -> None:
        """Let everything arrive that still wants to."""
        while self.under_way:
            await self.end(0, OutboxState.SENT)
        while await self.store.oldest_unsent() is not None:
            self.now += timedelta(seconds=10)
            await self.claim()
            while self.under_way:
                await self.end(0, OutboxState.SENT)


STEPS = st.one_of(
    st.tuples(st.just("change"), st.frozensets(st.sampled_from(KEYS), min_size=1), st.sampled_from(PEOPLE)),
    st.tuples(st.just("claim")),
    st.tuples(st.just("end"), st.integers(0, 5), st.sampled_from(
        [OutboxState.SENT, OutboxState.DEFERRED, OutboxState.UNKNOWN])),
    st.tuples(st.just("wait")),
)  # fmt: skip


@pytest.fixture(params=["sqlite", "memory"])
async def fresh(request, tmp_path_factory) -> AsyncIterator[Callable[[], Awaitable[AnyStore]]]:
    running: list[AnyStore] = []

    async def make() -> AnyStore:
        while running:
            await running.pop().stop()
        path = tmp_path_factory.mktemp("word") / "netwatch.db"
        memory = request.param == "memory"
        store = MemoryStore() if memory else Store(StoreSettings(url=f"sqlite:///{path}", reserve=0))
        await store.start()
        running.append(store)
        return store

    yield make
    for store in running:
        await store.stop()


async def live(store: AnyStore, steps: list[tuple[object, ...]]) -> World:
    world = World(store)
    for name, *arguments in steps:
        world.now += timedelta(seconds=1)
        if name == "wait":
            world.now += timedelta(seconds=30)
        else:
            await getattr(world, str(name))(*arguments)
    await world.settle()
    return world


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=40))
async def test_the_last_accepted_word_is_always_the_newest_and_none_is_lost(fresh, steps):
    store = await fresh()

    world = await live(store, steps)

    for about, words in world.order.items():
        heard = [words.index(word) for word in world.accepted[about]]
        assert heard[-1] == len(words) - 1, (about, words, world.accepted[about])
        assert heard == sorted(heard), "an older word after a newer one"
    rows = {row.id: row for row in await store.outbox()}
    assert {row.state for row in rows.values()} <= {OutboxState.SENT, OutboxState.SUPERSEDED}
    assert all(row.told_by in rows for row in rows.values() if row.state is OutboxState.SUPERSEDED)
    book = await store.account()
    assert (book.written, book.unaccounted) == (len(rows), 0)


async def test_what_a_row_says_now_is_kept_while_it_is_being_sent(store: AnyStore):
    await put(store, told("down", "r1 firing 1"))
    await store.reword(replace(told("down"), message=b"too early"))
    (row,) = await claim(store)

    await store.reword(replace(row, message=b"late"))

    kept = await store.outbox_entry("down")
    assert kept is not None
    assert kept.message == b"late"
