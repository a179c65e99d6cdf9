"""What holds for every kind of row; how mails and traps themselves are tried is in their own tests."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from netwatch.model import ClockStep, Memory, OutboxKind, OutboxState, Transaction
from netwatch.notify.ledger.attempts import BROKE_OFF, Result, given_back, tried
from netwatch.notify.ledger.carrier import Carrier
from netwatch.store import MemoryStore
from tests.patience import PATIENCE_SECONDS


def carrier(store, carry, *, room=lambda: 4, ahead=lambda: 0, lease_for=timedelta(seconds=30)):
    return Carrier(
        store, OutboxKind.MAIL, carry=carry, room=room, ahead=ahead, lease_for=lease_for, grace=timedelta(seconds=0.1)
    )  # fmt: skip


async def until(condition):
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await condition():  # noqa: ASYNC110 - a store has no event to wait for
            await asyncio.sleep(0.01)


async def started(store, entries):
    await store.start()
    await store.commit(Transaction(entries=tuple(entries)))


@pytest.mark.parametrize(("age", "attempts", "ends_as"), [
    (timedelta(0), 0, OutboxState.UNKNOWN),
    (timedelta(days=6), 9, OutboxState.DEAD),
])  # fmt: skip
async def test_a_try_that_breaks_off_by_a_fault_of_ours_is_a_try_like_others_and_has_an_end(
    age, attempts, ends_as, make_entries
):
    store, now = MemoryStore(), datetime.now(UTC)

    async def carry(entry):
        raise RuntimeError("nobody foresaw this")

    await started(store, [replace(one, created_at=now - age, attempts=attempts) for one in make_entries()])
    here = carrier(store, carry)
    here.start()

    async def recorded():
        return (await store.outbox_counts())[ends_as] == 1

    await until(recorded)
    await here.stop()
    (row,) = await store.outbox()
    assert (row.attempts, row.lease_until, row.last_reply) == (attempts + 1, None, BROKE_OFF)
    assert row.not_before > now or ends_as is OutboxState.DEAD
    (event,) = await store.events()
    assert (event.entry_id, event.details["phase"]) == (row.id, "fault")


async def test_no_more_is_under_way_than_there_is_room_for(make_entries):
    store, most, room = MemoryStore(), 0, 0

    async def carry(entry):
        nonlocal most
        most = max(most, here.under_way)
        await asyncio.sleep(0.01)
        return Result(entry=tried(entry, datetime.now(UTC), state=OutboxState.SENT))

    await started(store, make_entries(*(f"n{number}@example.net" for number in range(9))))
    here = carrier(store, carry, room=lambda: room)
    here.start()
    await asyncio.sleep(0)
    assert (await store.outbox_counts())[OutboxState.QUEUED] == 9

    room = 3
    here.wake()

    async def sent():
        return (await store.outbox_counts())[OutboxState.SENT] == 9

    await until(sent)
    await here.stop()
    assert most == 3


@pytest.mark.parametrize("ahead", [0, 1, 4])
async def test_a_row_that_was_put_off_while_there_was_no_room_goes_when_it_is_due(ahead, make_entries):
    store, full, go = MemoryStore(), asyncio.Event(), asyncio.Event()

    async def carry(entry):
        if here.under_way == 2:
            full.set()
        await go.wait()
        return Result(entry=tried(entry, datetime.now(UTC), state=OutboxState.SENT))

    first, second, third = make_entries("a@example.net", "b@example.net", "c@example.net")
    soon = datetime.now(UTC) + timedelta(seconds=0.2)
    await started(store, [first, second, replace(third, not_before=soon)])
    here = carrier(store, carry, room=lambda: 2, ahead=lambda: ahead)
    here.start()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await full.wait()
    go.set()

    async def sent():
        return (await store.outbox_counts())[OutboxState.SENT] == 3

    await until(sent)
    await here.stop()


async def test_what_is_under_way_at_the_end_is_given_back(make_entries):
    store, begun = MemoryStore(), asyncio.Event()

    async def carry(entry):
        begun.set()
        await asyncio.Event().wait()
        return Result(entry=given_back(entry))

    await started(store, make_entries())
    here = carrier(store, carry)
    here.start()
    await begun.wait()

    await here.stop()

    assert [row.state for row in await store.outbox()] == [OutboxState.QUEUED]


async def test_a_row_under_way_while_the_clock_is_set_back_is_given_back_as_due_as_it_was(make_entries):
    store, begun, free, first = MemoryStore(), asyncio.Event(), asyncio.Event(), True
    now = datetime.now(UTC)

    async def carry(entry):
        nonlocal first
        if not first:
            await asyncio.Event().wait()
        first = False
        begun.set()
        await free.wait()
        return Result(entry=given_back(entry))

    entries = [replace(entry, created_at=now, not_before=now) for entry in make_entries()]
    await started(store, entries)
    step = ClockStep(since=now - timedelta(days=1), at=now + timedelta(seconds=1), by=timedelta(hours=-1))
    here = carrier(store, carry, room=lambda: 1)
    here.start()
    assert here.alive
    await asyncio.wait_for(begun.wait(), PATIENCE_SECONDS)

    await store.move_open(step, Memory(scope="clock", key="mark", text="set"))
    here.clock_was_set(step)
    free.set()

    async def given():
        return (await store.outbox_entry(entries[0].id)).not_before == now - timedelta(hours=1)

    await until(given)
    await here.stop()
    assert not here.alive
    assert (await store.outbox_entry(entries[0].id)).not_before == now - timedelta(hours=1)


async def test_rows_are_claimed_ahead_of_those_under_way_and_each_is_tried_once(make_entries):
    store, tried_ids, most, claims = MemoryStore(), [], 0, []
    claim = store.claim_due

    async def counted(*given):
        entries = await claim(*given)
        claims.append(len(entries))
        return entries

    store.claim_due = counted

    async def carry(entry):
        nonlocal most
        most = max(most, here.under_way)
        tried_ids.append(entry.id)
        await asyncio.sleep(0)
        return Result(entry=tried(entry, datetime.now(UTC), state=OutboxState.SENT))

    entries = make_entries(*(f"n{number}@example.net" for number in range(40)))
    await started(store, entries)
    here = carrier(store, carry, room=lambda: 2, ahead=lambda: 8)
    here.start()

    async def sent():
        return (await store.outbox_counts())[OutboxState.SENT] == 40

    await until(sent)
    await here.stop()
    assert sorted(tried_ids) == sorted(entry.id for entry in entries)
    assert most == 2
    assert max(claims) == 10
    assert len([number for number in claims if number]) <= 12  # and not one for each


@pytest.mark.parametrize("end", ["stop", "no room"])
async def test_what_is_at_hand_and_was_not_tried_goes_back(end, make_entries):
    store, begun, room = MemoryStore(), asyncio.Event(), 1

    async def carry(entry):
        begun.set()
        await asyncio.Event().wait()
        return Result(entry=given_back(entry))

    await started(store, make_entries("a@example.net", "b@example.net", "c@example.net"))
    here = carrier(store, carry, room=lambda: room, ahead=lambda: 5)
    here.start()
    await begun.wait()
    assert (await store.outbox_counts())[OutboxState.SENDING] == 3
    if end == "no room":
        room = 0
        here.wake()

        async def laid_back():
            return (await store.outbox_counts())[OutboxState.QUEUED] == 2

        await until(laid_back)
    await here.stop()

    assert {row.state for row in await store.outbox()} == {OutboxState.QUEUED}
