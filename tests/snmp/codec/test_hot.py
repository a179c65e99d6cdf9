"""The hot decoders give what the slow twin gives, or refuse; never anything else."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.errors import FastLaneRefused
from netwatch.model import Missing, Oid, Tag, Varbind
from netwatch.snmp.codec.ber import SEQUENCE, encode_tlv
from netwatch.snmp.codec.hot import OddHeader, decode_values, length_at, open_pdu
from netwatch.snmp.codec.layout import Memory
from netwatch.snmp.codec.message import Message, Pdu, PduKind, decode_varbinds, encode_message, encode_varbinds
from netwatch.snmp.fast.plan import encode_name
from netwatch.snmp.fast.walk_columns import Column, Group
from tests.compiled.twins import both

COLUMN = Oid.parse("1.3.6.1.2.1.2.2.1.10")
OTHER = Oid.parse("1.3.6.1.2.1.2.2.1.16")

names = st.lists(st.one_of(st.integers(0, 300), st.integers(0, 2**32 - 1)), min_size=1, max_size=6).map(COLUMN.join)
contents = st.one_of(
    st.tuples(st.sampled_from([0x02, 0x41, 0x42, 0x43, 0x46, 0x47]), st.binary(max_size=10)),
    st.tuples(st.sampled_from([0x02, 0x41, 0x42, 0x43]), st.integers(0, 2**31).map(lambda n: n.to_bytes(5))),
    st.tuples(st.just(0x04), st.binary(max_size=200)),
    st.tuples(st.sampled_from([0x05, 0x06, 0x40, 0x44, 0x80, 0x81, 0x82, 0x30, 0x45]), st.binary(max_size=8)),
)


def raw_varbind(oid: Oid, tag: int, content: bytes) -> bytes:
    return encode_tlv(SEQUENCE, encode_name(oid) + encode_tlv(tag, content))


answers = st.lists(st.tuples(names, contents), min_size=1, max_size=12)


@both
@settings(max_examples=200, deadline=None, derandomize=True)
@given(answers)
def test_the_values_of_a_plan_are_those_of_the_slow_twin(codec, answer):
    data = b"".join(raw_varbind(oid, *typed) for oid, typed in answer)
    asked = [encode_name(oid) for oid, _ in answer]
    try:
        expected = [varbind.value for varbind in decode_varbinds(data, 0, len(data))]
    except FastLaneRefused:
        with pytest.raises(FastLaneRefused):
            codec.decode_values(data, 0, len(data), asked)
        return

    assert repr(codec.decode_values(data, 0, len(data), asked)) == repr(expected)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(answers, st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=4))
def test_a_predicted_answer_reads_as_the_loop_would_read_it(answer, changes):
    data = bytearray(b"".join(raw_varbind(oid, *typed) for oid, typed in answer))
    asked, memory = [encode_name(oid) for oid, _ in answer], Memory()
    try:
        values = decode_values(bytes(data), 0, len(data), asked)
    except FastLaneRefused:
        return
    memory.learn(bytes(data), asked, values)
    assert memory.read(bytes(data)) is values
    assert memory.read(bytes(data) + b"\0") is None
    memory.learn(bytes(data), asked, values)
    memory.learn(bytes(data), asked, values)
    for place, byte in changes:
        data[place % len(data)] = byte
    try:
        expected = decode_values(bytes(data), 0, len(data), asked)
    except FastLaneRefused:
        expected = None
    try:
        predicted = memory.read(bytes(data))
    except FastLaneRefused:
        assert expected is None
        return

    assert predicted is None or repr(predicted) == repr(expected)


@both
@settings(max_examples=200, deadline=None, derandomize=True)
@given(answers, st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=4), st.integers(0, 50))
def test_a_damaged_answer_gives_what_the_slow_twin_gives_or_is_refused(codec, answer, changes, cut):
    whole = bytearray(b"".join(raw_varbind(oid, *typed) for oid, typed in answer))
    for place, byte in changes:
        whole[place % len(whole)] = byte
    data, asked = bytes(whole), [encode_name(oid) for oid, _ in answer]
    end = max(len(data) - cut, 0)
    try:
        values = codec.decode_values(data, 0, end, asked)
    except FastLaneRefused:
        return
    varbinds = decode_varbinds(data, 0, end)

    assert [encode_name(varbind.oid) for varbind in varbinds] == asked[: len(values)]
    assert repr([varbind.value for varbind in varbinds]) == repr(values)


rows = st.lists(st.tuples(names, contents, st.sampled_from([COLUMN, COLUMN, COLUMN, OTHER])), min_size=1, max_size=12)


@both
@settings(max_examples=200, deadline=None, derandomize=True)
@given(rows, st.integers(1, 3))
def test_the_rows_of_a_walk_are_those_of_the_slow_twin(codec, answer, width):
    oids = [column.join(oid[len(COLUMN) :]) for oid, _, column in answer]
    data = b"".join(raw_varbind(oid, *typed) for oid, (_, typed, _) in zip(oids, answer, strict=True))
    group = Group([Column(COLUMN) for _ in range(width)])
    try:
        varbinds = decode_varbinds(data, 0, len(data))
    except FastLaneRefused:
        if all(column is COLUMN for _, _, column in answer):
            with pytest.raises(FastLaneRefused):
                codec.decode_rows(data, 0, len(data), group.targets(data[3]))
        return
    ended = codec.decode_rows(data, 0, len(data), group.targets(data[3]))

    def is_row(varbind):
        return varbind.oid.is_under(COLUMN) and not isinstance(varbind.value, Missing)

    assert ended == [place % width for place, varbind in enumerate(varbinds) if not is_row(varbind)]
    for place, column in enumerate(group.columns):
        expected = [varbind for varbind in varbinds[place::width] if is_row(varbind)]
        found = zip(column.encoded, column.tags, column.values, strict=True)
        assert [(encode_name(one.oid)[2:], one.tag, repr(one.value)) for one in expected] == [
            (column.prefix + suffix, tag, repr(value)) for suffix, tag, value in found
        ]


@both
def test_an_answer_that_stops_early_gives_the_values_it_has(codec):
    oids = [COLUMN.child(number) for number in (1, 2, 3)]
    data = encode_varbinds([Varbind(oid=oid, tag=Tag.INTEGER, value=7) for oid in oids[:2]])

    assert codec.decode_values(data, 2, len(data), [encode_name(oid) for oid in oids]) == [7, 7]


@both
@pytest.mark.parametrize("given", [[COLUMN.child(2)], [COLUMN.child(1), COLUMN.child(2)]])
def test_an_answer_with_other_names_or_more_of_them_is_refused(codec, given):
    data = encode_varbinds([Varbind(oid=oid, tag=Tag.IP_ADDRESS, value=IPv4Address(1)) for oid in given])

    with pytest.raises(FastLaneRefused) as refused:
        codec.decode_values(data, 2, len(data), [encode_name(COLUMN.child(1))])

    assert refused.value.reason == "other_varbinds"


@both
def test_lengths_may_be_written_long_as_older_agents_do(codec):
    inner = encode_name(COLUMN.child(1)) + b"\x41\x82\x00\x01\x05"
    data = b"\x30\x82" + len(inner).to_bytes(2) + inner

    assert codec.decode_values(data, 0, len(data), [encode_name(COLUMN.child(1))]) == [5]
    column = Column(COLUMN)
    assert codec.decode_rows(data, 0, len(data), [column.target(0, 1)]) == []
    assert (column.encoded, column.tags, column.values) == ([b"\x01"], [0x41], [5])


@both
def test_the_header_tells_who_is_answered_and_where_the_varbinds_stand(codec):
    pdu = Pdu(kind=PduKind.RESPONSE, request_id=0x12345678, error_status=5, error_index=3)
    data = encode_message(Message(version="2c", community=b"public", pdu=pdu))

    identity, kind, request_id, status, index, at, end = codec.open_response(data)

    assert (identity, kind) == (b"\x02\x01\x01\x04\x06public", PduKind.RESPONSE)
    assert (request_id, status, index) == (bytes.fromhex("12345678"), 5, 3)
    assert at == end == len(data)


@both
@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.binary(max_size=60))
def test_whatever_comes_instead_of_a_header_is_no_header(codec, data):
    with pytest.raises(OddHeader):
        codec.open_response(data)


def opened_in_parts(data):
    """Return the header as the parts read it that know every length; the twin of `open_response`."""
    try:
        size, start = length_at(data, 1)
        pdu = start + 5 + data[start + 4]
        return (data[start:pdu], *open_pdu(data, pdu, start + size)) if data[0] == 0x30 else None
    except (IndexError, OddHeader):
        return None


@both
@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.integers(0, 500),
    st.binary(max_size=20),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), max_size=2),
    st.integers(-2, 2),
)
def test_a_big_answers_header_reads_as_its_parts_do(codec, size, community, changes, cut):
    varbinds = [Varbind(oid=COLUMN.child(1), tag=Tag.OCTET_STRING, value=bytes(size))]
    pdu = Pdu(kind=PduKind.RESPONSE, request_id=0x12345678, error_status=5, error_index=3, varbinds=tuple(varbinds))
    data = bytearray(encode_message(Message(version="2c", community=community, pdu=pdu)))
    for place, byte in changes:
        data[place % len(data)] = byte
    given_data = bytes(data[:cut]) if cut < 0 else bytes(data) + bytes(cut)
    try:
        found = codec.open_response(given_data)
    except OddHeader:
        found = None

    assert found == opened_in_parts(given_data)
