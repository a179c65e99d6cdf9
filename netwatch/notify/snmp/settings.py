"""The `trap` part of a receiver.

May import: netwatch.model, netwatch.notify.snmp.managers. Called by: netwatch.notify.{mailer, settings, snmp.sender}.
"""

from __future__ import annotations

from typing import Annotated, Protocol

from pydantic import AfterValidator, Field

from netwatch.model import Section
from netwatch.notify.snmp.managers import parse_manager


def _a_manager(text: str) -> str:
    parse_manager(text)
    return text


class TrapReceiverSettings(Section):
    """Which SNMP managers a receiver notifies."""

    to: list[Annotated[str, AfterValidator(_a_manager)]] = Field(
        min_length=1, description="managers as ADDRESS:PORT, such as 192.0.2.9:162; each is notified on its own"
    )
    credential: str = Field(description="the name of the credential they know us by; v2c or v3")
    inform: bool = Field(
        default=False, description="whether to ask for an acknowledgement, and to try again until it comes"
    )
    send_resolved: bool = Field(default=True, description="whether the end of a problem is told too")


class NotifiedReceiver(Protocol):
    """What sending traps needs to know of a receiver."""

    @property
    def name(self) -> str:
        """What routes call it."""

    @property
    def trap(self) -> TrapReceiverSettings | None:
        """Which SNMP managers it notifies."""
