"""Compares a password with its bcrypt hash, by the system's own libcrypt.

A comparison takes as long as whoever made the hash wanted, a tenth of a second or so: it is made in a thread, one at
a time, and what was right once is remembered. Whether a name exists cannot be told by the time an answer takes.
May import: netwatch.errors. Called by: gate, web_config.
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

BCRYPT = re.compile(r"\$2[aby]\$(0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}", re.ASCII)
"""A hash, of a cost that does not take minutes."""
NOBODY = "$2b$10$abcdefghijklmnopqrstuuD.CSEWWSkUFERPOXeQh7Zi9HP6L8Ab6"
"""What the password of a name that there is not is compared with."""
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
        self._key = secrets.token_bytes(32)
        self._right: set[bytes] = set()
        self._waiting = 0

    async def is_right(self, user: str, password: str) -> bool:
        """Return whether a name and a password belong together.

        Raises:
            TooMany: too many comparisons wait.
        """
        mark = hmac.digest(self._key, f"{user}\0{password}".encode(), hashlib.sha256)
        if mark in self._right:
            return True
        if self._waiting >= MAX_WAITING:
            raise TooMany
        self._waiting += 1
        try:
            fits = await asyncio.to_thread(matches, password, self._hashes.get(user, NOBODY))
        finally:
            self._waiting -= 1
        right = fits and user in self._hashes
        if right:
            if len(self._right) >= MAX_REMEMBERED:
                self._right.clear()
            self._right.add(mark)
        return right


def matches(password: str, hashed: str) -> bool:
    """Return whether a hash is that of a password; takes its time."""
    octets = password.encode()[:LONGEST_PASSWORD]
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
