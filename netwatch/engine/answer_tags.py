"""Signed tags for mails: what an answer to this very mail may do, for programs that lose what it answers to.

A tag names an outbox row, and by that the incident, the recipient and the alerts as the mail counts them; it says
what the answer may do, and is signed with the key of links. It ends with its incident, which whoever acts looks up.
It is read in whatever case it comes back, since some relays change that of addresses.

    tag = "nw-" base32(version and rights, row, first 10 octets of HMAC-SHA256 over these), lower case

No clock and no socket. May import: netwatch.engine.links. Called by: notify (through app), which writes tags; app.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from enum import IntFlag

from netwatch.engine.links import LinkSigner

TAG = re.compile(r"nw-[a-z2-7]{44}", re.IGNORECASE)
_PURPOSE = b"answer"
_VERSION = 0x10
_SIGNATURE_OCTETS = 10
"""80 bits: a tag has to fit into the 64 octets of an address's local part with a name before it."""
_ROW_OCTETS = 16


class AnswerRight(IntFlag):
    """What an answer may do: ask how things stand, take alerts in hand, keep them quiet."""

    ASK = 1
    ACKNOWLEDGE = 2
    SILENCE = 4


EVERY_RIGHT = AnswerRight.ASK | AnswerRight.ACKNOWLEDGE | AnswerRight.SILENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTag:
    """What a tag says: which outbox row is answered, and what the answer may do."""

    entry_id: str
    rights: AnswerRight


class AnswerTags:
    """Makes tags and knows its own again."""

    def __init__(self, signer: LinkSigner) -> None:
        self._signer = signer

    def tag(self, entry_id: str, rights: AnswerRight = EVERY_RIGHT) -> str:
        """Return the tag of an outbox row; empty where its id is not of the kind we make."""
        try:
            row = uuid.UUID(entry_id)
        except ValueError:
            return ""
        if str(row) != entry_id:
            return ""
        said = bytes((_VERSION | rights,)) + row.bytes
        octets = said + self._signer.seal(_PURPOSE, said, _SIGNATURE_OCTETS)
        return "nw-" + base64.b32encode(octets).decode("ascii").rstrip("=").lower()

    def read(self, candidates: Collection[str]) -> AnswerTag | None:
        """Return what the first of these says that is a tag of ours, None where none is."""
        for candidate in candidates:
            if (found := TAG.search(candidate)) and (said := self._said(found[0])) is not None:
                return said
        return None

    def _said(self, tag: str) -> AnswerTag | None:
        text = tag[3:].upper()
        try:
            octets = base64.b32decode(text + "=" * (-len(text) % 8))
        except (binascii.Error, ValueError):
            return None
        said, signature = octets[: 1 + _ROW_OCTETS], octets[1 + _ROW_OCTETS :]
        whole = len(signature) == _SIGNATURE_OCTETS and said[0] & 0xF8 == _VERSION
        if not whole or not hmac.compare_digest(signature, self._signer.seal(_PURPOSE, said, _SIGNATURE_OCTETS)):
            return None
        return AnswerTag(entry_id=str(uuid.UUID(bytes=said[1:])), rights=AnswerRight(said[0] & 0x07))
