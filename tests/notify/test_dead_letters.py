"""What could not be delivered is told to somebody else: at once, then by count, never in a circle."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default as modern

import pytest

from netwatch.errors import StoreError
from netwatch.model import Composition, Event, OutboxEntry, OutboxKind, OutboxState, Transaction
from netwatch.notify import DeadLetters, SmtpSettings
from netwatch.notify.mail.fallback import FALLBACK, MOST_IN_FULL, compose_fallback
from netwatch.simulator import reply
from netwatch.store import MemoryStore
from tests.patience import PATIENCE_SECONDS

from .conftest import NOW, Clock

DEAD, SENT, SENDING = OutboxState.DEAD, OutboxState.SENT, OutboxState.SENDING
GONE = {f"gone{number}@example.net": reply(550) for number in range(4)}
ADMIN = "Admin <admin@elsewhere.example>"


def text_of(row: OutboxEntry) -> str:
    body = message_from_bytes(row.message, policy=modern).get_body(("plain",))
    return str(body.get_content())


async def fallbacks(store: MemoryStore) -> list[OutboxEntry]:
    return await store.outbox_of_thread(FALLBACK)


# -- with a mail server -------------------------------------------------------------------------------------------


async def test_who_is_not_reached_why_and_what_the_mail_said_is_told_to_somebody_else(post, rough, make_entries):
    server = await rough(recipients=GONE)
    office = await post({"port": server.port}, fallback_to=[ADMIN])

    (entry,) = make_entries("gone0@example.net")
    await office.put([entry])
    await office.until(lambda rows: sorted(row.state for row in rows) == [DEAD, SENT])

    (mail,) = server.accepted
    assert mail.recipients == ("admin@elsewhere.example",)
    told = message_from_bytes(mail.message, policy=modern)
    assert told["Subject"].startswith("[UNDELIVERED] [DOWN] core-")
    assert told["Subject"].endswith(" not to gone0@example.net")
    assert len(told["Subject"]) <= 60
    text = told.get_body(("plain",)).get_content()
    assert "Why not:  127.0.0.1:" in text
    assert "rcpt: 550 5.1.1 no such mailbox" in text
    assert "  > DOWN: core-sw1 Gi1/0/7" in text
    assert told["Auto-Submitted"] == "auto-generated"
    events = [event for event in await office.store.events() if event.details.get("fallback")]
    assert [event.text.rpartition(" ")[2] for event in events] == ["admin@elsewhere.example"]


async def test_a_storm_of_dead_letters_is_one_mail_and_five_minutes_later_one_with_the_count(
    post, rough, make_entries
):
    server = await rough(recipients=GONE)
    office = await post({"port": server.port}, fallback_to=[ADMIN], connections=1)

    await office.put(make_entries(*GONE))
    await office.until(lambda rows: [row.state for row in rows].count(DEAD) == 4 and rows[0].state is SENT)
    assert len(await fallbacks(office.store)) == 1
    assert office.letters.untold == 3
    office.set_forward(timedelta(minutes=5))
    await office.until(lambda rows: [row.state for row in rows].count(SENT) == 2)

    first, second = await fallbacks(office.store)
    assert " not to gone" in first.subject
    assert second.subject == "[UNDELIVERED] 3 messages did not reach 3 recipients"
    assert office.letters.untold == 0


async def test_a_fallback_mail_that_is_not_delivered_makes_no_other(post, rough, make_entries):
    server = await rough(recipients={**GONE, "admin@elsewhere.example": reply(550)})
    office = await post({"port": server.port}, fallback_to=[ADMIN])

    await office.put(make_entries("gone0@example.net"))
    await office.until_state(DEAD, DEAD)
    office.set_forward(timedelta(hours=1))
    await asyncio.sleep(0.1)

    assert len(await office.rows()) == 2


async def test_an_address_is_not_told_of_what_did_not_reach_itself(post, rough, make_entries):
    server = await rough(recipients=GONE)
    office = await post({"port": server.port}, fallback_to=["Gone0@example.net", ADMIN])

    await office.put(make_entries("gone0@example.net"))
    await office.until(lambda rows: sorted(row.state for row in rows) == [DEAD, SENT])

    assert [mail.recipients for mail in server.accepted] == [("admin@elsewhere.example",)]


# -- with a store only --------------------------------------------------------------------------------------------


@pytest.fixture
def letters():
    """A room over a store, as it is after some life."""

    async def make(store: MemoryStore, clock: Clock, **changes) -> DeadLetters:
        settings = SmtpSettings.model_validate({"from": "nw@example.net", "fallback_to": [ADMIN], **changes})
        made = DeadLetters(store, settings, clock=clock)
        await made.start()
        return made

    return make


async def died(store: MemoryStore, letters: DeadLetters, entry: OutboxEntry, at: datetime) -> bool:
    await store.commit(Transaction(entries=(entry,)))
    await store.claim_due(datetime.now(UTC) + timedelta(days=1), timedelta(days=2), 10, entry.kind)
    row = replace(entry, state=DEAD, last_reply="550 gone", last_tried_at=at, lease_until=None)
    return await letters.record(row, (Event(at=at, kind="delivery", text="dead"),))


async def test_what_a_former_life_had_yet_to_tell_is_told_after_a_restart(letters, make_entries):
    store, clock = MemoryStore(), Clock()
    await store.start()
    former = await letters(store, clock)
    rows = make_entries("a@x.example", "b@x.example", "c@x.example", "by-hand@x.example")
    for row in rows[:3]:
        assert await died(store, former, row, clock())
    dropped = replace(rows[3], state=DEAD, last_reply="dropped by hand by anna", last_tried_at=clock())
    await store.commit(Transaction(entries=(dropped,)))
    await former.stop()

    clock.ahead += timedelta(minutes=6)
    later = await letters(store, clock)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while later.untold:  # noqa: ASYNC110 - the store has no event to wait for
            await asyncio.sleep(0.01)
    await later.stop()

    first, second = await fallbacks(store)
    assert "a@x.example" in text_of(first)
    assert second.subject == "[UNDELIVERED] 2 messages did not reach 2 recipients"
    assert "by-hand" not in text_of(second)


async def test_death_and_mail_are_one_transaction_also_where_the_row_was_somebody_elses(letters, make_entries):
    store, clock = MemoryStore(), Clock()
    await store.start()
    here = await letters(store, clock)
    (row,) = make_entries()
    await store.commit(Transaction(entries=(row,)))  # not claimed, so not ours to end

    recorded = await here.record(replace(row, state=DEAD, last_tried_at=clock()))
    await here.stop()

    assert not recorded
    assert await fallbacks(store) == []
    assert here.untold == 0


async def test_without_fallback_addresses_nothing_is_told(letters, make_entries):
    store, clock = MemoryStore(), Clock()
    await store.start()
    here = await letters(store, clock, fallback_to=[])

    assert await died(store, here, make_entries()[0], clock())
    await here.stop()

    assert len(await store.outbox()) == 1


# -- the text -----------------------------------------------------------------------------------------------------


async def test_of_a_mail_that_came_back_is_told_in_the_transaction_that_makes_it_dead(letters, make_entries):
    store, clock = MemoryStore(), Clock()
    await store.start()
    office = await letters(store, clock)
    first, second = (replace(one, state=DEAD, last_reply="came back: 550") for one in make_entries(*list(GONE)[:2]))
    written: list[Composition] = []

    async def write(composition: Composition) -> None:
        written.append(composition)

    await office.came_back(first, write)
    await office.came_back(second, write)

    at_once, later = written
    assert [row.recipient for row in at_once.entries] == ["admin@elsewhere.example"]
    assert "came back: 550" in text_of(at_once.entries[0])
    assert [event.entry_id for event in at_once.events] == [first.id]
    assert (later, office.untold) == (Composition(), 1)


@pytest.fixture
def routed():
    """A room over a store whose routes fall back on somebody by the receiver."""

    async def make(**by_receiver: list[str]) -> tuple[DeadLetters, Callable[[OutboxEntry], Awaitable[list[str]]]]:
        store, clock = MemoryStore(), Clock()
        await store.start()
        settings = SmtpSettings.model_validate({"from": "nw@example.net", "fallback_to": [ADMIN]})
        made = DeadLetters(store, settings, clock=clock, fallback_of=lambda row: by_receiver.get(row.receiver, []))

        async def told_of(row: OutboxEntry) -> list[str]:
            written: list[Composition] = []

            async def write(composition: Composition) -> None:
                written.append(composition)

            await made.came_back(replace(row, state=DEAD, last_reply="came back: 550"), write)
            told.extend(written[0].entries)
            said = {one for event in written[0].events for one in event.text.rpartition("told to ")[2].split(", ")}
            assert said == {one.recipient for one in written[0].entries}
            return [one.recipient for one in written[0].entries]

        return made, told_of

    told: list[OutboxEntry] = []
    make.told = told
    return make


@pytest.mark.parametrize(("fallback", "recipients"), [
    (["Standby <standby@example.net>", "two@example.net"], ["standby@example.net", "two@example.net"]),
    (["standby@example.net", "Gone0@example.net"], ["standby@example.net"]),  # not who was not reached
    (["Gone0@example.net"], ["admin@elsewhere.example"]),  # nobody else is left but the last resort
    ([], ["admin@elsewhere.example"]),
])  # fmt: skip
async def test_who_the_route_falls_back_on_is_told_first(routed, make_entries, fallback, recipients):
    _, told_of = await routed(noc=fallback)

    assert await told_of(make_entries("gone0@example.net")[0]) == recipients


async def test_what_the_fallback_does_not_get_either_is_told_to_the_last_resort_at_once_and_there_it_ends(
    routed, make_entries
):
    _, told_of = await routed(noc=["standby@example.net"])
    await told_of(make_entries("gone0@example.net")[0])
    (first,) = routed.told

    assert await told_of(first) == ["admin@elsewhere.example"]
    assert "gone0@example.net" in text_of(routed.told[-1])
    assert await told_of(routed.told[-1]) == []


async def test_each_route_s_fallback_hears_of_its_own_alone(routed, make_entries):
    rows = [replace(row, receiver=name, state=DEAD) for row, name in zip(make_entries(*GONE), "abab", strict=True)]
    _, told_of = await routed(a=["a@example.net"], b=["b@example.net"])
    for row in rows[:3]:
        await told_of(row)
    first = await told_of(replace(routed.told[0], state=DEAD))  # one of ours that died tells all that waits
    assert sorted(first) == ["a@example.net", "admin@elsewhere.example", "b@example.net"]
    by_recipient = {row.recipient: text_of(row) for row in routed.told[1:]}
    assert ("gone1@" in by_recipient["b@example.net"], "gone2@" in by_recipient["b@example.net"]) == (True, False)
    assert ("gone1@" in by_recipient["a@example.net"], "gone2@" in by_recipient["a@example.net"]) == (False, True)


async def test_what_could_not_be_written_of_a_mail_that_came_back_is_told_again(letters, make_entries):
    store, clock = MemoryStore(), Clock()
    await store.start()
    office = await letters(store, clock)
    (row,) = (replace(one, state=DEAD) for one in make_entries("gone0@example.net"))
    written: list[Composition] = []

    async def fail(_composition: Composition) -> None:
        raise StoreError("the disk is full")

    async def write(composition: Composition) -> None:
        written.append(composition)

    with pytest.raises(StoreError):
        await office.came_back(row, fail)
    await office.came_back(row, write)

    assert len(written[0].entries) == 1


def composed(*dead: OutboxEntry) -> OutboxEntry:
    (mail,) = compose_fallback(
        [(row, [ADMIN]) for row in dead], sender="nw@example.net", now=NOW, new_id=lambda: "f1"
    )
    return mail


def test_many_are_told_by_count_and_the_first_in_full(make_entries):
    rows = make_entries(*(f"n{number:03}@x.example" for number in range(300)))
    dead = [replace(row, state=DEAD, last_reply="550 no", message=b"" if row in rows[20:] else row.message)
            for row in rows]  # fmt: skip

    text = text_of(composed(*dead))

    assert text.count("Why not:") == MOST_IN_FULL
    assert "290 more:" in text
    assert "  1 to n010@x.example: 550 no" in text
    assert "  240 to 240 further recipients" in text


@pytest.mark.parametrize(
    ("number", "recipient"), [(1, "n@x.example"), (1, f"{'long' * 15}@x.example"), (3, "m@x.example")]
)
def test_the_subject_is_one_that_a_telephone_shows(make_entries, number, recipient):
    (row,) = make_entries()
    rows = [
        replace(row, id=str(one), state=DEAD, recipient=f"{one}{recipient}", subject="[DOWN] " + "core-sw1 " * 20)
        for one in range(number)
    ]

    subject = composed(*rows).subject

    assert subject.startswith("[UNDELIVERED] ")
    assert len(subject) <= 60
    assert ("[DOWN] cor" in subject) is (number == 1)


def test_a_trap_that_was_given_up_is_told_by_its_subject(make_entries):
    (row,) = make_entries()
    trap = replace(row, kind=OutboxKind.TRAP, recipient="192.0.2.9:162", message=b'{"varbinds": []}')

    text = text_of(composed(trap))

    assert "* trap to 192.0.2.9:162, for receiver noc" in text
    assert "varbinds" not in text


def test_hostile_words_of_servers_and_devices_add_no_header(make_entries):
    (row,) = make_entries()
    nasty = "550 =?utf-8?q?one?=\r\nX-Other: yes\r\n\r\n<b>\u202e"
    mail = composed(replace(row, subject=nasty, last_reply=nasty, recipient=nasty, receiver=nasty, message=b"\xff\0"))

    parsed = message_from_bytes(mail.message, policy=modern)
    assert parsed["X-Other"] is None
    assert b"=?utf-8?q?one" not in mail.message
    assert mail.message.isascii()
    assert parsed.get_all("To") == [ADMIN]
    assert (mail.group_key, mail.thread_id, mail.kind) == (FALLBACK, FALLBACK, OutboxKind.MAIL)
