"""Times of the week and year, as Alertmanager reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from netwatch.alerts import build_time_intervals, interval_muting
from netwatch.alerts.interval_settings import NamedIntervalsSettings, TimeIntervalSettings
from netwatch.alerts.intervals import any_holds, build_intervals, end_of
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
    (["unknown"], [], "2026-03-01 12:00", None),
    ([], ["unknown"], "2026-03-01 12:00", None),
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


ZONES = st.sampled_from([
    "UTC", BERLIN, "America/New_York", "Australia/Lord_Howe",    # half an hour of summer time
    "America/Sao_Paulo",                                         # summer time began at midnight, until 2019
    "Asia/Kolkata", "Pacific/Apia",                              # left out 30 December 2011
])  # fmt: skip
CHANGES = [
    "2026-03-29 01:00", "2026-10-25 01:00", "2026-03-08 07:00", "2026-11-01 06:00", "2026-04-04 15:00",
    "2026-10-03 15:30", "2018-11-04 03:00", "2018-02-18 02:00", "2011-12-30 10:00",
]  # fmt: skip
INSTANTS = st.one_of(
    st.builds(lambda change, minutes: utc(change) + timedelta(minutes=minutes), st.sampled_from(CHANGES),
              st.integers(-1500, 1500)),
    st.integers(0, 3 * 525_600).map(lambda minutes: utc("2026-01-01 00:00") + timedelta(minutes=minutes, seconds=7)),
)  # fmt: skip


def ranges(low: int, high: int) -> st.SearchStrategy[list[str]]:
    pairs = st.tuples(st.integers(low, high), st.integers(low, high)).map(sorted)
    return st.lists(pairs.map(lambda pair: f"{pair[0]}:{pair[1]}"), max_size=2)


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


TIMES = st.lists(
    st.tuples(st.integers(0, 1439), st.integers(1, 600))
    .map(lambda pair: {"start_time": clock(pair[0]), "end_time": clock(min(1440, sum(pair)))}), max_size=2,
)  # fmt: skip
DAYS = st.lists(
    st.one_of(
        st.tuples(st.integers(1, 28), st.integers(0, 5)).map(lambda pair: f"{pair[0]}:{min(31, sum(pair))}"),
        st.tuples(st.integers(-28, -1), st.integers(0, 5)).map(lambda pair: f"{pair[0]}:{min(-1, sum(pair))}"),
        st.integers(1, 31).map(str), st.integers(-31, -1).map(str),
    ), max_size=2,
)  # fmt: skip
WEEKDAYS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6)).map(sorted)
    .map(lambda pair: f"{NAMES[pair[0]]}:{NAMES[pair[1]]}"), max_size=2,
)  # fmt: skip
NAMES = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
SHAPES = st.fixed_dictionaries({
    "times": TIMES, "weekdays": WEEKDAYS, "days_of_month": DAYS, "months": ranges(1, 12), "years": ranges(2011, 2028),
    "location": ZONES,
})  # fmt: skip


def said_by_the_words(shape: dict[str, Any], now: datetime) -> bool:
    """Spell every list out into the set of what it allows, as Alertmanager's documentation tells it."""
    wall = now.astimezone(ZoneInfo(shape["location"]))
    days = [wall.date() + timedelta(days=offset) for offset in range(-40, 40)]
    month = [day.day for day in days if (day.year, day.month) == (wall.year, wall.month)]
    allowed = {
        "times": {clock(minute) for one in shape["times"] for minute in range(1440)
                  if one["start_time"] <= clock(minute) < one["end_time"]},
        "weekdays": {name for text in shape["weekdays"]
                     for name in NAMES[NAMES.index(text.split(":")[0]) : NAMES.index(text.split(":")[1]) + 1]},
        "days_of_month": {day for text in shape["days_of_month"] for day in days_of(text, month)},
        "months": {number for text in shape["months"] for number in span(text)},
        "years": {number for text in shape["years"] for number in span(text)},
    }  # fmt: skip
    is_now = {
        "times": f"{wall:%H:%M}", "weekdays": f"{wall:%A}".lower(), "days_of_month": wall.day, "months": wall.month,
        "years": wall.year,
    }  # fmt: skip
    return all(not shape[key] or is_now[key] in allowed[key] for key in allowed)


def span(text: str) -> range:
    first, last = int(text.split(":")[0]), int(text.split(":")[-1])
    return range(first, last + 1)


def days_of(text: str, month: list[int]) -> set[int]:
    return {day for day in month for number in span(text) if day == number or day - len(month) - 1 == number}


@settings(deadline=None)
@given(SHAPES, INSTANTS)
def test_an_interval_says_what_its_words_say(shape, now):
    assert interval(**shape).holds(now) is said_by_the_words(shape, now)


@settings(deadline=None)
@given(SHAPES, INSTANTS, st.lists(st.floats(0, 0.999_99), max_size=20))
def test_between_two_looks_nothing_changes(shape, now, places):
    one = interval(**shape)

    look = one.next_look(now)

    assert now < look <= now + timedelta(hours=26)
    assert {one.holds(now + (look - now) * place) for place in places} <= {one.holds(now)}


@settings(deadline=None)
@given(st.lists(SHAPES, min_size=1, max_size=2), INSTANTS)
def test_the_end_is_the_first_minute_in_which_nothing_holds(shapes, now):
    intervals = [interval(**shape) for shape in shapes]
    begun = now.replace(second=0, microsecond=0)

    end = end_of(intervals, now)

    if end is None or end - begun > timedelta(days=2):
        minutes = [begun + timedelta(minutes=17 * step) for step in range(170)]
        assert not any_holds(intervals, begun) or all(any_holds(intervals, minute) for minute in minutes)
    else:
        assert not any_holds(intervals, end)
        held = [begun + timedelta(minutes=step) for step in range(int((end - begun) / timedelta(minutes=1)))]
        assert not any_holds(intervals, begun) or all(any_holds(intervals, minute) for minute in held)
