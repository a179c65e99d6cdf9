"""ack and unack: what is in hand, and which name was perhaps meant."""

from __future__ import annotations

import json
import time

import pytest

from tests.patience import PATIENCE_SECONDS


@pytest.mark.parametrize(
    ("rule", "device", "words"),
    [
        ("DeviceDwn", "gone", 'did you mean "DeviceDown"?'),
        ("DeviceDown", "gonne", 'did you mean "gone"?'),
        ("DeviceDown", "nasty", "nothing is pending, firing or gone of DeviceDown on nasty\n"),
    ],
)
def test_what_is_not_there_is_said_with_the_name_that_was_perhaps_meant(netwatch, agent, rule, device, words):
    answer = netwatch("ack", rule, device, "-c", agent)

    assert answer.exit_code == 1
    assert words in answer.stderr


def test_an_alert_is_taken_in_hand_and_given_back(netwatch, agent):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not json.loads(netwatch("alerts", "-c", agent, "--json").stdout):
        assert time.monotonic() < deadline

    taken = netwatch("ack", "DeviceDown", "gone", "--by", "anna", "-c", agent)
    given_back = netwatch("unack", "DeviceDown", "gone", "-c", agent)

    assert (taken.exit_code, taken.stdout) == (0, "DeviceDown on gone: acknowledged by anna\n")
    assert (given_back.exit_code, given_back.stdout) == (0, "DeviceDown on gone: in nobody's hands\n")
