"""Intervals, escalation and maintenance fit the rest of the file, or it is said where they do not: at the »."""

from __future__ import annotations

import pytest

HOURS = "{times: [{start_time: '08:00', end_time: '18:00'}]}"
RECEIVERS = (
    "smtp: {from: a@b, relays: [{host: mail}]}\n"
    "receivers: [{name: noc, email: {to: [a@b]}}, {name: boss, email: {to: [a@b]}}]\n"
)
INTERVALS = f"time_intervals: [{{name: office, time_intervals: [{HOURS}]}}]\n"
DEVICES = (
    "credentials: {c: {version: 2c, community: x}}\ndefaults: {credential: c}\n"
    "devices: [{name: r1, address: 192.0.2.1, labels: {site: hq}}]\n"
)


def route(inside: str, *, root: str = "") -> str:
    return f"route: {{receiver: noc, {root}routes: [{{receiver: boss, match: {{a: b}}{inside}}}]}}\n"


def window(inside: str, matchers: str = "device=r1") -> str:
    return f"maintenance: [{{name: upgrade, matchers: ['{matchers}'], {inside}}}]\n"


@pytest.mark.parametrize(("text", "said"), [
    (RECEIVERS + INTERVALS + route(", mute_time_intervals: [office, »ofice]"),
     "route.routes[0].mute_time_intervals[1]: there is no time interval 'ofice'; did you mean \"office\"?"),
    (RECEIVERS + INTERVALS + route(", active_time_intervals: [»nights]"),
     "route.routes[0].active_time_intervals[0]: there is no time interval 'nights'"),
    (RECEIVERS + INTERVALS + route("", root="mute_time_intervals: »[office], "),
     "route.mute_time_intervals: the root takes every alert and is always open; put this under routes"),
    (RECEIVERS + INTERVALS + route("", root="active_time_intervals: »[office], "),
     "route.active_time_intervals: the root takes every alert and is always open; put this under routes"),
    (RECEIVERS + INTERVALS.replace("[{name", "[{name: office}, {name").replace("name: office, t", "name: »office, t")
     + route(", mute_time_intervals: [office]"),
     "time_intervals[1].name: 'office' is already the name of time_intervals[0] in line 3"),
    (RECEIVERS + route("", root="escalate: [{after: 30m, receiver: »bos}], "),
     "route.escalate[0].receiver: there is no receiver 'bos'; did you mean \"boss\"?"),
    (RECEIVERS + route(", escalate: [{after: 30m, receiver: »chief}]"),
     "route.routes[0].escalate[0].receiver: there is no receiver 'chief'"),
    (RECEIVERS + route(", escalate: [{after: »0s, receiver: boss}]"),
     "route.routes[0].escalate[0].after: must be more than 0s"),
    ("time_intervals: [{name: a, time_intervals: [{weekdays: [»'friday:monday']}]}]",
     "time_intervals[0].time_intervals[0].weekdays[0]: 'friday:monday': a week runs from sunday to saturday; write "
     'two ranges, "friday:saturday" and "sunday:monday"'),
    ("time_intervals: [{name: a, time_intervals: [{location: »Berlin}]}]",
     "time_intervals[0].time_intervals[0].location: 'Berlin' is not a time zone such as Europe/Berlin; UTC and Local "
     'are known too; did you mean "Europe/Berlin"?'),
    ("time_intervals: [{name: a, time_intervals: [{times: [»{start_time: '22:00', end_time: '06:00'}]}]}]",
     "time_intervals[0].time_intervals[0].times[0]: start_time must be before end_time; a night is two ranges, one "
     "to 24:00 and one from 00:00"),
    ("inhibit_rules: [{source_matchers: [a=b], target_matchers: [»severity]}]",
     "inhibit_rules[0].target_matchers[0]: 'severity' is not a matcher such as severity=\"critical\" or "
     'device=~"core-.*"'),
    ("inhibit_rules: [{source_matchers: [a=b], target_matchers: »[]}]",
     "inhibit_rules[0].target_matchers: must not be empty"),
    (window("from: '2026-12-01 22:00', until: »'2026-12-01 22:00'"), "maintenance[0].until: must come after from"),
    (window("from: 2026-12-02 22:00:00, until: »2026-12-01"), "maintenance[0].until: must come after from"),
    ("maintenance: [»{name: a, matchers: [device=r1]}]",
     "maintenance[0]: says not when: give it from and until, or time_intervals"),
    (window("from: »soon, until: '2026-12-01 22:00'"),
     "maintenance[0].from: 'soon' is not a date and time such as \"2026-12-01 22:00\""),
    (window(f"time_intervals: [{HOURS}]").replace("[{name", "[{name: upgrade}, {name").replace(
        "name: upgrade, m", "name: »upgrade, m"),
     "maintenance[1].name: 'upgrade' is already the name of maintenance[0] in line 1"),
    ("flapping: {starts: »1}", "flapping.starts: must be 0 (off) or at least 2: every alert begins once"),
])  # fmt: skip
def test_what_does_not_fit_is_an_error(problems_at, text, said):
    assert problems_at(text) == [said]


