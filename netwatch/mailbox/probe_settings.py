"""The `mail_probe` part of the configuration: how often the mail's own way is walked from end to end.

May import: netwatch.model. Called by: netwatch.config, netwatch.app, netwatch.mailbox.probes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from pydantic import Field, model_validator

from netwatch.model import Duration, Section


class MailProbeSettings(Section):
    """A marked mail through every relay, every `interval`, which must come into the mailbox."""

    interval: Duration = Field(
        default=timedelta(minutes=10), ge=timedelta(seconds=1), description="how often each relay is tried"
    )
    to: str | None = Field(
        default=None, pattern=r"^[^@\s<>\",;:()\[\]\\]+@[A-Za-z0-9.-]+$",
        description="an address whose mail arrives in the mailbox; without it mailbox.address, or that of smtp.from",
    )  # fmt: skip
    slow_after: Duration = Field(
        default=timedelta(minutes=2), gt=timedelta(0), description="a mail that took longer was slow"
    )
    lost_after: Duration = Field(
        default=timedelta(minutes=15), gt=timedelta(0), description="a mail that did not arrive by then is lost"
    )

    @model_validator(mode="after")
    def _slow_before_lost(self) -> Self:
        if self.slow_after >= self.lost_after:
            raise ValueError("slow_after must be shorter than lost_after")
        return self
