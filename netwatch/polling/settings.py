"""The `polling`, `defaults` and `devices` parts of the configuration.

May import: netwatch.model. Called by: config.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from netwatch.model import OWN_NAME, Duration, Method, Section

_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(\.(?!-)[A-Za-z0-9_-]{1,63})*\.?")
_LABEL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_RESERVED_LABELS = ("device", "alertname")


def _device_name(text: str) -> str:
    if text == OWN_NAME:
        raise ValueError(f"{OWN_NAME!r} is the name under which NetWatch watches itself; choose another")
    if not text.isprintable() or text != text.strip() or "/" in text:
        raise ValueError("must be printable, without a slash, and without blanks around it")
    return text


def _address(text: str) -> str:
    if text.startswith("[") and text.endswith("]"):
        raise ValueError("is written without brackets here; a port has its own key `port`")
    try:
        ipaddress.ip_address(text)
    except ValueError:
        looks_like_ip = re.fullmatch(r"[0-9.]+|.*:.*", text)
        if looks_like_ip or len(text) > 253 or not _HOST_NAME.fullmatch(text):
            raise ValueError(
                "must be an IP address or a host name, such as 192.0.2.1, 2001:db8::1 or sw1.example.net"
            ) from None
    return text


def _ip_address(text: str) -> str:
    ipaddress.ip_address(text)
    return text


def _label_name(text: str) -> str:
    if not _LABEL_NAME.fullmatch(text) or text.startswith("__"):
        raise ValueError("a label's name has letters, digits and _, and does not begin with a digit or __")
    if text in _RESERVED_LABELS:
        raise ValueError(f"the label {text!r} is set by NetWatch; choose another name")
    return text


Labels = dict[Annotated[str, AfterValidator(_label_name)], str]
Positive = Annotated[Duration, Field(gt=timedelta(0))]


class PollingSettings(Section):
    """How often to ask, and how long to wait."""

    interval: Positive = Field(default=timedelta(seconds=60), description="how often each table of a device is read")
    reachability_interval: Positive = Field(
        default=timedelta(seconds=10), description="how often a device is asked whether it is there at all"
    )
    timeout: Positive = Field(default=timedelta(seconds=2), description="how long to wait for an answer at first")
    retries: int = Field(default=3, ge=0, le=10, description="how often a request is repeated before it failed")
    discovery_interval: Positive = Field(
        default=timedelta(hours=1), description="how often a device's rows (its interfaces) are looked for anew"
    )
    max_in_flight_per_device: int = Field(
        default=2, ge=1, le=64, description="requests one device is asked at the same time"
    )
    max_in_flight: int = Field(
        default=2000, ge=1, le=100_000, description="requests under way at the same time, to all devices together"
    )


class DefaultSettings(Section):
    """What a device gets where it says nothing itself."""

    credential: str | None = Field(default=None, description="the name of a credential")
    write_credential: str | None = Field(
        default=None, description="the name of the credential that `netwatch set` writes with; nothing else uses it"
    )
    port: int = Field(default=161, ge=1, le=65535, description="the UDP port of the device's SNMP agent")


class DeviceSettings(Section):
    """One device to watch. What it leaves out comes from `defaults` and `polling`."""

    name: Annotated[str, AfterValidator(_device_name)] = Field(
        min_length=1, max_length=255, description="what it is called in mails, on the page and in metrics; unique"
    )
    address: Annotated[str, AfterValidator(_address)] = Field(
        min_length=1, description="an IP address or a host name"
    )
    port: int | None = Field(default=None, ge=1, le=65535, description="the UDP port of its SNMP agent")
    credential: str | None = Field(default=None, description="the name of the credential it is asked with")
    write_credential: str | None = Field(
        default=None, description="the name of the credential that `netwatch set` writes with; nothing else uses it"
    )
    labels: Labels = Field(
        default_factory=dict, description="labels on its alerts and series, for routes and queries"
    )
    depends_on: list[str] = Field(
        default_factory=list, description="names of the devices it can only be reached through"
    )
    needs: Literal["any", "all"] = Field(
        default="any", description="whether one of depends_on is enough to reach it (any), or it takes all of them"
    )
    accept_from: list[Annotated[str, AfterValidator(_ip_address)]] = Field(
        default_factory=list, description="further IP addresses its answers may come from"
    )
    profile: str | None = Field(
        default=None, description="the name of a profile, instead of the one its sysObjectID finds"
    )
    interval: Positive | None = Field(default=None, description="as polling.interval, for this device")
    reachability_interval: Positive | None = Field(
        default=None, description="as polling.reachability_interval, for this device"
    )
    methods: list[Method] | None = Field(
        default=None, min_length=1, description="as reachability.methods, for this device; [ping] needs no credential"
    )
    ping_interval: Positive | None = Field(default=None, description="as reachability.ping_interval, for this device")
    timeout: Positive | None = Field(default=None, description="as polling.timeout, for this device")
    retries: int | None = Field(default=None, ge=0, le=10, description="as polling.retries, for this device")
