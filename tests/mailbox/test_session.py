from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from netwatch.errors import StoreError
from netwatch.mailbox import Arrived, MailboxPace, MailboxReader, MailboxSettings, metrics
from netwatch.mailbox.session import conversation
from tests.patience import PATIENCE_SECONDS

from .dovecot import Dovecot
from .rough_imap import HOWS, STEPS, RoughImap
from .takers import KeepingTaker, eventually

QUICK = MailboxPace(trouble=(0.01, 0.05), refused=(3600.0, 3600.0), rest=0.0)
MAIL = b"From: jane@example.net\r\nSubject: x\r\n\r\nack\r\n"
SINCE_ONE = '{"uidvalidity": 1, "uidnext": 1}'


def settings(port: int, **changed: object) -> MailboxSettings:
    given = {"host": "127.0.0.1", "port": port, "tls": "none", "username": "netwatch", "password": "secret"}
    return MailboxSettings.model_validate({**given, "interval": "1s", **changed})


@asynccontextmanager
async def reading(reader: MailboxReader) -> AsyncIterator[MailboxReader]:
    await reader.start()
    try:
        yield reader
    finally:
        await reader.stop()


@pytest.mark.parametrize("step", [one for one in STEPS if one != "NOOP"])  # asked only before there is a mark
@pytest.mark.parametrize("how", HOWS)
async def test_a_server_that_misbehaves_at_any_step_costs_no_mail_and_none_comes_twice(step, how):
    server, taker = RoughImap(step, how), KeepingTaker(SINCE_ONE)
    timeout = "300ms" if how == "stalls" else "10s"
    async with server.running() as port:
        await server.deliver(MAIL)
        pace = MailboxPace(trouble=QUICK.trouble, refused=(0.01, 0.05), rest=0.0)
        async with reading(MailboxReader(settings(port, timeout=timeout), taker, pace=pace)) as reader:
            await taker.until(1)
            await eventually(lambda: not server.how and not reader.state.trouble, "the step was come to, and passed")
            await server.deliver(MAIL)
            await taker.until(2)

    assert [one.octets for one in taker.taken] == [MAIL, MAIL]


async def test_at_the_first_start_only_what_comes_from_then_on_is_looked_at():
    server, taker = RoughImap(), KeepingTaker()
    async with server.running() as port:
        await server.deliver(*[b"old"] * 500)
        async with reading(MailboxReader(settings(port), taker, pace=QUICK)):
            await taker.until(0)
            await server.deliver(MAIL)
            await taker.until(1)

    assert [one.octets for one in taker.taken] == [MAIL]
    assert not [said for said in server.said if "FETCH 1 " in said]


async def test_a_log_in_that_is_refused_is_not_tried_again_soon():
    server, taker = RoughImap(), KeepingTaker()
    server.refuses_login = True
    async with server.running() as port, reading(MailboxReader(settings(port), taker, pace=QUICK)) as reader:
        await eventually(lambda: reader.state.refused, "the refusal is known")
        now = datetime.now(UTC)
        state = reader.state
        await asyncio.sleep(0.2)  # as often as the other pauses would have been over

    assert server.conversations == 1
    assert state.next_try_at is not None
    assert (state.next_try_at - now).total_seconds() > 2000
    assert "never" in state.trouble
    assert "secret" not in state.trouble


async def test_pauses_after_refusals_grow_and_have_an_end():
    reader = MailboxReader(settings(1), KeepingTaker(), pace=MailboxPace(refused=(60.0, 3600.0)))

    pauses = [reader._note_trouble("no", refused=True) for _ in range(10)]

    assert 48 <= pauses[0] <= 60
    assert all(early <= late * 1.3 for early, late in pairwise(pauses))
    assert 2880 <= pauses[-1] <= 3600


