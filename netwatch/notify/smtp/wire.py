"""The small rules of SMTP: what EHLO says, which AUTH to use, how a message travels inside DATA.

May import: netwatch.notify.address. Called by: netwatch.notify.smtp.session.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import Any

from netwatch.notify.address import host_name_fault

KNOWN = ("PLAIN", "LOGIN", "CRAM-MD5")
"""Ways to log in with a password, the best first."""


def best_mechanism(offered: list[str]) -> str | None:
    """Return the mechanism to use of those a server offers.

    PLAIN before LOGIN, its older form. CRAM-MD5 last: inside TLS it protects nothing more, and servers often offer
    it without having the passwords in the form it needs.
    """
    return next((name for name in KNOWN if name in offered), None)


def no_way_to_log_in(offered: list[str], wanted: str | None, *, after_starttls: bool) -> str:
    """Return why we cannot log in, and what to set.

    A server may keep AUTH, or some ways of it, for protected connections (RFC 4954, section 4; RFC 3207, 4.2):
    `after_starttls` where this one is not protected and could be.
    """
    ways = [name for name in offered if name]
    known = [name for name in ways if name in KNOWN]
    if not ways and after_starttls:
        return "the server offers AUTH only after STARTTLS: set tls: starttls"
    if not ways:
        return (
            "the server offers no AUTH: leave username and password out where it takes mail without, "
            "or use the port it offers logins on (587 with tls: starttls, 465 with tls: implicit)"
        )
    if wanted is not None:
        text = f"AUTH {wanted} is not offered; offered: {' '.join(ways)}"
        remedy = "set tls: starttls, for more may be offered after it" if after_starttls else ""
        remedy = remedy or (f"leave auth out, or set auth: {known[0]}" if known else "")
        return f"{text}; {remedy}" if remedy else text
    text = f"the server offers no way to log in that NetWatch knows; offered: {' '.join(ways)}"
    if after_starttls:
        return f"{text}; set tls: starttls, for more may be offered after it"
    return f"{text}; known: {' '.join(KNOWN)}" + ("; XOAUTH2 needs oauth2" if "XOAUTH2" in ways else "")


def own_name(sockname: Any) -> str:
    """Return what to say in EHLO: the host's full name, or its address as a literal (RFC 5321, section 4.1.3)."""
    name = socket.gethostname()
    if "." in name and not host_name_fault(name):
        return name
    try:
        address = ipaddress.ip_address(str(sockname[0]).partition("%")[0])
    except (ValueError, TypeError, IndexError):
        return "localhost"
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"


def stuffed(message: bytes) -> bytes:
    """Return the message as DATA carries it: every line ended CRLF, a leading dot doubled (RFC 5321, 4.5.2)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", message)
    lines = lines if lines.endswith(b"\r\n") else lines + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", lines)
