"""Mail addresses as configuration writes them: `noc@example.net` or `NOC <noc@example.net>`.

A quiet room. Non-ASCII addresses are refused in words: they need SMTPUTF8 on every hop to the reader, and an alarm
must not depend on that.
May import: nothing. Called by: netwatch.notify.{diagnosis, mailer, mail.*, smtp.{sender, session, settings}}.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

MAX_ADDRESS_LENGTH = 254
"""RFC 5321, section 4.5.3.1.3: a path has 256 octets, two of them the angle brackets."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>{_LABEL}(?:\.{_LABEL})*)")
_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """An address and the name people know it by, which may be empty."""

    address: str
    name: str = ""

    @property
    def domain(self) -> str:
        """Return what stands behind the @."""
        return self.address.rpartition("@")[2]


def is_address(text: str) -> bool:
    """Return whether the text is a bare address and nothing else, fit for MAIL and RCPT."""
    return _ADDRESS.fullmatch(text) is not None


def parse_mailbox(text: str) -> Mailbox:
    """Read `address` or `Name <address>`.

    Raises:
        ValueError: it is no address that every mail server takes; the message says why.
    """
    named = _NAMED.fullmatch(text.strip())
    address = (named["address"] if named else text).strip()
    name = named["name"].strip().strip('"').strip() if named else ""
    _check(address)
    if not name.isprintable():
        raise ValueError(f"the name before {address} holds a character that cannot be printed")
    return Mailbox(address=address, name=name)


def _check(address: str) -> None:
    if not address.isascii():
        raise ValueError(f"{address!r} holds non-ASCII characters, which many mail servers refuse; use an ASCII one")
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise ValueError(f"{address!r} is not a mail address such as noc@example.net or NOC <noc@example.net>")
    if len(match["local"]) > 64 or len(address) > MAX_ADDRESS_LENGTH:
        raise ValueError(f"the mail address {address[:40]!r}... is longer than mail allows")


def _a_mailbox(text: str) -> str:
    parse_mailbox(text)
    return text


MailboxText = Annotated[str, AfterValidator(_a_mailbox)]
"""A mailbox as a configuration writes it, checked."""
