"""Slows down who guesses: after some wrong passwords of a name, or from an address, the next must wait ever longer.

Who waits is told so at once and no password is looked at meanwhile. From where somebody signed in before, wrong
passwords that others send from elsewhere do not count: a guesser locks nobody out.
What is kept is bounded: names that there are have a place of their own each, so that nobody makes theirs forgotten by
trying ever more that there are not.
A quiet room. May import: nothing. Called by: gatekeeper.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

FREE_TRIES_OF_A_NAME = 5
FREE_TRIES_OF_AN_ADDRESS = 20
"""More, since many people may sit behind one address."""
LONGEST_WAIT_OF_A_NAME = 30.0
LONGEST_WAIT_OF_AN_ADDRESS = 60.0
"""Short: the real one, somewhere new or behind the same proxy, gets his turn between the tries of a guesser."""
FORGOTTEN_AFTER_SECONDS = 3600.0
MOST_KEPT = 4096
GUESSED_OF_A_NAME, GUESSED_FROM_AN_ADDRESS = 10, 30
"""So many wrong passwords in a row are no slips of the finger."""
GUESSED_LATELY_SECONDS = 600.0
"""After so long without another one nobody guesses any more."""


@dataclass(slots=True)
class _Tries:
    """Wrong passwords in a row, and the second of the last."""

    wrong: int = 0
    last_at: float = 0.0


class Slowing:
    """Wrong passwords by name and by address."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._names: dict[str, _Tries] = {}
        self._strangers: OrderedDict[str, _Tries] = OrderedDict()
        self._addresses: OrderedDict[str, _Tries] = OrderedDict()
        self._at_home: OrderedDict[str, _Tries] = OrderedDict()
        """Of a name at an address where it was right before."""

    def __len__(self) -> int:
        return len(self._names) + len(self._strangers) + len(self._addresses) + len(self._at_home)

    def wait(self, name: str, address: str) -> float:
        """Return for how many seconds no password of this name from this address is looked at; 0 for none."""
        network = _network_of(address)
        at_home = self._at_home.get(_short(f"{name}\0{network}"))
        of_name = at_home or self._names.get(name) or self._strangers.get(_short(name))
        of_address = self._addresses.get(network)
        return max(
            self._left(of_name, FREE_TRIES_OF_A_NAME, LONGEST_WAIT_OF_A_NAME),
            self._left(of_address, FREE_TRIES_OF_AN_ADDRESS, LONGEST_WAIT_OF_AN_ADDRESS),
        )

    def note_wrong(self, name: str, address: str, known: Collection[str]) -> int:
        """Take in a wrong password, and return how many there were of this name; `known` are the names there are."""
        for gone in self._names.keys() - set(known):
            del self._names[gone]
        network = _network_of(address)
        tries = self._at_home.get(_short(f"{name}\0{network}"))
        if tries is None and name in known:
            tries = self._names.setdefault(name, _Tries())
        self._note(_kept(self._addresses, network))
        return self._note(tries or _kept(self._strangers, _short(name)))

    def guessed(self) -> list[str]:
        """Return whose passwords are guessed now and from where, a sentence each, the most tries first.

        Only names that there are are named: another one may be somebody's password, typed into the wrong field.
        """
        since = self._clock() - GUESSED_LATELY_SECONDS
        names = [
            (tries.wrong, f"{tries.wrong:,} wrong passwords of {name} in a row")
            for name, tries in self._names.items()
            if tries.wrong >= GUESSED_OF_A_NAME and tries.last_at > since
        ]
        addresses = [
            (tries.wrong, f"{tries.wrong:,} wrong passwords in a row from {network or 'this machine'}")
            for network, tries in self._addresses.items()
            if tries.wrong >= GUESSED_FROM_AN_ADDRESS and tries.last_at > since
        ]
        return [words for _, words in sorted((*names, *addresses), key=lambda one: -one[0])]

    def note_right(self, name: str, address: str) -> None:
        """Take in that somebody knew the password: there the name begins anew.

        The address does not, or who has one password could go on guessing others from it.
        """
        _kept(self._at_home, _short(f"{name}\0{_network_of(address)}")).wrong = 0

    def _note(self, tries: _Tries) -> int:
        now = self._clock()
        if now - tries.last_at >= FORGOTTEN_AFTER_SECONDS:
            tries.wrong = 0
        tries.wrong, tries.last_at = tries.wrong + 1, now
        return tries.wrong

    def _left(self, tries: _Tries | None, free: int, longest: float) -> float:
        if tries is None or tries.wrong < free:
            return 0.0
        return max(0.0, tries.last_at + min(2.0 ** min(tries.wrong - free, 30), longest) - self._clock())


def _kept(kept: OrderedDict[str, _Tries], key: str) -> _Tries:
    """Return the tries of a key, making room by forgetting who tried the longest ago."""
    tries = kept.setdefault(key, _Tries())
    kept.move_to_end(key)
    if len(kept) > MOST_KEPT:
        kept.popitem(last=False)
    return tries


def _short(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _network_of(address: str) -> str:
    """Return an address, or of IPv6 the network of 64 bits that one machine has for itself."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return f"{IPv6Address(int(found) >> 64 << 64)}/64"
    return str(found.ipv4_mapped or found) if isinstance(found, IPv6Address) else str(found)


class OneByOne:
    """Lets those who try the same name in one after the other, so that a try at the same time is counted too."""

    def __init__(self) -> None:
        self._turns: dict[str, tuple[asyncio.Lock, list[None]]] = {}

    @contextlib.asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait until nobody else tries this name."""
        key = _short(name)
        lock, waiting = self._turns.setdefault(key, (asyncio.Lock(), []))
        waiting.append(None)
        try:
            async with lock:
                yield
        finally:
            waiting.pop()
            if not waiting:
                del self._turns[key]
