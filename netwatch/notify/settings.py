"""The `receivers` part of the configuration: every way a receiver can be told, put together.

May import: netwatch.alerts, netwatch.model, netwatch.notify.{http.settings, mail.settings, snmp.settings}.
Called by: netwatch.notify.mailer, config.
"""

from __future__ import annotations

from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from netwatch.alerts.interval_settings import LocationText
from netwatch.alerts.interval_text import LOCAL, zone
from netwatch.model import Section
from netwatch.notify.http.settings import AlertmanagerSettings, WebhookSettings
from netwatch.notify.mail.settings import EmailSettings
from netwatch.notify.snmp.settings import TrapReceiverSettings


class ReceiverSettings(Section):
    """A name that routes point at: people, other managers, other programs, or several of these."""

    name: str = Field(min_length=1, description="what routes call it; unique")
    timezone: LocationText = Field(
        default=LOCAL, description="the time zone of its mails, such as Europe/Berlin; Local is this machine's"
    )
    email: EmailSettings | None = Field(default=None, description="whom it mails")
    trap: TrapReceiverSettings | None = Field(default=None, description="which SNMP managers it notifies")
    webhook: WebhookSettings | None = Field(default=None, description="where it posts JSON to")
    alertmanager: AlertmanagerSettings | None = Field(default=None, description="which Alertmanagers it tells")

    @property
    def zone(self) -> ZoneInfo | None:
        """Return the time zone; None for this machine's."""
        return zone(self.timezone)

    @property
    def wants_resolved(self) -> bool:
        """Return whether it is to hear of recoveries, whatever the way."""
        return any(way.send_resolved for way in self._ways())

    @model_validator(mode="after")
    def _tells_somebody(self) -> Self:
        if not self._ways():
            raise ValueError("tells nobody: give it email, trap, webhook or alertmanager")
        return self

    def _ways(self) -> list[EmailSettings | TrapReceiverSettings | WebhookSettings | AlertmanagerSettings]:
        ways = (self.email, self.trap, self.webhook, self.alertmanager)
        return [way for way in ways if way is not None]
