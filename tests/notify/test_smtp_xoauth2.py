"""Logging in by token: a real token service that misbehaves, and a mail server that refuses."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from netwatch.model import OutboxState
from netwatch.notify import Phase, RelaySettings, SmtpSettings, test_mail
from netwatch.notify.settings import OAuth2Settings
from netwatch.notify.smtp_failures import SmtpFailure
from netwatch.notify.smtp_session import Session
from netwatch.notify.smtp_tls import tls_context
from netwatch.notify.smtp_xoauth2 import TokenSource
from netwatch.simulator import Step, reply, self_signed

from . import rough_http
from .rough_http import RoughHttp, answer

QUEUED, SENT = OutboxState.QUEUED, OutboxState.SENT
MAIL = {
    "envelope_sender": "nw@example.net",
    "recipient": "noc@example.net",
    "message": b"Subject: x\r\n\r\nhello\r\n",
}
SECRET = "cl1ent-s3cret"


def token(text: str, expires_in: object = 3600, **more: object) -> rough_http.Move:
    return answer(200, json.dumps({"access_token": text, "token_type": "Bearer", "expires_in": expires_in, **more}))


@pytest.fixture
async def service():
    """A token service that plays these moves."""
    running: list[RoughHttp] = []

    async def start(*moves: rough_http.Move, **more: Any) -> RoughHttp:
        one = RoughHttp(*moves, **more)
        await one.start()
        running.append(one)
        return one

    yield start
    for one in running:
        await one.stop()


def oauth2_of(service: RoughHttp) -> dict[str, str]:
    return {
        "token_url": f"{service.url}/token", "client_id": "netwatch", "client_secret": SECRET, "scope": "mail.send",
    }  # fmt: skip


def login_of(service: RoughHttp) -> dict[str, object]:
    return {"username": "nw@example.net", "auth": "XOAUTH2", "oauth2": oauth2_of(service), "timeout": "60s"}


class Ticks:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def source(service: RoughHttp, clock: Ticks | None = None) -> TokenSource:
    return TokenSource(OAuth2Settings.model_validate(oauth2_of(service)), clock=clock or Ticks())


# -- the token ----------------------------------------------------------------------------------------------------


async def test_a_token_is_asked_for_with_our_own_credentials_and_kept_while_it_is_good(service):
    web, clock = await service(token("one", 600), token("two")), Ticks()
    tokens = source(web, clock)

    got = [await tokens.token(), await tokens.token()]
    clock.now += 539
    got.append(await tokens.token())
    clock.now += 2
    got.append(await tokens.token())

    assert got == ["one", "one", "one", "two"]
    asked = {name: values[0] for name, values in parse_qs(web.posts[0].body.decode()).items()}
    assert asked == {
        "grant_type": "client_credentials", "client_id": "netwatch", "client_secret": SECRET, "scope": "mail.send",
    }  # fmt: skip


@pytest.mark.parametrize(("expires_in", "good_for"), [(40, 20), (None, 240), ("soon", 240), ("600", 540), (-5, 0)])
async def test_whatever_a_service_says_of_its_end_a_token_is_not_used_for_ever(expires_in, good_for, service):
    web, clock = await service(token("one", expires_in), token("two")), Ticks()
    tokens = source(web, clock)
    await tokens.token()

    clock.now += good_for - 1
    before = await tokens.token() if good_for else "one"
    clock.now += 2

    assert (before, await tokens.token()) == ("one", "two")


@pytest.mark.parametrize(("move", "words"), [
    (answer(401, json.dumps({"error": "invalid_client", "error_description": f"no {SECRET}\r\n"})),
     "401 invalid_client no ***"),
    (answer(500, "<html>"), "500"),
    (answer(302, Location="http://127.0.0.1:9/"), "302"),
    (answer(200, "no json"), "the answer holds no bearer token"),
    (answer(200, "[" * 5000), "the answer holds no bearer token"),
    (answer(200, json.dumps({"access_token": "a\r\nRSET"})), "the answer holds no bearer token"),
    (answer(200, json.dumps({"access_token": "a", "token_type": "mac"})), "the answer holds no bearer token"),
    (answer(200, "x" * 700_000), "the answer holds no bearer token"),
    (rough_http.DROP_UNANSWERED, "the server closed the connection or answered what is no HTTP"),
    (rough_http.NO_HTTP, "the server closed the connection or answered what is no HTTP"),
])  # fmt: skip
async def test_a_service_that_gives_no_token_is_a_failure_to_log_in(move, words, service):
    web = await service(move)

    with pytest.raises(SmtpFailure) as failed:
        await source(web).token()

    assert (failed.value.phase, failed.value.code) == (Phase.AUTH, None)
    assert failed.value.text == f"no token from 127.0.0.1: {words}"
    assert SECRET not in str(failed.value)


async def test_a_service_that_is_not_there_is_told_in_words(service):
    web = await service()
    await web.stop()

    with pytest.raises(SmtpFailure, match=r"no token from 127\.0\.0\.1: Connection refused"):
        await source(web).token()


# -- the login ----------------------------------------------------------------------------------------------------


async def test_a_mail_goes_with_a_token_over_tls(service, rough, tmp_path):
    web, certificate = await service(token("t0ken")), self_signed(tmp_path)
    server = await rough(context=certificate.server_context(), extensions=("AUTH XOAUTH2",))
    relay = RelaySettings.model_validate({
        "host": "127.0.0.1", "port": server.port, "tls": "starttls", "ca_file": str(certificate.certificate),
        **login_of(web),
    })  # fmt: skip
    session = Session(relay, context=tls_context(relay), tokens=TokenSource(relay.oauth2))

    await session.open()
    await session.deliver(**MAIL)
    await session.quit()

    (login,) = server.logins
    assert (login.mechanism, login.user, login.password, login.tls) == ("XOAUTH2", "nw@example.net", "t0ken", True)


async def test_a_long_token_does_not_stand_in_the_auth_line(service, rough):
    long = "ey" + "J" * 1800
    server, web = await rough(extensions=("AUTH XOAUTH2",)), await service(token(long))
    relay = RelaySettings.model_validate({"host": "127.0.0.1", "port": server.port, **login_of(web)})
    session = Session(relay, tokens=TokenSource(relay.oauth2))

    await session.open()
    await session.quit()

    assert server.logins[0].password == long


async def test_a_token_the_server_refuses_is_fetched_anew_once(service, rough):
    server, web = await rough({Step.AUTH: [reply(535)]}, extensions=("AUTH XOAUTH2",)), await service()
    web.play(token("old"), token("new"))
    relay = RelaySettings.model_validate({"host": "127.0.0.1", "port": server.port, **login_of(web)})
    session = Session(relay, tokens=TokenSource(relay.oauth2))

    await session.open()
    await session.quit()

    assert [login.password for login in server.logins] == ["old", "new"]
    assert server.connections == 1


async def test_a_server_that_refuses_every_token_says_why_and_no_secret_is_told(service, rough):
    server = await rough({Step.AUTH: reply(535, "5.7.3 what is second?")}, extensions=("AUTH XOAUTH2",))
    web = await service(token("first"), token("second"), token("third"))
    relay = {"host": "127.0.0.1", "port": server.port, **login_of(web)}

    (diagnosis,) = await test_mail(
        SmtpSettings.model_validate({"from": "nw@example.net", "relays": [relay]}), "noc@example.net"
    )

    assert [login.password for login in server.logins] == ["first", "second"]
    last = diagnosis.steps[-1]
    assert (last.phase, last.ok) == (Phase.AUTH, False)
    assert last.text == "535 5.7.3 what is ***? (status 401, scope mail.send)"


async def test_without_a_token_the_queue_is_held_and_goes_once_there_is_one(service, post, rough, make_entries):
    server = await rough(extensions=("AUTH XOAUTH2",))
    web = await service(*[answer(401, '{"error": "invalid_client"}')] * 99)
    office = await post({"port": server.port, **login_of(web)})

    await office.put(make_entries("a@example.net", "b@example.net"))
    await office.until(lambda rows: any("no token from 127.0.0.1: 401 invalid_client" in r.last_reply for r in rows))
    rows = await office.until_state(QUEUED, QUEUED)
    web.play(*[token("t0ken")] * 9)
    office.set_forward(timedelta(seconds=3))

    assert [row.attempts for row in rows] == [0, 0]
    await office.until_state(SENT, SENT)
    assert {login.mechanism for login in server.logins} == {"XOAUTH2"}


async def test_a_token_service_is_trusted_as_this_machine_trusts(service, tmp_path, monkeypatch):
    certificate = self_signed(tmp_path)
    asked = await service(token("t0ken"), context=certificate.server_context())

    with pytest.raises(SmtpFailure, match="certificate is not accepted"):
        await source(asked).token()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))

    assert await source(asked).token() == "t0ken"
