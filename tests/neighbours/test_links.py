"""Links: which two ports are the ends of one, whoever of the two announced himself."""

from __future__ import annotations

import pytest

from netwatch.model import LinkEnd

NEAR = LinkEnd(device="core1", if_index="10", port="Gi0/1")
FAR = LinkEnd(device="core2", if_index="3", port="Te1/1")
TO_CORE2 = {"port": "Gi0/1", "ifIndex": "10", "neighbour": "core2", "neighbour_port": "Te1/1"}
TO_CORE1 = {"port": "Te1/1", "ifIndex": "3", "neighbour": "core1", "neighbour_port": "Gi0/1"}


def test_each_end_finds_the_other_though_only_one_side_hears(net):
    net.ports("core1", i10="Gi0/1").ports("core2", i3="Te1/1").hears("core1", TO_CORE2)

    assert net.book.far_end(NEAR, net.now) == FAR
    assert net.book.far_end(FAR, net.now) == NEAR
    assert net.book.links_of("core1", net.now) == [(NEAR, FAR)]
    assert net.book.links_of("core2", net.now) == [(FAR, NEAR)]


def test_a_link_is_known_after_it_failed_and_its_rows_are_gone(net):
    net.ports("core1", i10="Gi0/1").ports("core2", i3="Te1/1")
    net.hears("core1", TO_CORE2)
    net.hears("core2", TO_CORE1)
    net.later(minutes=1).hears("core1")
    net.hears("core2")

    assert net.book.far_end(NEAR, net.now) == FAR
    assert net.book.far_end(FAR, net.now) == NEAR


def test_one_that_was_not_heard_for_a_week_is_none_and_one_that_was_plugged_elsewhere_is_the_new_one(net):
    net.ports("core2", i3="Te1/1").ports("acc7", i1="eth1")
    net.hears("core1", TO_CORE2)
    net.later(minutes=1).hears("core1", TO_CORE2 | {"neighbour": "acc7", "neighbour_port": "eth1"})

    assert net.book.far_end(NEAR, net.now) == LinkEnd(device="acc7", if_index="1", port="eth1")

    net.hears("core1")
    assert net.book.far_end(NEAR, net.later(days=8).now) is None


def test_a_port_at_which_several_devices_are_heard_is_no_end_of_a_link(net):
    net.hears("core1", TO_CORE2, TO_CORE2 | {"neighbour": "acc7", "neighbour_port": "eth1"})

    assert net.book.far_end(NEAR, net.now) is None


def test_a_device_that_hears_nobody_and_whom_nobody_hears_has_no_link_till_either_does(net):
    net.ports("core1", i10="Gi0/1").ports("core2", i3="Te1/1")
    before = [net.book.far_end(end, net.now) for end in (NEAR, FAR)]

    net.hears("core2", TO_CORE1)

    assert before == [None, None]
    assert [net.book.far_end(end, net.now) for end in (NEAR, FAR)] == [FAR, NEAR]


def test_who_is_not_watched_or_is_known_by_an_address_alone_makes_no_link(net):
    net.hears("core1", {"port": "Gi0/1", "ifIndex": "10", "neighbour": "stranger", "neighbour_port": "1"})
    net.says("core2", chassis="00:1b:21:0a:0b:0c").fdb("core1", ("00:1b:21:0a:0b:0c", "Gi0/2"))

    assert net.book.far_end(NEAR, net.now) is None
    assert net.book.far_end(LinkEnd(device="core1", if_index="", port="Gi0/2"), net.now) is None
    assert net.book.links_of("core1", net.now) == []


def test_the_far_port_may_be_known_by_the_words_of_its_neighbour_alone(net):
    to_mac = TO_CORE2 | {"neighbour_port": "00:1b:21:0a:0b:0d"}
    net.ports("core2", i3="Te1/1").hears("core1", to_mac)
    assert net.book.far_end(NEAR, net.now) == LinkEnd(device="core2", if_index="", port="00:1b:21:0a:0b:0d")

    net.hears("core1", to_mac | {"neighbour_port_name": "Te1/1"})
    assert net.book.far_end(NEAR, net.now) == FAR


@pytest.mark.parametrize("bundles", [
    lambda net: net.bundles("core1", i10=100, i11=100, i12=12).bundles("core2", i3=7, i4=7, i5=0),
    lambda net: net.stack("core1", "100.10", "100.11", "200.100", "0.100", "100.0").stack("core2", "7.3", "7.4"),
])  # fmt: skip
def test_the_link_of_a_bundle_is_that_of_its_members(net, bundles):
    net.ports("core1", i10="Gi0/1", i11="Gi0/2", i100="Po1", i200="Vlan7")
    net.ports("core2", i3="Te1/1", i4="Te1/2", i7="Po9")
    bundles(net)
    net.hears("core1", TO_CORE2, TO_CORE2 | {"port": "Gi0/2", "ifIndex": "11", "neighbour_port": "Te1/2"})

    one, other = (LinkEnd(device=device, if_index=index, port=name) for device, index, name in (
        ("core1", "100", "Po1"), ("core2", "7", "Po9")))  # fmt: skip

    assert net.book.far_end(one, net.now) == other
    assert net.book.far_end(other, net.now) == one
    assert (one, other) in net.book.links_of("core1", net.now)
    assert net.book.far_end(NEAR, net.now) == FAR
    assert net.book.far_end(LinkEnd(device="core1", if_index="200", port="Vlan7"), net.now) is None


def test_a_bundle_whose_members_lead_to_several_devices_has_no_other_end(net):
    net.ports("core1", i10="Gi0/1", i11="Gi0/2", i100="Po1").ports("core2", i3="Te1/1", i7="Po9")
    net.ports("acc7", i1="eth1", i2="Po1").bundles("core1", i10=100, i11=100).bundles("core2", i3=7)
    net.bundles("acc7", i1=2)
    net.hears("core1", TO_CORE2, {"port": "Gi0/2", "ifIndex": "11", "neighbour": "acc7", "neighbour_port": "eth1"})

    assert net.book.far_end(LinkEnd(device="core1", if_index="100", port="Po1"), net.now) is None


def test_the_other_end_is_found_before_anybody_read_what_its_ports_are_called(net):
    net.hears("core1", TO_CORE2)
    again = net.restarted()

    assert again.book.far_end(LinkEnd(device="core2", if_index="3", port="Te1/1"), net.now) == NEAR
    assert again.book.far_end(LinkEnd(device="core2", if_index="4", port="Te1/2"), net.now) is None
