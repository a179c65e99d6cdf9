"""The BGP sessions of a simulated router (BGP4-MIB, RFC 4273).

May import: netwatch.model, tree. Called by: device.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from ipaddress import IPv4Address

from netwatch.model import Oid, Tag
from netwatch.simulator.tree import DataTree

BGP = Oid.parse("1.3.6.1.2.1.15")
PEER_ENTRY = BGP.child(3, 1)
IDLE, ACTIVE, ESTABLISHED = 1, 3, 6
STARTED = 2
LOCAL_AS = 64496


class Peers:
    """Sessions by the address of the other side, up until somebody says otherwise; `peers` is address -> its AS."""

    def __init__(self, peers: Mapping[str, int], clock: Callable[[], float]) -> None:
        self._peers, self._clock = dict(peers), clock
        self._since = dict.fromkeys(peers, clock() - 86_400)
        self._down: set[str] = set()

    def lose(self, address: str) -> None:
        """Have a session fall back to active.

        Raises:
            ValueError: there is none with that address.
        """
        if address not in self._peers:
            raise ValueError(f"no BGP session with {address} here")
        self._down.add(address)

    def regain(self, address: str) -> None:
        """Have it established again."""
        if address in self._down:
            self._down.discard(address)
            self._since[address] = self._clock()

    def put_into(self, tree: DataTree) -> None:
        """Add bgpLocalAs, bgpIdentifier and a row of bgpPeerTable for each session."""
        tree.put(BGP.child(2, 0), Tag.INTEGER, LOCAL_AS)
        tree.put(BGP.child(4, 0), Tag.IP_ADDRESS, IPv4Address("192.0.2.1"))
        for address, remote_as in self._peers.items():
            parts = tuple(IPv4Address(address).packed)
            tree.put(PEER_ENTRY.child(2, *parts), Tag.INTEGER, partial(self._state, address))
            tree.put(PEER_ENTRY.child(3, *parts), Tag.INTEGER, STARTED)
            tree.put(PEER_ENTRY.child(7, *parts), Tag.IP_ADDRESS, IPv4Address(address))
            tree.put(PEER_ENTRY.child(9, *parts), Tag.INTEGER, remote_as)
            tree.put(PEER_ENTRY.child(16, *parts), Tag.GAUGE32, partial(self._seconds, address))

    def _state(self, address: str) -> int:
        return ACTIVE if address in self._down else ESTABLISHED

    def _seconds(self, address: str) -> int:
        return 0 if address in self._down else int(self._clock() - self._since[address])
