"""The `traps` part of the configuration.

May import: netwatch.model. Called by: config.
"""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from netwatch.model import Duration, Section

SecurityLevel = Literal["noAuthNoPriv", "authNoPriv", "authPriv"]


def _listen_address(text: str) -> str:
    host, colon, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    if not colon or not (port.isascii() and port.isdigit() and 0 < int(port) <= 65535):
        raise ValueError("must be an IP address and a port, such as 0.0.0.0:162 or [::]:162")
    try:
        version = ipaddress.ip_address(bare).version
    except ValueError:
        raise ValueError("must begin with an IP address of this machine, such as 0.0.0.0:162 or [::]:162") from None
    if (version == 6) != (host != bare):
        raise ValueError("an IPv6 address, and only that, stands in brackets: [::]:162")
    return text


def _network(text: str) -> str:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        try:
            meant = ipaddress.ip_network(text, strict=False)
        except ValueError:
            raise ValueError("must be an address or a network, such as 192.0.2.7 or 192.0.2.0/24") from None
        raise ValueError(f"has bits set behind its prefix; did you mean {str(meant)!r}?") from None
    return text


class TrapSettings(Section):
    """Where to hear traps and whom to believe; nothing is heard without `listen`."""

    listen: list[Annotated[str, AfterValidator(_listen_address)]] = Field(
        default_factory=list, description="addresses and UDP ports to listen on", examples=[["0.0.0.0:162"]]
    )
    allow: list[Annotated[str, AfterValidator(_network)]] = Field(
        default_factory=list,
        description="networks traps may come from, besides relays; configured devices always may",
    )
    relays: list[Annotated[str, AfterValidator(_network)]] = Field(
        default_factory=list,
        description="networks of trusted relays, which may send and may say whose trap it is that they pass on",
    )
    communities: list[Annotated[SecretStr, Field(min_length=1)]] = Field(
        default_factory=list,
        description="communities that v1 and v2c traps may carry; without any, the one its device is polled with",
    )
    users: list[str] = Field(
        default_factory=list,
        description="names of v3 credentials whose users may send traps and informs; "
        "without any, the one its device is polled with",
    )
    minimum_level: SecurityLevel = Field(
        default="noAuthNoPriv",
        description="what every v3 notification must have; a user's own protocols are demanded anyway",
    )
    learn_engines: bool = Field(
        default=True, description="whether an engine ID not known from polling is believed once a user signed for it"
    )
    summary_interval: Annotated[Duration, Field(gt=timedelta(0), le=timedelta(hours=1))] = Field(
        default=timedelta(seconds=10),
        description="how often the repeats of a trap are told, as one count; the first is told at once",
    )
    profiles: list[str] = Field(
        default_factory=list,
        description="files and directories of Netdata's trap profiles, which say what kinds of traps mean",
    )