async def test_where_the_server_numbers_anew_the_mails_of_the_last_days_are_looked_at_again():
    server, taker = RoughImap(), KeepingTaker(SINCE_ONE)
    async with server.running() as port:
        await server.deliver(MAIL)
        async with reading(MailboxReader(settings(port), taker, pace=QUICK)):
            await taker.until(1)
        server.uidvalidity = 2
        async with reading(MailboxReader(settings(port), taker, pace=QUICK)):
            await taker.until(2)

    assert any("SINCE" in said for said in server.said)
    assert '"uidvalidity": 2' in taker.mark


async def test_a_mail_whose_taking_could_not_be_written_down_comes_again():
    server, taker = RoughImap(), KeepingTaker(SINCE_ONE)
    taker.refuses.append(StoreError("the disk is full"))
    async with server.running() as port:
        await server.deliver(MAIL)
        async with reading(MailboxReader(settings(port), taker, pace=QUICK)):
            await taker.until(1)

    assert [one.octets for one in taker.taken] == [MAIL]


async def test_trouble_with_the_only_mail_lasts_as_long_as_it_is_there_however_well_the_looks_before_it_go():
    server, taker = RoughImap(), KeepingTaker(SINCE_ONE)
    taker.refuses.extend([StoreError("the disk is full")] * 4)
    async with server.running() as port:
        await server.deliver(MAIL)
        async with reading(MailboxReader(settings(port), taker, pace=QUICK)) as reader:
            await eventually(lambda: server.conversations > 1, "it is tried again")
            since = reader.state.since
            await eventually(lambda: server.conversations > 3, "it is tried again and again")
            assert (reader.state.since, bool(reader.state.trouble)) == (since, True)
            await taker.until(1)
            await eventually(lambda: not reader.state.trouble, "it is well again")


async def test_a_mail_that_the_server_cannot_hand_over_does_not_hold_up_those_behind_it():
    server, taker = RoughImap(), KeepingTaker(SINCE_ONE)
    server.refuses_fetch.add(1)
    passed_over = metrics.PASSED_OVER._value.get()
    async with server.running() as port:
        await server.deliver(b"broken", MAIL, MAIL)
        async with reading(MailboxReader(settings(port), taker, pace=QUICK)) as reader:
            await taker.until(2)
            await eventually(lambda: not reader.state.trouble, "it is well again")

    assert [one.octets for one in taker.taken] == [MAIL, MAIL]
    assert metrics.PASSED_OVER._value.get() == passed_over + 1


async def test_a_mail_that_breaks_the_reader_does_not_hold_up_those_behind_it():
    server, taker = RoughImap(), KeepingTaker(SINCE_ONE)
    async with server.running() as port:
        await server.deliver(b"broken", MAIL)
        take = taker.take

        async def breaks(arrived, mark):
            if arrived.octets == b"broken":
                raise LookupError("nobody foresaw it")
            return await take(arrived, mark)

        taker.take = breaks
        async with reading(MailboxReader(settings(port), taker, pace=QUICK)):
            await taker.until(1)

    assert [one.octets for one in taker.taken] == [MAIL]


async def test_no_mail_is_passed_over_that_can_be_handed_over_when_one_behind_it_can():
    server, taker = RoughImap(), KeepingTaker(SINCE_ONE)
    server.refuses_fetch.update({1, 2})
    async with server.running() as port:
        await server.deliver(b"first", b"second")
        async with reading(MailboxReader(settings(port), taker, pace=QUICK)):
            await eventually(lambda: server.conversations > 8, "both were tried, more than a few times")
            server.refuses_fetch.clear()
            await taker.until(2)

    assert sorted(one.octets for one in taker.taken) == [b"first", b"second"]


