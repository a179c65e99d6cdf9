"""BGP sessions of a simulated router."""

from __future__ import annotations

import pytest

from netwatch.model import Credential, Oid
from netwatch.simulator.device import SimulatedDevice

ENTRY = Oid.parse("1.3.6.1.2.1.15.3.1")
ESTABLISHED, ACTIVE = 6, 3


def test_a_session_that_is_lost_is_active_and_counts_anew_when_it_is_back():
    now = 1000.0
    device = SimulatedDevice("r1", Credential(name="c", version="2c"), peers={"192.0.2.7": 64500}, clock=lambda: now)

    def session():
        return tuple(device.tree.get(ENTRY.child(column, 192, 0, 2, 7)).read() for column in (2, 9, 16))

    assert session() == (ESTABLISHED, 64500, 86_400)
    device.peer("192.0.2.7", up=False)
    assert session() == (ACTIVE, 64500, 0)
    now += 60
    device.peer("192.0.2.7", up=True)
    now += 5
    assert session() == (ESTABLISHED, 64500, 5)


def test_a_session_that_is_none_cannot_be_lost():
    bare = SimulatedDevice("r1", Credential(name="c", version="2c"))
    device = SimulatedDevice("r1", Credential(name="c", version="2c"), peers={"192.0.2.7": 64500})

    with pytest.raises(ValueError, match="r1 has no BGP sessions"):
        bare.peer("192.0.2.7", up=False)
    with pytest.raises(ValueError, match="no BGP session with"):
        device.peer("192.0.2.9", up=False)
