"""Maintenance windows: whom they concern, when, and what they do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from netwatch.alerts import Maintenance, Parents, Topology, build_maintenance
from netwatch.alerts.interval_settings import MaintenanceSettings
from netwatch.model import MuteKind

TOPOLOGY = Topology({"sw1": Parents(names=("core-r1",)), "ap1": Parents(names=("sw1",))})
DEVICES = {"core-r1": {"site": "hq"}, "sw1": {"site": "hq"}, "ap1": {"site": "barn"}, "far": {}}
ONCE = {"from": "2026-12-01 22:00", "until": "2026-12-02 02:00", "location": "Europe/Berlin"}
SUNDAYS = {"time_intervals": [{
    "weekdays": ["sunday"], "times": [{"start_time": "03:00", "end_time": "05:00"}], "location": "Europe/Berlin",
}]}  # fmt: skip


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def windows(*settings: dict[str, Any]) -> Maintenance:
    named = [MaintenanceSettings.model_validate({"name": "core upgrade", **one}) for one in settings]
    return Maintenance(build_maintenance(named), TOPOLOGY, DEVICES)


CORE = {"matchers": ['device="core-r1"']}
IN_IT, AFTER_IT = utc("2026-12-01 22:30"), utc("2026-12-02 01:00")


@pytest.mark.parametrize(("at", "muted"), [
    ("2026-12-01 20:59:59", False), ("2026-12-01 21:00", True), ("2026-12-02 00:59:59", True),
    ("2026-12-02 01:00", False),
])  # fmt: skip
def test_a_window_that_comes_once_is_from_its_begin_to_just_before_its_end(at, muted):
    muting = windows({**CORE, **ONCE}).muting_of({"device": "core-r1"}, utc(at))

    assert (muting is not None) is muted


def test_it_says_what_is_done_and_until_when_on_the_clock_of_its_place():
    muting = windows({**CORE, **ONCE}).muting_of({"device": "core-r1"}, IN_IT)

    assert muting.kind is MuteKind.MAINTENANCE
    assert muting.reason == "in maintenance: core upgrade, until 2026-12-02 02:00 CET"
    assert (muting.until, muting.by) == (AFTER_IT, "core upgrade")


@pytest.mark.parametrize(("matchers", "children", "muted"), [
    (['device="core-r1"'], False, {"core-r1"}),
    (['device="core-r1"'], True, {"core-r1", "sw1", "ap1"}),
    (['site="hq"'], False, {"core-r1", "sw1"}),
    (['site="hq"'], True, {"core-r1", "sw1", "ap1"}),
    (['device="sw1"'], True, {"sw1", "ap1"}),
    (['site="barn"'], True, {"ap1"}),
    (['site=""'], True, {"far"}),
])  # fmt: skip
def test_it_concerns_the_devices_it_matches_and_if_asked_all_that_is_reached_through_them(matchers, children, muted):
    maintenance = windows({"matchers": matchers, "children": children, **ONCE})

    found = {
        name
        for name, labels in DEVICES.items()
        if maintenance.muting_of({**labels, "device": name}, IN_IT) is not None
    }

    assert found == muted


def test_a_matcher_on_what_is_no_device_label_is_held_against_the_alert():
    maintenance = windows({"matchers": ['device="core-r1"', 'severity="warning"'], "children": True, **ONCE})
    child = {"device": "sw1", "site": "hq"}

    assert maintenance.muting_of({**child, "severity": "warning"}, IN_IT) is not None
    assert maintenance.muting_of({**child, "severity": "critical"}, IN_IT) is None


@pytest.mark.parametrize(("mode", "mutes", "skips", "marks"), [
    ("skip", True, True, False), ("mute", True, False, False), ("mark", False, False, True),
])  # fmt: skip
def test_the_mode_says_what_it_does(mode, mutes, skips, marks):
    maintenance, labels = windows({**CORE, **ONCE, "mode": mode}), {"device": "core-r1"}

    assert (maintenance.muting_of(labels, IN_IT) is not None) is mutes
    assert maintenance.skips("core-r1", {"site": "hq"}, IN_IT) is skips
    remark = maintenance.remark_on(labels, IN_IT)
    assert remark == ("in maintenance: core upgrade, until 2026-12-02 02:00 CET" if marks else "")
    assert not maintenance.skips("core-r1", {}, AFTER_IT)
    assert not maintenance.remark_on(labels, AFTER_IT)


def test_skipping_takes_in_children_too():
    maintenance = windows({**CORE, **ONCE, "mode": "skip", "children": True})

    assert maintenance.skips("ap1", DEVICES["ap1"], IN_IT)
    assert not maintenance.skips("far", {}, IN_IT)


def test_a_recurring_window_comes_again_and_knows_its_end():
    maintenance = windows({**CORE, **SUNDAYS})

    winter = maintenance.muting_of({"device": "core-r1"}, utc("2026-03-01 02:30"))
    summer = maintenance.muting_of({"device": "core-r1"}, utc("2026-07-05 01:30"))

    assert winter.reason == "in maintenance: core upgrade, until 2026-03-01 05:00 CET"
    assert summer.reason == "in maintenance: core upgrade, until 2026-07-05 05:00 CEST"
    assert maintenance.muting_of({"device": "core-r1"}, utc("2026-03-02 02:30")) is None


@pytest.mark.parametrize(("day", "minutes"), [("2026-03-29", 0), ("2026-10-25", 120), ("2026-10-18", 60)])
def test_a_weekly_hour_is_left_out_or_there_twice_as_the_clocks_on_the_wall_say(day, minutes):
    maintenance = windows({**CORE, "time_intervals": [{
        "weekdays": ["sunday"], "times": [{"start_time": "02:00", "end_time": "03:00"}], "location": "Europe/Berlin",
    }]})  # fmt: skip
    begun = utc(day) - timedelta(hours=4)

    muted = [minute for minute in range(28 * 60)
             if maintenance.muting_of({"device": "core-r1"}, begun + timedelta(minutes=minute))]  # fmt: skip

    assert len(muted) == minutes
    assert muted == list(range(muted[0], muted[-1] + 1)) if muted else True


@settings(deadline=None)
@given(st.lists(st.integers(-300, 300), min_size=1, max_size=12))
def test_what_is_remembered_between_questions_changes_no_answer_whatever_their_order(hours):
    settings = ({**CORE, **ONCE, "mode": "skip", "children": True}, {**CORE, **SUNDAYS, "name": "weekly"})
    asked_all, labels = windows(*settings), {"device": "core-r1"}

    for hour in hours:
        now = IN_IT + timedelta(hours=hour)
        fresh = windows(*settings)
        assert asked_all.muting_of(labels, now) == fresh.muting_of(labels, now)
        assert asked_all.skips("sw1", {}, now) is fresh.skips("sw1", {}, now)


def test_intervals_that_name_no_place_are_at_the_place_of_their_window():
    hour = {"times": [{"start_time": "12:00", "end_time": "13:00"}]}
    maintenance = windows({**CORE, "location": "Asia/Kolkata", "time_intervals": [hour, {**hour, "location": "UTC"}]})

    muted = [at for at in ("06:30", "07:29", "07:30", "12:30")
             if maintenance.muting_of({"device": "core-r1"}, utc(f"2026-03-02 {at}"))]  # fmt: skip

    assert muted == ["06:30", "07:29", "12:30"]


def test_of_several_windows_the_last_to_end_is_named():
    maintenance = windows(
        {**CORE, **ONCE, "name": "short", "until": "2026-12-02 00:00"}, {**CORE, **ONCE, "name": "long"}
    )

    assert maintenance.muting_of({"device": "core-r1"}, IN_IT).by == "long"


@pytest.mark.parametrize(("begin", "end", "hours"), [
    ("2026-10-25 02:00", "2026-10-25 02:30", 1.5),        # both 02:30 are meant
    ("2026-03-29 01:00", "2026-03-29 04:00", 2),
    ("2026-03-29 02:00", "2026-03-29 03:00", 1),          # 02:00 is not there: from 01:00, an hour earlier
    ("2026-03-29 01:30", "2026-03-29 02:30", 1),          # 02:30 is not there: to 03:30, an hour later
    ("2026-10-24 12:00", "2026-10-25 12:00", 25),
])  # fmt: skip
def test_where_summer_time_makes_words_mean_two_things_the_window_is_the_longer_one(begin, end, hours):
    settings = {"name": "w", **CORE, **ONCE, "from": begin, "until": end}

    (window,) = build_maintenance([MaintenanceSettings.model_validate(settings)])

    assert window.ends - window.begins == timedelta(hours=hours)


def test_an_offset_written_out_is_obeyed():
    settings = {"name": "w", **CORE, "from": "2026-12-01T22:00:00+01:00", "until": "2026-12-02T01:00:00Z"}

    (window,) = build_maintenance([MaintenanceSettings.model_validate(settings)])

    assert (window.begins, window.ends) == (utc("2026-12-01 21:00"), AFTER_IT)


@pytest.mark.parametrize("settings", [
    {}, {"from": "2026-12-01 22:00"}, {"until": "2026-12-01 22:00"}, {**ONCE, **SUNDAYS}, {**ONCE, "from": "soon"},
    {**ONCE, "from": 5}, {**ONCE, "mode": "mutes"}, {**ONCE, "matchers": []}, {**ONCE, "matchers": ["device"]},
    {**ONCE, "location": "Berlin"}, {**ONCE, "name": ""}, {**ONCE, "to": "x"},
])  # fmt: skip
def test_a_window_that_says_not_when_or_whom_is_refused(settings):
    with pytest.raises(ValidationError):
        MaintenanceSettings.model_validate({"name": "w", **CORE, **settings})
