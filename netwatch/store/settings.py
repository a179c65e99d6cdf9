"""The `store` part of the configuration.

May import: netwatch.model. Called by: config.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field, field_validator

from netwatch.model import Duration, Section


class StoreSettings(Section):
    """Where state is kept, and for how long."""

    url: str = Field(
        default="sqlite:////var/lib/netwatch/netwatch.db",
        description="the database: sqlite:/// and a path; four slashes make it absolute",
    )
    retention: Duration = Field(
        default=timedelta(days=90),
        description="how long ended alerts, events, traps and finished mails are kept; unsent mail is kept always",
    )
    reserve: int = Field(
        default=16,
        ge=0,
        le=1024,
        description="MiB of disk kept beside the database for alerts and mails when it is full; 0: none",
    )

    @property
    def file(self) -> Path:
        """Return the database's file."""
        return Path(self.url.removeprefix("sqlite:///")).absolute()

    @property
    def directory(self) -> Path:
        """Return where the database stands, whose file system must not fill up."""
        return self.file.parent

    @field_validator("url")
    @classmethod
    def _is_a_database(cls, url: str) -> str:
        if not url.startswith("sqlite:///") or url in ("sqlite:///", "sqlite:////", "sqlite:///:memory:"):
            raise ValueError(
                "must be sqlite:/// and the path of a file, as in sqlite:////var/lib/netwatch/netwatch.db"
            )
        return url

    @field_validator("retention")
    @classmethod
    def _keeps_something(cls, retention: timedelta) -> timedelta:
        if retention < timedelta(days=1):
            raise ValueError("must be at least 1d: the page and `netwatch explain` read what it keeps")
        return retention
