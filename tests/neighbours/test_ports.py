"""Ports: which interface is meant by another device's word for it."""

from __future__ import annotations

import pytest

from netwatch.model import RowSet
from netwatch.neighbours.ports import Ports

PORTS = Ports(RowSet(index=("1", "2", "3", "11"), keys=("",) * 4, labels={
    "ifIndex": ("1", "2", "3", "11"), "ifName": ("Gi1/0/1", "Te1/0/1", "eth1", "Gi1/0/11"),
    "ifAlias": ("to core", "same", "same", "3"),
}))  # fmt: skip


@pytest.mark.parametrize(("said", "index"), [
    ("Gi1/0/1", "1"),
    ("gi1/0/1", "1"),
    ("GigabitEthernet1/0/1", "1"),
    ("TenGigabitEthernet1/0/1", "2"),
    ("GigabitEthernet1/0/11", "11"),
    ("to core", "1"),
    ("2", "2"),  # its ifIndex
    ("3", "11"),  # which somebody has written on another port
    ("same", ""),
    ("Gi1/0/2", ""),
    ("1/0/1", ""),
    ("", ""),
])  # fmt: skip
def test_a_port_is_found_by_its_name_long_or_short_what_is_written_on_it_or_its_number(said, index):
    assert PORTS.find(said)[0] == index
