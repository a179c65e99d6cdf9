"""What the configuration may say of a receiver."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from netwatch.notify import ReceiverSettings

MAIL = {"to": ["noc@example.net"], "send_resolved": False}
TRAP = {"to": ["192.0.2.9:162"], "credential": "managers"}


def test_a_receiver_may_be_told_in_several_ways_and_hears_of_recoveries_if_one_of_them_does():
    assert not ReceiverSettings.model_validate({"name": "noc", "email": MAIL}).wants_resolved
    assert ReceiverSettings.model_validate({"name": "noc", "email": MAIL, "trap": TRAP}).wants_resolved


def test_a_receiver_that_tells_nobody_is_refused():
    with pytest.raises(ValidationError, match="tells nobody"):
        ReceiverSettings(name="noc")
