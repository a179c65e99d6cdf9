"""Indexes taken apart as the INDEX clause of their MIB says."""

import pytest

from netwatch.profiles import index_parts


@pytest.mark.parametrize(
    ("shapes", "index", "parts"),
    [
        (("number", "number"), (7, 300), ("7", "300")),
        (("ipv4", "number"), (192, 0, 2, 1, 5), ("192.0.2.1", "5")),
        (("number", "ipv6"), (3, 32, 1, 13, 184, *[0] * 11, 1), ("3", "2001:db8::1")),
        (("lsr", "number"), (192, 0, 2, 1, 0, 2, 9), ("192.0.2.1:2", "9")),
        (("number", "mac"), (20, 0, 27, 33, 10, 11, 12), ("20", "00:1b:21:0a:0b:0c")),
        (("inet",), (1, 4, 192, 0, 2, 1), ("192.0.2.1",)),
        (("inet",), (2, 16, 32, 1, 13, 184, *[0] * 11, 1), ("2001:db8::1",)),
        (("inet",), (4, 20, 254, 128, *[0] * 13, 1, 0, 0, 0, 3), ("fe80::1%3",)),
        (("inet",), (16, 3, 97, 46, 98), ("a.b",)),  # dns(16): a name
        (("number", "address"), (1, 4, 192, 0, 2, 1), ("1", "192.0.2.1")),
        (("text", "number"), (3, 114, 101, 100, 4), ("red", "4")),
        (("text", "number"), (0, 4), ("", "4")),
        (("number", "rest"), (4, 114, 101, 100), ("4", "red")),
        (("number", "octets"), (9, 2, 0, 255), ("9", "00ff")),
        # An agent that leaves the lengths out; the first octet of the second address looks like one.
        (("number", "inet", "inet"), (0, 1, 10, 0, 0, 1, 1, 4, 4, 250, 255), ("0", "10.0.0.1", "4.4.250.255")),
    ],
)
def test_an_index_is_read_as_its_mib_says(shapes, index, parts):
    assert index_parts(shapes, index) == parts


@pytest.mark.parametrize(
    ("shapes", "index"),
    [
        (("inet",), ()),
        (("inet",), (1, 4, 192, 0)),  # cut off
        (("ipv4",), (192, 0, 2, 1, 9)),  # more than the MIB knows
        (("ipv4",), (192, 0, 2, 256)),  # no octet
        (("inet",), (1, 5, 192, 0, 2, 1, 9)),  # no IPv4 address has five octets
        (("text",), (4294967295, 1)),
    ],
)
def test_an_index_that_is_not_what_its_mib_says_gives_no_parts(shapes, index):
    assert index_parts(shapes, index) == ("",) * len(shapes)
