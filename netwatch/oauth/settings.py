"""The `oauth2` part of a server's configuration.

May import: netwatch.model. Called by: the settings of rooms that log in by token.
"""

from __future__ import annotations

from typing import Self

from pydantic import Field, SecretStr, model_validator

from netwatch.model import Section, UrlText, is_loopback, parse_url


class OAuth2Settings(Section):
    """Where to get the token that logs in at a mail server, by the client credentials grant of OAuth 2.0."""

    token_url: UrlText = Field(description="the token service; https unless it is on this machine")
    client_id: str = Field(min_length=1, description="who we are to it")
    client_secret: SecretStr = Field(description="better ${env:NAME} or ${file:PATH}")
    scope: str = Field(
        default="", description="what the token is to allow, such as https://outlook.office365.com/.default"
    )

    @model_validator(mode="after")
    def _secret_is_protected(self) -> Self:
        url = parse_url(self.token_url)
        if url.scheme != "https" and not is_loopback(url.hostname or ""):
            raise ValueError("a secret is never sent in the clear: token_url must be https")
        return self
