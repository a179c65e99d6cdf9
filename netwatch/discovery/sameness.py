"""Which of the hosts that were found are one device: by engine ID, serial, chassis, and the addresses it says it has.

Engine IDs and serials are copied with images of machines, so what contradicts itself stays apart.
A quiet room: no clock, no socket. May import: netwatch.model. Called by: netwatch.cli, through the door.
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence

from netwatch.discovery.found import FoundDevice, Host
from netwatch.model import OWN_NAME

_NO_SERIAL = frozenset({"", "0", "none", "n/a", "na", "unknown", "not specified", "default string", "serial number"})


def devices_of(hosts: Sequence[Host], known: Mapping[str, str]) -> list[FoundDevice]:
    """Return the devices that hosts are which answered to a credential; `known`: address -> configured name."""
    groups = list(_groups([host for host in hosts if host.credential]))
    taken, found = set(known.values()), {host.address for host in hosts}
    return [_device(group, known, taken, found) for group in groups]


def _groups(hosts: Sequence[Host]) -> Iterator[list[Host]]:
    """Yield hosts that are one device, in the order of their first addresses."""
    leader = {host.address: host.address for host in hosts}
    by_address = {host.address: host for host in hosts}

    def top(address: str) -> str:
        while leader[address] != address:
            address = leader[address]
        return address

    for one, other in _pairs(hosts, by_address):
        if _may_be_one(one, other):
            first, second = sorted((top(one.address), top(other.address)), key=_order)
            leader[second] = first
    members: dict[str, list[Host]] = defaultdict(list)
    for host in sorted(hosts, key=lambda host: _order(host.address)):
        members[top(host.address)].append(host)
    yield from members.values()


def _pairs(hosts: Sequence[Host], by_address: Mapping[str, Host]) -> Iterator[tuple[Host, Host]]:
    """Yield hosts that something speaks for being one."""
    first: dict[tuple[str, str], Host] = {}
    for host in hosts:
        for mark in _marks(host):
            other = first.setdefault(mark, host)
            if other is not host:
                yield other, host
        for address in host.addresses:
            other = by_address.get(address, host)
            if other is not host and (other.sys_name, other.sys_object_id) == (host.sys_name, host.sys_object_id):
                yield other, host


def _marks(host: Host) -> Iterator[tuple[str, str]]:
    if host.engine_id:
        yield "engine", host.engine_id
    if host.serial.strip().lower() not in _NO_SERIAL:
        yield "serial", f"{host.sys_object_id} {host.serial}"
    if host.chassis:
        yield "chassis", host.chassis


def _may_be_one(one: Host, other: Host) -> bool:
    """Return whether nothing speaks against it: a device has one name, one kind and one serial."""
    texts = ((one.sys_name, other.sys_name), (one.sys_object_id, other.sys_object_id), (one.serial, other.serial))
    return all(not a or not b or a == b for a, b in texts)


def _device(group: Sequence[Host], known: Mapping[str, str], taken: set[str], found: Container[str]) -> FoundDevice:
    """Return what hosts are together. What one says it has counts as far as nobody else was found there."""
    asked = [host.address for host in group]
    said = [address for host in group for address in host.addresses if address not in found]
    known_as = next((known[address] for address in (*asked, *said) if address in known), "")
    host = next((host for host in group if host.address in known), group[0])
    others = tuple(one.address for one in group if one is not host)
    name = known_as or free_name(host, taken)
    taken.add(name)
    return FoundDevice(name=name, host=host, others=others, known_as=known_as)


def free_name(host: Host, taken: Container[str] = ()) -> str:
    """Return what a device can be called that nothing else is called: its sysName, else its address."""
    name = "".join(c if c.isprintable() and c != "/" else "-" for c in host.sys_name).strip()[:200].strip()
    for candidate in (name, f"{name}-{host.address}" if name else host.address):
        if candidate and candidate not in taken and candidate != OWN_NAME:
            return candidate
    return next(f"{host.address}-{n}" for n in range(2, 10_000) if f"{host.address}-{n}" not in taken)


def _order(address: str) -> tuple[int, int]:
    one = ipaddress.ip_address(address)
    return one.version, int(one)
