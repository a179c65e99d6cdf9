"""silence add: what it covers now, and what it names that there is not."""

from __future__ import annotations

import json
import time

import pytest

from tests.patience import PATIENCE_SECONDS

SPAN = ("--for", "10m", "-m", "why")


def test_a_silence_says_how_many_alerts_it_covers_now_and_of_which_devices(netwatch, agent):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not any(one["state"] == "firing" for one in json.loads(netwatch("alerts", "-c", agent, "--json").stdout)):
        assert time.monotonic() < deadline

    made = netwatch("silence", "add", "device=gone", "DeviceDown", *SPAN, "-c", agent)
    of_nothing = netwatch("silence", "add", "device=nasty", "ifName=Gi0/1", *SPAN, "-c", agent)
    as_json = json.loads(netwatch("silence", "add", "DeviceDown", *SPAN, "-c", agent, "--json").stdout)

    assert (made.exit_code, "warning" in made.stderr) == (0, False)
    assert made.stderr.endswith("UTC; it covers 1 firing alert now, on gone\n")
    assert of_nothing.stderr.endswith("UTC; it covers no alert that fires now\n")
    assert "warning" not in of_nothing.stderr
    assert [(one["alertname"], one["device"]) for one in as_json["alerts"]] == [("DeviceDown", "gone")]


@pytest.mark.parametrize(
    ("matcher", "words"),
    [
        ("devcie=gone", 'no device, rule or table has a label devcie; did you mean "device"?'),
        ("ifNmae!=Gi0/1", 'no device, rule or table has a label ifNmae; did you mean "ifName"?'),
        ("device=gonne", 'there is no device gonne; did you mean "gone"?'),
        ("DeviceDwn", 'there is no rule DeviceDwn; did you mean "DeviceDown"?'),
    ],
)
def test_what_a_silence_names_that_there_is_not_is_warned_of_and_it_is_made(netwatch, agent, matcher, words):
    made = netwatch("silence", "add", matcher, "severity=warning", *SPAN, "-c", agent)

    assert made.exit_code == 0
    assert f"netwatch: warning: {words}\n" in made.stderr
    assert made.stdout.strip() in netwatch("silence", "list", "-c", agent).stdout
