"""A device to watch, the credential it is asked with, and what stands at its ports.

May import: nothing. Called by: config, which makes devices; polling, snmp, traps, neighbours, web, which use them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from pydantic import SecretStr

Version = Literal["1", "2c", "3"]
AuthProtocol = Literal["MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512"]
PrivacyProtocol = Literal["DES", "3DES", "AES", "AES-192", "AES-192-C", "AES-256", "AES-256-C"]

Method = Literal["snmp", "ping"]

NO_SECRET = SecretStr("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """How to speak to a device: a community (v1, v2c) or a USM user (v3, RFC 3414).

    `AES-192` and `AES-256` localise keys after Blumenthal, the names ending in `-C` after Reeder (as Cisco does).
    context_engine: the engine of v3 whose context is asked; empty for the one that answers, as nearly always.
    """

    name: str
    version: Version
    community: SecretStr = NO_SECRET
    user: str = ""
    auth_protocol: AuthProtocol | None = None
    auth_passphrase: SecretStr = NO_SECRET
    privacy_protocol: PrivacyProtocol | None = None
    privacy_passphrase: SecretStr = NO_SECRET
    context: str = ""
    context_engine: bytes = b""


NO_CREDENTIAL = Credential(name="", version="2c")
"""What stands with a device that is not asked by SNMP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device as the configuration gives it, with every default filled in.

    `accept_from` names further addresses its answers may come from; `profile` pins a profile by name instead
    of matching sysObjectID. `depends_on` names the devices it is reached through; it needs `any` of them (they back
    each other up) or `all` (they stand in a row). It is there while one of `methods` is answered.
    """

    name: str
    address: str
    port: int = 161
    credential: Credential
    labels: Mapping[str, str] = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    needs: Literal["any", "all"] = "any"
    accept_from: tuple[str, ...] = ()
    profile: str | None = None
    interval: timedelta = timedelta(seconds=60)
    reachability_interval: timedelta = timedelta(seconds=10)
    timeout: timedelta = timedelta(seconds=2)
    retries: int = 3
    methods: tuple[Method, ...] = ("snmp",)
    ping_interval: timedelta = timedelta(seconds=10)

    @property
    def has_snmp(self) -> bool:
        """Return whether it is asked by SNMP at all."""
        return "snmp" in self.methods

    @property
    def is_pinged(self) -> bool:
        """Return whether it is asked by ICMP echo."""
        return "ping" in self.methods

    @property
    def silence(self) -> timedelta:
        """Return after how long without an answer it counts as down: each try is given the whole time-out."""
        return self.timeout * (self.retries + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFacts:
    """What a device said it is, for rules that are meant for some devices only."""

    profile: str = ""
    vendor: str = ""
    sys_descr: str = ""
    sys_object_id: str = ""
    sys_name: str = ""

    @property
    def labels(self) -> dict[str, str]:
        """Return them by the names that matchers use."""
        return {
            "profile": self.profile, "vendor": self.vendor, "sysDescr": self.sys_descr,
            "sysObjectID": self.sys_object_id, "sysName": self.sys_name,
        }  # fmt: skip

    def as_json(self) -> str:
        """Return them as text."""
        return json.dumps(asdict(self), sort_keys=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceStatus:
    """What polling knows about a device right now, for the page, the API and `netwatch poll`.

    `up` is None until the device was asked once. `trouble` is a sentence for people, empty when all is well.
    partial_tables: tables of the last poll that were not read, or in part only; partial_because: why, by table.
    """

    device: Device
    up: bool | None = None
    profile: str = ""
    sys_name: str = ""
    sys_descr: str = ""
    sys_object_id: str = ""
    uptime: timedelta | None = None
    round_trip: timedelta | None = None
    last_polled_at: datetime | None = None
    partial_tables: tuple[str, ...] = ()
    partial_because: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""


class DeviceSign(NamedTuple):
    """The little of a DeviceStatus that says where among all others a device stands: made of ten thousand at once."""

    device: Device
    up: bool | None
    sys_name: str
    trouble: str
    partial_tables: tuple[str, ...]
    profile: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """One neighbour of one device, known by its port, its chassis ID and its port ID.

    if_index, port: where it is; empty where the device did not say, or says it in a way of its own.
    name: what it calls itself, else its chassis ID. kinds: words like bridge, router, phone, access-point.
    remote_port: the port ID it announced; remote_port_name: what it says of that port, often its name.
    protocols: by which it was heard: lldp, cdp, or mac, where nobody announced it.
    peer: the monitored device it is, empty for none; peer_by: what says so. peer_port, peer_if_index: its end there.
    vlans: those that its hardware address was learned in, where that is told. is_there: it was in the last whole
    reading. is_evidence: concluded from addresses, not announced; `why` says how.
    """

    device: str
    if_index: str
    port: str
    name: str
    chassis: str = ""
    remote_port: str = ""
    remote_port_name: str = ""
    address: str = ""
    platform: str = ""
    kinds: tuple[str, ...] = ()
    protocols: tuple[str, ...] = ()
    peer: str = ""
    peer_by: str = ""
    peer_port: str = ""
    peer_if_index: str = ""
    first_seen: datetime
    last_seen: datetime
    is_there: bool = True
    is_evidence: bool = False
    why: str = ""
    vlans: tuple[str, ...] = ()

    @property
    def is_bridge(self) -> bool:
        """Return whether it says that it passes frames on."""
        return "bridge" in self.kinds

    @property
    def is_monitored(self) -> bool:
        """Return whether it is a device that is watched."""
        return bool(self.peer)

    @property
    def far_end(self) -> str:
        """Return who it is, and at which port of its own: `core-sw2 Te1/1/4`."""
        return " ".join(
            filter(None, (self.peer or self.name, self.peer_port or self.remote_port_name or self.remote_port))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkEnd:
    """A port of a monitored device; `if_index` is empty where the other side does not say which one it is."""

    device: str
    if_index: str
    port: str

    def __str__(self) -> str:
        return " ".join(filter(None, (self.device, self.port or self.if_index)))


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveredDevice:
    """A device that a sweep found and the configuration does not have.

    others: further addresses of it. taken_at: when it was taken by itself; None while it waits for somebody.
    last_seen: when a sweep found it last; one that vanished stays.
    """

    name: str
    address: str
    others: tuple[str, ...] = ()
    credential: str = ""
    sys_name: str = ""
    sys_descr: str = ""
    sys_object_id: str = ""
    serial: str = ""
    first_seen: datetime
    last_seen: datetime
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryState:
    """Where scheduled sweeps stand. asked: addresses of the present sweep that are done, None between sweeps.

    words: what the last sweep found that was new, empty for nothing. trouble: why the last one broke off.
    """

    ranges: tuple[str, ...] = ()
    size: int = 0
    asked: int | None = None
    ended_at: datetime | None = None
    next_at: datetime | None = None
    answering: int = 0
    words: str = ""
    trouble: str = ""
    devices: tuple[DiscoveredDevice, ...] = ()
