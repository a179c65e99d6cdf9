"""The `heartbeat` part of the configuration: how others learn that NetWatch lives, by a ping and by a daily mail.

May import: netwatch.model, netwatch.alerts. Called by: config; app, which obeys it.
"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from netwatch.alerts.regular_mail_settings import RegularMailSettings
from netwatch.model import Duration, Section


class DailyMailSettings(RegularMailSettings):
    """A mail that says once a day that all is well, or what is not."""


class HeartbeatSettings(Section):
    """Who notices when NetWatch falls silent.

    url: is asked for (GET) every `interval`, and only while a canary alert comes through the whole of NetWatch. Who
    answers there raises an alarm when it is not asked any more: a dead man's switch.
    """

    url: SecretStr | None = Field(
        default=None,
        description="an http(s) address that expects to be asked for; whoever knows it can stand in for us",
    )
    interval: Duration = Field(
        default=timedelta(minutes=1), ge=timedelta(seconds=10), description="how often the address is asked for"
    )
    daily_mail: DailyMailSettings | None = Field(default=None, description="a mail a day that says how all is")

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, url: SecretStr | None) -> SecretStr | None:
        parts = urlsplit(url.get_secret_value()) if url is not None else None
        if parts is not None and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("must be an http:// or https:// address")
        return url
