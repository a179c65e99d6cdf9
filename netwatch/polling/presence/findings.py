"""What a device was found to have, and how that is kept over a restart of NetWatch.

A quiet room. May import: netwatch.model, identity. Called by: netwatch.polling.presence, poller.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from netwatch.model import Memory, Oid
from netwatch.polling.presence.identity import Identity

SCOPE = "presence"
MOST_ALIKE = 256
"""Findings that like devices share; what is pushed out lives on where it is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The outcome of a sweep.

    sys_object_id, describes: what the device said it is, the description as a digest. questions: the digest of what
    there was to ask for.
    has:    tables and scalars that answered, now or once: what is empty by now had rows, and may have them again.
    unsure: those of which nobody knows, as the sweep ended before them or they were answered with an error.
    chokes: those at which the device fell silent; they are not asked for again.
    at_once: how many questions it bears in one request.
    makers: the enterprises that it answers something of, where its sysObjectID names no maker.
    """

    sys_object_id: str
    describes: str
    questions: str
    has: frozenset[Oid] = frozenset()
    unsure: frozenset[Oid] = frozenset()
    chokes: frozenset[Oid] = frozenset()
    at_once: int = 0
    makers: frozenset[int] = frozenset()

    def are_of(self, identity: Identity, questions: str) -> bool:
        """Return whether they are of what the device says it is now, and were asked with these questions."""
        return (self.sys_object_id, self.describes, self.questions) == (
            identity.sys_object_id,
            description_of(identity),
            questions,
        )

    def to_memory(self, device: str) -> Memory:
        """Return what is to be remembered of a device."""
        text = json.dumps(
            {
                "object": self.sys_object_id,
                "descr": self.describes,
                "questions": self.questions,
                "has": _written(self.has),
                "unsure": _written(self.unsure),
                "chokes": _written(self.chokes),
                "at_once": self.at_once,
                "makers": sorted(self.makers),
            },
            separators=(",", ":"),
        )
        return Memory(scope=SCOPE, key=device, text=text)


def description_of(identity: Identity) -> str:
    """Return a digest of sysDescr."""
    return hashlib.sha256(identity.sys_descr.encode()).hexdigest()[:16]


def recalled(memory: Memory | None) -> Findings | None:
    """Return what was remembered; None where there is nothing, or another version wrote it."""
    return None if memory is None or memory.text is None else _read_text(memory.text)


@lru_cache(maxsize=MOST_ALIKE)
def alike(findings: Findings) -> Findings:
    """Return equal findings as one object: those of like devices, 2 kB each."""
    return findings


@lru_cache(maxsize=MOST_ALIKE)
def _read_text(text: str) -> Findings | None:
    try:
        facts = json.loads(text)
        found = Findings(
            sys_object_id=str(facts["object"]),
            describes=str(facts["descr"]),
            questions=str(facts["questions"]),
            has=_read(facts["has"]),
            unsure=_read(facts["unsure"]),
            chokes=_read(facts["chokes"]),
            at_once=int(facts["at_once"]),
            makers=frozenset(map(int, facts.get("makers", ()))),
        )
        return alike(found)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _written(oids: Iterable[Oid]) -> list[str]:
    return [str(oid) for oid in sorted(oids)]


def _read(texts: Iterable[str]) -> frozenset[Oid]:
    return frozenset(map(Oid.parse, texts))
