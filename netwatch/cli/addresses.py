"""Addresses of SNMP agents as net-snmp writes them: `HOST:PORT`, `[v6]:PORT`, `udp:HOST:PORT`, `udp6:[v6]:PORT`.

A quiet file: text in, host and port out.
May import: nothing. Called by: the commands that take one.
"""

from __future__ import annotations

import re
from ipaddress import ip_address

SNMP_PORT = 161
UDP = ("udp", "udp6", "udpv6", "udpipv6")
OTHERS = (
    "tcp", "tcp6", "tcpv6", "tcpipv6", "dtlsudp", "dtlsudp6", "tlstcp", "tlstcp6", "ssh", "unix", "std", "alias",
    "ipx", "aal5pvc", "pvc",
)  # fmt: skip
"""Ways of snmpcmd(1) that are not spoken here."""

_WAY = re.compile(r"([A-Za-z0-9]+):(.+)", re.DOTALL)
_WITH_PORT = re.compile(r"\[([^\]]*)\](?::([0-9]+))?|([^:]+):([0-9]+)")


def address_of(text: str) -> tuple[str, int]:
    """Return host and port of what somebody typed.

    Raises:
        ValueError: it asks for another way than UDP, or its port is none; in words.
    """
    rest = text.strip()
    way = None if _is_ip(rest) else _WAY.fullmatch(rest)
    if way and way[1].lower() in OTHERS:
        raise ValueError(f"{way[1]}: is not spoken here; SNMP goes over UDP, as {way[2]} or udp:{way[2]}")
    if way and way[1].lower() in UDP:
        rest = way[2]
    match = None if _is_ip(rest) else _WITH_PORT.fullmatch(rest)
    if match is None:
        return rest, SNMP_PORT
    host, port = (match[1], match[2]) if match[3] is None else (match[3], match[4])
    number = int(port) if port else SNMP_PORT
    if not 1 <= number <= 65535:
        raise ValueError(f"{text}: a port is 1 to 65535")
    return host, number


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
