"""The state of the house in one sentence."""

from __future__ import annotations

from netwatch.model import AlertState, Severities
from netwatch.web.pages.overview import overview_of

from ..house import alert_of, bad_night, status_of


def test_without_devices_it_says_so():
    seen = overview_of([], [], [])

    assert (seen.headline, seen.level) == ("No devices are configured yet", "warn")


def test_when_all_answer_and_nothing_fires_it_is_good():
    seen = overview_of([status_of("a"), status_of("b")], [], [])

    assert (seen.headline, seen.level) == ("All 2 devices answer, no alert is firing", "good")


def test_before_the_first_answers_it_does_not_claim_anything():
    assert overview_of([status_of(up=None)], [], []).headline == "Asking the devices for the first time"
    half = overview_of([status_of("a", up=None), status_of("b")], [], [])
    assert half.headline == "1 device answers, 1 not asked yet, no alert is firing"


def test_all_that_is_wrong_is_named():
    house = bad_night()

    seen = overview_of(house.statuses, house.known_alerts, ["polls are late"])

    assert seen.headline == (
        "1 device is down, 2 alerts are firing, 1 device gives trouble and NetWatch itself needs attention"
    )
    assert seen.level == "bad"


def test_a_warning_is_no_reason_to_get_up():
    assert overview_of([status_of()], [alert_of("InterfaceErrors", "core-sw1")], []).level == "warn"
    assert overview_of([status_of()], [alert_of("X", "core-sw1", severity="critical")], []).level == "bad"
    assert overview_of([status_of()], [], ["polls are late"]).level == "warn"


def test_the_worst_devices_stand_first_then_by_name_as_people_count():
    statuses = [
        status_of("sw10"),
        status_of("sw2"),
        status_of("new", up=None),
        status_of("half", partial_tables=("ifTable",)),
        status_of("odd"),
        status_of("dead", up=False, trouble="no answer"),
    ]

    seen = overview_of(statuses, [alert_of("X", "odd")], [])

    assert [(row.status.device.name, row.state) for row in seen.rows] == [
        ("dead", "down"),
        ("odd", "alert"),
        ("half", "trouble"),
        ("new", "unknown"),
        ("sw2", "up"),
        ("sw10", "up"),
    ]


def test_the_gravest_alerts_stand_first_and_only_firing_ones_colour_a_device():
    alerts = [
        alert_of("own-severity", "a", severity="meh"),
        alert_of("warns", "a"),
        alert_of("grave", "a", severity="critical"),
        alert_of("waits", "b", state=AlertState.PENDING),
        alert_of("over", "b", state=AlertState.RESOLVED),
    ]

    seen = overview_of([status_of("a"), status_of("b")], alerts, [])

    assert [alert.key.rule for alert in seen.firing] == ["grave", "warns", "own-severity"]
    assert [alert.key.rule for alert in seen.pending] == ["waits"]
    assert [row.state for row in seen.rows] == ["alert", "up"]


def test_what_is_gravest_is_what_the_configuration_says():
    own = Severities(("low", "high", "disaster"))
    alerts = [alert_of("A", "a", severity="high"), alert_of("B", "a", severity="disaster")]

    seen = overview_of([status_of("a")], alerts, [], own)

    assert ([alert.key.rule for alert in seen.firing], seen.level) == (["B", "A"], "bad")
    assert overview_of([status_of("a")], alerts[:1], [], own).level == "warn"