@pytest.mark.parametrize(("text", "said"), [
    (RECEIVERS + INTERVALS.replace("name: ", "name: »") + route(""),
     "warning: time_intervals[0].name: no route names 'office'"),
    (RECEIVERS + route(", escalate: [{after: 30m, receiver: »boss}]"),
     "warning: route.routes[0].escalate[0].receiver: 'boss' is the receiver of this route and told at once; this "
     "step does nothing"),
    (DEVICES + window(f"mode: skip, time_intervals: [{HOURS}]", "»severity=warning").replace("['»", "[»'"),
     "warning: maintenance[0].matchers[0]: no device has a label 'severity', and a window with mode skip asks for "
     "nothing else"),
    (DEVICES + f"maintenance: [{{name: a, matchers: »['device=~\"r[23]\"', site=hq], time_intervals: [{HOURS}]}}]",
     "warning: maintenance[0].matchers: no device meets all of these"),
    (RECEIVERS + INTERVALS.replace(HOURS, "{location: Local}") + route(", mute_time_intervals: [»office]"),
     "warning: route.routes[0].mute_time_intervals[0]: 'office' holds at all times: this route tells nobody, ever"),
    (RECEIVERS + INTERVALS.replace(HOURS, "") + route(", active_time_intervals: »[office]"),
     "warning: route.routes[0].active_time_intervals: these hold at no time: this route tells nobody, ever"),
    (window("from: »'2026-10-25 02:30', until: '2026-12-01', location: Europe/Berlin"),
     "warning: maintenance[0].from: the clocks of Europe/Berlin show this time twice; the first is meant"),
    (window("from: '2026-10-24', until: »'2026-10-25 02:30', location: Europe/Berlin"),
     "warning: maintenance[0].until: the clocks of Europe/Berlin show this time twice; the last is meant"),
    (window("from: '2026-03-28', until: »'2026-03-29 02:30', location: Europe/Berlin"),
     "warning: maintenance[0].until: the clocks of Europe/Berlin show this time never"),
])  # fmt: skip
def test_what_is_odd_and_may_be_meant_is_a_warning(problems_at, text, said):
    assert said in problems_at(text, severity="warning")


@pytest.mark.parametrize("text", [
    RECEIVERS + INTERVALS + route(", mute_time_intervals: [office], active_time_intervals: [office]"),
    RECEIVERS + "route: {receiver: noc, escalate: [{after: 30m, receiver: boss}]}",
    RECEIVERS + route(", escalate: []", root="escalate: [{after: 30m, receiver: noc}], "),
    window("from: 2026-12-01 22:00:00, until: 2026-12-02"),
    window("from: '2026-12-01T22:00:00+01:00', until: '2026-12-01 22:30'"),
    DEVICES + window(f"mode: skip, time_intervals: [{HOURS}]", "site=hq"),
    DEVICES + window(f"mode: mute, time_intervals: [{HOURS}]", "severity=warning"),
    "flapping: {starts: 0}",
])  # fmt: skip
def test_what_fits_is_left_in_peace(problems, text):
    assert problems(text) == []


def test_a_receiver_that_only_an_escalation_names_is_used(problems):
    text = RECEIVERS + "route: {receiver: noc, escalate: [{after: 30m, receiver: boss}]}"

    assert not [one for one in problems(text, severity="warning") if "no route leads" in one]


@pytest.mark.parametrize("part", [
    "time_intervals: 5", "time_intervals: [5]", "maintenance: {a: b}", "maintenance: [5]", "inhibit_rules: x",
    "maintenance: [{matchers: [5], mode: skip, from: 5, until: []}]",
    "route: {escalate: 5, routes: [{escalate: [5]}]}",
    "route: {mute_time_intervals: x, routes: [{active_time_intervals: {a: b}}]}", "flapping: 5",
])  # fmt: skip
def test_whatever_stands_there_is_an_error_and_no_crash(problems, part):
    assert problems(part)
