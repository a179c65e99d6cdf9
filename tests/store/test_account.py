"""Whatever happens to the outbox, every row it ever had is accounted for."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from netwatch.model import Account, OutboxState, Transaction
from netwatch.store import Act, MemoryStore, Store, StoreSettings, show_account

from .nouns import LEASE, after, entry, mails, superseding

AnyStore = Store | MemoryStore
NAMES = st.sampled_from([f"m{number}" for number in range(12)])
SETTLED = st.sampled_from([OutboxState.SENT, OutboxState.DEAD, OutboxState.DEFERRED, OutboxState.UNKNOWN])
STEP = st.one_of(
    st.tuples(st.just("write"), NAMES, st.sampled_from([OutboxState.QUEUED, OutboxState.DIGESTED])),
    st.tuples(st.just("supersede"), NAMES, st.none()),
    st.tuples(st.just("twice"), NAMES, NAMES),
    st.tuples(st.just("attempt"), st.integers(0, 3), SETTLED),
    st.tuples(st.just("crash"), st.none(), st.none()),
    st.tuples(st.just("prune"), st.integers(-1, 30), st.none()),
    st.tuples(st.just("by hand"), NAMES, st.sampled_from(Act)),
)


async def take(store: AnyStore, step: tuple[str, object, object], at: int) -> None:
    """Carry out one step of a history; what the store refuses is refused whole."""
    now = after(minutes=at)
    match step:
        case ("write", str(name), OutboxState() as state):
            await store.commit(mails(name, state=state, created_at=now))
        case ("supersede", str(name), _):
            await store.commit(superseding(name, created_at=now))
        case ("twice", str(one), str(other)):
            await store.commit(Transaction(entries=(entry(one, created_at=now), entry(other, created_at=now))))
        case ("attempt", int(limit), OutboxState() as state):
            for row in await store.claim_due(now, LEASE, limit):
                await store.record(replace(row, state=state, lease_until=None, last_tried_at=now))
        case ("crash", _, _):
            await store.claim_due(now, timedelta(seconds=1), 2)
            await store.stop()
            await store.start()
        case ("prune", int(minutes), _):
            await store.prune(after(minutes=minutes))
        case ("by hand", str(name), Act() as act):
            await store.by_hand(act, name, "anna", now)


async def live(store: AnyStore, history: list[tuple[str, object, object]]) -> list[Account]:
    await store.start()
    accounts = []
    for at, step in enumerate(history):
        await asyncio.gather(take(store, step, at), return_exceptions=True)
        accounts.append(await store.account())
    await store.stop()
    return accounts


async def live_twice(history: list[tuple[str, object, object]]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        on_disk = await live(Store(StoreSettings(url=f"sqlite:///{Path(directory) / 'a.db'}")), history)
    in_memory = await live(MemoryStore(), history)

    assert [one.unaccounted for one in on_disk] == [0] * len(history)
    assert on_disk == in_memory


@given(st.lists(STEP, min_size=1, max_size=25))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_rows_written_are_rows_pruned_and_rows_in_each_state_whatever_happens(
    history: list[tuple[str, object, object]],
):
    asyncio.run(live_twice(history))


async def test_the_account_is_shown_as_metrics():
    def shown(name: str) -> float | None:
        return REGISTRY.get_sample_value(f"netwatch_outbox_{name}")

    by_state = dict.fromkeys(OutboxState, 0) | {OutboxState.SENT: 4, OutboxState.DIGESTED: 1}

    assert show_account(Account(written=7, pruned=2, by_state=by_state)) == 0
    assert (shown("written"), shown("pruned"), shown("unaccounted")) == (7, 2, 0)
    assert show_account(Account(written=8, pruned=2, by_state=by_state)) == 1
    assert shown("unaccounted") == 1
