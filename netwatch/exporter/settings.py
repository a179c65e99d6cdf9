"""The `exporter` part of the configuration.

May import: netwatch.model. Called by: config.
"""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from netwatch.model import Duration, Section


def _network(value: Any) -> Any:
    try:
        return ipaddress.ip_network(str(value))
    except ValueError as exc:
        raise ValueError(f"must be a network such as 10.0.0.0/8 or 2001:db8::/32: {exc}") from None


Network = Annotated[
    ipaddress.IPv4Network | ipaddress.IPv6Network,
    BeforeValidator(_network), WithJsonSchema({"type": "string"}),
]  # fmt: skip


class ExporterSettings(Section):
    """What /snmp answers, in the place of snmp_exporter.

    allow: who may be asked beside the devices of this configuration; see netwatch.exporter.targets for what a network
    does not open.
    """

    snmp_yml: list[str] = Field(
        default_factory=list, description="files of snmp_exporter's generator; wildcards are filled in"
    )
    allow: list[Network] = Field(
        default_factory=list, description="networks whose addresses may be a target without being a device here"
    )
    expand_environment_variables: bool = Field(
        default=False, description="fill ${NAME} into username, password and priv_password of auths"
    )
    wrap_large_counters: bool = Field(
        default=True,
        description="have 64-bit counters go round at 2^53, as snmp_exporter does, in /metrics too; false is exact",
    )
    share_answers_for: Duration = Field(
        default=timedelta(0),
        ge=timedelta(0),
        le=timedelta(minutes=5),
        description="how long an answer of /snmp is given to others who ask the same; 0: the device is asked",
    )
