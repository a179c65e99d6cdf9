"""The `reachability` part of the configuration: by what a device is known to be there.

May import: netwatch.model. Called by: netwatch.config.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from netwatch.model import Duration, Method, Section


def _each_once(methods: list[Method]) -> list[Method]:
    if len(set(methods)) != len(methods):
        raise ValueError("names a method twice")
    return methods


Methods = Annotated[list[Method], Field(min_length=1), AfterValidator(_each_once)]


class ReachabilitySettings(Section):
    """How NetWatch finds out whether a device is there. It is up while any method is answered."""

    methods: Methods = Field(
        default_factory=lambda: list[Method](("snmp", "ping")),
        description="snmp, ping (ICMP echo), or both; unless this is set, addresses of this machine are not pinged",
    )
    ping_interval: Annotated[Duration, Field(ge=timedelta(seconds=1))] = Field(
        default=timedelta(seconds=10), description="how often a device is pinged"
    )
    ping_timeout: Annotated[Duration, Field(ge=timedelta(milliseconds=10), le=timedelta(seconds=60))] = Field(
        default=timedelta(seconds=1), description="how long to wait for the answer to a ping"
    )
