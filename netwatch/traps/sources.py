"""Who may send: configured devices, the networks of `allow`, trusted relays; nobody else, loopback included.

A quiet room but for its memory of those it has met.
May import: netwatch.model. Called by: netwatch.traps.pipeline.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from netwatch.model import Device
from netwatch.traps.devices import KnownDevices
from netwatch.traps.refusal import NotAccepted
from netwatch.traps.settings import TrapSettings

REMEMBERED = 16_384
"""Addresses can be forged without end; what is remembered of them cannot."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Source:
    """An address that may send, and what it may say."""

    address: str
    device: Device | None
    is_relay: bool
    communities: frozenset[bytes]

    @property
    def name(self) -> str:
        """Return the device's name, empty where the address is none of a device."""
        return self.device.name if self.device else ""


class Sources:
    """The source list."""

    def __init__(self, settings: TrapSettings, devices: KnownDevices) -> None:
        self._devices = devices
        self._allow = _networks(settings.allow)
        self._relays = _networks(settings.relays)
        self._communities = frozenset(one.get_secret_value().encode() for one in settings.communities)
        self._known: dict[str, Source | None] = {}
        self._changes = devices.changes

    def find(self, address: str) -> Source | None:
        """Return what is known of an address in its plain form, None where it may not send."""
        if self._changes != self._devices.changes or len(self._known) >= REMEMBERED:
            self._known.clear()
            self._changes = self._devices.changes
        try:
            return self._known[address]
        except KeyError:
            found = self._known[address] = self._judged(address)
            return found

    def origin(self, address: str) -> Source:
        """Return the one whose trap a relay passes on: trusted because the relay is."""
        device = self._devices.at(address)
        return Source(address=address, device=device, is_relay=False, communities=self._communities_of(device))

    def _judged(self, address: str) -> Source | None:
        device = self._devices.at(address)
        is_relay = _within(address, self._relays)
        if device is None and not is_relay and not _within(address, self._allow):
            return None
        communities = self._communities_of(device)
        return Source(address=address, device=device, is_relay=is_relay, communities=communities)

    def _communities_of(self, device: Device | None) -> frozenset[bytes]:
        """Return the configured communities; without any, a device's traps may carry the one it is polled with."""
        is_asked = device is not None and device.has_snmp
        if self._communities or device is None or not is_asked or device.credential.version == "3":
            return self._communities
        return frozenset((device.credential.community.get_secret_value().encode(),))


def check_community(source: Source, community: bytes) -> None:
    """See that a community is one the source may use.

    Raises:
        NotAccepted: it is not.
    """
    if community not in source.communities:
        raise NotAccepted("wrong_community")


def _networks(texts: Iterable[str]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


def _within(address: str, networks: Iterable[Network]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)
