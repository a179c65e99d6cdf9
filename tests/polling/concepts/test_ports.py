"""How the port of a sensor is."""

from __future__ import annotations

import pytest

from netwatch.model import ReadingGap
from netwatch.polling.concepts.ports import PortStates

from .conftest import AT, table

UP, DOWN, DISABLED = 1, 2, 3


def interfaces(names, oper, admin):
    return table("interface", {"interface_oper": oper, "interface_admin": admin}, {"ifName": names})


def sensors(*ports, names=None, quantity="dbm"):
    labels = {"port": ports, "sensor": names or ports, "quantity": [quantity] * len(ports)}
    return table("sensor", {"sensor_value": [1.0] * len(ports)}, labels)


@pytest.mark.parametrize(("port", "name"), [
    ("Gi1/0/7", "Gi1/0/7"), ("GigabitEthernet1/0/7", "Gi1/0/7"), ("TenGigabitEthernet1/1/1", "Te1/1/1"),
    ("Ethernet1/1", "Eth1/1"), ("HundredGigE0/0/0/1", "Hu0/0/0/1"), ("xe-0/0/1", "xe-0/0/1"), ("eth0", "eth0"),
    ("TenGigE 0/1", "Te0/1"),
])  # fmt: skip
def test_a_port_is_found_by_its_long_or_short_name(port, name):
    states = PortStates()
    states.beside(interfaces(["other", name], [DOWN, UP], [1, 1]))

    assert states.beside(sensors(port)).columns["sensor_port_state"] == [UP]


@pytest.mark.parametrize(("oper", "admin", "state"), [
    (1, 1, UP), (2, 1, DOWN), (7, 1, DOWN), (6, 1, DOWN), (2, 2, DISABLED), (1, 3, DISABLED), (4, 1, None),
    (5, 1, None), (None, 1, None), (1, None, UP),
])  # fmt: skip
def test_the_state_is_what_the_port_is_and_is_meant_to_be(oper, admin, state):
    states = PortStates()
    states.beside(interfaces(["p1"], [oper], [admin]))

    assert states.beside(sensors("p1")).columns["sensor_port_state"] == [state]


def test_a_name_that_fits_several_ports_or_none_says_nothing():
    states = PortStates()
    states.beside(interfaces(["Twe1/0/1", "Tw1/0/1", "p1"], [1, 2, 1], [1, 1, 1]))

    found = states.beside(sensors("TwentyFiveGigE1/0/1", "Tw1/0/1", "nowhere", ""))

    assert found.columns["sensor_port_state"] == [None, DOWN, None, None]


@pytest.mark.parametrize(("name", "quantity", "state"), [
    ("Ethernet1/25 Lane 1 Transceiver Receive Power Sensor", "dbm", UP),
    ("DOM RX Power Sensor for Ethernet1/25", "dbm", UP), ("Eth1/25", "dbm", UP), ("eth1/25 bias", "amperes", UP),
    ("SFP RX Power Sensor", "dbm", None), ("Lane 1 of Ethernet1/26", "dbm", None),
    ("Eth1/25 and Eth1/27", "dbm", None), ("Ethernet1/25 temperature", "celsius", None), ("Fan1", "rpm", None),
])  # fmt: skip
def test_optics_that_name_no_port_may_have_it_in_their_own_name(name, quantity, state):
    states = PortStates()
    states.beside(interfaces(["Eth1/25", "Eth1/27", "Fa1"], [1, 2, 1], [1, 1, 1]))

    found = states.beside(sensors("", names=[name], quantity=quantity))

    assert found.columns.get("sensor_port_state", [None]) == [state]


def test_states_are_those_of_this_poll_and_unknown_where_interfaces_were_not_read():
    states = PortStates()
    states.beside(interfaces(["p1"], [1], [1]))
    reading = sensors("p1")
    assert states.beside(reading).columns["sensor_port_state"] == [UP]
    states.beside(interfaces(["p1"], [2], [1]))
    assert states.beside(reading).columns["sensor_port_state"] == [DOWN]
    states.beside(ReadingGap(device="sw1", table="interface", at=AT, reason="no answer"))

    assert "sensor_port_state" not in states.beside(reading).columns


def test_sensors_of_no_port_stay_the_same_reading():
    states = PortStates()
    states.beside(interfaces(["p1"], [1], [1]))
    reading = sensors("", "")

    assert states.beside(reading) is reading
