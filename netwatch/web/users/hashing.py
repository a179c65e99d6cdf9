"""Makes and compares hashes of passwords: argon2id for ours, bcrypt for those of Prometheus' exporters.

May import: netwatch.web.users. Called by: passwords, people, netwatch.cli.
"""

from __future__ import annotations

import os
import re

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1
"""What OWASP names as the least for argon2id: a twentieth of a second, and memory that a small machine has."""
SALT_BYTES, HASH_BYTES = 16, 32
LONGEST_PASSWORD = 1024
SHORTEST_PASSWORD = 8
MOST_MEMORY_KIB, MOST_PASSES, MOST_LANES = 256 * 1024, 16, 16
_ARGON2 = re.compile(
    r"\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}", re.ASCII
)
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$sWdLTJXRjrMstQGzPbb1fQ$GL0YAcIEPcJOVvlEFjP8N9RsKr9g5Kc5Jg4vd8hp/+Q"
"""What the password of a name that there is not is compared with, where there is no name at all."""


def hashed(password: str) -> str:
    """Return what is kept of a password."""
    kdf = Argon2id(
        salt=os.urandom(SALT_BYTES), length=HASH_BYTES, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB
    )
    return kdf.derive_phc_encoded(password.encode())


def is_argon2(text: str) -> bool:
    """Return whether a text is such a hash, of a cost that takes neither minutes nor the memory of the machine."""
    found = _ARGON2.fullmatch(text)
    if found is None:
        return False
    memory, passes, lanes = map(int, found.groups())
    return 8 * lanes <= memory <= MOST_MEMORY_KIB and 1 <= passes <= MOST_PASSES and 1 <= lanes <= MOST_LANES


def matches_argon2(password: str, text: str) -> bool:
    """Return whether a hash is that of a password; takes its time."""
    octets = password.encode("utf-8", "surrogatepass")
    try:
        Argon2id.verify_phc_encoded(octets[:LONGEST_PASSWORD], text)
    except (InvalidKey, ValueError):
        return False
    return len(octets) <= LONGEST_PASSWORD


def wrong_with(password: str) -> str:
    """Return why a password is not taken, empty where it is; no rules but a length, as people are better at those."""
    if len(password) < SHORTEST_PASSWORD:
        return f"a password has at least {SHORTEST_PASSWORD} characters"
    if len(password.encode("utf-8", "surrogatepass")) > LONGEST_PASSWORD:
        return f"a password has at most {LONGEST_PASSWORD} octets"
    return "" if password.isprintable() else "a password has no control characters"
