"""Compiles what to ask into requests that are encoded but for the four bytes of the request-id.

Quiet. A plan is compiled once and asked a thousand times; what it keeps is only bytes, because ten thousand devices
with 577 OIDs each would not fit into memory as tuples of numbers. The OIDs are decoded again when somebody asks.
May import: netwatch.model. Called by: get_run, walk, lane.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from weakref import WeakValueDictionary

from netwatch.errors import FastLaneRefused
from netwatch.model import Device, Oid, Tag
from netwatch.model.oid import MAX_SUB_IDENTIFIER
from netwatch.snmp.codec.ber import SEQUENCE, decode_oid, encode_oid, encode_sub_identifiers, encode_tlv
from netwatch.snmp.codec.decoders import IS_COMPILED
from netwatch.snmp.codec.layout import Memory
from netwatch.snmp.codec.message import PduKind, encode_identity
from netwatch.snmp.codec.shape import Shape
from netwatch.snmp.v3.keys import check_credential
from netwatch.snmp.v3.message import encode_context

ANSWER_BYTES = 1472
"""What fits an Ethernet frame without fragments: 1500 less 20 for IPv4 and 8 for UDP."""
HEADER_BYTES = 32
VALUE_BYTES = 9
"""What a value takes in an answer, without tag and length; a Counter64 seldom takes more."""
TEXTS = (b"\x2b\x06\x01\x02\x01\x02\x02\x01\x02", b"\x2b\x06\x01\x02\x01\x1f\x01\x01\x01\x01",
         b"\x2b\x06\x01\x02\x01\x1f\x01\x01\x01\x12")  # fmt: skip
TEXT_BYTES = 32
"""ifDescr, ifName and ifAlias are read with every poll, and are longer than numbers."""
_IF_TABLE, _IF_X_TABLE = b"\x2b\x06\x01\x02\x01\x02\x02\x01", b"\x2b\x06\x01\x02\x01\x1f\x01\x01\x01"
_WIDTHS = {
    _IF_TABLE: {3: 2, 4: 3, 5: 5, 7: 1, 8: 1, **dict.fromkeys(range(9, 22), 5)},
    _IF_X_TABLE: {
        **dict.fromkeys(range(2, 6), 5),
        **dict.fromkeys(range(6, 14), 8),
        14: 1,
        15: 4,
        16: 1,
        17: 1,
        19: 5,
    },
}
NUMBER_BYTES = {
    table + bytes((column,)): width for table, columns in _WIDTHS.items() for column, width in columns.items()
}
"""The most that a number of ifTable or ifXTable takes, as most of what is polled is of these; a Counter64 of theirs
takes nine bytes only from 2**63 on. Not what it took last: like devices share how their plans are cut."""

NO_ERROR = b"\x02\x01\x00\x02\x01\x00"
NULL = b"\x05\x00"
LONGEST_COMMUNITY = 127
LONGEST_NAME = 117
"""With ten bytes for a Counter64 behind it the varbind's length still takes one byte."""
VARBINDS_AT_ONCE = 64
MOST_ALIKE = 64
"""Plans of other words that are remembered as they were compiled last; one of a thousand OIDs takes 200 kB."""
MOST_FEW_ALIKE = 1024
"""Questions of few words that are remembered so: what a device is asked once, and thousands of others too."""
MAX_SHARED_NAMES = 1_000_000

_shared_names: dict[bytes, bytes] = {}
MAX_SHARED_HEADS = 100_000
SHORTEST_HEAD = 4
_shared_heads: dict[tuple[int, ...], bytes] = {}


def identity_of(device: Device) -> bytes:
    """Return what stands before every PDU to and from this device: version and community, or the v3 context.

    The context is of an engine not yet known; plans are cut again when it is.

    Raises:
        FastLaneRefused: a community so long that its length takes two bytes, or a user the fast lane cannot be.
    """
    if device.credential.version == "3":
        check_credential(device.credential)
        return encode_context(b"", device.credential.context.encode())
    community = device.credential.community.get_secret_value().encode()
    if len(community) > LONGEST_COMMUNITY:
        raise FastLaneRefused("long_community")
    return encode_identity(device.credential.version, community)


def encode_request(identity: bytes, kind: PduKind, numbers: bytes, varbinds: bytes) -> tuple[bytes, bytes]:
    """Encode a request; return what stands before and behind the four bytes of the request-id.

    `numbers` are the two INTEGERs behind it: error-status and error-index, or a GETBULK's two.
    """
    tail = numbers + encode_tlv(SEQUENCE, varbinds)
    return _head_before(identity, kind, tail), tail


