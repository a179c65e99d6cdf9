"""A token is asked for, kept while it is good, and its lack told in words: a real token service that misbehaves."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import pytest

from netwatch.errors import TokenError
from netwatch.oauth import OAuth2Settings, TokenSource
from netwatch.simulator import self_signed

from ..notify import rough_http
from ..notify.rough_http import RoughHttp, answer
from .token_service import SECRET, oauth2_of, token


class Ticks:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def source(service: RoughHttp, clock: Ticks | None = None) -> TokenSource:
    return TokenSource(OAuth2Settings.model_validate(oauth2_of(service)), clock=clock or Ticks())


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
    (answer(400, json.dumps({"error": "a\u202eb\x00c" + "d" * 999})), "400 a b c" + "d" * 290 + "…"),
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
async def test_a_service_that_gives_no_token_is_a_failure_that_says_why(move, words, service):
    web = await service(move)

    with pytest.raises(TokenError) as failed:
        await source(web).token()

    assert str(failed.value) == f"no token from 127.0.0.1: {words}"


async def test_a_service_that_is_not_there_is_told_in_words(service):
    web = await service()
    await web.stop()

    with pytest.raises(TokenError, match=r"no token from 127\.0\.0\.1: Connection refused"):
        await source(web).token()


async def test_a_token_that_was_refused_is_not_given_again(service):
    web = await service(token("one"), token("two"))
    tokens = source(web)

    assert await tokens.token() == "one"
    assert await tokens.token(instead_of="one") == "two"
    assert await tokens.token(instead_of="one") == "two"


async def test_a_token_service_is_trusted_as_this_machine_trusts(service, tmp_path, monkeypatch):
    certificate = self_signed(tmp_path)
    asked = await service(token("t0ken"), context=certificate.server_context())

    with pytest.raises(TokenError, match="certificate is not accepted"):
        await source(asked).token()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))

    assert await source(asked).token() == "t0ken"
