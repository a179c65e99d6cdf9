"""Posts leave the outbox for a real web server, which misbehaves at every step."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from netwatch.errors import StoreError
from netwatch.model import OutboxEntry, OutboxState, Transaction
from netwatch.notify import DeadLetters, ReceiverSettings, SmtpSettings, WebPace, WebSender
from netwatch.notify.http.compose import compose_posts
from netwatch.notify.http.sender import signature
from netwatch.simulator import self_signed
from netwatch.store import MemoryStore
from tests.patience import PATIENCE_SECONDS

from .. import rough_http
from ..conftest import Clock
from ..rough_http import RoughHttp, answer

QUEUED, DEFERRED, SENT, DEAD, UNKNOWN = (
    OutboxState.QUEUED, OutboxState.DEFERRED, OutboxState.SENT, OutboxState.DEAD, OutboxState.UNKNOWN,
)  # fmt: skip
PATIENT = WebPace(
    timeout=timedelta(seconds=PATIENCE_SECONDS), rest_for=timedelta(seconds=0.05), grace=timedelta(seconds=0.2),
    dice=lambda: 0.5,
)  # fmt: skip
QUICK = replace(PATIENT, timeout=timedelta(seconds=0.5))
"""For a server that hangs: everything else it does is then in time on a busy machine, too."""


class Store(MemoryStore):
    """A store of which an incident's rows cannot be read so many times."""

    unreadable = 0

    async def outbox_of_thread(self, thread_id: str) -> list[OutboxEntry]:
        if self.unreadable:
            self.unreadable -= 1
            raise StoreError("the disk reports an error")
        return await super().outbox_of_thread(thread_id)


class House:
    """A sender over a memory store, and what tests ask of it."""

    def __init__(self, store: Store, sender: WebSender, receiver: ReceiverSettings, clock: Clock) -> None:
        self.store, self.sender, self.receiver, self._clock = store, sender, receiver, clock

    async def put(self, *entries: OutboxEntry) -> None:
        await self.store.commit(Transaction(entries=entries))

    def set_forward(self, by: timedelta) -> None:
        self._clock.ahead += by
        self.sender.wake()

    async def until(self, true: Callable[[list[OutboxEntry]], bool]) -> list[OutboxEntry]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not true(rows := sorted(await self.store.outbox(), key=lambda row: row.created_at)):
            assert time.monotonic() < deadline, [(row.state, row.attempts, row.last_reply) for row in rows]
            await asyncio.sleep(0.01)
        return rows

    async def until_state(self, *states: OutboxState) -> list[OutboxEntry]:
        return await self.until(lambda rows: [row.state for row in rows] == list(states))

    async def until_tried(self, attempts: int = 1) -> OutboxEntry:
        rows = await self.until(lambda rows: rows[0].attempts == attempts and rows[0].lease_until is None)
        return rows[0]


@pytest.fixture
async def house() -> AsyncIterator[Callable[..., Awaitable[House]]]:
    running: list[WebSender] = []

    async def start(receiver: dict[str, Any], *, pace: WebPace = PATIENT) -> House:
        settings = ReceiverSettings.model_validate({"name": "noc", **receiver})
        store, clock = Store(), Clock()
        await store.start()
        sender = WebSender(DeadLetters(store, SmtpSettings()), [settings], pace=pace, clock=clock)
        store.on_outbox_commit = sender.wake
        await sender.start()
        running.append(sender)
        return House(store, sender, settings, clock)

    yield start
    for sender in running:
        await sender.stop()


@pytest.fixture
async def server() -> AsyncIterator[Callable[..., Awaitable[RoughHttp]]]:
    running: list[RoughHttp] = []

    async def start(*moves: rough_http.Move, **more: Any) -> RoughHttp:
        one = RoughHttp(*moves, **more)
        await one.start()
        running.append(one)
        return one

    yield start
    for one in running:
        await one.stop()


@pytest.fixture
def post_of(make_notification) -> Callable[..., OutboxEntry]:
    """The first row of a notification as the engine commits it, made this moment."""

    def make(here: House, *, at: datetime | None = None, **changes: Any) -> OutboxEntry:
        notification = replace(make_notification(), at=at or datetime.now(UTC))
        return replace(compose_posts(notification, here.receiver, page="https://nw.example.net")[0], **changes)

    return make


