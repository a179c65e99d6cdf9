"""The `discovery` part of the configuration.

May import: netwatch.model. Called by: netwatch.config.
"""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from netwatch.model import Duration, Section, parse_matchers


def _network(text: str) -> str:
    return str(ipaddress.ip_network(text))


def _matcher(text: str) -> str:
    parse_matchers(text)
    return text


Network = Annotated[str, AfterValidator(_network)]


class AutoSettings(Section):
    """Which of the found devices are watched without anybody's word: those that all of this fits."""

    networks: list[Network] = Field(
        default_factory=list, description="in which of the ranges they are; without it in any of them"
    )
    matchers: list[Annotated[str, AfterValidator(_matcher)]] = Field(
        default_factory=list,
        description='what they say they are, such as sys_descr=~"Cisco.*"; of name, address, credential, sys_name, '
        "sys_descr, sys_object_id and serial",
    )
    labels: dict[str, str] = Field(default_factory=dict, description="labels that they get")


class DiscoverySettings(Section):
    """Where devices are looked for, what they are asked with, and what becomes of those that are found."""

    ranges: list[Network] = Field(
        default_factory=list, description="where to look, such as 192.0.2.0/24; nothing else is ever asked"
    )
    exclude: list[Network] = Field(default_factory=list, description="what of the ranges is never asked")
    credentials: list[str] = Field(
        default_factory=list,
        description="names of credentials to try, in this order, users of version 3 before communities; each once a "
        "host, and only at hosts that answered something",
    )
    rate: int = Field(default=5000, ge=1, le=1_000_000, description="packets a second, all together")
    timeout: Annotated[Duration, Field(ge=timedelta(milliseconds=50), le=timedelta(seconds=30))] = Field(
        default=timedelta(seconds=1), description="how long to wait for an answer, before it is asked once more"
    )
    interval: Annotated[Duration, Field(ge=timedelta(minutes=1))] | None = Field(
        default=None, description="how long after a sweep the agent looks again by itself; without it never"
    )
    scheduled_rate: int = Field(
        default=500, ge=1, le=100_000, description="packets a second of the agent's own sweeps, beside its polling"
    )
    auto: list[AutoSettings] = Field(
        default_factory=list, description="which found devices are watched without anybody's word; none by default"
    )
    auto_per_day: int = Field(
        default=20, ge=1, le=10_000, description="so many a day are taken by themselves (UTC); more wait"
    )