def _head_before(identity: bytes, kind: PduKind, tail: bytes) -> bytes:
    pdu = encode_tlv(kind, b"\x02\x04\x00\x00\x00\x00" + tail)
    return encode_tlv(SEQUENCE, identity + pdu)[: -len(tail) - 4]


def null_varbind(name: bytes) -> bytes:
    """Encode a name without value, given without tag and length."""
    size = len(name)
    if size < 0x7C:
        return bytes((SEQUENCE, size + 4, Tag.OBJECT_IDENTIFIER, size)) + name + NULL
    return encode_tlv(SEQUENCE, encode_tlv(Tag.OBJECT_IDENTIFIER, name) + NULL)


class GetRequest:
    """One GET of a plan; what it asks is shared with all that are asked the same.

    memory: predicts answers for pure Python; None where the compiled decoder reads them faster than that.
    """

    __slots__ = ("__weakref__", "head", "memory", "shape")

    def __init__(self, identity: bytes, names: Sequence[bytes], kind: PduKind = PduKind.GET) -> None:
        self.shape = _shape_of(kind, tuple(names))
        self.head = _head_before(identity, kind, self.shape.tail)
        self.memory = None if IS_COMPILED else Memory()

    @property
    def names(self) -> tuple[bytes, ...]:
        """Return the names that its answer must carry."""
        return self.shape.names

    @property
    def tail(self) -> bytes:
        """Return what stands behind the request-id."""
        return self.shape.tail


_shapes: WeakValueDictionary[tuple[PduKind, tuple[bytes, ...]], Shape] = WeakValueDictionary()
"""The shapes of the plans there are; one that no plan has any more is forgotten."""


def _shape_of(kind: PduKind, names: tuple[bytes, ...]) -> Shape:
    shape = _shapes.get((kind, names))
    if shape is None:
        varbinds = b"".join([null_varbind(name[2:]) for name in names])
        shape = _shapes[kind, names] = Shape(names, NO_ERROR + encode_tlv(SEQUENCE, varbinds))
    return shape


_requests: WeakValueDictionary[tuple[bytes, PduKind, tuple[bytes, ...]], GetRequest] = WeakValueDictionary()
"""The requests of the plans there are: those to like devices of one community differ in their ids alone."""


def _request_of(identity: bytes, names: tuple[bytes, ...], kind: PduKind) -> GetRequest:
    if not IS_COMPILED:
        return GetRequest(identity, names, kind)  # it remembers one device's answers
    request = _requests.get((identity, kind, names))
    if request is None:
        request = _requests[identity, kind, names] = GetRequest(identity, names, kind)
    return request


class CompiledPlan:
    """Exact instances of one device, cut into GETs whose answers fit one frame each."""

    __slots__ = ("_overhead_bytes", "_size", "_texts_from", "identity", "requests")

    def __init__(
        self,
        identity: bytes,
        names: Sequence[bytes],
        size: int,
        overhead_bytes: int = 0,
        texts_from: int | None = None,
    ) -> None:
        self.identity = identity
        self._size = size
        self._overhead_bytes = overhead_bytes
        self._texts_from = texts_from
        self.requests = cut(identity, names, size, overhead_bytes, texts_from=texts_from)

    @property
    def oids(self) -> Sequence[Oid]:
        """Return the instances asked for, in the order of the values."""
        return [decode_name(name) for request in self.requests for name in request.names]

    def fit(self, identity: bytes, size: int, overhead_bytes: int = 0) -> None:
        """Cut again where community or engine changed, or the device was learned to bear less or more at once."""
        if size != self._size or identity != self.identity or overhead_bytes != self._overhead_bytes:
            names = [name for request in self.requests for name in request.names]
            self.identity, self._size, self._overhead_bytes = identity, size, overhead_bytes
            self.requests = cut(identity, names, size, overhead_bytes, texts_from=self._texts_from)


def cut(
    identity: bytes,
    names: Sequence[bytes],
    size: int,
    overhead_bytes: int = 0,
    kind: PduKind = PduKind.GET,
    texts_from: int | None = None,
) -> tuple[GetRequest, ...]:
    """Share names out to GETs of at most `size` varbinds whose answers should fit one frame, or to GETNEXTs.

    The names from `texts_from` on are of texts.

    `overhead_bytes` is what security adds to an answer.
    """
    first_text = len(names) if texts_from is None else texts_from
    room = ANSWER_BYTES - HEADER_BYTES - overhead_bytes - len(identity)
    share = _batches if len(names) > VARBINDS_AT_ONCE else _few_batches
    batches = share(tuple(names), size, room, first_text)
    return tuple(_request_of(identity, batch, kind) for batch in batches)


