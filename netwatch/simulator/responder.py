"""Decides what a simulated device answers: GET, GETNEXT and GETBULK over its tree (RFC 3416, section 4.2).

A quiet room: a request goes in, error-status and varbinds come out; agent.py carries them.
May import: netwatch.model, device, tree. Called by: agent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from netwatch.model import Missing, Oid, Tag
from netwatch.simulator.device import Manners
from netwatch.simulator.tree import DataTree, Leaf

NO_ERROR, TOO_BIG, NO_SUCH_NAME, GEN_ERR = 0, 1, 2, 5
MESSAGE_OVERHEAD_BYTES = 160
"""Room for everything but the varbinds, v3 headers included."""
MAX_VARBINDS = 2048
Found = tuple[Oid, Leaf | Missing]


class Operation(Enum):
    """What is asked."""

    GET = "get"
    GETNEXT = "getnext"
    GETBULK = "getbulk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request PDU as plain values; `old` is true for SNMPv1, which has no exceptions and no Counter64."""

    operation: Operation
    oids: Sequence[Oid]
    non_repeaters: int = 0
    repetitions: int = 0
    old: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A response PDU as plain values; `found` is empty where the request's own varbinds are to be sent back."""

    found: Sequence[Found] = ()
    error_status: int = NO_ERROR
    error_index: int = 0


def respond(question: Question, tree: DataTree, manners: Manners) -> Reply:
    """Answer a request as a device with these manners does."""
    wanted = _varbinds_wanted(question)
    if manners.too_big is not None and wanted > manners.too_big:
        return Reply(error_status=TOO_BIG)
    found: list[Found] = []
    room = manners.max_message_bytes - MESSAGE_OVERHEAD_BYTES
    for index, (oid, leaf) in enumerate(_answers(question, tree), 1):
        if any(oid.is_under(subtree) for subtree in manners.broken):
            return Reply(error_status=GEN_ERR, error_index=min(index, len(question.oids)))
        if question.old and isinstance(leaf, Missing):
            return Reply(error_status=NO_SUCH_NAME, error_index=index)
        room -= _estimated_bytes(oid, leaf)
        if room < 0 or len(found) >= MAX_VARBINDS:
            if question.operation is Operation.GETBULK and found:
                break
            return Reply(error_status=TOO_BIG)
        found.append((oid, leaf))
    return Reply(found=found)


def _varbinds_wanted(question: Question) -> int:
    if question.operation is not Operation.GETBULK:
        return len(question.oids)
    once = min(question.non_repeaters, len(question.oids))
    return once + (len(question.oids) - once) * question.repetitions


def _answers(question: Question, tree: DataTree) -> Iterator[Found]:
    if question.operation is Operation.GET:
        for oid in question.oids:
            leaf = tree.get(oid)
            wide = question.old and isinstance(leaf, Leaf) and leaf.tag == Tag.COUNTER64
            yield oid, Missing.NO_SUCH_OBJECT if wide else leaf
        return
    once = len(question.oids) if question.operation is Operation.GETNEXT else question.non_repeaters
    for oid in question.oids[:once]:
        yield _successor(oid, tree, old=question.old)
    cursors = list(question.oids[once:])
    for _ in range(question.repetitions if cursors else 0):
        row = [_successor(oid, tree, old=question.old) for oid in cursors]
        yield from row
        if all(leaf is Missing.END_OF_MIB_VIEW for _, leaf in row):
            return
        cursors = [oid for oid, _ in row]


def _successor(oid: Oid, tree: DataTree, *, old: bool) -> Found:
    following = tree.after(oid)
    while old and following is not None and following[1].tag == Tag.COUNTER64:
        following = tree.after(following[0])
    return following or (oid, Missing.END_OF_MIB_VIEW)


def _estimated_bytes(oid: Oid, leaf: Leaf | Missing) -> int:
    """Return at least as many bytes as the varbind takes."""
    name = sum(1 if number < 128 else 2 if number < 16_384 else 5 for number in oid)
    if isinstance(leaf, Leaf) and leaf.tag in (Tag.OCTET_STRING, Tag.OPAQUE, Tag.OBJECT_IDENTIFIER):
        value = leaf.read()
        return (
            name + 12 + (5 * len(value) if isinstance(value, Oid) else len(value) if isinstance(value, bytes) else 0)
        )
    return name + 20
