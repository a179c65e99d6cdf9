"""A wall clock that was set takes along what is open, once, and nothing else; both stores alike."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from netwatch.model import AlertState, ClockStep, Memory, OutboxState, Transaction

from ..nouns import LEASE, T0, alert, entry, group

NOW = T0 + timedelta(minutes=10)
BOOT = T0 - timedelta(days=1)
MARK = Memory(scope="clock", key="mark", text='"after"')


def set_by(**span: float) -> ClockStep:
    return ClockStep(since=BOOT, at=NOW, by=timedelta(**span))


async def only(store, entry_id: str = "e1"):
    found = await store.outbox_entry(entry_id)
    assert found is not None
    return found


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_retry_is_as_far_off_as_before(store, hours):
    due = NOW + timedelta(seconds=5)
    await store.commit(Transaction(entries=(entry("e1", state=OutboxState.DEFERRED, attempts=1, not_before=due),)))

    assert await store.move_open(set_by(hours=hours), MARK)

    now = NOW + timedelta(hours=hours)
    assert (await only(store)).created_at == T0 + timedelta(hours=hours)
    assert await store.claim_due(now + timedelta(seconds=4.9), LEASE, 10) == []
    assert len(await store.claim_due(now + timedelta(seconds=5), LEASE, 10)) == 1


async def test_a_lease_lasts_as_long_as_before(store):
    await store.commit(Transaction(entries=(entry("e1", not_before=T0),)))
    await store.claim_due(NOW, LEASE, 10)

    await store.move_open(set_by(hours=-1), MARK)

    assert (await only(store)).lease_until == NOW + LEASE - timedelta(hours=1)


async def test_open_alerts_and_incidents_move_and_with_them_what_they_still_tell_of(store):
    told = alert("told", state=AlertState.RESOLVED, resolved_at=NOW)
    over = alert("over", state=AlertState.RESOLVED, resolved_at=NOW)
    incident = group(opened_at=T0, flushed_at=NOW, members=("told",))
    await store.commit(Transaction(alerts=(alert("open"), told, over), groups=(incident,)))

    await store.move_open(set_by(hours=1), MARK)

    hour = timedelta(hours=1)
    resolved_at = {one.id: one.resolved_at for one in await store.alerts()}
    assert resolved_at == {"open": None, "told": NOW + hour, "over": NOW}
    assert {one.id: one.pending_at for one in await store.alerts()} == {
        "open": T0 + hour, "told": T0 + hour, "over": T0,
    }  # fmt: skip
    assert [(one.opened_at, one.flushed_at) for one in await store.groups()] == [(T0 + hour, NOW + hour)]


async def test_what_was_sent_stays_as_it_was_written(store):
    await store.commit(Transaction(entries=(entry("e1", state=OutboxState.SENT, sent_at=T0),)))

    await store.move_open(set_by(hours=1), MARK)

    assert (await only(store)).sent_at == T0
    assert (await only(store)).created_at == T0


async def test_the_same_step_is_made_once_only(store):
    await store.commit(Transaction(groups=(group(opened_at=T0),)))

    assert await store.move_open(set_by(hours=1), MARK)
    assert not await store.move_open(set_by(hours=1), MARK)

    assert (await store.groups())[0].opened_at == T0 + timedelta(hours=1)
    assert await store.memories("clock") == [MARK]


@pytest.mark.parametrize("written_at", [BOOT - timedelta(hours=1), NOW + timedelta(hours=2)])
async def test_what_another_clock_wrote_stays(store, written_at: datetime):
    await store.commit(Transaction(groups=(group(opened_at=written_at),)))

    await store.move_open(set_by(hours=1), MARK)

    assert (await store.groups())[0].opened_at == written_at
