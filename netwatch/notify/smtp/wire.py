"""The small rules of SMTP: what EHLO says, which AUTH to use, how a message travels inside DATA.

May import: nothing. Called by: netwatch.notify.smtp.session.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import Any


def best_mechanism(offered: list[str]) -> str | None:
    """Return the mechanism to use of those a server offers.

    PLAIN before LOGIN, its older form. CRAM-MD5 last: inside TLS it protects nothing more, and servers often offer
    it without having the passwords in the form it needs.
    """
    return next((name for name in ("PLAIN", "LOGIN", "CRAM-MD5") if name in offered), None)


def own_name(sockname: Any) -> str:
    """Return what to say in EHLO: the host's full name, or its address as a literal (RFC 5321, section 4.1.3)."""
    name = socket.gethostname()
    if "." in name and re.fullmatch(r"[A-Za-z0-9.-]+", name):
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
