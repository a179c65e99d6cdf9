"""The `webhook` and `alertmanager` parts of a receiver.

May import: netwatch.model. Called by: netwatch.notify.settings, http.{compose, sender}; config, which checks them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol, Self

from pydantic import Field, SecretStr, model_validator

from netwatch.model import Duration, Section, UrlText, is_loopback, parse_url

DEFAULT_EXPIRES_AFTER = timedelta(days=7)


class WebhookSettings(Section):
    """Where a receiver posts JSON to; see notify/http/compose_webhook.py for the document."""

    url: UrlText = Field(description="where to post to; http or https")
    secret: SecretStr | None = Field(
        default=None,
        description="what posts are signed with: X-NetWatch-Signature: t=SECONDS,v1=HMAC-SHA256 of `SECONDS.BODY`",
    )
    send_resolved: bool = Field(default=True, description="whether the end of a problem is posted too")
    ca_file: str | None = Field(default=None, description="certificates to trust instead of the system's, in PEM")


class AlertmanagerSettings(Section):
    """Which Alertmanagers a receiver tells."""

    urls: list[UrlText] = Field(
        min_length=1, description="Alertmanagers, such as http://alerts.example.net:9093; each is told on its own"
    )
    send_resolved: bool = Field(default=True, description="whether the end of a problem is told too")
    expires_after: Duration = Field(
        default=DEFAULT_EXPIRES_AFTER,
        ge=timedelta(minutes=5),
        description="when an alert ends there of which nothing more is heard; longer than two repeat_intervals",
    )
    username: str | None = Field(default=None, description="whom to log in as, where they ask for it (HTTP Basic)")
    password: SecretStr | None = Field(default=None, description="better ${env:NAME} or ${file:PATH}")
    ca_file: str | None = Field(default=None, description="certificates to trust instead of the system's, in PEM")

    @model_validator(mode="after")
    def _credentials_are_whole_and_protected(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password belong together: give both or none")
        for url in map(parse_url, self.urls if self.username is not None else []):
            if url.scheme != "https" and not is_loopback(url.hostname or ""):
                raise ValueError("a password is never sent in the clear: use https")
        return self


class PostedReceiver(Protocol):
    """What posting needs to know of a receiver."""

    @property
    def name(self) -> str:
        """What routes call it."""

    @property
    def webhook(self) -> WebhookSettings | None:
        """Where it posts JSON to."""

    @property
    def alertmanager(self) -> AlertmanagerSettings | None:
        """Which Alertmanagers it tells."""
