"""The `polling`, `defaults` and `devices` parts of the configuration.

May import: netwatch.model. Called by: config.
"""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from netwatch.model import Duration, Section


class PollingSettings(Section):
    """How often to ask, and how long to wait."""

    interval: Duration = timedelta(seconds=60)
    reachability_interval: Duration = timedelta(seconds=10)
    timeout: Duration = timedelta(seconds=2)
    retries: int = Field(default=3, ge=0, le=10)
    discovery_interval: Duration = timedelta(hours=1)
    max_in_flight_per_device: int = Field(default=2, ge=1, le=64)
    max_in_flight: int = Field(default=2000, ge=1, le=100_000)


class DefaultSettings(Section):
    """What a device gets where it says nothing itself."""

    credential: str | None = None
    port: int = Field(default=161, ge=1, le=65535)


class DeviceSettings(Section):
    """One device to watch."""

    name: str = Field(min_length=1, max_length=255)
    address: str = Field(min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535)
    credential: str | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    depends_on: list[str] = Field(default_factory=list)
    accept_from: list[str] = Field(default_factory=list)
    profile: str | None = None
    interval: Duration | None = None
    reachability_interval: Duration | None = None
    timeout: Duration | None = None
    retries: int | None = Field(default=None, ge=0, le=10)
