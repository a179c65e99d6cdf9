"""The `smtp` part of the configuration.

May import: netwatch.model, netwatch.oauth, netwatch.notify.address.
Called by: netwatch.notify.{dead_letters, diagnosis, mailer, smtp.*}, config.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from netwatch.model import Duration, Section, is_loopback
from netwatch.notify.address import HostNameText, MailboxText
from netwatch.oauth import OAuth2Settings


class RelaySettings(Section):
    """One mail server. `tls` is required as written: nothing is ever sent in the clear where it says starttls.

    auth pins the mechanism; without it the best one the server offers is used. timeout is for each step of SMTP.
    """

    host: str = Field(min_length=1, pattern=r"^[A-Za-z0-9._:-]+$", description="host name or address of the server")
    port: int = Field(default=25, ge=1, le=65535, description="TCP port: 25, 587 with starttls, 465 with implicit")
    tls: Literal["none", "starttls", "implicit"] = Field(
        default="none",
        description="none, starttls (required, not tried) or implicit; certificates are always checked",
    )
    username: str | None = Field(default=None, description="whom to log in as; needs TLS unless the host is local")
    password: SecretStr | None = Field(default=None, description="better ${env:NAME} or ${file:PATH}")
    auth: Literal["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"] | None = Field(
        default=None, description="how to log in; without it the best way the server offers"
    )
    oauth2: OAuth2Settings | None = Field(default=None, description="for XOAUTH2, in place of a password")
    ca_file: str | None = Field(default=None, description="certificates to trust instead of the system's, in PEM")
    timeout: Duration = Field(
        default=timedelta(seconds=30), gt=timedelta(0), description="how long each step of SMTP may take"
    )

    @model_validator(mode="after")
    def _credentials_are_whole_and_protected(self) -> Self:
        if (self.auth == "XOAUTH2") != (self.oauth2 is not None):
            raise ValueError("auth: XOAUTH2 and oauth2 belong together: give both or none")
        if self.oauth2 is not None and (self.username is None or self.password is not None):
            raise ValueError("XOAUTH2 needs a username, and a token instead of a password")
        if self.oauth2 is None and (self.username is None) != (self.password is None):
            raise ValueError("username and password belong together: give both or none")
        if self.auth is not None and self.username is None:
            raise ValueError("auth needs a username and a password")
        if self.username is not None and self.tls == "none" and not is_loopback(self.host):
            raise ValueError("a password is never sent in the clear: set tls to starttls or implicit")
        return self

    @property
    def name(self) -> str:
        """Return `host:port`, as logs, metrics and pages call this relay."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class StormSettings(Section):
    """How much mail one recipient is sent before the rest becomes a digest."""

    mails: int = Field(default=20, ge=1, le=100_000, description="mails one recipient gets within `per`")
    per: Duration = Field(default=timedelta(minutes=1), gt=timedelta(0), description="the while they are counted in")
    critical_mails: int = Field(
        default=20, ge=1, le=100_000, description="as many more in that while, for what is critical alone"
    )
    digest_after: Duration = Field(
        default=timedelta(minutes=1), gt=timedelta(0),
        description="how long after the first mail that is too much one digest tells the rest",
    )  # fmt: skip


class SmtpSettings(Section):
    """Who mails, and through which relays, in the order to try them.

    check_interval: how often a relay that had nothing to send is tried as far as AUTH, so that a dead one is known
    before it is needed; 0 for never. local_hostname: what EHLO says; without it the host's name where that has a
    domain, else the address of the connection (RFC 5321, section 4.1.3).
    """

    from_: MailboxText = Field(
        alias="from", default="NetWatch <netwatch@localhost>", description="the sender people see and bounces go to"
    )
    relays: list[RelaySettings] = Field(default_factory=list, description="mail servers, in the order to try them")
    fallback_to: list[MailboxText] = Field(
        default_factory=list,
        description="who is told of mails and notifications that could not be delivered; better people elsewhere",
    )
    local_hostname: HostNameText | None = Field(
        default=None, description="what EHLO says: a host name, or an address in brackets; usually found by itself"
    )
    connections: int = Field(default=4, ge=1, le=64, description="connections to mail servers at the same time")
    check_interval: Duration = Field(
        default=timedelta(minutes=5), ge=timedelta(0), description="how often an idle relay is tried; 0 for never"
    )
    verp: bool = Field(
        default=False,
        description="whether each mail leaves with an envelope sender of its own, name+ID@, where that arrives too",
    )
    notify_success: bool = Field(
        default=False, description="whether relays that offer DSN are asked to report that a mail arrived (RFC 3461)"
    )
    notify_read: bool = Field(
        default=False, description="whether the reader's program is asked to report that it showed a mail (RFC 8098)"
    )
    storm: StormSettings = Field(default=StormSettings(), description="when mails become a digest")
