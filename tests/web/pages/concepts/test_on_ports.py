"""Addresses, VLANs and stations of ports, by what facts call the port."""

from __future__ import annotations

import pytest

from netwatch.web.pages.concepts.on_ports import OnPort, on_ports, own_vlans
from tests.concept_readings import concept_reading


def test_a_port_has_its_addresses_and_the_vlans_and_stations_that_were_heard_on_it():
    addresses = concept_reading(
        "address", {"address": "192.0.2.1", "prefix_length": "24", "ifIndex": "7", "ifName": "Gi0/7"},
        {"address": "2001:db8::1", "ifIndex": "7"},
    )  # fmt: skip
    stations = concept_reading(
        "mac", {"mac": "00:00:5e:00:53:01", "vlan": "30", "port": "Gi0/7"},
        {"mac": "00:00:5e:00:53:02", "vlan": "4", "port": "Gi0/7"},
        {"mac": "00:00:5e:00:53:01", "vlan": "4", "port": "Gi0/7"}, {"mac": "00:00:5e:00:53:03", "port": ""},
    )  # fmt: skip

    found = on_ports([addresses, stations])

    assert found["7"] == OnPort(addresses=("192.0.2.1/24", "2001:db8::1"))
    assert found["Gi0/7"] == OnPort(addresses=("192.0.2.1/24",), vlans=("4", "30"), stations=2)
    assert set(found) == {"7", "Gi0/7"}


def test_of_many_the_first_are_shown_and_how_many_more_there_are():
    port = OnPort(vlans=tuple(str(number) for number in range(1, 1007)), addresses=("a", "b"))

    assert port.heard_words() == "VLAN 1, 2, 3, 4 and 1,002 more"
    assert port.address_words == "a, b"


def test_what_is_no_number_stands_behind_the_numbers():
    rows = [{"mac": "m", "vlan": vlan, "port": "p"} for vlan in ("default", "9" * 4000, "²", "12", "2")]

    assert on_ports([concept_reading("mac", *rows)])["p"].vlans[:2] == ("2", "12")


@pytest.mark.parametrize(
    ("heard", "own", "words"),
    [
        (OnPort(), "", ""),
        (OnPort(), "95", "VLAN 95 without a tag"),
        (OnPort(vlans=("95",), stations=1), "95", "VLAN 95 without a tag, 1 station"),
        (OnPort(vlans=("10", "95"), stations=7), "95", "VLAN 95 without a tag, stations in VLAN 10, 7 stations"),
        (OnPort(vlans=("10", "95"), stations=7), "", "VLAN 10, 95, 7 stations"),
    ],
)
def test_the_vlan_of_a_ports_own_stands_before_those_of_stations(heard, own, words):
    assert heard.heard_words(own) == words


def test_a_port_that_is_called_by_the_ifindex_of_another_has_the_vlan_of_its_own():
    rows = ({"port": "5", "ifIndex": "3", "vlan": "10"}, {"port": "3", "ifIndex": "5", "vlan": "20"}, {"vlan": "30"})

    assert own_vlans([concept_reading("port_vlan", *rows)]) == {"3": "10", "5": "20"}
