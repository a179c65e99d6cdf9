"""Recordings of real devices are read as their many hands wrote them."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from netwatch.model import Oid, Tag
from netwatch.simulator import parse_recording, read_recording


@pytest.mark.parametrize(
    ("line", "tag", "value"),
    [
        (b"1.3.6.1|2|-5", Tag.INTEGER, -5),
        (b"1.3.6.1|2|4294967295", Tag.INTEGER, -1),
        (b"1.3.6.1|4|a | b\r", Tag.OCTET_STRING, b"a | b"),
        (b"1.3.6.1|4|", Tag.OCTET_STRING, b""),
        (b"1.3.6.1|4|caf\xe9", Tag.OCTET_STRING, b"caf\xe9"),
        (b"1.3.6.1|4x|00FF10", Tag.OCTET_STRING, b"\x00\xff\x10"),
        (b"1.3.6.1|4xx|00 ff", Tag.OCTET_STRING, b"\x00\xff"),
        (b"1.3.6.1|4e|a\\x00\\nb\\\\", Tag.OCTET_STRING, b"a\x00\nb\\"),
        (b"1.3.6.1|5|", Tag.NULL, None),
        (b"1.3.6.1|6|1.3.6.1.4.1.9", Tag.OBJECT_IDENTIFIER, Oid.parse("1.3.6.1.4.1.9")),
        (b".1.3.6.1|64|192.0.2.1", Tag.IP_ADDRESS, IPv4Address("192.0.2.1")),
        (b"1.3.6.1|64x|c0000201", Tag.IP_ADDRESS, IPv4Address("192.0.2.1")),
        (b"1.3.6.1|64e|\\xc0\\x00\\x02\\x01", Tag.IP_ADDRESS, IPv4Address("192.0.2.1")),
        (b"1.3.6.1|65|4294967296", Tag.COUNTER32, 0),
        (b"1.3.6.1|40|7", Tag.COUNTER32, 7),
        (b"1.3.6.1|66|7", Tag.GAUGE32, 7),
        (b"1.3.6.1|67|7", Tag.TIME_TICKS, 7),
        (b"1.3.6.1|68x|9f7804", Tag.OPAQUE, b"\x9f\x78\x04"),
        (b"1.3.6.1|70|18446744073709551615", Tag.COUNTER64, 2**64 - 1),
    ],
)
def test_every_tag_and_encoding_is_read(line, tag, value):
    recording = parse_recording(line + b"\n")

    assert recording.skipped == ()
    assert [(found, type(read), read) for _, found, read in recording.objects] == [(tag, type(value), value)]


def test_comments_empty_lines_and_disorder_do_no_harm_and_the_last_of_two_counts():
    content = b"# a comment\n\n1.3.6.2|2|2\n   \n1.3.6.1|2|1\n1.3.6.2|2|3\n"

    assert [(str(oid), value) for oid, _, value in parse_recording(content).objects] == [
        ("1.3.6.1", 1),
        ("1.3.6.2", 3),
    ]


@pytest.mark.parametrize(
    "line", [b"junk", b"1.3|2", b"1.3.x|2|1", b"1.3|two|1", b"1.3|99|1", b"1.3|4x|zz", b"1.3|64|nowhere", b"1.3|2|x"]
)
def test_a_line_without_sense_is_skipped_and_said(line):
    recording = parse_recording(line + b"\n1.3.6.1|2|1\n", "box.snmprec")

    assert len(recording.objects) == 1
    assert recording.skipped[0].startswith("box.snmprec:1: ")


def test_the_recordings_of_the_corpus_are_read_whole(corpus):
    for path in sorted((corpus / "recordings").glob("*.snmprec")):
        recording = read_recording(path)

        assert recording.skipped == (), path.name
        assert len(recording.objects) > 50
