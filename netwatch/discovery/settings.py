"""The `discovery` part of the configuration.

May import: netwatch.model. Called by: netwatch.config.
"""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from netwatch.model import Duration, Section


def _network(text: str) -> str:
    return str(ipaddress.ip_network(text))


Network = Annotated[str, AfterValidator(_network)]


class DiscoverySettings(Section):
    """Where `netwatch discover` looks for devices, and what it asks them with."""

    ranges: list[Network] = Field(
        default_factory=list, description="where to look, such as 192.0.2.0/24; nothing else is ever asked"
    )
    exclude: list[Network] = Field(default_factory=list, description="what of the ranges is never asked")
    credentials: list[str] = Field(
        default_factory=list,
        description="names of credentials to try, in this order, users of version 3 before communities; each once a "
        "host, and only at hosts that answered something",
    )
    rate: int = Field(default=5000, ge=1, le=100_000, description="packets a second, all together")
    timeout: Annotated[Duration, Field(ge=timedelta(milliseconds=50), le=timedelta(seconds=30))] = Field(
        default=timedelta(seconds=1), description="how long to wait for an answer, before it is asked once more"
    )
