"""Devices that another program lists: Prometheus' file_sd, a CSV file, NetBox's API.

A quiet room: no clock, no socket. May import: netwatch.errors, netwatch.model. Called by: netwatch.discovery.netbox,
netwatch.cli through the door.
"""

from __future__ import annotations

import csv
import io
import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from netwatch.errors import ConfigError
from netwatch.model import parse_yaml, plain

MOST_LISTED = 100_000
SNMP_PORT = 161
_LABEL = re.compile(r"(?!__)[a-zA-Z_][a-zA-Z0-9_]*")
_RESERVED = frozenset(("device", "alertname", "instance", "job"))
_OWN_COLUMNS = frozenset(("name", "address", "port", "credential", "methods"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One device as it is listed; what is empty is not said. pinged_only: it has no SNMP."""

    name: str
    address: str
    port: int = SNMP_PORT
    credential: str = ""
    pinged_only: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)


def from_file_sd(text: str, name: str) -> list[Listed]:
    """Read a file of Prometheus' file_sd, JSON or YAML: groups of `targets` with `labels`.

    Raises:
        ConfigError: it is none; says where.
    """
    groups = plain(parse_yaml(text, name).data)  # JSON is YAML
    if not isinstance(groups, list):
        raise ConfigError(f"{name}: is no file_sd file, which is a list of groups with `targets`")
    found: list[Listed] = []
    for number, group in enumerate(groups):
        targets = group.get("targets") if isinstance(group, dict) else None
        if not isinstance(targets, list) or not all(isinstance(target, str) for target in targets):
            raise ConfigError(f"{name}: group {number}: `targets` is no list of texts")
        labels = _labels(group.get("labels") or {})
        found += [_of_target(target, labels) for target in targets]
    return _bounded(found, name)


def from_csv(text: str, name: str) -> list[Listed]:
    """Read CSV with a heading: name, address, port, credential, methods; every other column is a label.

    Raises:
        ConfigError: a line is none; says which.
    """
    separator = ";" if ";" in text.partition("\n")[0] else ","  # as some spreadsheets write it
    reader = csv.DictReader(io.StringIO(text.lstrip("\N{ZERO WIDTH NO-BREAK SPACE}")), delimiter=separator)
    if "address" not in (reader.fieldnames or ()):
        raise ConfigError(f"{name}:1: there is no column `address`")
    found: list[Listed] = []
    for row in reader:
        cells = {key: (value or "").strip() for key, value in row.items() if isinstance(key, str)}
        port = cells.get("port") or str(SNMP_PORT)
        if not cells["address"] or not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise ConfigError(f"{name}:{reader.line_num}: a row needs an address, and its port is a number")
        others = {key: value for key, value in cells.items() if key not in _OWN_COLUMNS}
        found.append(
            Listed(
                name=cells.get("name") or cells["address"], address=cells["address"], port=int(port),
                credential=cells.get("credential", ""), pinged_only=cells.get("methods") == "ping",
                labels=_labels(others),
            )
        )  # fmt: skip
    return _bounded(found, name)


def from_netbox(page: Any, name: str) -> list[Listed]:
    """Read a page of NetBox's /api/dcim/devices/; devices without a primary address, or not active, are left out.

    Raises:
        ConfigError: it is none.
    """
    results = page.get("results") if isinstance(page, dict) else None
    if not isinstance(results, list):
        raise ConfigError(f"{name}: is no list of NetBox's API: there are no `results`")
    return [one for one in map(_of_netbox, results) if one is not None]


def listed_entries(listed: list[Listed], known: Mapping[str, str], names: set[str]) -> Iterator[Listed]:
    """Yield what is not known yet, neither by address nor by name, each once."""
    addresses, taken = set(known), set(names)
    for one in listed:
        if one.address not in addresses and one.name not in taken:
            addresses.add(one.address)
            taken.add(one.name)
            yield one


def _of_netbox(device: Any) -> Listed | None:
    if not isinstance(device, dict) or _word(device, "status") not in ("", "active"):
        return None
    address = str((device.get("primary_ip") or {}).get("address") or "").partition("/")[0]
    if not address:
        return None
    labels = {key: _word(device, key) for key in ("site", "role", "location", "tenant", "platform")}
    return Listed(name=str(device.get("name") or address), address=address, labels=_labels(labels))


def _word(device: Mapping[str, Any], key: str) -> str:
    """Return what NetBox says of something: objects have a slug, choices a value."""
    value = device.get(key) or {}
    return str(value.get("slug") or value.get("value") or "") if isinstance(value, dict) else str(value)


def _of_target(target: str, labels: Mapping[str, str]) -> Listed:
    host, port = _split(target)
    return Listed(name=host, address=host, port=port, labels=labels)


def _split(target: str) -> tuple[str, int]:
    """Return host and port; of snmp_exporter's targets a port is that of the agent."""
    try:
        return ipaddress.ip_address(target.strip("[]")).compressed, SNMP_PORT
    except ValueError:
        host, _, port = target.rpartition(":")
    if host and port.isascii() and port.isdigit() and 0 < int(port) < 65536:
        return host.strip("[]"), int(port)
    return target, SNMP_PORT


def _labels(found: Mapping[Any, Any]) -> dict[str, str]:
    """Return the labels that a device may have: what Prometheus or NetWatch sets itself is left out."""
    return {
        str(key): str(value)
        for key, value in found.items()
        if _LABEL.fullmatch(str(key)) and key not in _RESERVED and str(value)
    }


def _bounded(found: list[Listed], name: str) -> list[Listed]:
    if len(found) > MOST_LISTED:
        raise ConfigError(f"{name}: {len(found):,} devices; {MOST_LISTED:,} at most are taken")
    return found


def parsed(text: str, name: str) -> list[Listed]:
    """Read a file by its name: .csv, else file_sd.

    Raises:
        ConfigError: it cannot be read as that; says where.
    """
    return from_csv(text, name) if name.lower().endswith(".csv") else from_file_sd(text, name)
