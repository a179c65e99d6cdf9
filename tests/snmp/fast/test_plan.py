"""Compiled plans: requests ready to send, each with the names its answer must carry."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from netwatch.errors import FastLaneRefused
from netwatch.model import Credential, Device, Oid, Tag, Varbind
from netwatch.snmp import Message, Pdu, PduKind, decode_message, encode_message
from netwatch.snmp.codec.ber import encode_oid
from netwatch.snmp.fast.plan import (
    ANSWER_BYTES,
    CompiledPlan,
    GetRequest,
    decode_name,
    encode_name,
    encode_names,
    identity_of,
)

OIDS = [Oid.parse(f"1.3.6.1.2.1.31.1.1.1.{column}.{10100 + row}") for column in (6, 10) for row in range(1, 49)]
IDENTITY = b"\x02\x01\x01\x04\x06public"


def device(community: str) -> Device:
    credential = Credential(name="c", version="2c", community=SecretStr(community))
    return Device(name="d", address="127.0.0.1", credential=credential)


def test_a_plan_asks_every_instance_once_and_in_order():
    plan = CompiledPlan(IDENTITY, [encode_name(oid) for oid in OIDS], 64)

    asked = [
        varbind.oid
        for request in plan.requests
        for varbind in decode_message(request.head + b"\x12\x34\x56\x78" + request.tail).pdu.varbinds
    ]

    assert asked == OIDS == list(plan.oids)


def test_requests_are_cut_so_that_answers_fit_a_frame():
    plan = CompiledPlan(IDENTITY, [encode_name(oid) for oid in OIDS], 64)

    assert [len(request.names) for request in plan.requests] == [54, 42]
    assert all(len(request.head + request.tail) + 4 < ANSWER_BYTES for request in plan.requests)


WIDEST = {Tag.COUNTER32: 2**32 - 1, Tag.COUNTER64: 2**63 - 1, Tag.GAUGE32: 2**32 - 1, Tag.INTEGER: 127}
COLUMNS = [("2.2.1", Tag.COUNTER32, (10, 13, 14, 16, 19, 20)), ("2.2.1", Tag.INTEGER, (7, 8)),
           ("31.1.1.1", Tag.COUNTER64, (6, 7, 8, 9, 10, 11, 12, 13)), ("2.2.1", Tag.GAUGE32, (5,))]  # fmt: skip


def test_answers_fit_a_frame_though_every_number_is_as_wide_as_it_gets():
    kinds = {
        Oid.parse(f"1.3.6.1.2.1.{table}.{column}.{10100 + row}"): kind
        for table, kind, columns in COLUMNS
        for column in columns
        for row in range(1, 49)
    }
    plan = CompiledPlan(IDENTITY, [encode_name(oid) for oid in kinds], 64)
    for request in plan.requests:
        asked = [decode_name(name) for name in request.names]
        varbinds = tuple(Varbind(oid=oid, tag=kinds[oid], value=WIDEST[kinds[oid]]) for oid in asked)
        pdu = Pdu(kind=PduKind.RESPONSE, request_id=2**31 - 1, varbinds=varbinds)

        assert len(encode_message(Message(version="2c", community=b"public", pdu=pdu))) <= ANSWER_BYTES
    assert len(plan.requests) <= 15


def test_the_four_bytes_between_head_and_tail_are_the_request_id():
    request = GetRequest(IDENTITY, [encode_name(OIDS[0])], PduKind.GET_NEXT)

    message = decode_message(request.head + bytes.fromhex("01020304") + request.tail)

    assert (message.community, message.pdu.kind, message.pdu.request_id) == (b"public", PduKind.GET_NEXT, 0x01020304)


def test_a_plan_is_cut_again_for_a_device_that_bears_less():
    plan = CompiledPlan(IDENTITY, [encode_name(oid) for oid in OIDS], 64)

    plan.fit(IDENTITY, 10)

    assert max(len(request.names) for request in plan.requests) == 10
    assert list(plan.oids) == OIDS


def test_a_new_community_goes_into_requests_already_compiled():
    plan = CompiledPlan(IDENTITY, [encode_name(oid) for oid in OIDS], 64)

    plan.fit(identity_of(device("secret")), 64)

    message = decode_message(plan.requests[0].head + b"\x12\x34\x56\x78" + plan.requests[0].tail)
    assert message.community == b"secret"


@pytest.mark.parametrize("refused", [
    lambda: identity_of(device("x" * 128)),
    lambda: encode_name(Oid((1, 3, *[2**32 - 1] * 30))),
])  # fmt: skip
def test_what_would_need_longer_lengths_is_left_to_the_general_engine(refused):
    with pytest.raises(FastLaneRefused):
        refused()


def test_fewer_texts_than_numbers_go_into_one_request():
    names = [encode_name(Oid.parse(f"1.3.6.1.4.1.99999.1.{number}")) for number in range(200)]

    numbers = CompiledPlan(IDENTITY, names, 64)
    texts = CompiledPlan(IDENTITY, names, 64, texts_from=100)
    texts.fit(IDENTITY, 63)  # what they are is known when the plan is cut anew

    sizes = [len(request.names) for request in texts.requests]
    assert sizes[0] == len(numbers.requests[0].names)
    assert sizes[-2] < 0.7 * sizes[0]
    assert [name for request in texts.requests for name in request.names] == names


@pytest.mark.parametrize("last", [0, 1, 127, 128, 16383, 16384, 2**32 - 1])
@pytest.mark.parametrize("head", ["1.3.6.1", "1.3.6.1.2.1.2.2.1.10", "2.999.1.4294967295.5", "0.0.1.2.3.4"])
def test_a_name_is_encoded_the_same_whether_its_like_was_met_before_or_not(head, last):
    column = Oid.parse(head)
    encode_name(column.child(7))

    assert encode_name(column.child(last)) == encode_oid(column.child(last))


def test_a_number_that_no_oid_has_is_refused_also_behind_what_was_met_before():
    column = Oid.parse("1.3.6.1.2.1.2.2.1.10")
    encode_name(column.child(7))

    for last in (2**32, -1):
        with pytest.raises(ValueError, match="number"):
            encode_name(column.child(last))


@pytest.mark.parametrize("size", [0, 1, 64, 65, 96])
def test_what_was_asked_before_is_encoded_as_name_by_name(size):
    wanted = tuple(encode_name(oid) for oid in OIDS[:size])
    equal = tuple(Oid.parse(str(oid)) for oid in OIDS[:size])

    for oids in (tuple(OIDS[:size]), equal, equal, OIDS[:size], tuple(reversed(OIDS[:size]))[::-1]):
        assert encode_names(oids) == wanted
    assert encode_names(tuple(OIDS[size:])) == tuple(map(encode_name, OIDS[size:]))


@pytest.mark.parametrize("beside", [0, 80])
def test_what_is_too_long_is_refused_every_time(beside):
    oids = (Oid((1, 3, *[2**32 - 1] * 30)), *OIDS[:beside])

    for _ in range(2):
        with pytest.raises(FastLaneRefused):
            encode_names(oids)
