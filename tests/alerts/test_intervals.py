"""Times of the week and year, as Alertmanager reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from netwatch.alerts import build_time_intervals, interval_muting
from netwatch.alerts.interval_settings import NamedIntervalsSettings, TimeIntervalSettings
from netwatch.alerts.intervals import build_intervals, end_of
from netwatch.model import MuteKind

BERLIN = "Europe/Berlin"


def interval(**settings: Any):
    (one,) = build_intervals([TimeIntervalSettings.model_validate(settings)])
    return one


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def times(*pairs: str) -> list[dict[str, str]]:
    return [dict(zip(("start_time", "end_time"), pair.split("-"), strict=True)) for pair in pairs]


@pytest.mark.parametrize(("settings", "at", "holds"), [
    ({}, "2026-03-01 12:00", True),
    ({"times": times("17:00-24:00")}, "2026-03-01 17:00", True),
    ({"times": times("17:00-24:00")}, "2026-03-01 16:59:59", False),
    ({"times": times("17:00-24:00")}, "2026-03-01 23:59:59", True),
    ({"times": times("17:00-24:00")}, "2026-03-02 00:00", False),
    ({"times": times("09:00-10:00", "11:00-12:00")}, "2026-03-01 10:00", False),
    ({"times": times("09:00-10:00", "11:00-12:00")}, "2026-03-01 11:30", True),
    ({"weekdays": ["monday:friday"]}, "2026-02-27 12:00", True),                 # a Friday
    ({"weekdays": ["monday:friday"]}, "2026-02-28 12:00", False),
    ({"weekdays": ["Sunday", "saturday"]}, "2026-03-01 12:00", True),            # a Sunday
    ({"weekdays": ["sunday:saturday"]}, "2026-03-04 12:00", True),
    ({"days_of_month": ["1:5", "-3:-1"]}, "2026-02-05 12:00", True),
    ({"days_of_month": ["1:5", "-3:-1"]}, "2026-02-06 12:00", False),
    ({"days_of_month": ["1:5", "-3:-1"]}, "2026-02-25 23:59", False),
    ({"days_of_month": ["1:5", "-3:-1"]}, "2026-02-26 00:00", True),
    ({"days_of_month": ["-1"]}, "2028-02-29 12:00", True),                       # a leap year
    ({"days_of_month": [-1]}, "2026-02-28 12:00", True),
    ({"days_of_month": ["31"]}, "2026-02-28 12:00", False),                      # not clamped: February has none
    ({"days_of_month": ["25:31"]}, "2026-02-28 12:00", True),
    ({"days_of_month": ["-31:-30"]}, "2026-02-01 12:00", False),
    ({"days_of_month": ["-31"]}, "2026-01-01 12:00", True),
    ({"days_of_month": ["1:-1"]}, "2026-02-14 12:00", True),
    ({"months": ["january"]}, "2026-01-31 12:00", True),
    ({"months": ["May:august", 12]}, "2026-08-31 12:00", True),
    ({"months": ["5:8", "12"]}, "2026-09-01 12:00", False),
    ({"years": ["2026:2027"]}, "2027-12-31 23:59", True),
    ({"years": [2025, "2027"]}, "2026-01-01 00:00", False),
    ({"weekdays": ["sunday"], "times": times("09:00-10:00")}, "2026-03-02 09:30", False),
    ({"location": BERLIN, "times": times("17:00-24:00")}, "2026-03-01 16:00", True),
    ({"location": BERLIN, "times": times("17:00-24:00")}, "2026-07-01 15:00", True),
    ({"location": BERLIN, "weekdays": ["monday"]}, "2026-03-01 23:30", True),
    ({"location": "Australia/Sydney", "years": ["2027"]}, "2026-12-31 13:00", True),
])  # fmt: skip
def test_an_interval_holds_where_every_field_does(settings, at, holds):
    assert interval(**settings).holds(utc(at)) is holds


@pytest.mark.parametrize("settings", [
    {"times": times("10:00-09:00")}, {"times": times("10:00-10:00")}, {"times": times("24:00-24:00")},
    {"times": times("9:00-10:00")}, {"times": times("09:60-10:00")}, {"times": times("09:00-25:00")},
    {"times": [{"start_time": "09:00"}]}, {"times": times("٠٩:00-10:00")},
    {"weekdays": ["friday:monday"]}, {"weekdays": ["mon"]}, {"weekdays": ["monday:"]}, {"weekdays": [1]},
    {"weekdays": ["monday:tuesday:friday"]},
    {"days_of_month": ["0"]}, {"days_of_month": ["32"]}, {"days_of_month": ["-32:-1"]}, {"days_of_month": ["5:1"]},
    {"days_of_month": ["-1:-3"]}, {"days_of_month": ["-5:5"]}, {"days_of_month": ["28:-28"]},
    {"days_of_month": ["one"]}, {"days_of_month": [True]}, {"days_of_month": ["1.5"]},
    {"months": ["13"]}, {"months": ["0"]}, {"months": ["may:april"]}, {"months": ["mai"]},
    {"years": ["2027:2026"]}, {"years": ["0"]}, {"years": ["-5"]}, {"years": ["20266"]},
    {"location": "Berlin"}, {"location": "../etc/passwd"}, {"location": "/etc/localtime"}, {"location": ""},
    {"time": []},
])  # fmt: skip
def test_what_is_no_interval_is_refused(settings):
    with pytest.raises(ValidationError):
        TimeIntervalSettings.model_validate(settings)


def test_an_hour_that_the_wall_clock_leaves_out_is_not_there():
    night = interval(times=times("02:00-03:00"), location=BERLIN)

    held = [minute for minute in range(24 * 60) if night.holds(utc("2026-03-29 00:00") + timedelta(minutes=minute))]

    assert held == []


def test_an_hour_that_it_shows_twice_holds_twice():
    night = interval(times=times("02:00-03:00"), location=BERLIN)
    midnight = utc("2026-10-25 00:00")

    held = [minute for minute in range(24 * 60) if night.holds(midnight + timedelta(minutes=minute))]

    assert held == list(range(120))
    assert end_of([night], midnight) == utc("2026-10-25 02:00")


KNOWN = build_time_intervals([
    NamedIntervalsSettings.model_validate(one) for one in (
        {"name": "nights", "time_intervals": [{"times": times("22:00-24:00", "00:00-06:00")}]},
        {"name": "office", "time_intervals": [{"times": times("08:00-18:00"), "weekdays": ["monday:friday"]}]},
        {"name": "always", "time_intervals": [{}]},
        {"name": "never", "time_intervals": []},
    )
])  # fmt: skip


@pytest.mark.parametrize(("mute", "active", "at", "until"), [
    (["nights"], [], "2026-03-02 23:00", "2026-03-03 06:00"),
    (["nights"], [], "2026-03-02 12:00", None),
    ([], ["office"], "2026-03-02 12:00", None),
    ([], ["office"], "2026-02-27 18:00", "2026-03-02 08:00"),                    # over a weekend
    (["nights"], ["office"], "2026-02-27 22:00", "2026-03-02 08:00"),
    (["never"], [], "2026-03-02 12:00", None),
    ([], ["office", "always"], "2026-03-01 12:00", None),
])  # fmt: skip
def test_a_route_is_closed_until_it_opens(mute, active, at, until):
    muting = interval_muting(mute, active, KNOWN, utc(at))

    assert (muting.until if muting else None) == (utc(until) if until else None)
    assert muting is None or muting.kind is MuteKind.INTERVAL


def test_the_reason_names_the_interval_and_its_end():
    closed, outside = utc("2026-03-02 23:00"), utc("2026-03-01 12:00")

    assert interval_muting(["nights"], [], KNOWN, closed).reason == (
        "the route is closed within nights until 2026-03-03 06:00 UTC"
    )
    assert interval_muting([], ["office"], KNOWN, outside).reason == (
        "the route is closed outside of office until 2026-03-02 08:00 UTC"
    )
    assert interval_muting(["always"], [], KNOWN, closed).reason == "the route is closed within always"
    assert interval_muting(["always"], [], KNOWN, closed).until is None


def test_local_is_the_time_zone_of_this_machine():
    here = datetime(2026, 3, 2, 12, 30).astimezone()

    assert interval(times=times("12:00-13:00"), location="Local").holds(here)
    assert not interval(times=times("13:00-14:00"), location="Local").holds(here)
    assert ZoneInfo("UTC") == interval().zone
