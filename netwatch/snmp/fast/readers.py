"""What to make of the answer to a GET: bare values for a plan, or names and types too.

Quiet. May import: netwatch.model. Called by: get_run, lane.
"""

from __future__ import annotations

from typing import Protocol, TypeVar

from netwatch.errors import FastLaneRefused
from netwatch.model import Missing, Tag, Value, Varbind
from netwatch.snmp.codec.hot import decode_values
from netwatch.snmp.codec.message import decode_varbinds
from netwatch.snmp.fast.plan import GetRequest, decode_name

Item = TypeVar("Item")

_TAGS = {
    None: Tag.NULL,
    Missing.NO_SUCH_OBJECT: Tag.NO_SUCH_OBJECT,
    Missing.NO_SUCH_INSTANCE: Tag.NO_SUCH_INSTANCE,
    Missing.END_OF_MIB_VIEW: Tag.END_OF_MIB_VIEW,
}


class Reader(Protocol[Item]):
    """Reads answers, and says what stands for an instance the device does not give."""

    def read(self, data: bytes, at: int, end: int, request: GetRequest) -> list[Item]:
        """Return one item per varbind.

        Raises:
            FastLaneRefused: it is no answer to this request.
        """

    def stand_in(self, name: bytes, missing: Missing | None) -> Item:
        """Return the item for a name answered by an error; `missing` is None where it could not be read."""


class Values:
    """What a plan wants."""

    def read(self, data: bytes, at: int, end: int, request: GetRequest) -> list[Value]:
        """Predict the layout of the answer where possible, decode it where not."""
        values = request.memory.read(data, at, end)
        if values is None:
            values = decode_values(data, at, end, request.names)
            request.memory.learn(data, at, end, request.names)
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
