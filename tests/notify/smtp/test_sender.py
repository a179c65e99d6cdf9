"""The notifier against real mail servers: smtp-sink, which behaves, and the rough one, which misbehaves on cue."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from netwatch.errors import StoreError
from netwatch.model import AlertState, OutboxState, Transaction
from netwatch.notify import Letterhead, compose, metrics
from netwatch.notify.smtp.relays import returned_to
from netwatch.simulator import DROP, HANG, Step, reply
from netwatch.store import MemoryStore
from tests.patience import PATIENCE_SECONDS

QUEUED, DEFERRED, SENT, DEAD, UNKNOWN, SENDING = (
    OutboxState.QUEUED, OutboxState.DEFERRED, OutboxState.SENT, OutboxState.DEAD, OutboxState.UNKNOWN,
    OutboxState.SENDING,
)  # fmt: skip
LOGIN = {"username": "netwatch", "password": "secret"}


async def test_a_committed_mail_reaches_the_server_byte_for_byte(post, smtp_sink, make_entries):
    sink = smtp_sink()
    office = await post({"port": sink.port})
    entries = make_entries()

    await office.put(entries)

    (row,) = await office.until_state(SENT)
    (received,) = sink.mails
    assert entries[0].message.replace(b"\r\n", b"\n") in received
    assert b"X-Rcpt-Args: <noc@example.net>" in received
    assert row.attempts == 1
    assert row.last_reply == f"127.0.0.1:{sink.port}: 250 2.0.0 Ok"
    (event,) = await office.events()
    assert event.startswith(f'mail to noc@example.net "{entries[0].subject}" accepted by 127.0.0.1:')


async def test_a_time_out_after_the_final_dot_sends_the_same_bytes_again(post, rough, make_entries):
    server = await rough({Step.DOT: [HANG]})
    office = await post({"port": server.port, "timeout": "500ms"})
    (entry,) = make_entries()

    await office.put([entry])
    row = await office.until_tried()
    assert (row.state, row.last_reply[-20:]) == (UNKNOWN, "no answer within 2 s")
    office.set_forward(timedelta(seconds=10))
    await office.until_state(SENT)

    first, second = server.mails
    assert (first.reply_code, second.reply_code) == (None, 250)
    assert first.message == second.message == entry.message
    assert entry.message_id.encode() in second.message


async def test_nothing_listening_is_trouble_of_the_relay(post, tcp_port, make_entries):
    office = await post({"port": tcp_port})

    await office.put(make_entries())
    row = await office.until_tried()

    assert (row.state, row.attempts) == (QUEUED, 0)
    assert f"127.0.0.1:{tcp_port} connect: " in row.last_reply
    assert office.notifier.status().relays[0].last_reply.startswith("connect: ")


async def test_a_held_row_says_so_when_it_begins_and_when_it_changes_and_not_for_every_try(post, rough, make_entries):
    server = await rough(recipients={"noc@example.net": reply(421)})
    office = await post({"port": server.port})
    (entry,) = make_entries()

    async def held_again() -> None:
        tried = (await office.rows())[0].last_tried_at
        office.set_forward(timedelta(seconds=3))
        await office.until(lambda rows: rows[0].last_tried_at != tried and rows[0].state is QUEUED)

    await office.put([entry])
    await office.until_tried()
    for _ in range(3):
        await held_again()
    server.allow_all()
    server.play({Step.DATA: reply(421)})
    await held_again()
    server.play({})
    office.set_forward(timedelta(seconds=3))
    await office.until_state(SENT)

    events = [event for event in reversed(await office.store.events()) if event.kind == "delivery"]
    assert [event.details["phase"] for event in events] == ["rcpt", "data", "end_of_data"]
    assert {event.entry_id for event in events} == {entry.id}


async def test_the_next_relay_takes_over_at_once(post, rough, tcp_port, make_entries):
    second = await rough()
    office = await post({"port": tcp_port}, {"port": second.port})

    await office.put(make_entries())

    (row,) = await office.until_state(SENT)
    assert row.attempts == 1
    assert f"accepted by 127.0.0.1:{second.port}" in (await office.events())[0]
    assert f"(after 127.0.0.1:{tcp_port} connect: " in (await office.events())[0]
    assert (office.notifier.relays_up, office.notifier.relays_down) == (1, 1)


async def test_the_first_relay_is_used_again_when_a_probe_found_it_well(post, rough, make_entries):
    first, second = await rough({Step.MAIL: reply(451)}), await rough()
    office = await post({"port": first.port}, {"port": second.port})
    await office.put(make_entries("a@example.net"))
    await office.until_state(SENT)

    first.play({})
    await office.until(lambda _: office.notifier.relays_up == 2)
    await office.put(make_entries("b@example.net"))
    await office.until_state(SENT, SENT)

    assert [mail.recipients for mail in second.accepted] == [("a@example.net",)]
    assert [mail.recipients for mail in first.accepted] == [("b@example.net",)]


async def test_relays_are_tried_in_the_order_they_are_written(post, rough, make_entries):
    first, second, third = await rough({Step.EHLO: reply(421)}), await rough({Step.MAIL: reply(452)}), await rough()
    office = await post({"port": first.port}, {"port": second.port}, {"port": third.port})

    await office.put(make_entries())
    (row,) = await office.until_state(SENT)

    events = [event.details for event in reversed(await office.store.events()) if event.kind == "delivery"]
    assert [event["relay"] for event in events] == [f"127.0.0.1:{one.port}" for one in (first, second, third)]
    assert [event["phase"] for event in events] == ["ehlo", "mail", "end_of_data"]
    assert (row.attempts, len(third.accepted)) == (1, 1)


async def test_a_relay_that_is_doubted_is_tried_after_all_others_until_it_is_not(post, rough, make_entries):
    first, second = await rough(), await rough({Step.MAIL: [None, None, reply(452)]})
    office = await post({"port": first.port}, {"port": second.port}, connections=1)

    office.notifier.doubt([f"127.0.0.1:{first.port}"])
    await office.put(make_entries("a@x.example", "b@x.example"))
    await office.until_state(SENT, SENT)
    assert (len(first.accepted), len(second.accepted)) == (0, 2)

    await office.put(make_entries("c@x.example"))  # which the other does not take
    await office.until_state(SENT, SENT, SENT)
    assert len(first.accepted) == 1

    office.notifier.doubt([])
    await office.put(make_entries("d@x.example"))
    await office.until_state(SENT, SENT, SENT, SENT)
    assert len(first.accepted) == 2


async def test_each_mail_may_leave_with_an_envelope_sender_of_its_own(post, rough, make_entries):
    server = await rough()
    office = await post({"port": server.port}, verp=True)

    await office.put(make_entries("a@x.example"))
    (row,) = await office.until_state(SENT)

    local, _, domain = row.envelope_sender.partition("@")
    assert server.accepted[0].envelope_sender == f"{local}+{row.id}@{domain}"


@pytest.mark.parametrize(("sender", "entry_id"), [
    ("", "m1"), ("a@b.example", "m" * 63), ("a@b.example", "not fit"), ("a@b.example", "x@y"),
])  # fmt: skip
def test_an_envelope_sender_that_could_not_be_stays_as_it_is(make_entries, sender, entry_id):
    (row,) = make_entries("a@x.example")

    assert returned_to(replace(row, envelope_sender=sender, id=entry_id)) == sender


async def test_a_relay_that_is_back_gets_one_connection_and_with_every_mail_it_accepts_one_more(
    post, rough, make_entries
):
    server = await rough({Step.MAIL: reply(451)})
    office = await post({"port": server.port}, connections=4)
    await office.put(make_entries(*(f"n{number:02}@example.net" for number in range(12))))
    await office.until(lambda _: office.notifier.relays_down == 1)
    await office.until(lambda rows: not any(row.state is SENDING for row in rows))

    server.play({Step.DOT: reply(250, after=0.05)})
    await office.until(lambda _: office.notifier.relays_up == 1)
    office.set_forward(timedelta(seconds=3))
    await office.until_state(*[SENT] * 12)

    opened = [(mail.connection - server.mails[0].connection + 1, mail.answered_before) for mail in server.mails]
    assert all(connections <= accepted + 1 for connections, accepted in opened)
    assert max(opened)[0] == 4


async def test_a_refusal_of_the_message_is_not_taken_to_another_relay(post, rough, make_entries):
    first, second = await rough({Step.DOT: reply(554)}), await rough()
    office = await post({"port": first.port}, {"port": second.port})

    await office.put(make_entries())

    await office.until_state(DEAD)
    assert second.connections == 0


async def test_a_message_that_draws_421_does_not_stop_the_others(post, rough, make_entries):
    server = await rough(recipients={"a@example.net": reply(421)})
    office = await post({"port": server.port}, connections=1)

    await office.put(make_entries("a@example.net", "b@example.net", "c@example.net"))

    await office.until_state(QUEUED, SENT, SENT)


async def test_connections_are_used_again(post, rough, make_entries):
    server = await rough()
    office = await post({"port": server.port}, connections=2)

    await office.put(make_entries(*(f"n{number}@example.net" for number in range(20))))
    await office.until_state(*[SENT] * 20)

    assert server.connections <= 2


async def test_a_connection_the_server_closed_while_idle_is_no_trouble(post, rough, make_entries):
    server = await rough({Step.MAIL: [None, DROP]})
    office = await post({"port": server.port})
    await office.put(make_entries("a@example.net"))
    await office.until_state(SENT)

    await office.put(make_entries("b@example.net"))

    rows = await office.until_state(SENT, SENT)
    assert rows[1].attempts == 1
    assert server.connections == 2
    assert office.notifier.relays_down == 0


async def test_a_server_that_wants_fewer_connections_gets_fewer(post, rough, make_entries):
    server = await rough(
        {Step.GREETING: [None, reply(421), reply(421), reply(421)], Step.MAIL: reply(250, after=0.02)}
    )
    office = await post({"port": server.port}, connections=4)

    await office.put(make_entries(*(f"n{number}@example.net" for number in range(6))))

    rows = await office.until_state(*[SENT] * 6)
    assert all(row.attempts == 1 for row in rows)
    assert metrics.RELAY_TROUBLE.labels(f"127.0.0.1:{server.port}", "greeting")._value.get() == 0


async def test_a_lease_that_ran_out_with_a_former_life_is_taken_over(post, rough, make_entries):
    server = await rough()
    store = MemoryStore()
    await store.start()
    (entry,) = make_entries()
    await store.commit(Transaction(entries=(entry,)))
    await store.claim_due(datetime.now(UTC), timedelta(milliseconds=300), 10)  # and then the process died

    office = await post({"port": server.port}, store=store)

    await office.until_state(SENT)
    (mail,) = server.accepted
    assert mail.message == entry.message


async def test_stopping_before_the_dot_gives_the_row_back(post, rough, make_entries):
    server = await rough({Step.RCPT: HANG})
    office = await post({"port": server.port, "timeout": "30s"})
    await office.put(make_entries())
    await office.until(lambda rows: rows[0].state is SENDING and "RCPT TO:<noc@example.net>" in server.commands)

    await office.notifier.stop()

    (row,) = await office.rows()
    assert (row.state, row.attempts, row.lease_until) == (QUEUED, 0, None)


async def test_stopping_after_the_dot_leaves_the_row_unknown(post, rough, make_entries):
    server = await rough({Step.DOT: HANG})
    office = await post({"port": server.port, "timeout": "30s"})
    await office.put(make_entries())
    await server.wait_for(1, PATIENCE_SECONDS)

    await office.notifier.stop()

    (row,) = await office.rows()
    assert (row.state, row.attempts) == (UNKNOWN, 1)
    assert "NetWatch stopped before the server answered" in row.last_reply


async def test_stopping_lets_a_mail_under_way_finish(post, rough, make_entries):
    server = await rough({Step.DOT: reply(250, after=0.1)})
    office = await post({"port": server.port})
    await office.put(make_entries())
    await server.wait_for(1, PATIENCE_SECONDS)

    await office.notifier.stop()

    assert [row.state for row in await office.rows()] == [SENT]
    assert server.commands[-1] == "QUIT"


async def test_the_lease_of_a_slow_mail_is_renewed(post, rough, make_entries, quick):
    server = await rough({Step.DOT: reply(250, after=1.0)})
    office = await post({"port": server.port}, pace=replace(quick, lease_for=timedelta(seconds=0.3)))

    await office.put(make_entries())

    (row,) = await office.until_state(SENT)
    assert row.attempts == 1
    assert len(server.mails) == 1


class LosingStore(MemoryStore):
    """A store whose first writes fail, as when the disk is full for a moment."""

    def __init__(self, failures: int) -> None:
        super().__init__()
        self.failures = failures

    async def record(self, entry, events=(), entries=()):
        if self.failures:
            self.failures -= 1
            raise StoreError("disk full")
        return await super().record(entry, events, entries)


async def test_a_store_in_trouble_is_asked_again_and_the_mail_not_sent_twice(post, rough, make_entries):
    server = await rough()
    office = await post({"port": server.port}, store=LosingStore(2))

    await office.put(make_entries())

    await office.until_state(SENT)
    assert len(server.mails) == 1


async def test_without_relays_rows_wait(post, make_entries):
    office = await post()

    await office.put(make_entries())
    await asyncio.sleep(0)

    assert [row.state for row in await office.rows()] == [QUEUED]
    assert (office.notifier.relays_up, office.notifier.relays_down) == (0, 0)


async def test_the_event_log_says_when_a_relay_is_left_alone_and_when_it_is_back(post, rough, make_entries):
    server = await rough({Step.MAIL: reply(452, "no disk")})
    office = await post({"port": server.port})
    await office.put(make_entries())
    await office.until(lambda _: office.notifier.relays_down == 1)

    server.play({})
    await office.until(lambda _: office.notifier.relays_up == 1)

    events = [event for event in reversed(await office.store.events()) if event.kind == "netwatch"]
    relay = f"127.0.0.1:{server.port}"
    assert [event.text for event in events] == [
        f"mail relay {relay} is left alone for a while, and mails for it wait: mail: 452 no disk",
        f"mail relay {relay} takes mail again: answers again",
    ]
    assert {event.details["relay"] for event in events} == {relay}


async def test_a_dead_relay_is_known_before_the_first_mail(post, tcp_port):
    office = await post({"port": tcp_port}, check_interval="10s")

    await office.until(lambda _: office.notifier.relays_down == 1)

    assert office.notifier.status().relays[0].last_reply.startswith("connect: ")


async def test_a_relay_that_dies_while_idle_is_noticed_and_so_is_its_return(post, rough):
    server = await rough()
    office = await post({"port": server.port}, check_interval="100ms")

    server.play({Step.EHLO: reply(550)})
    await office.until(lambda _: office.notifier.relays_down == 1)
    server.play({})
    await office.until(lambda _: office.notifier.relays_up == 1)


async def test_counters_tell_what_became_of_mails(post, rough, make_entries):
    server = await rough(recipients={"gone@example.net": reply(550)})
    office = await post({"port": server.port})
    sent, dead = metrics.SENT._value.get(), metrics.DEAD._value.get()
    refused = metrics.ATTEMPTS.labels("dead", "rcpt")._value.get()

    await office.put(make_entries("a@example.net", "gone@example.net"))
    await office.until_state(SENT, DEAD)

    assert metrics.SENT._value.get() == sent + 1
    assert metrics.DEAD._value.get() == dead + 1
    assert metrics.ATTEMPTS.labels("dead", "rcpt")._value.get() == refused + 1


async def test_a_commit_wakes_the_notifier_long_before_it_would_look_by_itself(post, smtp_sink, make_entries):
    sink = smtp_sink()
    office = await post({"port": sink.port})

    for number in range(10):
        await office.put(make_entries(f"n{number}@example.net"))
        await office.until_state(*[SENT] * (number + 1), seconds=30)


@pytest.mark.parametrize("step", [Step.MAIL, Step.DATA, Step.DOT])
async def test_a_mail_too_large_becomes_one_short_one(step, rough, post, make_entries):
    server = await rough({step: [reply(552, "5.3.4 message too big"), None]})
    office = await post({"port": server.port})

    await office.put(make_entries())
    rows = await office.until(lambda rows: len(rows) == 2 and OutboxState.SENT in {row.state for row in rows})

    whole, short = sorted(rows, key=lambda row: row.subject.startswith("[short]"))
    assert (whole.state, whole.told_by) == (OutboxState.SUPERSEDED, short.id)
    assert "552 5.3.4 message too big" in whole.last_reply
    assert server.accepted[0].message.count(b"\nSubject: [short] [DOWN]") == 1
    assert any("too large, a short plain-text one is sent instead" in text for text in await office.events())
    book = await office.store.account()
    assert (book.written, book.unaccounted) == (2, 0)


async def test_a_short_mail_that_is_too_large_as_well_is_dead_in_words(rough, post, make_entries):
    server = await rough({Step.MAIL: reply(552, "5.3.4 message too big")})
    office = await post({"port": server.port})

    await office.put(make_entries())
    rows = await office.until(lambda rows: OutboxState.DEAD in {row.state for row in rows})

    assert sorted(row.state for row in rows) == [OutboxState.DEAD, OutboxState.SUPERSEDED]
    assert office.notifier.relays_down == 0


async def test_another_relay_may_take_a_larger_mail(rough, post, make_entries):
    small, large = await rough(extensions=("SIZE 10",)), await rough()
    office = await post({"port": small.port}, {"port": large.port})

    await office.put(make_entries())

    (row,) = await office.until_state(OutboxState.SENT)
    assert not row.subject.startswith("[short]")


async def test_a_late_mail_arrives_with_a_note_of_what_is_newer(rough, post, make_notification, make_alert):
    def mail(notification):
        letterhead = Letterhead(sender="netwatch@example.net")
        return compose(notification, recipients=["noc@example.net"], letterhead=letterhead).entries

    server = await rough({Step.DOT: [reply(451), None]})
    office = await post({"port": server.port})
    first = make_notification(make_alert(1), make_alert(2, instance="ifName=x"))
    await office.put(mail(first))
    await office.until_state(OutboxState.DEFERRED)
    over = make_alert(1, state=AlertState.RESOLVED)
    other = make_notification(resolved=[over])

    await office.put(mail(replace(other, group=replace(other.group, thread_id="another"))))
    await office.until(lambda rows: OutboxState.SENT in {row.state for row in rows})
    office.set_forward(timedelta(seconds=10))
    await office.until_state(OutboxState.SENT, OutboxState.SENT)

    assert b"This mail comes late" not in server.accepted[0].message
    assert b"This mail comes late" in server.accepted[1].message
