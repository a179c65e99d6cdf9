"""Our decoders and pysnmp's read the same values from the same bytes, or ours refuse; they never read others.

Messages are generated (in every odd form that devices send), mutated, and taken from captures. They are put together
here byte by byte, so that neither encoder decides what the decoders meet.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder
from pyasn1.error import PyAsn1Error
from pydantic import SecretStr
from pysnmp.proto.api import v1, v2c, verdec
from pysnmp.proto.error import ProtocolError

from netwatch.errors import FastLaneRefused
from netwatch.model import Credential, Device, Missing, Oid, Value
from netwatch.simulator import SimulatedDevice, SimulatedNetwork, read_recording
from netwatch.snmp import FastLane, GeneralEngine, decode_message
from netwatch.snmp.codec.ber import decode_oid, encode_oid
from netwatch.snmp.codec.hot import OddHeader, decode_rows, decode_values, open_response
from netwatch.snmp.codec.message import Pdu, TrapV1Pdu
from netwatch.snmp.fast.walk_columns import Column, Group
from netwatch.snmp.general.values import varbinds_of

QUICK = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
Numbers = tuple[int, ...]


@dataclass(frozen=True)
class Reading:
    """A message as plain values, whoever decoded it."""

    version: str
    community: bytes
    pdu: int
    numbers: Numbers
    varbinds: tuple[tuple[Oid, int, object], ...]


def comparable(value: Value) -> object:
    return "not a number" if isinstance(value, float) and math.isnan(value) else value


def ours(data: bytes) -> Reading | None:
    try:
        message = decode_message(data)
    except FastLaneRefused:
        return None
    pdu = message.pdu
    varbinds = tuple((varbind.oid, int(varbind.tag), comparable(varbind.value)) for varbind in pdu.varbinds)
    if isinstance(pdu, TrapV1Pdu):
        numbers: Numbers = (
            *pdu.enterprise,
            int(pdu.agent_address),
            pdu.generic_trap,
            pdu.specific_trap,
            pdu.timestamp,
        )
        return Reading(message.version, message.community, 0xA4, numbers, varbinds)
    assert isinstance(pdu, Pdu)
    numbers = (pdu.request_id, pdu.error_status, pdu.error_index)
    return Reading(message.version, message.community, int(pdu.kind), numbers, varbinds)


def theirs(data: bytes) -> Reading | None:
    """Return what pysnmp reads, None where it cannot."""
    try:
        version = {0: "1", 1: "2c"}[int(verdec.decode_message_version(data))]
        api = v1 if version == "1" else v2c
        message, _ = decoder.decode(data, asn1Spec=api.Message())
        pdu = api.apiMessage.get_pdu(message)
        trap = version == "1" and pdu.tagSet == v1.TrapPDU.tagSet
        pairs = (v1.apiTrapPDU if trap else api.apiPDU).get_varbinds(pdu)
        varbinds = tuple((one.oid, one.tag, comparable(one.value)) for one in varbinds_of(pairs))
        numbers = (*pdu[0].asTuple(), _address(pdu), *map(int, pdu[2:5])) if trap else tuple(map(int, pdu[:3]))
        kind = 0xA0 + int(pdu.tagSet.superTags[-1].tagId)
        return Reading(version, api.apiMessage.get_community(message).asOctets(), kind, numbers, varbinds)
    except (PyAsn1Error, ProtocolError, ValueError, KeyError, IndexError, TypeError, AttributeError):
        return None


def _address(trap) -> int:
    return int.from_bytes(v1.apiTrapPDU.get_agent_address(trap).asOctets(), "big")


def hot(data: bytes, names: list[bytes]) -> list[Value] | None:
    """Return what the decoder of polls reads, None where it refuses."""
    try:
        *_, status, _index, first, end = open_response(data)
        return None if status else decode_values(data, first, end, names)
    except (OddHeader, FastLaneRefused):
        return None


# Messages, byte by byte.


def length(size: int, extra: int) -> bytes:
    """A length, in the shortest form or with up to three bytes more than it needs."""
    if size < 0x80 and not extra:
        return bytes([size])
    count = max(1, (size.bit_length() + 7) // 8) + max(0, extra - 1)
    return bytes([0x80 | count]) + size.to_bytes(count, "big")


def tlv(tag: int, content: bytes, extra: int = 0) -> bytes:
    return bytes([tag]) + length(len(content), extra) + content


def integer(number: int, padding: int = 0, tag: int = 0x02) -> bytes:
    size = (number if number >= 0 else ~number).bit_length() // 8 + 1 + padding
    return tlv(tag, number.to_bytes(size, "big", signed=True))


def oid_content(numbers: Numbers) -> bytes:
    content = bytearray()
    for number in (numbers[0] * 40 + numbers[1], *numbers[2:]):
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(number & 0x7F | 0x80)
        content += bytes(reversed(septets))
    return bytes(content)


def content(encoded: bytes) -> bytes:
    return encoded[2:] if encoded[1] < 0x80 else encoded[2 + (encoded[1] & 0x7F) :]


forms = st.integers(0, 3)
sub_identifiers = st.one_of(st.integers(0, 300), st.integers(0, 2**32 - 1), st.sampled_from([0, 127, 128, 2**32 - 1]))
oids = st.builds(
    lambda head, tail: (*head, *tail),
    st.sampled_from([(1, 3, 6, 1, 2, 1, 2, 2, 1), (1, 3, 6, 1, 4, 1), (0, 0), (2, 47), (2, 999), (1, 39)]),
    st.lists(sub_identifiers, max_size=14).map(tuple),
)
whole = st.builds(integer, st.integers(-(2**31), 2**31 - 1), st.integers(0, 2))
unsigned = st.builds(
    integer, st.integers(0, 2**32 - 1), st.integers(0, 2), st.sampled_from([0x41, 0x42, 0x43, 0x47])
)  # fmt: skip
wide = st.builds(integer, st.integers(0, 2**64 - 1), st.integers(0, 1), st.just(0x46))
numbers_gone_wrong = st.builds(tlv, st.sampled_from([0x02, 0x41, 0x42, 0x43, 0x46]), st.binary(max_size=10), forms)
texts = st.builds(tlv, st.just(0x04), st.one_of(st.binary(max_size=20), st.binary(min_size=120, max_size=300)), forms)
opaques = st.builds(
    tlv, st.just(0x44),
    st.one_of(
        st.binary(max_size=12),
        st.binary(min_size=4, max_size=4).map(lambda four: b"\x9f\x78\x04" + four),
        st.binary(min_size=8, max_size=8).map(lambda eight: b"\x9f\x79\x08" + eight),
    ),
)  # fmt: skip
others = st.one_of(
    st.builds(tlv, st.just(0x06), oids.map(oid_content), forms),
    st.builds(tlv, st.just(0x40), st.binary(min_size=4, max_size=4)),
    st.builds(tlv, st.sampled_from([0x05, 0x80, 0x81, 0x82]), st.just(b""), st.sampled_from([0, 0, 0, 1])),
    st.builds(tlv, st.integers(0, 255), st.binary(max_size=6)),
)
values = st.one_of(whole, unsigned, wide, numbers_gone_wrong, texts, opaques, others)


@st.composite
def messages(draw, value=values, kinds=(0xA2, 0xA2, 0xA2, 0xA0, 0xA1, 0xA3, 0xA6, 0xA7, 0xA8), plain_head=False):
    """A message and the names in it as encoded; with `plain_head` only the varbinds are odd."""
    form = st.just(0) if plain_head else forms
    version = draw(st.sampled_from([0, 1, 1, 1]))
    pairs = draw(st.lists(st.tuples(oids, value, forms if draw(st.booleans()) else st.just(0)), max_size=6))
    names = [tlv(0x06, oid_content(name)) for name, *_ in pairs]
    varbinds = b"".join(tlv(0x30, tlv(0x06, oid_content(name), odd) + what, odd) for name, what, odd in pairs)
    if plain_head:
        head = integer(draw(st.integers(2**24, 2**31 - 1))) + integer(0) + integer(0)
    else:
        head = integer(draw(st.integers(1, 2**31 - 1)), draw(st.sampled_from([0, 0, 1])))
        head += integer(draw(st.sampled_from([0, 0, 0, 1, 2, 5, 16]))) + integer(draw(st.integers(0, 6)))
    pdu = tlv(draw(st.sampled_from(kinds)), head + tlv(0x30, varbinds, draw(form)), draw(form))
    body = integer(version) + tlv(0x04, draw(st.binary(max_size=12))) + pdu
    return tlv(0x30, body, draw(form)) + draw(st.sampled_from([b"", b"", b"\x00", b"trailing"])), names


hot_messages = messages(kinds=(0xA2,), plain_head=True)


def assert_no_other_values(data: bytes) -> None:
    our_reading, their_reading = ours(data), theirs(data)
    if our_reading is not None and their_reading is not None:
        assert our_reading == their_reading


@QUICK
@given(messages())
@example((bytes.fromhex("302f02010104067075626c6963a22202040b58f1520201000201003014301206"
                        "0b2b060102011f0101010a014603175087"), []))  # fmt: skip
def test_whole_messages_are_read_alike(message):
    assert_no_other_values(message[0])


plain_values = st.one_of(
    st.builds(integer, st.integers(-(2**31), 2**31 - 1)),
    st.builds(integer, st.integers(0, 2**32 - 1), st.just(0), st.sampled_from([0x41, 0x42, 0x43])),
    st.builds(integer, st.integers(0, 2**64 - 1), st.just(0), st.just(0x46)),
    st.builds(tlv, st.just(0x04), st.binary(max_size=200)),
    st.builds(tlv, st.just(0x06), oids.map(oid_content)),
    st.builds(tlv, st.just(0x40), st.binary(min_size=4, max_size=4)),
)


@QUICK
@given(messages(value=plain_values, kinds=(0xA2,)))
def test_ours_refuse_nothing_that_is_plain(message):
    data, _ = message
    reading = ours(data)

    assert reading is not None
    assert theirs(data) in (reading, None)  # pysnmp refuses a Counter64 in v1


@QUICK
@given(hot_messages)
def test_the_decoder_of_polls_reads_the_same_or_refuses(message):
    data, names = message
    found, reading = hot(data, names), theirs(data)
    if found is None or reading is None:
        return

    assert [comparable(value) for value in found] == [value for _, _, value in reading.varbinds]


@QUICK
@given(hot_messages, st.data())
def test_the_decoder_of_polls_never_gives_values_for_names_that_were_not_asked(message, data):
    raw, names = message
    assume(names)
    place = data.draw(st.integers(0, len(names) - 1))
    other = encode_oid(Oid((*Oid((1, 3)), *data.draw(st.lists(st.integers(0, 5), min_size=1, max_size=3)))))
    assume(other != names[place])

    assert hot(raw, [*names[:place], other, *names[place + 1 :]]) is None


@QUICK
@given(hot_messages, st.lists(oids, min_size=1, max_size=3), st.booleans())
def test_the_decoder_of_walks_reads_the_same_or_refuses(message, strangers, of_the_message):
    data, names = message
    columns = strangers
    if of_the_message:
        columns = [column for name in names if len(column := decode_oid(content(name))[:-1]) > 1] or strangers
    reading = theirs(data)
    try:
        *_, status, _index, first, end = open_response(data)
        group = Group([Column(Oid(column)) for column in columns])
        ended = decode_rows(data, first, end, group.targets(data[first + 3] if end > first + 3 else 0))
    except (OddHeader, FastLaneRefused):
        return
    if reading is None or status:
        return

    rows = [iter(zip(one.encoded, one.tags, one.values, strict=True)) for one in group.columns]
    outside = iter(ended)
    for number, (oid, tag, value) in enumerate(reading.varbinds):
        place = number % len(columns)
        column = Oid(columns[place])
        if oid.is_under(column) and len(oid) > len(column) and not isinstance(value, Missing):
            suffix, found_tag, found = next(rows[place])
            assert oid_content(column) + suffix == oid_content(oid)
            assert (found_tag, comparable(found)) == (tag, value)
        else:
            assert next(outside) == place, (oid, column)
    assert not [row for rest in rows for row in rest]
    assert not list(outside)


def captured(corpus: Path) -> list[bytes]:
    packets = []
    for path in sorted((corpus / "packets").glob("*.hex")):
        lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
        packets.append(bytes.fromhex("".join(lines)))
    return packets


def test_captured_packets_are_read_alike(corpus):
    both = 0
    for packet in captured(corpus):
        assert_no_other_values(packet)
        both += ours(packet) is not None and theirs(packet) is not None

    assert both > 100


def mutants(packets: list[bytes], count: int):
    """Packets with bytes changed, cut out, doubled or lengths bent; the same ones at every run."""
    chance = random.Random(3416)
    for _ in range(count):
        data = bytearray(chance.choice(packets))
        for _ in range(chance.choice([1, 1, 1, 2, 4])):
            place = chance.randrange(len(data)) if data else 0
            match chance.randrange(4):
                case 0:
                    data[place : place + 1] = bytes([chance.randrange(256)])
                case 1:
                    data[place : place + 1] = bytes([data[place] ^ 1 << chance.randrange(8)]) if data else b""
                case 2:
                    del data[place : place + chance.randrange(1, 4)]
                case 3:
                    data[place:place] = data[place : place + chance.randrange(1, 4)]
        yield bytes(data)


def test_mutated_packets_are_read_alike_and_never_crash(corpus):
    for data in mutants([packet for packet in captured(corpus) if len(packet) < 300], 4000):
        assert_no_other_values(data)


@pytest.mark.parametrize("part", range(4))
async def test_fast_lane_and_general_engine_walk_the_same_from_real_recordings(corpus, tmp_path, part):
    """Real devices' values, served by pysnmp: both engines read what the recording holds."""
    paths = sorted((corpus / "recordings").glob("*.snmprec"))[part::4]
    credential = Credential(name="c", version="2c", community=SecretStr("public"))
    boxes, wanted = [], {}
    for path in paths:
        objects = [one for one in read_recording(path).objects if one[0].is_under((1, 3, 6, 1, 2, 1, 2))][:300]
        wanted[path.stem] = [(oid, tag, value) for oid, tag, value in objects]
        box = SimulatedDevice(path.stem, credential)
        for oid, tag, value in objects:
            box.tree.put(oid, tag, value)
        boxes.append(box)
    network, fast, general = SimulatedNetwork(boxes), FastLane(), GeneralEngine()
    for one in (network, fast, general):
        await one.start()
    try:
        for box in boxes:
            device = Device(name=box.name, address=box.address, port=box.port, credential=credential)
            entry = Oid.parse("1.3.6.1.2.1.2.2.1")
            columns = sorted({oid[:10] for oid, _, _ in wanted[box.name] if oid.is_under(entry)})
            walks = [await engine.walk(device, [Oid(column) for column in columns]) for engine in (fast, general)]
            found = [
                [(column.oid.join(suffix), tag, value) for column in walk.columns
                 for suffix, tag, value in zip(column.suffixes, column.tags, column.values, strict=True)]
                for walk in walks
            ]  # fmt: skip
            assert found[0] == found[1]
            assert found[0] == [one for one in wanted[box.name] if one[0].is_under(entry)]
            assert not any(walk.partial for walk in walks)
    finally:
        for one in (network, fast, general):
            await one.stop()
