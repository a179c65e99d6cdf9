"""Knows the command line of this machine: who reads the agent's database holds a key that stands in it.

That key is worth no more than the database, which already holds the alerts, the silences and the key of links in
mails. What it signs is valid for a short time, and names who sits there.
A quiet room: `now` is an argument.
May import: netwatch.engine. Called by: gatekeeper, netwatch.cli (through the door), netwatch.app.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import datetime, timedelta

from netwatch.engine import KeptKey

LOCAL_MEMORY = "local_key"
SCHEME = "netwatch-local"
VALID_FOR = timedelta(minutes=5)
"""As far as two looks at the clock of one machine may be apart, too."""
_LONGEST = 1024


class LocalKey(KeptKey):
    """The key that who reads the database knows."""

    def __init__(self) -> None:
        """Make a new one, for where there is none yet."""
        super().__init__(LOCAL_MEMORY)

    def authorization(self, person: str, now: datetime) -> str:
        """Return the header with which a command says who sits at it."""
        said = f"{int(now.timestamp())}.{_text_of(person.encode('utf-8', 'surrogatepass')[:300])}"
        return f"{SCHEME} {said}.{self._signature(said)}"

    def person(self, credentials: str, now: datetime) -> str | None:
        """Return who sits at the command that sent this, None where it is not signed with our key, or over."""
        said, _, signature = credentials.strip().rpartition(".")
        if len(credentials) > _LONGEST or not credentials.isascii():
            return None
        if not hmac.compare_digest(signature, self._signature(said)):
            return None
        at, _, name = said.partition(".")
        if abs(now.timestamp() - int(at)) > VALID_FOR.total_seconds():
            return None
        try:
            return base64.urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode("utf-8", "replace") or "local"
        except (binascii.Error, ValueError):
            return None

    def form_token(self, name: str) -> str:
        """Return what forms of somebody carry whom a proxy has asked, and who has no session of ours."""
        return self.signature(b"form\0" + name.encode("utf-8", "surrogatepass")).hex()[:43]

    def _signature(self, said: str) -> str:
        return self.signature(b"local\0" + said.encode()).hex()


def _text_of(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
