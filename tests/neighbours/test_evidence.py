"""What addresses tell where nobody announces himself."""

from __future__ import annotations

from datetime import timedelta

from .conftest import NOON

MAC, OTHER = "00:1b:21:0a:0b:0c", "00:1b:21:00:00:99"


def test_a_lone_address_of_a_watched_device_is_evidence_and_says_that_it_is_no_more(net):
    net.ports("core1", i11="Gi0/2").says("core2", chassis=MAC).fdb("core1", (MAC, "Gi0/2"))
    net.later(hours=1).fdb("core1", (MAC, "Gi0/2"), (OTHER, "Gi0/3"))

    (one,) = net.book.on_ports("core1")["11"]

    assert (one.peer, one.peer_by, one.port, one.protocols) == ("core2", "its chassis ID", "Gi0/2", ("mac",))
    assert one.is_evidence
    assert "was not announced" in one.why
    assert MAC in one.why
    assert (one.first_seen, one.last_seen) == (NOON, NOON + timedelta(hours=1))


def test_arp_says_whose_address_it_is(net):
    net.arp("acc7", **{"192.0.2.2": MAC}).fdb("core1", (MAC, "Gi0/2"))

    assert [(one.peer, one.peer_by) for one in net.book.of_device("core1")] == [("core2", "ARP")]


def test_where_several_addresses_stand_or_somebody_was_heard_nothing_is_concluded(net):
    net.says("core2", chassis=MAC).says("acc7", chassis=OTHER)
    net.hears("core1", {"port": "Gi0/4", "neighbour": "phone"})
    net.fdb("core1", (MAC, "Gi0/2"), (OTHER, "Gi0/2"), (MAC, "Gi0/4"))

    assert [one.name for one in net.book.of_device("core1")] == ["phone"]


def test_one_address_in_many_vlans_is_one_and_ones_own_is_nobodys(net):
    net.says("core2", chassis=MAC).says("core1", chassis=OTHER)
    net.fdb("core1", (MAC, "Gi0/2"), (MAC, "Gi0/2"), (OTHER, "Gi0/3"))

    assert [one.peer for one in net.book.of_device("core1")] == ["core2"]


def test_the_vlans_that_an_address_was_learned_in_are_told_in_their_order(net):
    net.says("core2", chassis=MAC).fdb("core1", (MAC, "Gi0/2", "100"), (MAC, "Gi0/2", "20"), (MAC, "Gi0/2", "20"))
    assert [one.vlans for one in net.book.of_device("core1")] == [("20", "100")]

    net.later(hours=1).fdb("core1", (MAC, "Gi0/2"))
    (one,) = net.book.of_device("core1")
    assert (one.vlans, one.first_seen) == ((), NOON)


def test_an_address_that_arp_gives_to_two_devices_is_neithers(net):
    net.arp("acc7", **{"192.0.2.2": MAC, "192.0.2.1": MAC}).fdb("acc7", (MAC, "1"))
    assert net.book.of_device("acc7") == []

    net.arp("acc7", **{"192.0.2.2": MAC})  # as the table is now
    assert [one.peer for one in net.book.of_device("acc7")] == ["core2"]
