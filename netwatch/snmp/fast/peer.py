"""A device as the endpoint sees it: where it is, what it has been learned to bear, and what waits for it.

May import: netwatch.model. Called by: endpoint, get_run, walk, lane.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable, Container, Sequence
from typing import Protocol

from netwatch.errors import PollError
from netwatch.model import Device
from netwatch.snmp.fast.plan import identity_of
from netwatch.snmp.fast.tally import Tally
from netwatch.snmp.learning import BatchSize, RoundTrip
from netwatch.snmp.resolver import SocketAddress
from netwatch.snmp.v3.envelope import Envelope
from netwatch.snmp.v3.user import User

VARBINDS_PER_REQUEST = 64
"""More has never fitted one frame; what an agent bears may be less, and is learned."""
TRIES_WITH_BULK = 2
"""After so many in vain, be it in several walks, a device that never answered GETBULK is asked by GETNEXT."""
BULK_RESTS_SECONDS = 24 * 3600.0

Location = tuple[int, SocketAddress]
"""Address family and socket address."""


class Peer:
    """What stays of a device between requests, by its name.

    locations: all addresses of its name, `family` and `address` the one in use. on_silence: is called where a try was
    not answered, so that a name is looked up again before its answer is old. answers_bulk: None until it is known,
    after `bulks_in_vain` tries of walks that nobody answered; where it does not, `bulk_again_at` is when to try anew.
    get_size, next_size, walk_size: how much it bears at once; what follows a name may be a long text, where instances
    asked for are numbers most of the time, so each is learned for itself.
    """

    __slots__ = (
        "address", "address_until", "answers_bulk", "bulk_again_at", "bulks_in_vain", "device", "family", "flying",
        "get_size", "identity", "locations", "next_size", "on_silence", "overhead_bytes", "queued", "round_trip",
        "sources", "tries", "user", "waiting", "walk_size",
    )  # fmt: skip

    def __init__(self, device: Device) -> None:
        self.device = device
        self.identity = identity_of(device)
        self.user = _user_of(device)
        self.overhead_bytes = 0
        self.tries = device.retries + 1
        self.round_trip = RoundTrip(device.timeout.total_seconds())
        self.get_size = BatchSize(VARBINDS_PER_REQUEST)
        self.next_size = BatchSize(VARBINDS_PER_REQUEST)
        self.walk_size = BatchSize(VARBINDS_PER_REQUEST)
        self.family = socket.AF_UNSPEC
        self.address: SocketAddress = ("", 0)
        self.address_until = 0.0
        self.locations: tuple[Location, ...] = ()
        self.answers_bulk: bool | None = None
        self.bulks_in_vain = 0
        self.bulk_again_at = 0.0
        self.on_silence: Callable[[], None] | None = None
        self.sources: frozenset[str] = frozenset()
        self.flying: list[Exchange] = []
        self.waiting: deque[Exchange] = deque()
        self.queued = False

    def is_at(self, locations: Sequence[Location]) -> None:
        """Take over where it is; the address in use stays where it is still one of them."""
        self.locations = tuple(locations)
        if (self.family, self.address) not in self.locations:
            self.family, self.address = socket.AddressFamily(locations[0][0]), locations[0][1]

    def answered_from(self, source: SocketAddress) -> None:
        """Use the address that answers, where a name has several."""
        for family, address in self.locations:
            if address == source:
                self.family, self.address = socket.AddressFamily(family), address

    def look_elsewhere(self, families: Container[int]) -> None:
        """Use the next address of a name after a try that nobody answered, and have the name looked up again."""
        reachable = [location for location in self.locations if location[0] in families]
        if len(reachable) > 1:
            here = (int(self.family), self.address)
            following = reachable.index(here) + 1 if here in reachable else 0
            family, self.address = reachable[following % len(reachable)]
            self.family = socket.AddressFamily(family)
        if self.on_silence is not None:
            self.on_silence()

    def give_up_bulk(self, now: float) -> None:
        """Take in that the device leaves GETBULK unanswered or refuses it, and answers GETNEXT."""
        self.answers_bulk, self.bulk_again_at = False, now + BULK_RESTS_SECONDS

    def reconsider_bulk(self, now: float) -> None:
        """Have GETBULK tried once more where that is due: a network that lost two of them looks the same.

        Not where a request has one try only, since that walk would bring nothing if it is in vain.
        """
        if self.answers_bulk is False and now >= self.bulk_again_at and self.tries > 1:
            self.answers_bulk, self.bulks_in_vain = None, TRIES_WITH_BULK - 1

    def follow(self, device: Device) -> None:
        """Take over what the configuration changed; what was learned stays as long as the address does."""
        if (device.address, device.port) != (self.device.address, self.device.port):
            self.address_until = 0.0
            self.answers_bulk, self.bulks_in_vain = None, 0
            self.get_size = BatchSize(VARBINDS_PER_REQUEST)
            self.next_size = BatchSize(VARBINDS_PER_REQUEST)
            self.walk_size = BatchSize(VARBINDS_PER_REQUEST)
            self.round_trip = RoundTrip(device.timeout.total_seconds())
            self.user = _user_of(device)
        if device.accept_from != self.device.accept_from:
            self.address_until = 0.0
        self.round_trip.ceiling = device.timeout.total_seconds()
        self.round_trip.timeout = min(self.round_trip.timeout, self.round_trip.ceiling)
        if device.credential != self.device.credential:
            self.identity = identity_of(device)
            self.user = _user_of(device)
            self.overhead_bytes = 0
        self.tries = device.retries + 1
        self.device = device


def _user_of(device: Device) -> User | None:
    return User(device.credential) if device.credential.version == "3" else None


class Asker(Protocol):
    """Whoever sends exchanges: a GET plan under way, or a walk."""

    over: bool
    """Set once nobody waits for the outcome any more; what still waits to be sent is then dropped."""
    tally: Tally | None
    """What its datagrams are counted in, None where only the wire counts."""

    def take(self, exchange: Exchange, data: bytes, at: int, end: int, status: int, index: int) -> None:
        """Take an answer: the varbinds stand in `data` from `at` to `end`."""

    def fail(self, exchange: Exchange, error: PollError) -> None:
        """Learn that no answer will come."""

    def retry(self, exchange: Exchange) -> Sequence[Exchange]:
        """Return smaller exchanges to send instead of this unanswered one; none to send it again as it is now."""


class Exchange:
    """One request on its way to one answer, through as many transmissions as it takes.

    attempt: tries that were over without an answer. try_ends_at: when this one is; 0 before it has begun.
    elsewhere: the address that answered it and is none of the device's. counts: whether it holds a place in the
    global limit, which it does until its answer is late.
    """

    __slots__ = ("asker", "attempt", "began_at", "counts", "elsewhere", "envelope", "former", "head", "part", "peer",
                 "reports", "request_id", "sent_at", "tail", "trouble", "try_ends_at")  # fmt: skip

    def __init__(self, asker: Asker, peer: Peer, head: bytes, tail: bytes, part: object, attempt: int = 0) -> None:
        self.asker = asker
        self.peer = peer
        self.envelope: Envelope | None = peer.user
        self.counts = False
        self.reports = 0
        self.head = head
        self.tail = tail
        self.part = part
        self.attempt = attempt
        self.request_id = b""
        self.sent_at = 0.0
        self.began_at = 0.0
        self.try_ends_at = 0.0
        self.former: dict[bytes, float] | None = None
        self.trouble = ""
        self.elsewhere = ""