async def test_a_post_arrives_signed_and_under_its_own_key(house, server, post_of):
    web = await server()
    here = await house({"webhook": {"url": f"{web.url}/hook/xyz123?key=4711", "secret": "s3cret"}})
    entry = post_of(here)

    await here.put(entry)

    (row,) = await here.until_state(SENT)
    (posted,) = web.posts
    assert posted.line == "POST /hook/xyz123?key=4711 HTTP/1.1"
    assert posted.body == entry.message
    assert json.loads(posted.body)["alerts"][0]["status"] == "firing"
    assert posted.headers["content-type"] == "application/json"
    assert posted.headers["idempotency-key"] == entry.id
    seconds = posted.headers["x-netwatch-signature"].partition(",")[0].removeprefix("t=")
    wanted = hmac.new(b"s3cret", seconds.encode() + b"." + posted.body, hashlib.sha256).hexdigest()
    assert posted.headers["x-netwatch-signature"] == f"t={seconds},v1={wanted}"
    assert (row.attempts, row.last_reply) == (1, "200 Whatever")
    assert row.recipient == f"{web.url}/hook/...?..."
    (event,) = await here.store.events()
    assert (event.entry_id, event.details["phase"], event.details["reply"]) == (entry.id, "answer", "200 Whatever")


STEPS = [
    (rough_http.DROP_AT_ONCE, UNKNOWN, "closed the connection"),
    (rough_http.DROP_UNANSWERED, UNKNOWN, "closed the connection"),
    (rough_http.HANG_UNANSWERED, UNKNOWN, "no answer within 0.5 s"),
    (rough_http.HANG_IN_HEADERS, UNKNOWN, "no answer within 0.5 s"),
    (rough_http.HANG_AFTER_STATUS, SENT, "200 OK"),
    (rough_http.HANG_IN_REFUSAL, DEFERRED, "503 Busy"),
    (rough_http.NO_HTTP, UNKNOWN, "no HTTP"),
    (rough_http.ENDLESS_HEADERS, UNKNOWN, ""),
    (rough_http.HUGE_REFUSAL, DEFERRED, "500 Oh: xxxxx"),
    (answer(301, Location="http://127.0.0.1:9/elsewhere"), DEFERRED, "redirects are not followed"),
    (answer(204), SENT, "204"),
    (answer(400, "no such field\r\n\x1b[2J"), DEAD, "400 Whatever: no such field [2J"),
    (answer(404), DEAD, "404"),
    (answer(408), DEFERRED, "408"),
    (answer(425), DEFERRED, "425"),
    (answer(429), DEFERRED, "429"),
    (answer(500), DEFERRED, "500"),
]


@pytest.mark.parametrize(("move", "state", "words"), STEPS)
async def test_where_a_row_stands_after_trouble_and_that_it_arrives_once_the_trouble_is_over(
    move, state, words, house, server, post_of
):
    web = await server(move)
    here = await house({"webhook": {"url": web.url}}, pace=QUICK if move.then == "hang" else PATIENT)
    entry = post_of(here)

    await here.put(entry)
    row = await here.until_tried()

    assert (row.state, row.attempts) == (state, 1)
    assert words in row.last_reply
    assert row.last_reply.isprintable()
    assert len(row.last_reply) <= 300
    if state in (SENT, DEAD):
        return
    here.set_forward(timedelta(seconds=6))
    await here.until_state(SENT)
    assert {posted.body for posted in web.posts} == {entry.message}
    assert {posted.headers["idempotency-key"] for posted in web.posts} == {entry.id}


async def test_nothing_that_listens_is_a_reason_to_wait(house, tcp_port, post_of):
    here = await house({"webhook": {"url": f"http://127.0.0.1:{tcp_port}"}})

    await here.put(post_of(here))

    row = await here.until_tried()
    assert (row.state, row.last_reply) == (DEFERRED, "Connection refused")
    assert (await here.store.events())[0].details["phase"] == "connect"


@pytest.mark.parametrize(
    ("header", "seconds"), [("120", 120), ("999999", 3600), ("nonsense", 5), ("-1", 5), ("1", 5)]
)
async def test_a_server_may_ask_for_time_up_to_an_hour(header, seconds, house, server, post_of):
    web = await server(answer(429, Retry_After=header))
    here = await house({"webhook": {"url": web.url}})

    await here.put(post_of(here))

    row = await here.until_tried()
    waits = row.not_before - row.last_tried_at
    assert waits == timedelta(seconds=seconds)


async def test_what_one_incident_has_to_say_is_said_in_its_order(house, server, post_of):
    web = await server(answer(503))
    here = await house({"webhook": {"url": web.url}})
    now = datetime.now(UTC)
    first = post_of(here, at=now - timedelta(seconds=1))
    second = post_of(here, at=now)

    await here.put(first)
    await here.until_tried()
    await here.put(second)
    waiting = await here.until(lambda rows: rows[1].not_before > rows[0].not_before)
    here.set_forward(timedelta(seconds=8))

    await here.until_state(SENT, SENT)
    assert [row.attempts for row in waiting] == [1, 0]
    assert [posted.headers["idempotency-key"] for posted in web.posts] == [first.id, first.id, second.id]


