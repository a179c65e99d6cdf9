"""Whole messages: what is written is read back, and captured packets are read or refused, never worse."""

from __future__ import annotations

import csv
from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.errors import FastLaneRefused
from netwatch.model import Missing, Oid, Tag, Varbind
from netwatch.snmp import Message, Pdu, PduKind, TrapV1Pdu, decode_message, encode_message, null_varbinds
from netwatch.snmp.codec.hot import open_response
from netwatch.snmp.codec.message import in_plain_shape

oids = st.lists(st.integers(0, 2**32 - 1), max_size=20).map(lambda rest: Oid((1, 3, *rest)))
typed_values = st.one_of(
    st.tuples(st.just(Tag.INTEGER), st.integers(-(2**31), 2**31 - 1)),
    st.tuples(st.sampled_from([Tag.COUNTER32, Tag.GAUGE32, Tag.TIME_TICKS]), st.integers(0, 2**32 - 1)),
    st.tuples(st.just(Tag.COUNTER64), st.integers(0, 2**64 - 1)),
    st.tuples(st.just(Tag.OCTET_STRING), st.binary(max_size=300)),
    st.tuples(st.just(Tag.OBJECT_IDENTIFIER), oids),
    st.tuples(st.just(Tag.IP_ADDRESS), st.integers(0, 2**32 - 1).map(IPv4Address)),
    st.tuples(st.just(Tag.OPAQUE), st.floats(allow_nan=False)),
    st.just((Tag.NULL, None)),
    st.just((Tag.NO_SUCH_INSTANCE, Missing.NO_SUCH_INSTANCE)),
    st.just((Tag.END_OF_MIB_VIEW, Missing.END_OF_MIB_VIEW)),
)
varbinds = st.builds(lambda oid, typed: Varbind(oid=oid, tag=typed[0], value=typed[1]), oids, typed_values)
pdus = st.builds(
    Pdu,
    kind=st.sampled_from([kind for kind in PduKind if kind != PduKind.TRAP_V1]),
    request_id=st.integers(-(2**31), 2**31 - 1),
    error_status=st.integers(0, 18),
    error_index=st.integers(0, 100),
    varbinds=st.lists(varbinds, max_size=10).map(tuple),
)
traps = st.builds(
    TrapV1Pdu,
    enterprise=oids,
    agent_address=st.integers(0, 2**32 - 1).map(IPv4Address),
    generic_trap=st.integers(0, 6),
    specific_trap=st.integers(0, 2**31 - 1),
    timestamp=st.integers(0, 2**32 - 1),
    varbinds=st.lists(varbinds, max_size=5).map(tuple),
)
messages = st.builds(
    Message, version=st.sampled_from(["1", "2c"]), community=st.binary(max_size=40), pdu=st.one_of(pdus, traps)
)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(messages, st.binary(max_size=20))
def test_what_is_written_is_read_back_whatever_stands_behind_it(message, behind):
    assert decode_message(encode_message(message) + behind) == message


@settings(max_examples=120, deadline=None, derandomize=True)
@given(messages, st.data())
def test_a_message_cut_anywhere_is_refused(message, data):
    whole = encode_message(message)
    cut = data.draw(st.integers(0, len(whole) - 1))

    with pytest.raises(FastLaneRefused):
        decode_message(whole[:cut])


@settings(max_examples=100, deadline=None, derandomize=True)
@given(pdus, st.binary(max_size=100))
def test_a_header_is_rewritten_into_the_plain_shape_without_touching_the_varbinds(pdu, community):
    message = Message(version="2c", community=community, pdu=pdu)
    plain = in_plain_shape(encode_message(message))

    identity, kind, request_id, status, index, at, end = open_response(plain)

    assert kind == pdu.kind
    assert int.from_bytes(request_id, signed=True) == pdu.request_id
    assert (status, index) == (pdu.error_status, pdu.error_index)
    assert identity.endswith(community)
    assert decode_message(plain) == message
    assert end == len(plain) >= at


def test_another_version_is_refused_by_name():
    with pytest.raises(FastLaneRefused) as refused:
        decode_message(bytes.fromhex("3003020103"))

    assert refused.value.reason == "other_version"


def test_bytes_hidden_behind_a_pdu_or_a_value_are_refused():
    good = encode_message(
        Message(
            version="1",
            community=b"c",
            pdu=Pdu(kind=PduKind.GET, request_id=1, varbinds=null_varbinds([Oid((1, 3))])),
        )
    )
    inside = bytes([0x30, good[1] + 2]) + good[2:] + b"\x05\x00"

    with pytest.raises(FastLaneRefused):
        decode_message(inside)


def test_captured_packets_are_read_or_refused_and_nothing_else(corpus):
    outcomes = {}
    with (corpus / "packets" / "INDEX.tsv").open() as index:
        names = [row[0] for row in csv.reader(index, delimiter="\t")]
    for path in sorted((corpus / "packets").glob("*.hex")):
        text = "".join(line for line in path.read_text().splitlines() if not line.startswith("#"))
        try:
            outcomes[path.stem] = decode_message(bytes.fromhex(text))
        except FastLaneRefused as exc:
            outcomes[path.stem] = exc.reason

    assert len(names) > 20
    read = [name for name, outcome in outcomes.items() if isinstance(outcome, Message)]
    assert len(read) >= len(outcomes) // 3
    assert "gosnmp-ciscoGetbulkRequestBytes" in read  # carries trailing garbage
    assert "gosnmp-opaqueFloatResponse" in read
    assert not any("V3" in name for name in read)
