"""Parts of a simulated device, and whether they work."""

from __future__ import annotations

import pytest

from netwatch.model import Credential, Oid
from netwatch.simulator.chassis import FAN, Chassis, Part
from netwatch.simulator.device import SimulatedDevice

STATE = Oid.parse("1.3.6.1.2.1.131.1.1.1.3")
NAME = Oid.parse("1.3.6.1.2.1.47.1.1.1.1.7")


def test_a_part_works_until_it_is_broken_and_again_when_it_is_mended():
    chassis = Chassis("M", "S", [Part(name="Fan 1", kind=FAN), Part(name="Fan 2", kind=FAN)])
    device = SimulatedDevice("r1", Credential(name="c", version="2c"), chassis=chassis)

    def states():
        return {
            device.tree.get(NAME.child(index)).read().decode(): device.tree.get(STATE.child(index)).read()
            for index in (1, 2, 3)
        }

    assert states() == {"Chassis": 3, "Fan 1": 3, "Fan 2": 3}
    device.part("Fan 2", works=False)
    assert states() == {"Chassis": 3, "Fan 1": 3, "Fan 2": 2}
    device.part("Fan 2", works=True)
    assert states() == {"Chassis": 3, "Fan 1": 3, "Fan 2": 3}


def test_what_a_device_does_not_have_cannot_break():
    bare = SimulatedDevice("r1", Credential(name="c", version="2c"))
    device = SimulatedDevice("r1", Credential(name="c", version="2c"), chassis=Chassis("M", "S", []))

    with pytest.raises(ValueError, match="r1 names no parts"):
        bare.part("Fan 1", works=False)
    with pytest.raises(ValueError, match="no part Fan 1 here"):
        device.part("Fan 1", works=False)