def _shared_out(names: tuple[bytes, ...], most: int, whole: int, first_text: int) -> tuple[tuple[bytes, ...], ...]:
    """Share names out to answers with room for `whole` bytes, names left aside; found out once for like devices."""
    room, batches = 0, list[list[bytes]]()
    for place, name in enumerate(names):
        wanted = answer_bytes(name, is_text=place >= first_text)
        room -= wanted
        if room < 0 or len(batches[-1]) >= most:
            batches.append([])
            room = whole - wanted
        batches[-1].append(name)
    return tuple(map(tuple, batches))


_batches = lru_cache(maxsize=MOST_ALIKE)(_shared_out)
_few_batches = lru_cache(maxsize=MOST_FEW_ALIKE)(_shared_out)


def answer_bytes(name: bytes, *, is_text: bool = False) -> int:
    """Return what a varbind is thought to take in an answer: two tags and lengths, the name, the value."""
    if is_text or name[2:-1].startswith(TEXTS):
        return 4 + len(name) + TEXT_BYTES
    number = NUMBER_BYTES.get(name[2:11]) or NUMBER_BYTES.get(name[2:12]) or VALUE_BYTES
    return 4 + len(name) + number


def encode_names(oids: Sequence[Oid]) -> tuple[bytes, ...]:
    """Encode all that a device is asked at once; once for like devices, which are asked the same one after the other.

    Raises:
        FastLaneRefused: one is longer than the hot decoder compares.
    """
    if len(oids) <= VARBINDS_AT_ONCE:
        return _few_encoded(tuple(oids))
    return _very_same_encoded(_VerySame(oids)) if type(oids) is tuple else _encoded(tuple(oids))


class _VerySame:
    """A plan's OIDs, equal to themselves alone: to compare a thousand of them takes as long as half of encoding."""

    __slots__ = ("oids",)

    def __init__(self, oids: tuple[Oid, ...]) -> None:
        self.oids = oids

    def __hash__(self) -> int:
        return id(self.oids)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _VerySame) and self.oids is other.oids


@lru_cache(maxsize=MOST_ALIKE)
def _very_same_encoded(plan: _VerySame) -> tuple[bytes, ...]:
    return _encoded(plan.oids)


@lru_cache(maxsize=MOST_ALIKE)
def _encoded(oids: tuple[Oid, ...]) -> tuple[bytes, ...]:
    return tuple(map(encode_name, oids))


@lru_cache(maxsize=MOST_FEW_ALIKE)
def _few_encoded(oids: tuple[Oid, ...]) -> tuple[bytes, ...]:
    return tuple(map(encode_name, oids))


def encode_name(oid: Oid) -> bytes:
    """Return an OID as encoded; the same object for the same OID, as most devices are asked for the same ones.

    Raises:
        FastLaneRefused: it is longer than the hot decoder compares.
    """
    head = _shared_heads.get(oid[:-1])
    name = _first_of_its_kind(oid) if head is None else _encoded_behind(head, oid[-1])
    if len(name) > LONGEST_NAME:
        raise FastLaneRefused("long_oid")
    if len(_shared_names) >= MAX_SHARED_NAMES:
        _shared_names.clear()
    return _shared_names.setdefault(name, name)


def _first_of_its_kind(oid: Oid) -> bytes:
    """Encode an OID, and keep what stands before its last number: a column's instances differ in that alone."""
    name = encode_oid(oid)
    if len(oid) > SHORTEST_HEAD:
        if len(_shared_heads) >= MAX_SHARED_HEADS:
            _shared_heads.clear()
        last = encode_sub_identifiers(oid[-1:])
        _shared_heads[oid[:-1]] = name[2 if len(name) < 0x82 else 3 : -len(last)]
    return name


def _encoded_behind(head: bytes, last: int) -> bytes:
    """Encode an OID of which all but the last number is encoded."""
    if 0 <= last < 0x80:
        content = head + bytes((last,))
    elif 0 <= last <= MAX_SUB_IDENTIFIER:
        content = head + encode_sub_identifiers((last,))
    else:
        raise ValueError(f"an OID holds {last}, which is no number from 0 to {MAX_SUB_IDENTIFIER}")
    return encode_tlv(Tag.OBJECT_IDENTIFIER, content)


def decode_name(name: bytes) -> Oid:
    """Read an encoded OID, tag and length included."""
    return decode_oid(name[2:])
