"""A list or mapping where a name should stand is said in its place, wherever names are compared."""

from __future__ import annotations

import pytest

WHOLE = """\
devices: [{{name: {device}, address: 192.0.2.1, depends_on: [{parent}], credential: {credential}}}]
route: {{receiver: {receiver}, urgent_from: {severity}, routes: [{{receiver: {receiver}, escalate: [{{after: 1h, receiver: {receiver}}}]}}]}}
receivers: [{{name: {name}, alertmanager: {{urls: ["http://127.0.0.1:1"]}}}}]
time_intervals: [{{name: {interval}, time_intervals: []}}]
maintenance: [{{name: {window}, matchers: ['device="a"']}}]
heartbeat: {{daily_mail: {{receiver: {daily}}}}}
severities: [{severity}]
"""  # noqa: E501  # one part a line
PLACES = ("device", "parent", "credential", "receiver", "severity", "name", "interval", "window", "daily")


@pytest.mark.parametrize("odd", ["[a]", "{a: b}", "[[a]]", "5", "~", "true"])
@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_name_is_an_error_with_its_line_and_no_traceback(problems, place, odd):
    text = WHOLE.format(**{one: odd if one == place else "a" for one in PLACES})

    found = problems(text)

    assert found
    assert not [one for one in found if "stumbled" in one]
