"""What of `discovery` leads nowhere is said where it stands."""

from __future__ import annotations

import pytest

from netwatch.config import load

CONFIG = """\
credentials: {{main: {{version: 2c, community: "${{env:COMMUNITY}}"}}}}
defaults: {{credential: main}}
devices: [{{name: core, address: 192.0.2.1}}]
discovery: {{{}}}
"""
WELL = "ranges: [192.0.2.0/24, 2001:db8::/120], credentials: [main], interval: 1d"


def problems(tmp_path, part):
    path = tmp_path / "netwatch.yaml"
    path.write_text(CONFIG.format(part))
    found = load(path, {"COMMUNITY": "public"}).problems
    return [(one.severity, one.path, one.message) for one in found if one.path.startswith("discovery")]


@pytest.mark.parametrize(
    "part",
    ["", "ranges: [10.0.0.0/8]", WELL, WELL + ", auto: [{networks: [192.0.2.0/25], labels: {site: hq}}, {}]"],
)
def test_what_leads_somewhere_is_no_problem(tmp_path, part):
    assert problems(tmp_path, part) == []


@pytest.mark.parametrize(
    ("part", "severity", "place", "said"),
    [
        ("interval: 1d", "warning", "discovery.interval", "names no network"),
        ("interval: 1d, ranges: [192.0.2.0/24]", "warning", "discovery.interval", "without a credential"),
        (
            "interval: 1d, credentials: [main], ranges: [10.0.0.0/8]",
            "error",
            "discovery.ranges",
            "16,777,216 addresses",
        ),
        ("auto: [{}]", "warning", "discovery.auto", "set discovery.interval"),
        (WELL + ", auto: [{networks: [10.0.0.0/24]}]", "warning", "discovery.auto[0].networks[0]", "nothing is ever"),
        (WELL + ", auto: [{labels: {device: x}}]", "error", "discovery.auto[0].labels", "is set by NetWatch"),
        (WELL + ", auto: [{matchers: [site]}]", "error", "discovery.auto[0].matchers[0]", "is not a matcher"),
        (WELL + ", auto_per_day: 0", "error", "discovery.auto_per_day", "1"),
        (WELL.replace("1d", "1s"), "error", "discovery.interval", "must be at least 1m"),
    ],
)
def test_what_leads_nowhere_is_said_where_it_stands(tmp_path, part, severity, place, said):
    ((told, where, words),) = problems(tmp_path, part)

    assert (told, where) == (severity, place)
    assert said in words


@pytest.mark.parametrize("part", ["ranges: 1, interval: 1d", "auto: x", "auto: [1]", "auto: [{networks: [1]}]"])
def test_what_is_written_wrongly_is_said_and_nothing_stumbles(tmp_path, part):
    assert problems(tmp_path, part)
