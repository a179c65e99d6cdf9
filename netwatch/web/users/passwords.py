"""Compares a password with its hash: argon2id, or bcrypt by the system's own libcrypt.

A comparison takes as long as whoever made the hash wanted, a tenth of a second or so: it is made in a thread, one at
a time, and what was right once is remembered. Whether a name exists cannot be told by the time an answer takes: the
password of one that does not is compared with the hash of another, always the same for the same name.
May import: netwatch.errors, netwatch.web.users. Called by: netwatch.web.prometheus, gatekeeper.
"""

from __future__ import annotations

import asyncio
import ctypes
import ctypes.util
import hashlib
import hmac
import re
import secrets
import threading
from collections.abc import Mapping
from functools import cache

from netwatch.errors import ConfigError
from netwatch.web.users.hashing import NOBODY, is_argon2, matches_argon2

BCRYPT = re.compile(r"\$2[aby]\$(0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}", re.ASCII)
"""A hash, of a cost that does not take minutes."""
KNOWN_HASH, ITS_PASSWORD = "$2b$04$abcdefghijklmnopqrstuuoD8yw7MmybLKVooaTGGZAt3HXugv2.a", "test"
LONGEST_PASSWORD = 72
"""bcrypt looks at no more octets."""
MAX_REMEMBERED = 100
MAX_WAITING = 16
"""Comparisons that may wait for their turn; who comes on top of that is turned away."""
_turn = threading.Lock()


class TooMany(Exception):
    """More wrong passwords come than can be looked at."""


class Passwords:
    """The hashes of those who may ask, by name."""

    def __init__(self, hashes: Mapping[str, str]) -> None:
        self._hashes = dict(hashes)
        self._decoys = sorted(self._hashes.values()) or [NOBODY]
        self._key = secrets.token_bytes(32)
        self._right: set[bytes] = set()
        self._waiting = 0

    async def is_right(self, user: str, password: str) -> bool:
        """Return whether a name and a password belong together.

        Raises:
            TooMany: too many comparisons wait.
        """
        mark = self._mark(f"{user}\0{password}")
        if mark in self._right:
            return True
        if self._waiting >= MAX_WAITING:
            raise TooMany
        self._waiting += 1
        try:
            fits = await asyncio.to_thread(matches, password, self._hashes.get(user) or self._decoy(user))
        finally:
            self._waiting -= 1
        right = fits and user in self._hashes
        if right:
            if len(self._right) >= MAX_REMEMBERED:
                self._right.clear()
            self._right.add(mark)
        return right

    def _mark(self, text: str) -> bytes:
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)

    def _decoy(self, user: str) -> str:
        """Return the hash for a name that there is not, so that it takes as long as one that there is."""
        return self._decoys[int.from_bytes(self._mark(user)[:8]) % len(self._decoys)]


def matches(password: str, hashed: str) -> bool:
    """Return whether a hash is that of a password; takes its time."""
    if is_argon2(hashed):
        with _turn:  # one at a time: each takes the memory its hash says
            return matches_argon2(password, hashed)
    octets = password.encode("utf-8", "surrogatepass")[:LONGEST_PASSWORD]
    if b"\0" in octets:
        return False
    with _turn:  # the library has one place for its answer
        found = _crypt()(octets, hashed.encode())
    return found is not None and hmac.compare_digest(found, hashed.encode())


def refuse_without_bcrypt() -> None:
    """Find out whether this system can compare at all.

    Raises:
        ConfigError: it cannot; says so in words.
    """
    try:
        known = matches(ITS_PASSWORD, KNOWN_HASH)
    except (OSError, AttributeError):
        known = False
    if not known:
        raise ConfigError("the libcrypt of this system does not know bcrypt, so basic_auth_users cannot be used")


@cache
def _crypt() -> ctypes._NamedFuncPointer:
    library = ctypes.CDLL(ctypes.util.find_library("crypt"), use_errno=True)
    library.crypt.argtypes = (ctypes.c_char_p, ctypes.c_char_p)
    library.crypt.restype = ctypes.c_char_p
    return library.crypt
