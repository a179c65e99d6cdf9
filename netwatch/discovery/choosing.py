"""What becomes of the devices that a sweep found: known, taken by itself, or waiting for somebody.

A quiet room: no clock, no socket. May import: netwatch.model, the files of this room.
Called by: netwatch.discovery.patrol.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from netwatch.discovery.findings import MOST_WAITING, Findings
from netwatch.discovery.found import FoundDevice
from netwatch.discovery.settings import AutoSettings
from netwatch.model import DiscoveredDevice, all_hold, parse_matchers

MATCHED = ("name", "address", "credential", "sys_name", "sys_descr", "sys_object_id", "serial")
NAMED = 10
"""So many devices are told by name; of more it is told how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a sweep comes to: what is to be known of it, and the entries that are to be watched from now on."""

    findings: Findings
    entries: tuple[dict[str, Any], ...] = ()


def chosen(
    devices: Sequence[FoundDevice],
    before: Findings,
    *,
    auto: Sequence[AutoSettings],
    per_day: int,
    now: datetime,
    usual_credential: str | None,
    answering: int,
) -> Choice:
    """Decide on what was found; nothing that was found before is forgotten because it vanished."""
    seen = {one.address: one for one in before.devices}
    left = per_day - (before.taken_that_day if before.day == now.date() else 0)
    found: dict[str, DiscoveredDevice] = {}
    entries: list[dict[str, Any]] = []
    fitting, rules = 0, [(_fitting(rule), rule.labels) for rule in auto]
    for device in devices:
        if device.known_as:
            if device.host.address in seen:
                seen[device.host.address] = replace(seen[device.host.address], last_seen=now)
            continue
        earlier = next((seen[one] for one in (device.host.address, *device.others) if one in seen), None)
        one = _discovered(device, earlier, now)
        if one.taken_at is not None:  # and not read yet: the configuration may be broken just now
            found[one.address] = one
            continue
        labels = next((labels for fits, labels in rules if fits(one)), None)
        fitting += labels is not None
        if labels is not None and len(entries) < left:
            entries.append(entry_of(one, usual_credential, labels))
            one = replace(one, taken_at=now)
        found[one.address] = one
    new = [one for one in found.values() if one.first_seen == now or one.taken_at == now]
    addresses = {address for one in found.values() for address in (one.address, *one.others)}
    kept = {**{address: one for address, one in seen.items() if address not in addresses}, **found}
    findings = Findings(
        ended_at=now, answering=answering, devices=tuple(kept.values())[-MOST_WAITING:], day=now.date(),
        taken_that_day=per_day - left + len(entries), new=len(new),
        words=_words(new, held_back=fitting - len(entries), per_day=per_day), told_at=now if new else before.told_at,
    )  # fmt: skip
    if not new:
        findings = replace(findings, words=before.words, new=before.new)
    return Choice(findings=findings, entries=tuple(entries))


def _fitting(rule: AutoSettings) -> Callable[[DiscoveredDevice], bool]:
    """Return what says whether a rule takes a device."""
    matchers = [one for text in rule.matchers for one in parse_matchers(text)]
    networks = [ipaddress.ip_network(text) for text in rule.networks]

    def fits(one: DiscoveredDevice) -> bool:
        address = ipaddress.ip_address(one.address)
        if networks and not any(address in network for network in networks):
            return False
        return all_hold(matchers, {name: getattr(one, name) for name in MATCHED})

    return fits


def entry_of(
    one: DiscoveredDevice, usual_credential: str | None, labels: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return a device as an entry of `devices`."""
    return {
        "name": one.name, "address": one.address,
        "credential": one.credential if one.credential != usual_credential else "",
        "accept_from": list(one.others), "labels": dict(labels or {}),
    }  # fmt: skip


def _discovered(device: FoundDevice, earlier: DiscoveredDevice | None, now: datetime) -> DiscoveredDevice:
    host = device.host
    return DiscoveredDevice(
        name=device.name, address=host.address, others=device.others, credential=host.credential,
        sys_name=host.sys_name, sys_descr=host.sys_descr, sys_object_id=host.sys_object_id, serial=host.serial,
        first_seen=earlier.first_seen if earlier is not None else now, last_seen=now,
        taken_at=earlier.taken_at if earlier is not None else None,
    )  # fmt: skip


def _words(new: Sequence[DiscoveredDevice], *, held_back: int, per_day: int) -> str:
    taken = [one for one in new if one.taken_at is not None]
    waiting = [one for one in new if one.taken_at is None]
    parts = [f"{len(new):,} devices were found" if len(new) != 1 else "1 device was found"]
    if taken:
        parts.append(f"{len(taken):,} taken: {_names(taken)}")
    if waiting:
        parts.append(f"{len(waiting):,} waiting: {_names(waiting)}")
    if held_back > 0:
        parts.append(f"{held_back:,} of those wait because discovery.auto_per_day lets {per_day:,} be taken a day")
    return "; ".join(parts)


def _names(some: Sequence[DiscoveredDevice]) -> str:
    named = [one.name if one.name == one.address else f"{one.name} ({one.address})" for one in some[:NAMED]]
    return ", ".join(named) + (f" and {len(some) - NAMED:,} more" if len(some) > NAMED else "")
