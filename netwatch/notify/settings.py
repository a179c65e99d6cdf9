"""The `receivers` and `smtp` parts of the configuration.

May import: netwatch.model. Called by: config.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field, SecretStr

from netwatch.model import Duration, Section


class EmailSettings(Section):
    """Whom a receiver mails."""

    to: list[str] = Field(min_length=1)
    send_resolved: bool = True


class ReceiverSettings(Section):
    """A name that routes point at."""

    name: str = Field(min_length=1)
    email: EmailSettings


class RelaySettings(Section):
    """One mail server. `tls` is required as written: nothing is ever sent in the clear where it says starttls."""

    host: str = Field(min_length=1)
    port: int = Field(default=25, ge=1, le=65535)
    tls: Literal["none", "starttls", "implicit"] = "none"
    username: str | None = None
    password: SecretStr | None = None
    auth: Literal["PLAIN", "LOGIN", "CRAM-MD5"] | None = None
    ca_file: str | None = None
    timeout: Duration = timedelta(seconds=30)


class SmtpSettings(Section):
    """Who mails, and through which relays, in the order to try them."""

    from_: str = Field(alias="from", default="NetWatch <netwatch@localhost>")
    relays: list[RelaySettings] = Field(default_factory=list)
    local_hostname: str | None = None
    connections: int = Field(default=4, ge=1, le=64)
