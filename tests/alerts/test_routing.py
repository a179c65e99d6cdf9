"""Who is told of what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from netwatch.alerts import EscalationStep, RouteSettings, build_route, opened, routing_labels
from netwatch.errors import ConfigError
from netwatch.model import Alert, AlertKey, AlertState

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TREE = build_route(RouteSettings.model_validate({
    "receiver": "noc",
    "routes": [
        {"match": {"severity": "critical"}, "receiver": "oncall", "continue": True, "group_wait": "0s"},
        {"matchers": ['site=~"hq|lab"'], "receiver": "site", "group_by": ["site"], "group_interval": "1m", "routes": [
            {"match": {"site": "lab"}, "repeat_interval": "1d"},
            {"match": {"alertname": "DeviceDown"}, "receiver": "phones", "group_by": ["..."]},
        ]},
        {"match": {"device": "netwatch"}, "receiver": "admins"},
        {"match": {"severity": "none"}, "receiver": "nobody", "group_by": []},
    ],
}))  # fmt: skip


def told(**labels):
    return [match.receiver for match in TREE.receivers_for({"device": "sw1", "alertname": "X", **labels})]


@pytest.mark.parametrize(("labels", "receivers"), [
    ({}, ["noc"]),
    ({"severity": "critical"}, ["oncall"]),
    ({"severity": "critical", "site": "hq"}, ["oncall", "site"]),
    ({"site": "lab"}, ["site"]),
    ({"site": "hq", "alertname": "DeviceDown"}, ["phones"]),
    ({"site": "elsewhere"}, ["noc"]),
    ({"device": "netwatch"}, ["admins"]),
])  # fmt: skip
def test_an_alert_goes_down_the_tree(labels, receivers):
    assert told(**labels) == receivers


def test_a_child_inherits_what_it_does_not_set():
    (lab,) = TREE.receivers_for({"site": "lab", "device": "sw1"})
    (noc,) = TREE.receivers_for({"device": "sw1"})

    assert lab.timing.group_interval == timedelta(minutes=1)  # from its parent
    assert lab.timing.repeat_interval == timedelta(days=1)  # its own
    assert lab.timing.group_wait == timedelta(seconds=30)  # Alertmanager's default
    assert noc.timing.group_interval == timedelta(minutes=5)
    assert noc.timing.repeat_interval == timedelta(hours=4)


@pytest.mark.parametrize(("labels", "key"), [
    ({}, 'noc{device="sw1"}'),
    ({"site": "hq"}, 'site{site="hq"}'),
    ({"severity": "none"}, "nobody{}"),
    ({"site": "hq", "alertname": "DeviceDown"}, 'phones{alertname="DeviceDown", device="sw1", site="hq"}'),
])  # fmt: skip
def test_group_by_says_which_alerts_are_mailed_together(labels, key):
    (match,) = TREE.receivers_for({"device": "sw1", **labels})

    assert match.group_key == key
    assert match.group_labels == {
        name: text for name, text in {"device": "sw1", **labels}.items() if f'{name}="' in key
    }


def test_two_ways_to_one_receiver_and_group_tell_it_once():
    tree = build_route(RouteSettings.model_validate({
        "receiver": "noc",
        "routes": [
            {"match": {"a": "1"}, "continue": True, "group_wait": "1s"},
            {"match": {"b": "1"}, "group_wait": "9s"},
        ],
    }))  # fmt: skip

    (match,) = tree.receivers_for({"a": "1", "b": "1", "device": "sw1"})

    assert match.timing.group_wait == timedelta(seconds=1)


def test_the_times_of_an_open_group_are_found_through_its_members():
    alert = Alert(
        id="a", key=AlertKey(rule="X", device="sw1"), state=AlertState.FIRING, labels={"site": "hq"}, pending_at=NOON
    )
    (match,) = TREE.receivers_for(routing_labels(alert))
    group = opened(alert, match, NOON, "thread")

    assert TREE.match_of(group, {"a": alert}).timing.group_interval == timedelta(minutes=1)
    assert TREE.match_of(group, {}).timing.group_interval == timedelta(minutes=5)


def test_routes_see_device_alertname_and_a_severity():
    alert = Alert(id="a", key=AlertKey(rule="X", device="sw1"), state=AlertState.FIRING, pending_at=NOON)

    assert routing_labels(alert) == {"device": "sw1", "alertname": "X", "severity": "warning"}


def test_the_tree_knows_every_receiver_it_names():
    assert TREE.receivers() == {"noc", "oncall", "site", "phones", "admins", "nobody"}


def tree_of(*routes, **root):
    return build_route(RouteSettings.model_validate({"receiver": "noc", **root, "routes": list(routes)}))


def test_the_intervals_in_which_a_route_is_closed_are_its_own():
    tree = tree_of(
        {"match": {"a": "1"}, "receiver": "a", "mute_time_intervals": ["nights"], "active_time_intervals": ["week"],
         "routes": [{"match": {"b": "1"}, "receiver": "b"}]},
    )  # fmt: skip

    (closed,), (open_,) = tree.receivers_for({"a": "1"}), tree.receivers_for({"a": "1", "b": "1"})
    assert (closed.mute_time_intervals, closed.active_time_intervals) == (("nights",), ("week",))
    assert (open_.mute_time_intervals, open_.active_time_intervals) == ((), ())


def test_escalation_is_inherited_until_it_is_ended():
    steps = [{"after": "1h", "receiver": "chief"}, {"after": "30m", "receiver": "boss"}]
    tree = tree_of(
        {"match": {"a": "1"}, "receiver": "a", "routes": [{"match": {"b": "1"}, "receiver": "b", "escalate": []}]},
        escalate=steps,
    )

    (a,), (b,) = tree.receivers_for({"a": "1"}), tree.receivers_for({"a": "1", "b": "1"})
    assert a.escalate == (
        EscalationStep(after=timedelta(minutes=30), receiver="boss"),
        EscalationStep(after=timedelta(hours=1), receiver="chief"),
    )
    assert b.escalate == ()
    assert tree.receivers() == {"noc", "a", "b", "boss", "chief"}


def firing(**labels):
    key = AlertKey(rule="X", device="sw1")
    return Alert(id="a", key=key, state=AlertState.FIRING, labels=labels, pending_at=NOON)


FALLING_BACK = tree_of(
    {"match": {"site": "hq"}, "receiver": "hq", "fallback": ["hq-phones", "chief@example.net"],
     "routes": [{"match": {"room": "1"}}, {"match": {"room": "2"}, "fallback": []}]},
    {"match": {"site": "lab"}, "fallback": ["lab"]},
    fallback=["admins"], escalate=[{"after": "30m", "receiver": "boss"}],
)  # fmt: skip


@pytest.mark.parametrize(("receiver", "labels", "fallback"), [
    ("noc", {}, ("admins",)),
    ("noc", {"site": "lab"}, ("lab",)),
    ("hq", {"site": "hq"}, ("hq-phones", "chief@example.net")),
    ("hq", {"site": "hq", "room": "1"}, ("hq-phones", "chief@example.net")),  # inherited
    ("hq", {"site": "hq", "room": "2"}, ()),  # ended
    ("boss", {"site": "hq"}, ("hq-phones", "chief@example.net")),  # who was told as well falls back as who was first
    ("hq", {"site": "lab"}, ("hq-phones", "chief@example.net")),  # no way leads there now: those that tell it
])  # fmt: skip
def test_a_route_falls_back_on_its_own_or_what_it_inherits(receiver, labels, fallback):
    assert FALLING_BACK.fallback_of(receiver, [firing(**labels)]) == fallback


def test_of_alerts_that_nobody_knows_any_more_all_routes_to_the_receiver_count():
    assert FALLING_BACK.fallback_of("noc", []) == ("admins", "lab")
    assert FALLING_BACK.fallback_of("gone", []) == ()


def test_a_way_that_is_not_always_open_is_a_group_of_its_own():
    tree = tree_of(
        {"match": {"a": "1"}, "active_time_intervals": ["day"], "continue": True},
        {"match": {"a": "1"}, "mute_time_intervals": ["day"]},
        group_by=[],
    )

    assert [match.group_key for match in tree.receivers_for({"a": "1"})] == ["noc{} only day", "noc{} except day"]


@pytest.mark.parametrize("first", [True, False])
def test_an_always_open_way_to_the_same_group_makes_the_other_needless(first):
    ways = [{"match": {"a": "1"}, "continue": True}, {"match": {"a": "1"}, "mute_time_intervals": ["day"],
                                                      "continue": True}]  # fmt: skip

    (match,) = tree_of(*(ways if first else reversed(ways)), group_by=[]).receivers_for({"a": "1"})

    assert (match.group_key, match.mute_time_intervals) == ("noc{}", ())


def test_the_way_to_an_open_group_is_found_through_its_members():
    tree = tree_of({"match": {"site": "hq"}, "receiver": "hq", "mute_time_intervals": ["day"]})
    alert = Alert(
        id="a", key=AlertKey(rule="X", device="sw1"), state=AlertState.FIRING, labels={"site": "hq"}, pending_at=NOON
    )
    (match,) = tree.receivers_for(routing_labels(alert))
    group = opened(alert, match, NOON, "thread")

    assert tree.match_of(group, {"a": alert}) == match
    assert tree.match_of(group, {}).timing == tree.timing


@pytest.mark.parametrize("settings", [
    {}, {"receiver": "noc", "match": {"a": "b"}}, {"receiver": "noc", "matchers": ["a=b"]},
    {"receiver": "noc", "mute_time_intervals": ["day"]}, {"receiver": "noc", "active_time_intervals": ["day"]},
])  # fmt: skip
def test_a_root_that_would_leave_an_alert_to_nobody_is_refused(settings):
    with pytest.raises(ConfigError, match="route"):
        build_route(RouteSettings.model_validate(settings))


@pytest.mark.parametrize("settings", [
    {"matchers": ["severity"]}, {"group_interval": "0s"}, {"repeat_interval": "0s"}, {"group_wait": 5},
    {"recevier": "x"},
])  # fmt: skip
def test_settings_that_cannot_work_are_refused(settings):
    with pytest.raises(ValidationError):
        RouteSettings.model_validate(settings)
