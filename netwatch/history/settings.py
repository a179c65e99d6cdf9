"""The `history` part of the configuration.

May import: netwatch.model, netwatch.alerts. Called by: config.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationInfo, WithJsonSchema, field_validator

from netwatch.alerts.regular_mail_settings import RegularMailSettings
from netwatch.model import Duration, Section, format_duration

MOST_DEVICES_UNASKED = 1000
"""With more devices nothing is kept unless the configuration says `enabled: true`."""
LEAST_SIZE = 16 * 1024 * 1024
_UNITS = {"": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}
_SIZE = re.compile(r"(\d{1,15})(KiB|MiB|GiB|TiB)", re.ASCII)


def parse_size(text: str) -> int:
    """Read `2GiB` or `500MiB`: octets.

    Raises:
        ValueError: the text is no size.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a size such as 500MiB or 2GiB")
    return int(match[1]) * _UNITS[match[2]]


def format_size(octets: int) -> str:
    """Write a size in the largest unit that says it exactly."""
    unit = next((unit for unit, size in reversed(_UNITS.items()) if octets and octets % size == 0), "")
    return f"{octets // _UNITS[unit]}{unit}"


def _from_yaml(value: object) -> object:
    return parse_size(value) if isinstance(value, str) else value


Size = Annotated[
    int,
    BeforeValidator(_from_yaml),
    PlainSerializer(format_size),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]+(KiB|MiB|GiB|TiB)$"}),
]
"""Octets, written `2GiB`."""


_LEAST = {"raw": timedelta(hours=12), "five_minutes": timedelta(days=10), "hours": timedelta(days=10)}
"""As long as it takes until what is finer was folded into what is coarser, and something to spare."""


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class WeeklyReportSettings(RegularMailSettings):
    """A mail that says once a week how available all was, and which ports are full."""

    day: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = Field(
        default="monday", description="on which day of the week"
    )

    @property
    def weekday(self) -> int:
        """Return the day of the week, 0 for Monday."""
        return WEEKDAYS.index(self.day)


class HistorySettings(Section):
    """What is kept of the readings, and for how long; values of concepts and of reachability."""

    enabled: bool | None = Field(
        default=None,
        description=f"whether it is kept; where nothing is said, for up to {MOST_DEVICES_UNASKED} devices",
    )
    raw: Duration = Field(default=timedelta(hours=24), description="how long every reading is kept")
    five_minutes: Duration = Field(
        default=timedelta(days=30), description="how long lowest, mean and highest of five minutes are kept"
    )
    hours: Duration = Field(default=timedelta(days=400), description="how long those of an hour are kept")
    max_size: Size = Field(
        default=2 << 30, ge=LEAST_SIZE,
        description="what the file may take on disk; when it is full the oldest goes earlier",
    )  # fmt: skip

    weekly_report: WeeklyReportSettings | None = Field(
        default=None, description="a mail a week: availability, the worst devices, the fullest ports"
    )

    def is_kept(self, devices: int) -> bool:
        """Return whether history of so many devices is kept."""
        return devices <= MOST_DEVICES_UNASKED if self.enabled is None else self.enabled

    @field_validator("raw", "five_minutes", "hours")
    @classmethod
    def _is_some_time(cls, kept: timedelta, info: ValidationInfo) -> timedelta:
        least = _LEAST[info.field_name or ""]
        if kept < least:
            raise ValueError(
                f"must be at least {format_duration(least)}: only after that it is in a coarser tier too"
            )
        return kept
