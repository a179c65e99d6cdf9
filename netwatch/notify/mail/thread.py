"""What keeps the mails of one incident together in mail programs.

Most go by References; Gmail also wants the subject's text to stay the same, Outlook has Thread-Index and
Thread-Topic of its own ([MS-OXOMSG], section 2.2.1.3). A quiet room.
May import: nothing. Called by: netwatch.notify.mail.*.
"""

from __future__ import annotations

import base64
import re
import uuid
from datetime import UTC, datetime, timedelta

_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_ID = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_SPACE = uuid.UUID("8b1f3f3a-6d0e-5c55-9a36-0d7a6f0c6e52")
"""A namespace of our own: the same incident has the same Outlook thread after a restart."""


def message_id(text: str, domain: str) -> str:
    """Return `<text@domain>`; text that could not stand there becomes one that can, always the same."""
    local = text if _ID.fullmatch(text) and "=?" not in text else _guid(text).hex
    return f"<{local}@{domain}>"


def thread_index(thread_id: str, *, opened_at: datetime, at: datetime, sequence: int) -> str:
    """Return Outlook's Thread-Index: 22 octets for the incident, 5 more for every mail after its first.

    The header is the time in units of 2**16 * 100 ns and a GUID; a reply adds the time since, in units of
    2**18 * 100 ns, and its number.
    """
    header = _filetime(opened_at).to_bytes(8, "big")[:6] + _guid(thread_id).bytes
    if sequence > 1:
        since = max(0, _filetime(at) - _filetime(opened_at)) >> 18 & 0x7FFFFFFF
        header += since.to_bytes(4, "big") + bytes([sequence & 0xFF])
    return base64.b64encode(header).decode("ascii")


def _guid(text: str) -> uuid.UUID:
    return uuid.uuid5(_SPACE, text.encode("utf-8", "replace").decode("utf-8"))


def _filetime(at: datetime) -> int:
    return (at - _FILETIME_EPOCH) // timedelta(microseconds=1) * 10
