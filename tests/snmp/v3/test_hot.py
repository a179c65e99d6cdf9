"""The hot reader of headers and its prediction: never another result than the slow twin's."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from netwatch.errors import FastLaneRefused
from netwatch.model import Credential
from netwatch.snmp.codec.hot import OddHeader
from netwatch.snmp.codec.message import Pdu, PduKind
from netwatch.snmp.v3.hot import layout_of, msg_id_of, open_header, open_scoped
from netwatch.snmp.v3.keys import keys_at
from netwatch.snmp.v3.message import ScopedPdu, decode_header, encode_context, encode_scoped
from netwatch.snmp.v3.seal import seal

ENGINE_ID = bytes.fromhex("80001f8880b5b2c95aa18f335f00000000")
KEYS = keys_at(
    Credential(
        name="", version="3", user="netwatch", auth_protocol="SHA-256", auth_passphrase=SecretStr("auth-passphrase"),
        privacy_protocol="AES", privacy_passphrase=SecretStr("privacy-passphrase"),
    ),
    ENGINE_ID,
)  # fmt: skip


def sealed(size: int = 400, msg_id: int = 0x12345678, flags: int = 3, boots: int = 7, time: int = 100_000, user=b"u"):
    return seal(
        b"\x30\x82" + size.to_bytes(2) + bytes(size), msg_id=msg_id, flags=flags, engine_id=ENGINE_ID, boots=boots,
        time=time, user=user, keys=KEYS,
    )  # fmt: skip


def outcome(read, data):
    try:
        return read(data)
    except FastLaneRefused:
        return "refused"


@given(st.data())
def test_hot_and_slow_agree_on_whatever_a_mutation_makes(data):
    noise = random.Random(data.draw(st.integers(0, 2**32)))
    mutated = bytearray(sealed(noise.choice([0, 60, 400]), flags=noise.choice([0, 1, 3])))
    for _ in range(noise.randint(1, 3)):
        mutated[noise.randrange(min(len(mutated), 120))] = noise.choice(
            [0, 1, 2, 4, 0x30, 0x7F, 0x80, 0x81, 0x82, 0xFF]
        )
    mutated = bytes(mutated)[: noise.choice([len(mutated), noise.randrange(len(mutated))])]

    assert outcome(open_header, mutated) == outcome(decode_header, mutated)


@pytest.mark.parametrize("size", [0, 20, 100, 400, 1300])
def test_the_msg_id_is_found_whatever_the_length(size):
    assert msg_id_of(sealed(size)) == b"\x12\x34\x56\x78"


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x82\x01", bytes.fromhex("302602010104067075626c6963a019")])
def test_other_versions_and_fragments_have_no_msg_id(data):
    assert msg_id_of(data) is None


def test_a_short_msg_id_is_found_the_slow_way():
    assert msg_id_of(sealed(msg_id=5)) == b"\x00\x00\x00\x05"


@pytest.mark.parametrize("flags", [0, 1, 3])
def test_a_layout_fits_the_next_answer(flags):
    first = sealed(flags=flags)
    layout = layout_of(first, open_header(first))
    following = sealed(600, msg_id=0x7FFFFFFF, flags=flags, time=100_001)

    assert layout.fits(first)
    assert layout.fits(following)
    header = open_header(following)
    assert (layout.mac_at, layout.mac_stop, layout.size) == (header.mac_at, header.mac_stop, header.data_at + 4)
    assert int.from_bytes(following[layout.time_at : layout.time_stop]) == 100_001
    assert following[layout.salt_at : header.data_at] == header.salt


@pytest.mark.parametrize(
    "other",
    [
        sealed(boots=8), sealed(time=10), sealed(flags=1), sealed(user=b"v"), sealed(20), sealed() + b"\x00",
        sealed()[:-1], sealed(msg_id=5),
    ],
)  # fmt: skip
def test_a_layout_does_not_fit_what_differs(other):
    first = sealed()

    assert not layout_of(first, open_header(first)).fits(other)


@pytest.mark.parametrize("odd", [sealed(20), sealed(100), sealed() + b"junk", sealed(msg_id=5)])
def test_an_unusual_message_has_no_layout(odd):
    assert layout_of(odd, open_header(odd)) is None


@given(st.integers(0, 2**32))
def test_whatever_fits_a_layout_is_read_alike_by_the_slow_twin(seed):
    noise = random.Random(seed)
    first = sealed()
    layout = layout_of(first, open_header(first))
    mutated = bytearray(first)
    for _ in range(noise.randint(1, 3)):
        mutated[noise.randrange(layout.size)] = noise.randrange(256)
    data = bytes(mutated)

    if layout.fits(data):
        header = decode_header(data)
        assert (header.engine_id, header.boots, header.user, header.flags) == (ENGINE_ID, 7, b"u", 3)
        assert (layout.mac_at, layout.mac_stop, layout.size) == (header.mac_at, header.mac_stop, header.data_at + 4)
        assert int.from_bytes(data[layout.time_at : layout.time_stop]) == header.time


def test_a_scoped_pdu_of_another_context_is_odd():
    scoped = encode_scoped(
        ScopedPdu(
            context_engine_id=ENGINE_ID, context_name=b"vlan-1", pdu=Pdu(kind=PduKind.RESPONSE, request_id=2**30)
        )
    )

    assert open_scoped(scoped, encode_context(ENGINE_ID, b"vlan-1"))[0] == PduKind.RESPONSE
    for context in (encode_context(ENGINE_ID, b"vlan-2"), encode_context(b"", b"vlan-1")):
        with pytest.raises(OddHeader):
            open_scoped(scoped, context)
