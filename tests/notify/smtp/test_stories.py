"""Stories of mail servers that go on for more than one step: greylisting, protection stripped, a login put right."""

from __future__ import annotations

from datetime import timedelta

import pytest

from netwatch.model import OutboxState
from netwatch.simulator import RoughServer, Step, reply, self_signed

QUEUED, DEFERRED, SENT, DEAD = OutboxState.QUEUED, OutboxState.DEFERRED, OutboxState.SENT, OutboxState.DEAD
LOGIN = {"username": "netwatch", "password": "Tr0ub4dor&3"}
RECIPIENTS = ("a@example.net", "gone@example.net", "z@example.net")


async def test_one_bad_recipient_of_three_concerns_no_other(post, rough, make_entries):
    server = await rough(recipients={"gone@example.net": reply(550)})
    office = await post({"port": server.port})

    await office.put(make_entries(*RECIPIENTS))

    rows = await office.until_state(SENT, DEAD, SENT)
    assert [row.attempts for row in rows] == [1, 1, 1]
    assert rows[1].last_reply.endswith("rcpt: 550 5.1.1 no such mailbox")
    assert sorted(mail.recipients for mail in server.accepted) == [("a@example.net",), ("z@example.net",)]
    assert office.notifier.relays_down == 0


async def test_one_that_hangs_of_three_delays_no_other_for_long(post, rough, make_entries):
    server = await rough(recipients={"gone@example.net": reply(250, after=30)})
    office = await post({"port": server.port, "timeout": "500ms"}, connections=1)

    await office.put(make_entries(*RECIPIENTS))

    await office.until_state(SENT, DEFERRED, SENT)


async def test_greylisting_costs_five_seconds_and_one_attempt(post, rough, make_entries):
    server = await rough({Step.RCPT: [reply(450, "4.7.1 greylisted, come back")]})
    office = await post({"port": server.port})
    (entry,) = make_entries()

    await office.put([entry])
    first = await office.until_tried()
    office.set_forward(timedelta(seconds=2))  # the clock goes on besides
    still = await office.rows()
    office.set_forward(timedelta(seconds=3.5))
    (row,) = await office.until_state(SENT)

    assert (first.state, first.attempts) == (DEFERRED, 1)
    assert first.last_reply.endswith("rcpt: 450 4.7.1 greylisted, come back")
    assert first.not_before - first.last_tried_at == timedelta(seconds=5)  # by the dice that fall in the middle
    assert still == [first]
    assert row.attempts == 2
    assert [mail.message for mail in server.accepted] == [entry.message]


async def test_greylisting_that_goes_on_follows_the_timetable(post, rough, make_entries):
    server = await rough({Step.RCPT: reply(450)})
    office = await post({"port": server.port})

    await office.put(make_entries())
    waits = []
    for attempt in range(1, 9):
        (row,) = await office.until(lambda rows, n=attempt: rows[0].attempts == n and rows[0].state is DEFERRED)
        waits.append((row.not_before - row.last_tried_at).total_seconds())
        office.set_forward(row.not_before - row.last_tried_at)
    assert waits == [5, 20, 60, 120, 300, 600, 900, 900]

    server.play({})
    office.set_forward(timedelta(minutes=20))
    (row,) = await office.until_state(SENT)
    assert row.attempts in (9, 10)


async def test_where_starttls_was_stripped_nothing_goes_and_all_goes_when_it_is_back(
    post, rough, make_entries, tmp_path
):
    certificate = self_signed(tmp_path)
    server = await rough(context=certificate.server_context(), strip_starttls=True)
    office = await post(
        {"port": server.port, "tls": "starttls", "ca_file": str(certificate.certificate), **LOGIN}
    )  # fmt: skip

    await office.put(make_entries("a@example.net", "b@example.net"))
    await office.until(lambda rows: any("does not offer STARTTLS" in row.last_reply for row in rows))
    rows = await office.until_state(QUEUED, QUEUED)
    assert [row.attempts for row in rows] == [0, 0]
    assert (server.logins, server.mails) == ([], [])
    assert not any(command.startswith(("MAIL", "AUTH")) for command in server.commands)

    server.offer_starttls()
    office.set_forward(timedelta(seconds=3))
    await office.until_state(SENT, SENT)
    assert all(mail.tls for mail in server.accepted)
    assert all(login.tls for login in server.logins)


@pytest.mark.parametrize(("wrong", "words"), [
    ({"host": "mail.example.net"}, "not valid for '127.0.0.1'"),
    ({"valid_for": timedelta(days=-1)}, "certificate is not accepted"),
])  # fmt: skip
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_a_wrong_certificate_holds_the_queue_until_it_is_put_right(
    tls, wrong, words, post, rough, make_entries, tmp_path
):
    trusted, bad, good = tmp_path / "trusted.pem", tmp_path / "bad", tmp_path / "good"
    bad.mkdir()
    good.mkdir()
    old, new = self_signed(bad, **wrong), self_signed(good)
    trusted.write_bytes(old.certificate.read_bytes() + new.certificate.read_bytes())
    server = await rough(context=old.server_context(), implicit_tls=tls == "implicit")
    office = await post({"port": server.port, "tls": tls, "ca_file": str(trusted), **LOGIN})

    await office.put(make_entries())
    row = await office.until_tried()
    assert (row.state, row.attempts) == (QUEUED, 0)
    assert words in row.last_reply
    assert server.logins == []

    await server.stop()
    healed = RoughServer(context=new.server_context(), implicit_tls=tls == "implicit", port=server.port)
    await healed.start()
    office.set_forward(timedelta(seconds=3))
    await office.until_state(SENT)
    await office.notifier.stop()
    await healed.stop()
    assert [mail.tls for mail in healed.accepted] == [True]


@pytest.mark.parametrize("code", [454, 535])
async def test_a_refused_login_holds_the_queue_kills_no_mail_and_goes_on_when_it_is_put_right(
    code, post, rough, make_entries
):
    server = await rough({Step.AUTH: reply(code)})
    office = await post({"port": server.port, **LOGIN})
    entries = make_entries("a@example.net", "b@example.net", "c@example.net")

    await office.put(entries)
    await office.until(lambda rows: any(f"auth: {code}" in row.last_reply for row in rows))
    office.set_forward(timedelta(days=9))  # however long it takes
    await office.until(lambda rows: all(row.state is QUEUED for row in rows))
    assert [row.attempts for row in await office.rows()] == [0, 0, 0]
    server.play({})
    office.set_forward(timedelta(seconds=3))

    rows = await office.until_state(SENT, SENT, SENT)
    assert [row.attempts for row in rows] == [1, 1, 1]
    assert sorted(mail.message for mail in server.accepted) == sorted(entry.message for entry in entries)
