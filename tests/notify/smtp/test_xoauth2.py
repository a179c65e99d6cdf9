"""Logging in by token at a mail server that refuses, and is given a new one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from netwatch.model import OutboxState
from netwatch.notify import Phase, RelaySettings, SmtpSettings, test_mail
from netwatch.notify.smtp.failures import SmtpFailure
from netwatch.notify.smtp.session import Session
from netwatch.notify.smtp.tls import tls_context
from netwatch.oauth import TokenSource
from netwatch.simulator import Step, reply, self_signed

from ...oauth.token_service import oauth2_of, token, token_services
from ..rough_http import RoughHttp, answer

QUEUED, SENT = OutboxState.QUEUED, OutboxState.SENT
MAIL = {
    "envelope_sender": "nw@example.net",
    "recipient": "noc@example.net",
    "message": b"Subject: x\r\n\r\nhello\r\n",
}


@pytest.fixture
async def service():
    """A token service that plays these moves."""
    async with token_services() as start:
        yield start


def login_of(service: RoughHttp) -> dict[str, object]:
    return {"username": "nw@example.net", "auth": "XOAUTH2", "oauth2": oauth2_of(service), "timeout": "60s"}


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


async def test_without_a_token_there_is_no_login_and_the_words_of_the_service_are_harmless(service, rough):
    server = await rough(extensions=("AUTH XOAUTH2",))
    web = await service(answer(401, '{"error": "no =?utf-8?q?x?=\\r\\nRSET"}'))
    relay = RelaySettings.model_validate({"host": "127.0.0.1", "port": server.port, **login_of(web)})

    with pytest.raises(SmtpFailure) as failed:
        await Session(relay, tokens=TokenSource(relay.oauth2)).open()

    assert (failed.value.phase, failed.value.code) == (Phase.AUTH, None)
    assert failed.value.text == "no token from 127.0.0.1: 401 no = ?utf-8?q?x?= RSET"


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