@pytest.mark.parametrize("validity", [1, 2])
async def test_of_a_mailbox_with_a_hundred_thousand_new_mails_the_answer_is_found(validity):
    server, taker = RoughImap(), KeepingTaker(SINCE_ONE)
    server.uidvalidity = validity
    server.mails = dict.fromkeys(range(400_000, 500_000), b"spam")
    server.mails |= {500_000: MAIL}
    async with server.running() as port:
        talk = conversation(settings(port), None, clock=lambda: datetime(2026, 11, 30, tzinfo=UTC))
        try:
            await talk.open()
            look, looks = await talk.look(taker.mark), 1
            while look.more and looks < 200:
                assert len(look.found) <= 1000
                look, looks = await talk.look(look.mark), looks + 1
            arrived = await talk.fetch(look.found[-1].ref)
        finally:
            await talk.close()

    assert arrived is not None
    assert arrived.octets == MAIL
    assert look.mark == f'{{"uidvalidity": {validity}, "uidnext": 500001}}'
    assert look.left == (0 if validity == 1 else 4000)


@pytest.mark.parametrize(("folder", "move_to"), [("INBOX", "Inbox"), ("Netz", "Netz")])
def test_mails_are_not_moved_to_where_they_are_read_since_each_would_be_a_new_one_there(folder, move_to):
    with pytest.raises(ValueError, match="without end"):
        settings(993, folder=folder, move_to=move_to)
    assert settings(993, folder=folder, move_to=f"{folder}/done").move_to == f"{folder}/done"


async def test_a_mail_that_is_gone_when_it_is_fetched_is_no_mail():
    server, taker = RoughImap(), KeepingTaker(SINCE_ONE)
    server.expunged.add(1)
    async with server.running() as port:
        await server.deliver(b"gone", MAIL)
        async with reading(MailboxReader(settings(port), taker, pace=QUICK)):
            await taker.until(1)

    assert [one.octets for one in taker.taken] == [MAIL]


async def test_a_literal_that_is_announced_larger_than_what_was_asked_for_is_not_read():
    server, taker = RoughImap(), KeepingTaker(SINCE_ONE)
    server.announced_octets = 2**31
    async with server.running() as port:
        await server.deliver(MAIL)
        async with reading(MailboxReader(settings(port), taker, pace=QUICK)) as reader:
            await eventually(lambda: "more than it was asked for" in reader.state.trouble, "the trouble is known")

    assert taker.taken == []


async def test_a_server_without_idle_is_looked_at_every_interval():
    server, taker = RoughImap(capabilities="AUTH=PLAIN"), KeepingTaker()
    async with server.running() as port, reading(MailboxReader(settings(port), taker, pace=QUICK)):
        await taker.until(0)
        await server.deliver(MAIL)
        await taker.until(1)

    assert "IDLE" not in server.said


async def test_the_reading_ends_at_once_while_it_waits():
    server, taker = RoughImap(), KeepingTaker()
    async with server.running() as port:
        reader = MailboxReader(settings(port), taker, pace=QUICK)
        await reader.start()
        await eventually(lambda: "IDLE" in server.said, "it waits")
        async with asyncio.timeout(PATIENCE_SECONDS):
            await reader.stop()

    assert reader.is_alive()


@pytest.mark.parametrize("changed", [
    {}, {"tls": "implicit"}, {"tls": "starttls"}, {"idle": False},
    {"protocol": "pop3"}, {"protocol": "pop3", "tls": "implicit"}, {"protocol": "pop3", "tls": "starttls"},
], ids=lambda changed: " ".join(map(str, changed.values())) or "imap")  # fmt: skip
async def test_dovecot_hands_over_what_is_new_and_nothing_old(dovecot: Dovecot, changed):
    dovecot.deliver(b"From: a@example.net\r\n\r\nold\r\n")
    taker = KeepingTaker()
    async with reading(MailboxReader(dovecot.settings(**changed), taker)):
        await taker.until(0)
        dovecot.deliver(MAIL)
        await taker.until(1)

    assert [one.octets for one in taker.taken] == [MAIL]
    assert metrics.UP._value.get() == 1