async def test_a_refused_row_holds_up_none_that_follows(house, server, post_of):
    web = await server(answer(400))
    here = await house({"webhook": {"url": web.url}})
    now = datetime.now(UTC)

    await here.put(post_of(here, at=now - timedelta(seconds=1)), post_of(here, at=now))

    await here.until(lambda rows: rows[0].state is DEAD)
    here.set_forward(timedelta(seconds=1))
    await here.until_state(DEAD, SENT)


async def test_what_follows_for_a_silent_place_waits_untried(house, tcp_port, post_of):
    here = await house(
        {"webhook": {"url": f"http://127.0.0.1:{tcp_port}"}}, pace=replace(PATIENT, rest_for=timedelta(seconds=30))
    )
    await here.put(post_of(here))
    await here.until_tried()

    await here.put(post_of(here, thread_id="another incident", at=datetime.now(UTC) + timedelta(milliseconds=1)))

    soon = datetime.now(UTC) + timedelta(seconds=20)
    _, waiting = await here.until(lambda rows: rows[-1].not_before > soon)
    assert (waiting.state, waiting.attempts) == (QUEUED, 0)


async def test_a_certificate_is_checked_against_the_file_that_is_named(house, server, post_of, tmp_path):
    certificate = self_signed(tmp_path)
    web = await server(context=certificate.server_context())
    stranger = await house({"webhook": {"url": web.url}})
    friend = await house({"webhook": {"url": web.url, "ca_file": str(certificate.certificate)}})

    await stranger.put(post_of(stranger))
    await friend.put(post_of(friend))

    await friend.until_state(SENT)
    row = await stranger.until_tried()
    assert row.state is DEFERRED
    assert row.last_reply == "the server's certificate is not accepted: self-signed certificate"


async def test_a_row_of_a_receiver_that_is_gone_is_given_up_aloud(house, server, post_of):
    web = await server()
    here = await house({"webhook": {"url": web.url}})

    await here.put(post_of(here, receiver="gone"))

    (row,) = await here.until_state(DEAD)
    assert "knows this webhook of 'gone' no more" in row.last_reply
    assert web.posts == []


async def test_what_may_have_been_taken_when_netwatch_stops_is_unknown(house, server, post_of):
    web = await server(rough_http.HANG_UNANSWERED)
    here = await house({"webhook": {"url": web.url}})
    await here.put(post_of(here))
    await here.until(lambda _: bool(web.posts))

    await here.sender.stop()

    (row,) = await here.store.outbox()
    assert (row.state, row.lease_until) == (UNKNOWN, None)
    assert row.last_reply == "NetWatch stopped before the server answered"


async def test_another_alertmanager_is_asked_with_the_login_it_wants(house, server, post_of):
    web = await server()
    here = await house({"alertmanager": {"urls": [web.url], "username": "nw", "password": "s3cret"}})

    await here.put(post_of(here))

    await here.until_state(SENT)
    assert web.posts[0].line == "POST /api/v2/alerts HTTP/1.1"
    assert web.posts[0].headers["authorization"] == "Basic bnc6czNjcmV0"


async def test_alertmanagers_behind_one_proxy_are_each_told(house, server, make_notification):
    web = await server()
    here = await house({"alertmanager": {"urls": [f"{web.url}/am1", f"{web.url}/am2"]}})

    await here.put(*compose_posts(replace(make_notification(), at=datetime.now(UTC)), here.receiver))

    await here.until_state(SENT, SENT)
    assert sorted(posted.line.split()[1] for posted in web.posts) == ["/am1/api/v2/alerts", "/am2/api/v2/alerts"]


async def test_a_server_that_repeats_the_address_gives_no_secret_away(house, server, post_of):
    web = await server(answer(404, "The requested URL /hooks/T024BE7LD?key=hunter22 was not found"))
    here = await house({"webhook": {"url": f"{web.url}/hooks/T024BE7LD?key=hunter22"}})

    await here.put(post_of(here))

    row = await here.until_tried()
    assert row.last_reply == "404 Whatever: The requested URL /hooks/...?... was not found"
    assert "hunter22" not in str(await here.store.events())


async def test_a_row_waits_while_nobody_can_say_what_comes_before_it(house, server, post_of):
    web = await server()
    here = await house({"webhook": {"url": web.url}})
    here.store.unreadable = 1

    await here.put(post_of(here))
    (row,) = await here.until(lambda rows: rows[0].not_before > rows[0].created_at)
    here.set_forward(timedelta(seconds=1))

    assert (row.state, row.attempts, web.posts) == (QUEUED, 0, [])
    await here.until_state(SENT)


def test_a_signature_is_what_the_manual_says():
    at = datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC)

    assert signature("k", b"{}", at) == "t=1795403045,v1=" + hmac.new(b"k", b"1795403045.{}", "sha256").hexdigest()
