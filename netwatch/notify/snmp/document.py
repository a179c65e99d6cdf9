"""The varbinds of a notification as the outbox keeps them: a small JSON document, read again by every try.

A quiet room.
May import: netwatch.model. Called by: netwatch.notify.snmp.{compose, sender}.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from netwatch.model import Oid, Tag, Value, Varbind


def to_document(varbinds: Sequence[Varbind]) -> bytes:
    """Return integers, texts, octets and OIDs as JSON; octets that are no text stand there in hexadecimal."""
    return json.dumps({"varbinds": [_written(varbind) for varbind in varbinds]}, indent=1).encode()


def from_document(document: bytes) -> tuple[Varbind, ...]:
    """Return what `to_document` was given.

    Raises:
        ValueError: the bytes are no such document.
    """
    try:
        return tuple(_read(one) for one in json.loads(document)["varbinds"])
    except (KeyError, TypeError) as exc:
        raise ValueError(f"no document of varbinds: {exc!r}") from exc


def _written(varbind: Varbind) -> dict[str, object]:
    oid, value = str(varbind.oid), varbind.value
    if isinstance(value, bytes):
        try:
            return {"oid": oid, "text": value.decode()}
        except UnicodeDecodeError:
            return {"oid": oid, "hex": value.hex()}
    if isinstance(value, Oid):
        return {"oid": oid, "object": str(value)}
    if isinstance(value, int) and varbind.tag == Tag.INTEGER:
        return {"oid": oid, "integer": value}
    raise ValueError(f"{oid} holds what no notification of ours does")


def _read(written: Any) -> Varbind:
    tag, value = _content(written)
    return Varbind(oid=Oid.parse(written["oid"]), tag=tag, value=value)


def _content(written: Any) -> tuple[Tag, Value]:
    if "text" in written:
        return Tag.OCTET_STRING, written["text"].encode()
    if "hex" in written:
        return Tag.OCTET_STRING, bytes.fromhex(written["hex"])
    if "object" in written:
        return Tag.OBJECT_IDENTIFIER, Oid.parse(written["object"])
    return Tag.INTEGER, int(written["integer"])
