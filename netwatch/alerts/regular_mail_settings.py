"""A mail that comes at its hour, day by day or week by week: to whom, when, and by which clock.

May import: netwatch.model. Called by: netwatch.notify, netwatch.history.
"""

from __future__ import annotations

from datetime import time
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from netwatch.alerts.interval_settings import LocationText
from netwatch.alerts.interval_text import zone
from netwatch.model import Section

HourText = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["08:00"])]


class RegularMailSettings(Section):
    """What every such mail has."""

    receiver: str = Field(description="whom to mail: the name of a receiver with email")
    at: HourText = Field(default="08:00", description="when, by the clock of that place")
    location: LocationText = Field(
        default="UTC", description="the time zone of `at`, such as Europe/Berlin; Local is this machine's"
    )

    @property
    def hour(self) -> time:
        """Return the time of day."""
        return time.fromisoformat(self.at)

    @property
    def zone(self) -> ZoneInfo | None:
        """Return the time zone; None for this machine's."""
        return zone(self.location)
