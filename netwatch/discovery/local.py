"""Which networks this machine stands in, as its table of routes says: where one looks for devices first.

May import: nothing of ours. Called by: netwatch.cli, through the door.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path

ROUTES = Path("/proc/net/route")
LARGEST = 16
"""The shortest prefix that is proposed; who has a larger network names what of it is to be looked through."""


def local_networks(routes: Path = ROUTES) -> list[str]:
    """Return the IPv4 networks this machine has an interface in; none where the system does not say."""
    try:
        lines = routes.read_text().splitlines()[1:]
    except (OSError, UnicodeDecodeError):
        return []
    found = filter(None, (_network(line.split()) for line in lines))
    return [str(one) for one in sorted(set(found))]


def _network(fields: list[str]) -> ipaddress.IPv4Network | None:
    """Return the network of a route without a gateway; its numbers are hexadecimal, in the machine's own order."""
    try:
        name, destination, gateway, mask = fields[0], *(int(fields[at], 16) for at in (1, 2, 7))
        network = ipaddress.IPv4Network((destination.to_bytes(4, "little"), _bits(mask.to_bytes(4, "little"))))
    except (ValueError, IndexError, OverflowError):
        return None
    is_ours = not gateway and name != "lo" and network.prefixlen >= LARGEST
    return network if is_ours and not network.is_loopback and not network.is_link_local else None


def _bits(mask: bytes) -> int:
    return int.from_bytes(mask).bit_count()
