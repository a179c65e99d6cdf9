"""What to make of the answer to a GET: bare values for a plan, or names and types too.

Quiet. May import: netwatch.model. Called by: get_run, lane.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from netwatch.errors import FastLaneRefused
from netwatch.model import Missing, Tag, Value, Varbind
from netwatch.snmp.codec.decoders import decode_values
from netwatch.snmp.codec.message import decode_varbinds
from netwatch.snmp.fast.plan import GetRequest, decode_name

Item = TypeVar("Item")
Given = TypeVar("Given", covariant=True)  # what a reader gives

_TAGS = {
    None: Tag.NULL,
    Missing.NO_SUCH_OBJECT: Tag.NO_SUCH_OBJECT,
    Missing.NO_SUCH_INSTANCE: Tag.NO_SUCH_INSTANCE,
    Missing.END_OF_MIB_VIEW: Tag.END_OF_MIB_VIEW,
}


class Reader(Protocol[Given]):
    """Reads answers, and says what stands for an instance the device does not give."""

    def read(self, data: bytes, at: int, end: int, request: GetRequest) -> Sequence[Given]:
        """Return one item per varbind.

        Raises:
            FastLaneRefused: it is no answer to this request.
        """

    def stand_in(self, name: bytes, missing: Missing | None) -> Given:
        """Return the item for a name answered by an error; `missing` is None where it could not be read."""


class Values:
    """What a plan wants."""

    def read(self, data: bytes, at: int, end: int, request: GetRequest) -> Sequence[Value]:
        """Decode the answer; in pure Python predict it or its layout where possible."""
        memory = request.memory
        if memory is None:
            return decode_values(data, at, end, request.shape.names)
        answer = data[at:end]
        values = memory.read(answer)
        if values is None:
            values = request.shape.read(answer, 0, len(answer))
            memory.learn(answer, request.shape.names, values)
        return values

    def stand_in(self, _name: bytes, missing: Missing | None) -> Value:
        """Return the value's absence."""
        return missing


class Varbinds:
    """What people and discovery want: exactly what was asked for, with the types."""

    def read(self, data: bytes, at: int, end: int, request: GetRequest) -> list[Varbind]:
        """Decode the plain way, and check the names."""
        varbinds = decode_varbinds(data, at, end)
        asked = [decode_name(name) for name in request.names[: len(varbinds)]]
        if [varbind.oid for varbind in varbinds] != asked:
            raise FastLaneRefused("other_varbinds")
        return varbinds

    def stand_in(self, name: bytes, missing: Missing | None) -> Varbind:
        """Return a varbind whose value is the absence."""
        return Varbind(oid=decode_name(name), tag=_TAGS[missing], value=missing)


class Successors(Varbinds):
    """What a GETNEXT brings, whose names nobody knows beforehand."""

    def read(self, data: bytes, at: int, end: int, request: GetRequest) -> list[Varbind]:
        """Decode the plain way."""
        varbinds = decode_varbinds(data, at, end)
        if len(varbinds) > len(request.names):
            raise FastLaneRefused("other_varbinds", "more varbinds than asked for")
        return varbinds
