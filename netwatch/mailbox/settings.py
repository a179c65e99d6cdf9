"""The `mailbox` part of the configuration: where what comes back arrives, and who may ask for what.

May import: netwatch.model, netwatch.oauth. Called by: netwatch.config, netwatch.app, the files of this room.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from netwatch.model import Duration, Section, is_loopback
from netwatch.oauth import OAuth2Settings

LONGEST_SILENCE = timedelta(hours=12)
_PORTS = {("imap", False): 143, ("imap", True): 993, ("pop3", False): 110, ("pop3", True): 995}


def _a_pattern(text: str) -> str:
    if not text.isascii() or not text.isprintable() or " " in text or text.count("@") != 1:
        raise ValueError(f"{text!r} is no pattern of mail addresses: write jane@example.net or *@example.net")
    if not text.rpartition("@")[2].strip("*?."):
        raise ValueError(f"{text!r} lets in the whole world: name the domain")
    return text.lower()


def _folder(name: str) -> str:
    """Return what a folder is known by: INBOX in any case is the same (RFC 3501, section 5.1)."""
    return name.upper() if name.upper() == "INBOX" else name


AddressPattern = Annotated[str, AfterValidator(_a_pattern)]


class MailboxSettings(Section):
    """The mailbox that answers to NetWatch's mails, and bounces, arrive in.

    timeout: how long each step of the conversation may take as a whole, however slowly the server speaks.
    """

    protocol: Literal["imap", "pop3"] = Field(default="imap", description="how the mailbox is read")
    host: str = Field(min_length=1, pattern=r"^[A-Za-z0-9._:-]+$", description="host name or address of the server")
    port: int | None = Field(
        default=None, ge=1, le=65535, description="TCP port; by itself 993 or 995 with implicit TLS, else 143 or 110"
    )
    tls: Literal["none", "starttls", "implicit"] = Field(
        default="implicit", description="implicit, starttls (required, not tried) or none; certificates are checked"
    )
    ca_file: str | None = Field(default=None, description="certificates to trust instead of the system's, in PEM")
    username: str = Field(min_length=1, description="whom to log in as; needs TLS unless the host is local")
    password: SecretStr | None = Field(default=None, description="better ${env:NAME} or ${file:PATH}")
    oauth2: OAuth2Settings | None = Field(default=None, description="for XOAUTH2, in place of a password")
    folder: str = Field(default="INBOX", min_length=1, description="which folder is read; IMAP alone has others")
    move_to: str | None = Field(
        default=None,
        min_length=1,
        description="where mails go that were acted on; without it they are marked as read",
    )
    interval: Duration = Field(
        default=timedelta(minutes=1), ge=timedelta(seconds=1),
        description="how often to look where the server cannot say that a mail came",
    )  # fmt: skip
    idle: bool = Field(default=True, description="whether to wait for the server's word (IMAP IDLE) where it can")
    timeout: Duration = Field(
        default=timedelta(seconds=30), gt=timedelta(0), description="how long each step may take as a whole"
    )
    address: str | None = Field(
        default=None, pattern=r"^[^@\s<>\",;:()\[\]\\]+@[A-Za-z0-9.-]+$",
        description="the address whose mail arrives here, for Reply-To; without it that of smtp.from",
    )  # fmt: skip
    plus_addressing: bool = Field(
        default=False, description="whether mail to name+anything@ arrives here too; then Reply-To carries the tag"
    )
    allow_from: list[AddressPattern] = Field(
        default_factory=list,
        description="who may answer beside those who were told: addresses, * for any letters before the @",
    )
    authserv_id: str | None = Field(
        default=None, min_length=1,
        description="whose Authentication-Results are believed: the name your receiving server gives itself there",
    )  # fmt: skip
    arc_sealers: list[str] = Field(
        default_factory=list,
        description="domains of forwarders whose ARC seal stands for the sender, as authserv_id saw it",
    )
    lists: list[str] = Field(
        default_factory=list,
        description="List-Ids of mailing lists through which people answer; others are passed over",
    )
    unproven_silence: bool = Field(
        default=False, description="whether `silence` is obeyed without a DKIM or ARC pass told by authserv_id"
    )
    longest_silence: Duration = Field(
        default=LONGEST_SILENCE, gt=timedelta(0), le=LONGEST_SILENCE, description="how long a mail may silence"
    )

    @model_validator(mode="after")
    def _is_whole_and_protected(self) -> Self:
        if (self.password is None) == (self.oauth2 is None):
            raise ValueError("give a password, or oauth2, and not both")
        if self.tls == "none" and not is_loopback(self.host):
            raise ValueError("a password is never sent in the clear: set tls to starttls or implicit")
        if self.protocol == "pop3" and (self.move_to is not None or self.folder != "INBOX"):
            raise ValueError("POP3 knows no folders: leave folder and move_to out, or use imap")
        if self.move_to is not None and _folder(self.move_to) == _folder(self.folder):
            raise ValueError("move_to is the folder that is read: a mail moved there is a new one, without end")
        return self

    @property
    def tcp_port(self) -> int:
        """Return the port to connect to."""
        return self.port or _PORTS[self.protocol, self.tls == "implicit"]

    @property
    def name(self) -> str:
        """Return `imap://user@host:port/folder`, as logs and pages call this mailbox."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        folder = f"/{self.folder}" if self.protocol == "imap" else ""
        return f"{self.protocol}://{self.username}@{host}:{self.tcp_port}{folder}"
