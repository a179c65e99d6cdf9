"""Where other SNMP managers are, as configuration writes it: `192.0.2.9:162`, `[2001:db8::1]:162`, `nms.example.net`.

A quiet room.
May import: nothing. Called by: netwatch.notify.snmp.{compose, sender, settings}.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

TRAP_PORT = 162
_PLACE = re.compile(r"(?:\[(?P<v6>[^\[\]]+)\]|(?P<host>[^\[\]:]+))(?::(?P<port>[0-9]{1,5}))?")
_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(\.(?!-)[A-Za-z0-9_-]{1,63})*\.?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manager:
    """A host, by address or name, and a UDP port."""

    host: str
    port: int = TRAP_PORT

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_manager(text: str) -> Manager:
    """Read `ADDRESS:PORT`; without a port it is 162.

    Raises:
        ValueError: it is no such place; the message says why.
    """
    place = _PLACE.fullmatch(text.strip())
    port = int((place and place["port"]) or TRAP_PORT)
    if place is None or not _is_host(place["v6"], place["host"]) or not 0 < port < 65536:
        raise ValueError(f"{text!r} is no manager such as 192.0.2.9:162, [2001:db8::1]:162 or nms.example.net:162")
    return Manager(host=place["v6"] or place["host"], port=port)


def _is_host(v6: str | None, host: str | None) -> bool:
    try:
        return ipaddress.ip_address(v6 or host or "").version == (6 if v6 else 4)
    except ValueError:
        return bool(host) and not re.fullmatch(r"[0-9.]+", host or "") and bool(_HOST_NAME.fullmatch(host or ""))
