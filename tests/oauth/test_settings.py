"""What the configuration may say of a token service."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from netwatch.oauth import OAuth2Settings

GIVEN = {"token_url": "https://login.example.net/token", "client_id": "nw", "client_secret": "s3cret"}


def test_the_secret_is_in_no_text():
    settings = OAuth2Settings.model_validate(GIVEN)

    assert "s3cret" not in f"{settings} {settings!r} {settings.model_dump_json()}"


def test_a_secret_in_the_clear_is_refused():
    with pytest.raises(ValidationError, match="token_url must be https"):
        OAuth2Settings.model_validate({**GIVEN, "token_url": "http://login.example.net/token"})


def test_a_secret_may_stay_on_this_machine():
    assert OAuth2Settings.model_validate({**GIVEN, "token_url": "http://127.0.0.1:8080/token"}).scope == ""


@pytest.mark.parametrize("given", [{"token_url": "login.example.net"}, {"client_id": ""}, {"grant": "password"}])
def test_what_cannot_be_asked_is_refused(given):
    with pytest.raises(ValidationError):
        OAuth2Settings.model_validate({**GIVEN, **given})