async def test_dovecot_moves_what_was_dealt_with_into_a_folder_that_it_makes(dovecot: Dovecot):
    taker = KeepingTaker()
    async with reading(MailboxReader(dovecot.settings(move_to="Erledigt & gut ö"), taker)):
        await taker.until(0)
        dovecot.deliver(MAIL)
        await taker.until(1)
        folder = dovecot.folder(".Erledigt &- gut &APY-")
        await eventually(lambda: list(folder.glob("*/*.test*")), f"the mail in {folder}; {dovecot.log()}")

    assert not list(dovecot.folder().glob("*/*.test*"))


@pytest.mark.parametrize("move_to", ["Done", None])
async def test_what_a_former_life_dealt_with_and_did_not_put_away_is_put_away(dovecot: Dovecot, move_to):
    named, theirs = b"Message-ID: <ours@example.net>\r\n" + MAIL, b"Message-ID: <theirs@example.net>\r\n" + MAIL
    former = KeepingTaker()
    async with reading(MailboxReader(dovecot.settings(), former)):
        await former.until(0)
    later = KeepingTaker(json.dumps({**json.loads(former.mark), "uidnext": 4}))
    later.taken = [Arrived(octets=octets, size=len(octets)) for octets in (named, MAIL)]  # as the book knows them
    for octets in (named, theirs, MAIL):
        dovecot.deliver(octets)

    async with reading(MailboxReader(dovecot.settings(move_to=move_to), later)):
        dovecot.deliver(b"Message-ID: <new@example.net>\r\n" + MAIL)
        await later.until(3)
        await eventually(lambda: lying(dovecot) == [theirs], f"all but another's put away: {dovecot.log()}")
        done = dovecot.folder(f".{move_to}" if move_to else "")
        await eventually(lambda: len(mails_in(done)) == (3 if move_to else 4), f"3 in {done}: {mails_in(done)}")

    assert len(later.taken) == 3  # nothing is dealt with twice


def mails_in(folder: Path) -> list[str]:
    return [path.name for part in ("cur", "new") for path in (folder / part).glob("*")]


def lying(dovecot: Dovecot) -> list[bytes]:
    """Return the mails in the inbox that nobody has read."""
    return [path.read_bytes() for path in dovecot.folder().glob("*/*.test*") if not path.name.endswith("S")]


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
async def test_of_a_mail_of_fifty_megabytes_the_beginning_is_read(dovecot: Dovecot, protocol):
    taker = KeepingTaker()
    line = b"x" * 70 + b"\r\n"
    large = MAIL + line * (50 * 2**20 // len(line))
    async with reading(MailboxReader(dovecot.settings(protocol=protocol), taker)):
        await taker.until(0)
        dovecot.deliver(large)
        dovecot.deliver(MAIL)
        await taker.until(2)

    first, second = taker.taken
    assert len(first.octets) <= 2**20
    assert first.octets.startswith(MAIL)
    assert second.octets == MAIL


async def test_of_many_old_mails_over_pop3_only_the_last_hundred_are_asked_for(dovecot: Dovecot):
    for number in range(300):
        dovecot.deliver(b"Subject: %d\r\n\r\nold\r\n" % number)
    taker = KeepingTaker()
    async with reading(MailboxReader(dovecot.settings(protocol="pop3"), taker)):
        await taker.until(0)
        dovecot.deliver(MAIL)
        await taker.until(1)

    assert [one.octets for one in taker.taken] == [MAIL]
    assert taker.mark.count('"') == 2 * 101  # `known`, and the last hundred


async def test_a_folder_that_is_not_there_is_said_and_waited_for(dovecot: Dovecot):
    taker = KeepingTaker()
    async with reading(MailboxReader(dovecot.settings(folder="Answers"), taker, pace=QUICK)) as reader:
        await eventually(lambda: "Answers" in reader.state.trouble, "the trouble is known")
        dovecot.deliver(b"From: a@example.net\r\n\r\nold\r\n", ".Answers")
        await taker.until(0)
        dovecot.deliver(MAIL, ".Answers")
        await taker.until(1)

    assert [one.octets for one in taker.taken] == [MAIL]
