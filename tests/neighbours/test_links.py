"""Links: which two ports are the ends of one, whoever of the two announced himself."""

from __future__ import annotations

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
