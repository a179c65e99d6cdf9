"""The `time_intervals` and `maintenance` parts of the configuration; intervals are in Alertmanager's words.

May import: netwatch.model, netwatch.alerts.interval_text, settings. Called by: config, intervals, maintenance.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from netwatch.alerts.interval_text import (
    day_of_month_range,
    minute_of_day,
    month_range,
    weekday_range,
    year_range,
    zone,
)
from netwatch.alerts.settings import MatcherText
from netwatch.model import Section


def _checked_by(read: Callable[[str], object]) -> AfterValidator:
    """Return a validator that keeps the text if `read` can read it."""

    def checked(text: str) -> str:
        read(text)
        return text

    return AfterValidator(checked)


def _number_as_text(value: Any) -> Any:
    """Take `days_of_month: [1, 15]` and `years: [2026]` as well as their quoted forms, as Alertmanager does."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _text_or_number(*examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": ["string", "integer"], "examples": list(examples)})


def _instant(value: Any) -> datetime:
    """Read a date and time of day; YAML makes some of them itself."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f'{value!r} is not a date and time such as "2026-12-01 22:00"') from None
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    if not isinstance(value, datetime):
        raise ValueError('is not a date and time such as "2026-12-01 22:00"')
    return value


TimeText = Annotated[str, _checked_by(minute_of_day), Field(examples=["17:00", "24:00"])]
WeekdayText = Annotated[str, _checked_by(weekday_range), Field(examples=["monday:friday", "sunday"])]
DayText = Annotated[
    str, BeforeValidator(_number_as_text), _checked_by(day_of_month_range), _text_or_number("1:5", "-1")
]
MonthText = Annotated[
    str, BeforeValidator(_number_as_text), _checked_by(month_range), _text_or_number("may:august", "1:3")
]
YearText = Annotated[str, BeforeValidator(_number_as_text), _checked_by(year_range), _text_or_number("2026:2027")]
LocationText = Annotated[str, _checked_by(zone), Field(examples=["Europe/Berlin"])]
LocalInstant = Annotated[
    datetime,
    BeforeValidator(_instant),
    PlainSerializer(lambda at: at.isoformat(sep=" "), return_type=str),
    WithJsonSchema({"type": "string", "examples": ["2026-12-01 22:00"]}),
]


class TimeRangeSettings(Section):
    """A part of the day, from `start_time` to just before `end_time`."""

    start_time: TimeText = Field(description='when it begins, "00:00" to "23:59"')
    end_time: TimeText = Field(description='when it is over, "00:01" to "24:00"')

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if minute_of_day(self.start_time) >= minute_of_day(self.end_time):
            raise ValueError(
                "start_time must be before end_time; a night is two ranges, one to 24:00 and one from 00:00"
            )
        return self


class TimeIntervalSettings(Section):
    """Instants at which all of this holds; of each list one entry is enough, what is left out always holds."""

    times: list[TimeRangeSettings] = Field(default_factory=list, description="parts of the day")
    weekdays: list[WeekdayText] = Field(
        default_factory=list, description="days such as saturday, or ranges such as monday:friday"
    )
    days_of_month: list[DayText] = Field(
        default_factory=list, description="days such as 1, or ranges such as 1:5 and -3:-1; -1 is the last"
    )
    months: list[MonthText] = Field(
        default_factory=list, description="months such as january or 1, or ranges such as may:august"
    )
    years: list[YearText] = Field(default_factory=list, description="years such as 2026, or ranges such as 2026:2027")
    location: LocationText = Field(
        default="UTC", description="the time zone of all this, such as Europe/Berlin; Local is this machine's"
    )


class NamedIntervalsSettings(Section):
    """Times under a name, for `mute_time_intervals` and `active_time_intervals` of routes."""

    name: str = Field(min_length=1, max_length=255, description="what routes call it; unique")
    time_intervals: list[TimeIntervalSettings] = Field(
        default_factory=list, description="it holds where one of these holds"
    )


class MaintenanceSettings(Section):
    """A time in which something is worked on: once, with `from` and `until`, or again and again."""

    name: str = Field(min_length=1, max_length=255, description="what mails and the page call it; unique")
    matchers: list[MatcherText] = Field(
        min_length=1, description='whom it concerns: conditions on labels, such as device="core-r1" or site="hq"'
    )
    mode: Literal["skip", "mute", "mark"] = Field(
        default="mute",
        description="skip: readings are not held against rules; mute: nobody is told; mark: mails say so",
    )
    children: bool = Field(
        default=False, description="whether it also concerns every device that is reached through those (depends_on)"
    )
    from_: LocalInstant | None = Field(default=None, alias="from", description="when it begins, where it comes once")
    until: LocalInstant | None = Field(default=None, description="when it is over, where it comes once")
    location: LocationText = Field(
        default="UTC",
        description="the time zone of from and until, and of time_intervals that name none; Local is this machine's",
    )
    time_intervals: list[TimeIntervalSettings] = Field(
        default_factory=list, description="when it is, where it comes again; shaped as those of time_intervals"
    )

    @model_validator(mode="after")
    def _comes_once_or_again(self) -> Self:
        once = self.from_ is not None or self.until is not None
        if once and self.time_intervals:
            raise ValueError("comes once, with from and until, or again and again, with time_intervals; not both")
        if not once and not self.time_intervals:
            raise ValueError("says not when: give it from and until, or time_intervals")
        if once and (self.from_ is None or self.until is None):
            raise ValueError("needs both from and until")
        return self
