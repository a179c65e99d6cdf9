"""Which addresses may be asked."""

import ipaddress

import pytest

from netwatch.discovery import parse_ranges
from netwatch.errors import ConfigError


def addresses_of(ranges):
    return [
        address
        for block in ranges.blocks(3)
        for stretch in block
        for address in map(stretch.spelled, range(len(stretch)))
    ]


def addresses(*texts, exclude=()):
    return addresses_of(parse_ranges(texts, exclude))


def test_a_network_has_its_hosts_and_neither_its_own_nor_the_broadcast_address():
    assert addresses("192.0.2.0/30") == ["192.0.2.1", "192.0.2.2"]
    assert addresses("192.0.2.4/31") == ["192.0.2.4", "192.0.2.5"]
    assert addresses("192.0.2.9") == ["192.0.2.9"]
    assert addresses("2001:db8::/126") == ["2001:db8::1", "2001:db8::2", "2001:db8::3"]


def test_what_two_ranges_have_in_common_comes_once():
    assert addresses("192.0.2.0/29", "192.0.2.0/30", "192.0.2.0/29").count("192.0.2.1") == 1
    assert addresses("192.0.2.0/30", "192.0.2.0/29") == addresses("192.0.2.0/29")


def test_what_is_excluded_is_never_among_them():
    assert addresses("192.0.2.0/29", exclude=["192.0.2.4/30", "192.0.2.1"]) == ["192.0.2.2", "192.0.2.3"]
    ranges = parse_ranges(["192.0.2.0/29"], ["192.0.2.1"])
    assert "192.0.2.2" in ranges
    for outside in ("192.0.2.1", "192.0.3.1", "no address", "2001:db8::1", ""):
        assert outside not in ranges


def test_multicast_is_never_asked():
    assert addresses("224.0.0.0/30") == []


@pytest.mark.parametrize(("text", "said"), [
    ("192.0.2.1/24", "192.0.2.1/24: has host bits set; the network is 192.0.2.0/24"),
    ("core-sw1", "core-sw1: is no network; write it as 192.0.2.0/24 or 2001:db8::/120"),
    ("10.0.0.0/8", "10.0.0.0/8: 16,777,216 addresses; a sweep takes 1,048,576 at most"),
    ("2001:db8::/64", "a sweep takes 1,048,576 at most"),
])  # fmt: skip
def test_what_is_no_range_is_said_with_what_is_right(text, said):
    with pytest.raises(ConfigError) as raised:
        parse_ranges([text])
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("networks", "excluded"),
    [
        (["10.0.0.0/28"], []),
        (["10.0.0.0/28"], ["10.0.0.0/30", "10.0.0.2/31", "10.0.0.9", "10.0.0.15", "10.0.1.0/24"]),
        (["10.0.0.0/28", "10.0.0.128/31", "10.0.0.200"], ["10.0.0.0/29", "10.0.0.4/30", "10.0.0.129"]),
        (["10.0.0.0/28"], ["10.0.0.0/8"]),
        (["223.255.255.252/30", "224.0.0.0/29"], []),
        (["192.0.2.0/29", "2001:db8::/125", "2001:db8:1::/127"], ["2001:db8::3", "192.0.2.4"]),
        (["::ffff:192.0.2.0/125"], []),
        (["255.255.255.248/29"], ["255.255.255.250/31"]),
    ],
)
def test_what_is_asked_is_each_host_of_the_networks_once_that_is_not_excluded(networks, excluded):
    barred = [ipaddress.ip_network(text) for text in excluded]
    hosts = [
        one
        for text in networks
        for one in (ipaddress.ip_network(text).hosts() if "/" in text else [ipaddress.ip_address(text)])
    ]
    wanted = [str(one) for one in hosts if not one.is_multicast and not any(one in network for network in barred)]

    ranges = parse_ranges(networks, excluded)

    assert addresses_of(ranges) == wanted
    assert all(one in ranges for one in wanted)
    assert not any(str(one) in ranges for one in set(hosts).difference(map(ipaddress.ip_address, wanted)))
