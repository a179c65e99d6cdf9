"""What every store promises; runs over the database and over the store in memory."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import IPv4Address

import pytest

from netwatch.errors import StoreError
from netwatch.model import AlertKey, AlertState, Missing, Oid, OutboxKind, OutboxState, Transaction, Value, Varbind
from netwatch.store import MemoryStore, Store
from netwatch.store import memory as memory_store
from netwatch.store.sql import changes
from tests.patience import PATIENCE_SECONDS

from .nouns import LEASE, T0, after, alert, entry, event, group, mails, memory, silence, trap

AnyStore = Store | MemoryStore


async def test_what_was_committed_comes_back_to_the_microsecond(store: AnyStore):
    given = Transaction(
        alerts=(alert(),), groups=(group(),), entries=(entry(),), events=(event(),), memories=(memory("a", "{}"),),
        traps=(trap(),), silences=(silence(),),
    )  # fmt: skip

    await store.commit(given)

    assert await store.alerts() == [alert()]
    assert await store.groups() == [group()]
    assert await store.outbox() == [entry()]
    assert await store.events() == [event()]
    assert await store.memories("hold") == [memory("a", "{}")]
    assert await store.traps() == [trap()]
    assert await store.silences() == [silence()]


@pytest.mark.parametrize("value", [None, 1.5, -0.0, 1e300, "Gi1/0/7", "", 17])
async def test_a_value_keeps_its_type(store: AnyStore, value: float | str | None):
    await store.commit(Transaction(alerts=(alert(value=value, threshold=value),)))

    (found,) = await store.alerts()
    assert (repr(found.value), repr(found.threshold)) == (repr(value), repr(value))


async def test_an_alert_given_again_replaces_its_row(store: AnyStore):
    await store.commit(Transaction(alerts=(alert(state=AlertState.PENDING, firing_at=None),)))
    await store.commit(Transaction(alerts=(alert(state=AlertState.RESOLVED),)))

    assert await store.alerts() == [alert(state=AlertState.RESOLVED)]


async def test_an_alert_that_is_inactive_again_leaves_no_row(store: AnyStore):
    await store.commit(Transaction(alerts=(alert(state=AlertState.PENDING),)))
    await store.commit(Transaction(alerts=(alert(state=AlertState.INACTIVE),)))

    assert await store.alerts() == []


async def test_alerts_are_told_by_state_youngest_first_and_limited(store: AnyStore):
    young, old = alert("young", pending_at=after(hours=1)), alert("old")
    ended = alert("ended", AlertState.RESOLVED)
    await store.commit(Transaction(alerts=(old, young, ended)))

    assert await store.alerts(states=[AlertState.FIRING]) == [young, old]
    assert await store.alerts(states=[AlertState.FIRING], limit=1) == [young]
    assert await store.alerts(states=[]) == []


async def test_the_alerts_of_a_rule_on_a_device_are_told_youngest_first(store: AnyStore):
    young, old = alert("young", pending_at=after(hours=1)), alert("old", AlertState.RESOLVED)
    elsewhere = alert("elsewhere", key=AlertKey(rule="InterfaceDown", device="core-sw2"))
    other = alert("other", key=AlertKey(rule="CpuBusy", device="core-sw1"))
    await store.commit(Transaction(alerts=(old, elsewhere, other, young)))

    assert await store.alerts_of("InterfaceDown", "core-sw1") == [young, old]
    assert await store.alerts_of("InterfaceDown", "core-sw1", limit=1) == [young]


async def test_a_silence_given_again_replaces_its_row_and_the_expired_stay_till_retention(store: AnyStore):
    await store.commit(
        Transaction(silences=(silence("b"), silence("a"), silence("early", starts_at=after(hours=-9))))
    )
    await store.commit(Transaction(silences=(silence("b", ends_at=after(minutes=1), comment="done"),)))

    expired = silence("b", ends_at=after(minutes=1), comment="done")
    assert await store.silences() == [silence("early", starts_at=after(hours=-9)), silence("a"), expired]
    assert await store.prune(after(hours=1)) == 1
    assert [one.id for one in await store.silences()] == ["early", "a"]


async def test_unfinished_are_the_unresolved_and_those_of_open_groups(store: AnyStore):
    pending = alert("pending", AlertState.PENDING, pending_at=after(seconds=2))
    told, forgotten = alert("told", AlertState.RESOLVED), alert("forgotten", AlertState.RESOLVED)
    firing = alert("firing", pending_at=after(seconds=1))
    await store.commit(
        Transaction(
            alerts=(pending, told, forgotten, firing), groups=(group(members=("told", "firing", "never kept")),)
        )
    )

    assert await store.unfinished() == [told, firing, pending]


async def test_a_closed_group_is_gone_and_the_same_key_may_open_again(store: AnyStore):
    await store.commit(Transaction(groups=(group("one"), group("two"))))
    await store.commit(Transaction(closed_groups=("one", "two", "never there"), groups=(group("two", sent=7),)))

    assert await store.groups() == [group("two", sent=7)]


async def test_order_within_a_burst_is_kept(store: AnyStore):
    futures = []
    for number in range(50):
        futures.append(store.commit(Transaction(groups=(group(sent=number),), alerts=(alert(value=number),))))
        futures.append(store.commit(Transaction(closed_groups=(group().key,), memories=(memory("n", str(number)),))))
    futures.append(store.commit(Transaction(groups=(group(sent=99),))))
    await asyncio.gather(*futures)

    assert [one.sent for one in await store.groups()] == [99]
    assert [one.value for one in await store.alerts()] == [49]
    assert await store.memories("hold") == [memory("n", "49")]


async def test_a_memory_is_replaced_and_forgotten_and_scopes_are_apart(store: AnyStore):
    await store.commit(Transaction(memories=(memory("b", "1"), memory("a", "1"), memory("a", "other", "v3"))))
    await store.commit(Transaction(memories=(memory("a", "2"), memory("b", None), memory("never there", None))))

    assert await store.memories("hold") == [memory("a", "2")]
    assert await store.memories("v3") == [memory("a", "other", "v3")]
    assert await store.memories("none") == []


async def test_events_are_told_newest_first_by_device_and_by_alert(store: AnyStore):
    first, second = event("first"), event("second")
    later = event("later", at=after(seconds=1), device="other", alert_id="a9")
    await store.commit(Transaction(events=(later, first)))
    await store.commit(Transaction(events=(second,)))

    assert await store.events() == [later, second, first]
    assert await store.events(limit=2) == [later, second]
    assert await store.events(device="core-sw1") == [second, first]
    assert await store.events(alert_id="a9") == [later]


async def test_events_are_told_by_rule_by_time_and_by_the_mails_they_are_about(store: AnyStore):
    first = event("first", entry_id="m1")
    second = event("second", at=after(seconds=1), entry_id="m2")
    third = event("third", at=after(seconds=2), rule="CpuBusy", entry_id="")
    await store.commit(Transaction(events=(first, second, third)))

    assert await store.events(rule="InterfaceDown", device="core-sw1") == [second, first]
    assert await store.events(since=after(seconds=1)) == [third, second]
    assert await store.events(until=after(seconds=1)) == [first]
    assert await store.events(since=T0, until=after(seconds=2), rule="CpuBusy") == []
    assert await store.events(entry_ids=["m2", "m1", "no such", ""]) == [second, first]
    assert await store.events(limit=1, entry_ids=["m2", "m1"]) == [second]
    assert await store.events(entry_ids=[]) == []


async def test_what_comes_in_meanwhile_moves_no_page_of_a_list(store: AnyStore):
    at_once = tuple(event(f"e{number}") for number in range(5))
    rows = tuple(entry(f"m{number}") for number in range(5))
    await store.commit(Transaction(events=at_once, entries=rows, traps=tuple(trap() for _ in range(5))))
    events, mails_, traps = await store.events(limit=2), await store.outbox(limit=2), await store.traps(limit=2)

    more = (event("new"), event("newer", at=after(seconds=1)))
    await store.commit(Transaction(events=more, entries=(entry("m9", created_at=after(hours=1)),), traps=(trap(),)))
    last_event, last_mail, last_trap = events[-1], mails_[-1], traps[-1]
    assert last_event.number is not None

    behind = await store.events(behind=(last_event.at, last_event.number))
    assert [one.text for one in events + behind] == ["e4", "e3", "e2", "e1", "e0"]
    rest = await store.outbox(behind=(last_mail.created_at, last_mail.id))
    assert [one.id for one in mails_ + rest] == [f"m{number}" for number in range(5)]
    older = await store.traps(behind=last_trap.number)
    assert [one.number for one in traps + older] == [5, 4, 3, 2, 1]


async def test_very_many_mails_are_asked_for_at_once(store: AnyStore):
    names = [f"m{number:04}" for number in range(1200)]
    await store.commit(Transaction(events=tuple(event(name, entry_id=name) for name in names)))

    assert [one.text for one in await store.events(limit=1100, entry_ids=names)] == names[:99:-1]


ANY_VALUE = [
    0, -(2**31), 2**64 - 1, 1.5, float("inf"), None, b"", b"\x00\xff\x1b", "Süd ☂".encode(), IPv4Address("192.0.2.9"),
    Oid((1, 3, 6)), Oid((2, 999, 2**32 - 1)), Oid(()), Oid(range(300)), *Missing,
]  # fmt: skip


@pytest.mark.parametrize("value", ANY_VALUE)
async def test_a_value_in_a_trap_keeps_its_type(store: AnyStore, value: Value):
    heard = trap(
        varbinds=(Varbind(oid=Oid((1, 3)), tag=4, value=value), Varbind(oid=Oid((0,)), tag=0xFF, value=b"x"))
    )

    await store.commit(Transaction(traps=(heard,)))

    (found,) = await store.traps()
    assert found == heard
    assert type(found.varbinds[0].value) is type(value)


async def test_text_that_no_database_takes_costs_no_trap(store: AnyStore):
    await store.commit(Transaction(traps=(trap(user="\ud800 x"),)))

    assert len(await store.traps()) == 1


async def test_traps_are_told_newest_first_by_device_and_by_source(store: AnyStore):
    first, other = trap(), trap(device="", source="192.0.2.7")
    last = trap(at=after(seconds=-5))  # heard last, though a clock was set back
    await store.commit(Transaction(traps=(first, other)))
    await store.commit(Transaction(traps=(last,)))

    assert await store.traps() == [last, other, first]
    assert await store.traps(limit=1) == [last]
    assert await store.traps(device="core-sw1") == [last, first]
    assert await store.traps(source="192.0.2.7", device="") == [other]


async def test_the_trap_log_can_be_followed_from_a_mark(store: AnyStore):
    await store.commit(Transaction(traps=(trap(),)))
    mark, last = await store.traps_since(None, limit=1)
    assert (await store.traps_since(None, limit=0))[1] == []
    news = [trap(count=number) for number in range(1, 6)]
    await store.commit(Transaction(traps=(*news, trap(device="other"))))

    mark, some = await store.traps_since(mark, limit=2)
    mark, rest = await store.traps_since(mark, device="core-sw1")

    assert (last, some, rest) == ([trap()], news[:2], news[2:])
    assert await store.traps_since(mark) == (mark, [])


async def test_a_mark_stays_good_when_retention_took_everything(store: AnyStore):
    await store.commit(Transaction(traps=(trap(), trap())))
    mark, _ = await store.traps_since(None)
    assert await store.prune(after(days=1)) == 2

    await store.commit(Transaction(traps=(trap(count=9),)))

    assert (await store.traps_since(mark))[1] == [trap(count=9)]


async def test_a_storm_cannot_fill_the_log_beyond_its_bound(store: AnyStore, monkeypatch: pytest.MonkeyPatch):
    for module in (changes, memory_store):
        monkeypatch.setattr(module, "TRAPS_KEPT", 3)
    await store.commit(Transaction(traps=tuple(trap(count=number) for number in range(1, 9))))

    assert await store.prune(after(days=-1)) == 5

    assert [one.count for one in await store.traps()] == [8, 7, 6]


async def test_a_transaction_that_cannot_be_written_fails_alone_and_whole(store: AnyStore):
    await store.commit(mails("there"))
    before = store.commit(mails("before"))
    broken = store.commit(Transaction(entries=(entry("half"), entry("there")), alerts=(alert("half"),)))
    no_zone = store.commit(Transaction(alerts=(alert("half", pending_at=datetime(2024, 1, 1)),)))  # noqa: DTZ001
    behind = store.commit(mails("behind"))

    await asyncio.gather(before, behind)
    for failed in (broken, no_zone):
        with pytest.raises(StoreError, match="does not take this transaction"):
            await failed
    assert {one.id for one in await store.outbox()} == {"there", "before", "behind"}
    assert await store.alerts() == []


async def test_an_empty_transaction_is_done_when_everything_before_it_is(store: AnyStore):
    first = store.commit(mails("m1"))
    await store.commit(Transaction())

    assert first.done()


async def test_the_notifier_is_woken_by_mail_and_by_nothing_else(store: AnyStore):
    woken = asyncio.Event()
    store.on_outbox_commit = woken.set

    await store.commit(Transaction(events=(event(),)))
    assert not woken.is_set()
    await store.commit(mails("m1"))
    await asyncio.wait_for(woken.wait(), PATIENCE_SECONDS)


async def test_due_rows_are_leased_those_due_longest_first(store: AnyStore):
    await store.commit(mails("second", not_before=after(seconds=2)))
    await store.commit(mails("first", not_before=after(seconds=1), state=OutboxState.DEFERRED, attempts=3))
    await store.commit(mails("later", not_before=after(hours=1)))
    await store.commit(mails("over", state=OutboxState.SENT))

    claimed = await store.claim_due(after(seconds=2), LEASE, limit=10)

    assert [one.id for one in claimed] == ["first", "second"]
    assert claimed[0] == entry(
        "first",
        not_before=after(seconds=1),
        attempts=3,
        state=OutboxState.SENDING,
        lease_until=after(seconds=2) + LEASE,
    )
    assert await store.outbox_entry("first") == claimed[0]
    assert await store.claim_due(after(seconds=3), LEASE, limit=10) == []


async def test_a_row_of_the_time_before_the_clock_was_set_back_is_due(store: AnyStore):
    await store.commit(mails("stranded", not_before=after(hours=2)))
    await store.commit(mails("resting", not_before=after(minutes=18)))

    assert [one.id for one in await store.claim_due(T0, LEASE, limit=9)] == ["stranded"]


async def test_mails_and_traps_are_claimed_apart(store: AnyStore):
    trap = entry("trap", kind=OutboxKind.TRAP, recipient="192.0.2.9:162", not_before=after(seconds=1))
    await store.commit(Transaction(entries=(trap, entry("mail"))))

    assert await store.next_due() == T0
    assert await store.next_due(OutboxKind.TRAP) == after(seconds=1)
    assert [one.id for one in await store.claim_due(after(seconds=1), LEASE, limit=9)] == ["mail"]
    assert [one.id for one in await store.claim_due(after(seconds=1), LEASE, 9, OutboxKind.TRAP)] == ["trap"]


async def test_a_lease_that_ends_is_told_of_by_its_kind(store: AnyStore):
    trap = entry("trap", kind=OutboxKind.TRAP, recipient="192.0.2.9:162")
    await store.commit(Transaction(entries=(trap, entry("mail"))))
    for kind in OutboxKind:
        await store.claim_due(T0, LEASE, 9, kind)

    (again,) = await store.claim_due(T0 + LEASE, LEASE, 9, OutboxKind.TRAP)

    assert (again.id, again.kind) == ("trap", OutboxKind.TRAP)
    assert [one.text.split(":")[0] for one in await store.events()] == ["trap to 192.0.2.9"]
    assert (await store.outbox_entry("mail")).state is OutboxState.SENDING


async def test_no_row_is_leased_to_two_claimers(store: AnyStore):
    names = [f"m{number:02}" for number in range(40)]
    await store.commit(mails(*names))

    hauls = await asyncio.gather(*(store.claim_due(T0, LEASE, limit=7) for _ in range(8)))

    assert sorted(one.id for haul in hauls for one in haul) == names


async def test_a_row_whose_lease_ran_out_is_unknown_and_due_again(store: AnyStore):
    await store.commit(mails("m1"))
    await store.claim_due(T0, LEASE, limit=1)

    assert await store.claim_due(T0 + LEASE - timedelta(microseconds=1), LEASE, limit=1) == []
    assert await store.claim_due(T0 + LEASE, LEASE, limit=0) == []
    found = await store.outbox_entry("m1")
    assert found is not None
    assert (found.state, found.lease_until) == (OutboxState.UNKNOWN, None)
    assert [one.kind for one in await store.events()] == ["delivery"]
    (again,) = await store.claim_due(T0 + LEASE, LEASE, limit=1)
    assert (again.id, again.message, again.message_id) == ("m1", entry().message, "<m1@netwatch>")


async def test_what_a_former_life_was_sending_is_due_as_soon_as_the_store_starts_again(store: AnyStore):
    trap = entry("trap", kind=OutboxKind.TRAP, recipient="192.0.2.9:162")
    await store.commit(Transaction(entries=(trap, entry("mail"))))
    for kind in OutboxKind:
        await store.claim_due(T0, LEASE, 9, kind)
    await store.stop()

    await store.start()

    assert {(row.id, row.state, row.lease_until) for row in await store.outbox()} == {
        ("mail", OutboxState.UNKNOWN, None),
        ("trap", OutboxState.UNKNOWN, None),
    }
    assert {row.text.split(":")[0] for row in await store.events()} == {
        "mail to noc@example.net",
        "trap to 192.0.2.9",
    }
    (again,) = await store.claim_due(T0, LEASE, 9)
    assert (again.id, again.message_id) == ("mail", "<mail@netwatch>")


async def test_an_attempt_and_its_event_are_recorded_together(store: AnyStore):
    await store.commit(mails("m1"))
    (claimed,) = await store.claim_due(T0, LEASE, limit=1)
    sent = replace(
        claimed,
        state=OutboxState.SENT,
        lease_until=None,
        attempts=1,
        last_reply="250 queued",
        last_tried_at=T0,
        sent_at=after(seconds=1),
    )

    await store.record(sent, [event("mailed", kind="delivery")])

    assert await store.outbox_entry("m1") == sent
    assert [one.text for one in await store.events()] == ["mailed"]


async def test_mails_an_attempt_gives_rise_to_are_written_with_it_and_wake_the_sender(store: AnyStore):
    woken: list[str] = []
    await store.commit(mails("m1"))
    (claimed,) = await store.claim_due(T0, LEASE, limit=1)
    await asyncio.sleep(0)  # MemoryStore tells of the first commit in the loop's next turn
    store.on_outbox_commit = lambda: woken.append("woken")

    recorded = await store.record(replace(claimed, state=OutboxState.DEAD), [event("dead")], [entry("fallback")])
    await asyncio.sleep(0)

    assert recorded
    assert await store.outbox_entry("fallback") == entry("fallback")
    assert woken == ["woken"]


async def test_an_attempt_that_is_not_recorded_gives_rise_to_nothing(store: AnyStore):
    await store.commit(mails("m1"))

    recorded = await store.record(entry("m1", state=OutboxState.DEAD), [event("dead")], [entry("fallback")])

    assert not recorded
    assert await store.outbox_entry("fallback") is None


async def test_an_attempt_is_not_recorded_without_its_mails(store: AnyStore):
    await store.commit(mails("m1", "m2"))
    (claimed,) = await store.claim_due(T0, LEASE, limit=1)

    with pytest.raises(StoreError):
        await store.record(replace(claimed, state=OutboxState.DEAD), [event("dead")], [entry("m2")])

    found = await store.outbox_entry(claimed.id)
    assert found is not None
    assert found.state is OutboxState.SENDING


async def test_the_message_of_a_row_never_changes(store: AnyStore):
    await store.commit(mails("m1"))
    (claimed,) = await store.claim_due(T0, LEASE, limit=1)

    await store.record(replace(claimed, state=OutboxState.DEFERRED, message=b"other", recipient="x@y"))

    found = await store.outbox_entry("m1")
    assert found is not None
    assert (found.message, found.recipient) == (entry().message, entry().recipient)


async def test_an_attempt_is_recorded_only_while_the_row_is_being_sent(store: AnyStore):
    await store.commit(mails("m1"))

    await store.record(entry("m1", state=OutboxState.DEAD), [event("dead")])
    await store.record(entry("never there", state=OutboxState.SENT), [event("sent")])

    assert await store.outbox_entry("m1") == entry("m1")
    assert await store.events() == []


async def test_that_a_server_took_a_mail_is_recorded_even_when_the_lease_is_over(store: AnyStore):
    await store.commit(mails("m1"))
    (claimed,) = await store.claim_due(T0, LEASE, limit=1)
    await store.claim_due(T0 + LEASE, LEASE, limit=0)

    await store.record(replace(claimed, state=OutboxState.SENT, lease_until=None, sent_at=T0))

    assert (await store.outbox_counts())[OutboxState.SENT] == 1
    assert await store.claim_due(T0 + LEASE, LEASE, limit=1) == []


async def test_counts_name_every_state(store: AnyStore):
    assert await store.outbox_counts() == dict.fromkeys(OutboxState, 0)
    await store.commit(mails("a", "b"))
    await store.commit(mails("c", state=OutboxState.DEAD))

    counts = await store.outbox_counts()

    assert counts == dict.fromkeys(OutboxState, 0) | {OutboxState.QUEUED: 2, OutboxState.DEAD: 1}


async def test_the_outbox_is_told_by_state_newest_first(store: AnyStore):
    await store.commit(mails("old"))
    await store.commit(mails("new", created_at=after(hours=1)))
    await store.commit(mails("dead", state=OutboxState.DEAD))

    assert [one.id for one in await store.outbox([OutboxState.QUEUED])] == ["new", "old"]
    assert [one.id for one in await store.outbox(limit=1)] == ["new"]
    assert await store.outbox_entry("no such") is None


async def test_the_oldest_unsent_and_the_next_due_say_when(store: AnyStore):
    assert (await store.oldest_unsent(), await store.next_due()) == (None, None)
    await store.commit(mails("sent", state=OutboxState.SENT, created_at=after(days=-1)))
    await store.commit(mails("a", created_at=after(seconds=1), not_before=after(seconds=9)))
    await store.commit(mails("b", created_at=after(seconds=2), not_before=after(seconds=5)))

    assert await store.oldest_unsent() == after(seconds=1)
    assert await store.next_due() == after(seconds=5)
    await store.claim_due(after(seconds=9), timedelta(seconds=60), limit=9)
    assert await store.next_due() == after(seconds=69)


async def test_retention_takes_what_ended_and_nothing_else(store: AnyStore):
    now = after(days=100)
    await store.commit(
        Transaction(
            alerts=(alert("firing"), alert("ended", AlertState.RESOLVED), alert("member", AlertState.RESOLVED),
                    alert("fresh", AlertState.RESOLVED, resolved_at=now)),
            groups=(group(members=("member",)),),
            entries=(entry("unsent"), entry("sent", state=OutboxState.SENT, sent_at=T0),
                     entry("dead", state=OutboxState.DEAD), entry("late", state=OutboxState.SENT, sent_at=now)),
            events=(event("old"), event("new", at=now)),
            memories=(memory("a", "1"),),
            traps=(trap(), trap(at=now)),
        )
    )  # fmt: skip

    assert await store.prune(after(days=50)) == 5

    assert await store.traps() == [trap(at=now)]
    assert {one.id for one in await store.alerts()} == {"firing", "member", "fresh"}
    assert {one.id for one in await store.outbox()} == {"unsent", "late"}
    assert [one.text for one in await store.events()] == ["new"]
    assert await store.memories("hold") == [memory("a", "1")]
    assert await store.prune(after(days=50)) == 0


async def test_nothing_is_taken_before_the_start_or_after_the_stop(store: AnyStore):
    assert store.alive
    await store.stop()

    assert not store.alive
    with pytest.raises(StoreError, match="not running"):
        store.commit(mails("m1"))


async def test_what_was_sent_or_died_lately_is_counted(store):
    for name, fields in {
        "sent": {"state": OutboxState.SENT, "sent_at": after(hours=2)},
        "sent long ago": {"state": OutboxState.SENT, "sent_at": T0},
        "died": {"state": OutboxState.DEAD, "last_tried_at": after(hours=1)},
        "died long ago": {"state": OutboxState.DEAD, "last_tried_at": T0},
        "waits": {"state": OutboxState.DEFERRED, "last_tried_at": after(hours=2)},
    }.items():
        await store.commit(mails(name, **fields))

    assert await store.ended_since(after(hours=1)) == {OutboxState.SENT: 1, OutboxState.DEAD: 1}


async def test_a_mail_that_was_sent_and_came_back_is_dead_with_all_that_is_written_beside_it(store: AnyStore):
    await store.commit(Transaction(entries=(entry("m1"), entry("m2"))))
    sent = [
        replace(one, state=OutboxState.SENT, sent_at=after(minutes=1), lease_until=None)
        for one in await store.claim_due(T0, LEASE, 10, OutboxKind.MAIL)
    ]
    for one in sent:
        await store.record(one)
    back = replace(sent[0], state=OutboxState.DEAD, last_reply="came back: 550", last_tried_at=after(hours=1))

    await store.commit(Transaction(returned=(back,), memories=(memory("a", "{}"),), entries=(entry("m3"),)))

    rows = {one.id: one for one in await store.outbox()}
    assert (rows["m1"].state, rows["m1"].last_reply) == (OutboxState.DEAD, "came back: 550")
    assert rows["m2"].state is OutboxState.SENT
    assert (await store.ended_since(after(minutes=59)))[OutboxState.DEAD] == 1
    assert (await store.account()).unaccounted == 0
    assert await store.memories("hold") == [memory("a", "{}")]


async def test_only_a_row_that_was_sent_can_come_back(store: AnyStore):
    await store.commit(Transaction(entries=(entry("m1"),)))

    await store.commit(Transaction(returned=(entry("m1", state=OutboxState.DEAD), entry("never there"))))

    assert [(one.id, one.state) for one in await store.outbox()] == [("m1", OutboxState.QUEUED)]
