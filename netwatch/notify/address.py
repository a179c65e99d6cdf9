"""Mail addresses as configuration writes them: `noc@example.net` or `NOC <noc@example.net>`.

A quiet room. Non-ASCII addresses are refused in words: they need SMTPUTF8 on every hop to the reader, and an alarm
must not depend on that.
May import: nothing. Called by: netwatch.notify.{diagnosis, mailer, mail.*, smtp.{sender, session, settings}}.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator

MAX_ADDRESS_LENGTH = 254
"""RFC 5321, section 4.5.3.1.3: a path has 256 octets, two of them the angle brackets."""

MAX_HOST_NAME, MAX_LABEL = 255, 63
"""RFC 5321, section 4.5.3.1.2, and RFC 1035, section 2.3.4."""

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


def host_name_fault(text: str) -> str:
    """Return why a text is no host name to announce in EHLO or a Message-ID (RFC 5321, 2.3.5, 4.1.3), or nothing.

    A name is letters, digits and hyphens in labels; an address stands in brackets.
    """
    if text.startswith("["):
        return (
            ""
            if _is_literal(text)
            else f"{text!r} is no address in brackets such as [192.0.2.1] or [IPv6:2001:db8::1]"
        )
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(text)
        return f"{text!r} is an address; mail servers want it as {literal_of(address)}"
    if len(text) > MAX_HOST_NAME:
        return f"the host name {text[:40]!r}... is longer than {MAX_HOST_NAME} characters"
    for label in text.split("."):
        if not label:
            return f"{text!r} has an empty part between its dots"
        if len(label) > MAX_LABEL:
            return f"the part {label[:40]!r}... of a host name is longer than {MAX_LABEL} characters"
        if re.fullmatch(_LABEL, label) is None:
            return f"{text!r} is no host name: {label!r} must be letters, digits and hyphens, no hyphen at an end"
    return f"{text!r} is no host name: its last part is a number" if text.rpartition(".")[2].isdigit() else ""


def literal_of(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """Return an address as it stands in place of a host name."""
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"


def _is_literal(text: str) -> bool:
    inside = text[1:-1]
    six = inside[:5].lower() == "ipv6:"
    try:
        address = ipaddress.ip_address(inside[5:] if six else inside)
    except ValueError:
        return False
    return text.endswith("]") and address.version == (6 if six else 4) and "%" not in inside


def is_address(text: str) -> bool:
    """Return whether the text is a bare address and nothing else, fit for MAIL and RCPT."""
    return _ADDRESS.fullmatch(text) is not None


@lru_cache(maxsize=1024)
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
    if fault := host_name_fault(match["domain"]):
        raise ValueError(f"{address!r} is no mail address: {fault}")
    if len(match["local"]) > 64 or len(address) > MAX_ADDRESS_LENGTH:
        raise ValueError(f"the mail address {address[:40]!r}... is longer than mail allows")


def _a_host_name(text: str) -> str:
    if fault := host_name_fault(text):
        raise ValueError(fault)
    return text


HostNameText = Annotated[str, AfterValidator(_a_host_name)]
"""A host name, or an address in brackets, as a configuration writes what we announce; checked."""


def _a_mailbox(text: str) -> str:
    parse_mailbox(text)
    return text


MailboxText = Annotated[str, AfterValidator(_a_mailbox)]
"""A mailbox as a configuration writes it, checked."""
