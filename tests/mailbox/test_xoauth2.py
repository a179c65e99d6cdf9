"""Logging in by token at a real Dovecot, which looks at the token itself (a JWT, HS256)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from netwatch.errors import MailboxError
from netwatch.mailbox import conversation
from netwatch.oauth import TokenSource

from ..oauth.token_service import oauth2_of, token, token_services
from .dovecot import IS_COMPLETE, Dovecot, running_dovecot

KEY = b"a key that Dovecot knows as well"
PASSDB = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2
}}
"""


@pytest.fixture(scope="module")
def dovecot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    if not IS_COMPLETE:
        pytest.skip("Dovecot is not installed (Debian packages: dovecot-imapd, dovecot-pop3d)")
    with running_dovecot(mechanisms=" xoauth2", more=PASSDB, key=base64.b64encode(KEY).decode()) as server:
        yield server


@pytest.fixture
async def service():
    async with token_services() as start:
        yield start


def jwt(user: str) -> str:
    """Return a token that says who one is."""
    now = int(time.time())
    said = {"email": user, "sub": user, "iat": now - 60, "nbf": now - 60, "exp": now + 3600}
    parts = [part(json.dumps(one).encode()) for one in ({"alg": "HS256", "typ": "JWT"}, said)]
    signature = hmac.digest(KEY, ".".join(parts).encode(), hashlib.sha256)
    return ".".join([*parts, part(signature)])


def part(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def talk_with(dovecot: Dovecot, web, protocol: str):
    settings = dovecot.settings(protocol=protocol, oauth2=oauth2_of(web))
    assert settings.oauth2 is not None
    return conversation(settings, TokenSource(settings.oauth2), clock=lambda: datetime.now(UTC))


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
async def test_a_token_opens_the_mailbox_and_one_that_is_refused_is_fetched_anew(dovecot, service, protocol):
    web = await service(token("no-token-of-yours"), token(jwt("netwatch")))
    talk = talk_with(dovecot, web, protocol)
    try:
        await talk.open()
        assert (await talk.look("")).found == ()
    finally:
        await talk.close()


async def test_a_token_that_opens_nothing_is_a_refusal_that_says_why_and_not_the_token(dovecot, service):
    web = await service(token("no-token-of-yours"), token("nor-this-one"))
    talk = talk_with(dovecot, web, "imap")
    try:
        with pytest.raises(MailboxError, match="status 401") as caught:
            await talk.open()
    finally:
        await talk.close()

    assert caught.value.refused
    assert "token-of-yours" not in str(caught.value)
    assert "nor-this-one" not in str(caught.value)
