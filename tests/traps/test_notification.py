"""What a datagram says, in every version, and what of it is believed."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from prometheus_client import REGISTRY

from netwatch.model import Missing, Oid, Tag, Varbind
from netwatch.snmp import Message, Pdu, PduKind, TrapV1Pdu, decode_message, encode_message, encode_pdu, encode_tlv
from netwatch.traps.notification import Notification, open_envelope, read_notification, trap_oid_of
from netwatch.traps.refusal import NotAccepted
from netwatch.traps.varbinds import MAX_VARBINDS

from .messages import IF_INDEX, LINK_DOWN, integer, named, pdu_of, v1, v2c


def read(datagram: bytes) -> Notification:
    envelope = open_envelope(datagram)
    return read_notification(datagram, envelope.pdu_at, envelope.end, envelope.version)


@pytest.mark.parametrize(
    ("generic", "specific", "trap"),
    [
        (0, 0, "1.3.6.1.6.3.1.1.5.1"),  # coldStart
        (2, 0, "1.3.6.1.6.3.1.1.5.3"),  # linkDown
        (3, 99, "1.3.6.1.6.3.1.1.5.4"),  # linkUp; the specific number means nothing
        (5, 0, "1.3.6.1.6.3.1.1.5.6"),  # egpNeighborLoss
        (6, 0, "1.3.6.1.4.1.9.0.0"),
        (6, 42, "1.3.6.1.4.1.9.0.42"),
        (9, 42, "1.3.6.1.4.1.9.0.42"),  # no generic trap of version 1
    ],
)
def test_a_version_1_trap_becomes_the_oid_that_rfc_3584_gives_it(generic, specific, trap):
    assert str(trap_oid_of(Oid.parse("1.3.6.1.4.1.9"), generic, specific)) == trap


@pytest.mark.parametrize(("generic", "specific"), [(-1, 0), (6, -1), (6, 2**31), (9, -1)])
def test_numbers_that_version_1_does_not_know_are_refused(generic, specific):
    with pytest.raises(NotAccepted):
        trap_oid_of(Oid.parse("1.3.6.1.4.1.9"), generic, specific)


def test_a_version_1_trap_tells_its_enterprise_and_agent_address_as_a_proxy_would():
    said = read(v1(integer(IF_INDEX.child(7), 7)))

    assert (said.ticks, said.origin) == (600, "192.0.2.77")
    assert [str(one.oid) for one in said.varbinds] == [
        "1.3.6.1.2.1.2.2.1.1.7", "1.3.6.1.6.3.18.1.3.0", "1.3.6.1.6.3.1.1.4.3.0",
    ]  # fmt: skip


def test_an_agent_address_of_zeros_names_nobody():
    assert read(v1(agent="0.0.0.0")).origin == ""  # noqa: S104


def test_uptime_and_trap_oid_are_taken_from_among_the_varbinds():
    said = read(v2c(pdu_of(ticks=12345)))

    assert (said.trap_oid, said.ticks) == (LINK_DOWN, 12345)
    assert said.varbinds == (integer(IF_INDEX.child(7), 7),)


@pytest.mark.parametrize(
    "head",
    [
        ["1.3.6.1.6.3.1.1.4.1.0"],  # no uptime
        ["1.3.6.1.6.3.1.1.4.1.0", "1.3.6.1.2.1.1.3.0"],  # the other way round
        ["1.3.6.1.2.1.1.3", "1.3.6.1.6.3.1.1.4.1"],  # instances forgotten
    ],
)
def test_senders_that_get_the_first_two_varbinds_wrong_are_understood(head):
    values = {"3": (100, Tag.TIME_TICKS), "1": (LINK_DOWN, Tag.OBJECT_IDENTIFIER)}
    varbinds = tuple(named(oid, *values[oid.removesuffix(".0")[-1]]) for oid in head)

    said = read(v2c(Pdu(kind=PduKind.TRAP_V2, request_id=1, varbinds=varbinds)))

    assert (said.trap_oid, said.varbinds) == (LINK_DOWN, ())


def test_a_community_told_by_a_proxy_does_not_stay_among_the_varbinds():
    said = read(v2c(pdu_of(LINK_DOWN, 7, named("1.3.6.1.6.3.18.1.4.0", b"secret", Tag.OCTET_STRING))))

    assert said.community == b"secret"
    assert b"secret" not in [one.value for one in said.varbinds]


@pytest.mark.parametrize(
    ("kind", "cause"),
    [(PduKind.GET, "no_trap"), (PduKind.RESPONSE, "no_trap"), (PduKind.SET, "no_trap"), (PduKind.REPORT, "no_trap")],
)
def test_other_messages_are_no_traps(kind, cause):
    with pytest.raises(NotAccepted) as refused:
        read(v2c(Pdu(kind=kind, request_id=1)))

    assert refused.value.cause == cause


def test_a_version_1_pdu_in_a_version_2_message_is_no_trap():
    datagram = v1().replace(b"\x02\x01\x00\x04\x06public", b"\x02\x01\x01\x04\x06public")

    with pytest.raises(NotAccepted):
        read(datagram)


def test_a_value_that_does_not_fit_its_type_is_kept_as_bytes():
    bad = encode_tlv(0x40, b"\x01\x02\x03")  # an IpAddress of three bytes
    unknown = encode_tlv(0x45, b"\x49\x00")  # NsapAddress, long obsolete
    said = read(with_values(bad, unknown))

    assert [(one.tag, one.value) for one in said.varbinds] == [
        (Tag.INTEGER, 7), (0x40, b"\x01\x02\x03"), (0x45, b"\x49\x00"), (Tag.INTEGER, 5),
    ]  # fmt: skip


NAME = b"\x06\x02\x2b\x09"
FIVE = encode_tlv(0x30, NAME + b"\x02\x01\x05")


def with_values(*values: bytes) -> bytes:
    """A trap with varbinds 1.3.9 of these encoded values, and a good one behind."""
    return with_varbinds(*(encode_tlv(0x30, NAME + value) for value in values), FIVE)


def with_varbinds(*encoded: bytes) -> bytes:
    good = encode_pdu(pdu_of())
    numbers, listed = good[2:11], good[13:]
    pdu = encode_tlv(0xA7, numbers + encode_tlv(0x30, listed + b"".join(encoded)))
    return encode_tlv(0x30, b"\x02\x01\x01\x04\x06public" + pdu)


def test_a_varbind_without_a_readable_name_costs_no_other():
    said = read(with_varbinds(
        encode_tlv(0x30, b"\x06\x02\x2b\x80\x02\x01\x01"), encode_tlv(0x30, b"\x04\x01x\x05\x00"),
        FIVE,
    ))  # fmt: skip

    assert [one.value for one in said.varbinds] == [7, 5]


def test_more_varbinds_than_anybody_sends_are_refused():
    many = tuple(integer(IF_INDEX.child(7), 7) for _ in range(MAX_VARBINDS))

    with pytest.raises(NotAccepted):
        read(v2c(pdu_of(LINK_DOWN, 7, *many)))


VALUES = [
    (Tag.INTEGER, -1), (Tag.INTEGER, 2**31 - 1), (Tag.INTEGER, 128), (Tag.OCTET_STRING, b""),
    (Tag.OCTET_STRING, b"x" * 300), (Tag.NULL, None), (Tag.OBJECT_IDENTIFIER, Oid.parse("1.3.6.1.4.1.2680.1.2")),
    (Tag.IP_ADDRESS, IPv4Address("192.0.2.1")), (Tag.COUNTER32, 2**32 - 1), (Tag.GAUGE32, 0),
    (Tag.TIME_TICKS, 2**31), (Tag.OPAQUE, 2.5), (Tag.COUNTER64, 2**64 - 1), (Tag.UINTEGER32, 4000000000),
    (Tag.NO_SUCH_INSTANCE, Missing.NO_SUCH_INSTANCE),
]  # fmt: skip


def test_values_of_every_type_are_read_as_the_slow_decoder_reads_them():
    datagram = v2c(pdu_of(LINK_DOWN, 7, *(named("1.3.6.1.4.1.32473.300", value, tag) for tag, value in VALUES)))

    plain = decode_message(datagram).pdu

    assert isinstance(plain, Pdu)
    assert read(datagram).varbinds == plain.varbinds[2:]
    assert [one.value for one in read(datagram).varbinds[1:]] == [value for _, value in VALUES]


def test_every_captured_trap_is_read_as_the_slow_decoder_reads_it(corpus):
    heard = 0
    for path in sorted((corpus / "packets").glob("*.hex")):
        lines = path.read_text().splitlines()
        data = bytes.fromhex("".join(line for line in lines if not line.startswith("#")))
        try:
            said = read(data)
        except NotAccepted:
            continue
        pdu = decode_message(data).pdu
        heard += 1
        if isinstance(pdu, TrapV1Pdu):
            assert said.varbinds[: len(pdu.varbinds)] == pdu.varbinds
        else:
            assert said.varbinds == pdu.varbinds[2:]
    assert heard >= 2


def test_bytes_behind_a_message_are_not_looked_at():
    assert read(v2c() + b"\x00\xff").trap_oid == LINK_DOWN


def test_every_cut_of_a_good_trap_is_refused():
    whole = v2c()
    for length in range(len(whole)):
        with pytest.raises(NotAccepted):
            read(whole[:length])


def test_an_inform_is_told_from_a_trap():
    said = read(v2c(pdu_of(inform=True, request_id=-5)))

    assert (said.is_inform, said.request_id) == (True, -5)


def test_an_unknown_version_is_refused():
    with pytest.raises(NotAccepted) as refused:
        open_envelope(encode_tlv(0x30, b"\x02\x01\x02\x04\x06public"))

    assert refused.value.cause == "wrong_version"


def test_the_message_that_this_file_builds_on_is_what_everybody_decodes():
    message = decode_message(v2c())

    assert message == Message(version="2c", community=b"public", pdu=pdu_of())
    assert encode_message(message) == v2c()
    assert isinstance(message.pdu.varbinds[0], Varbind)


@pytest.mark.parametrize(("field", "right", "wrong"), [
    ("agent_address", b"\x40\x04\xc0\x00\x02\x4d", b"\x04\x04\xc0\x00\x02\x4d"),   # octets
    ("specific_trap", b"\x02\x01\x2a", b"\x42\x01\x2a"),                             # a Gauge32
    ("timestamp", b"\x43\x02\x02\x58", b"\x02\x02\x02\x58"),                        # an INTEGER
    ("timestamp", b"\x43\x02\x02\x58", b"\x41\x02\x02\x58"),                        # a Counter32
])  # fmt: skip
def test_a_version_1_field_of_another_type_written_alike_is_read_and_counted(field, right, wrong):
    before = REGISTRY.get_sample_value("netwatch_traps_odd_tags_total", {"field": field})
    good = v1()
    assert good.count(right) == 1

    assert read(good.replace(right, wrong)) == read(good)
    assert REGISTRY.get_sample_value("netwatch_traps_odd_tags_total", {"field": field}) == before + 1


def test_a_version_1_field_of_a_type_that_is_written_otherwise_is_refused():
    with pytest.raises(NotAccepted, match="malformed"):
        read(v1().replace(b"\x43\x02\x02\x58", b"\x06\x02\x02\x58"))
