"""What of the found devices is to stand in the configuration: entries for `devices`, as YAML.

A quiet room: no clock, no socket. May import: netwatch.model. Called by: netwatch.cli, through the door.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from netwatch.discovery.found import FoundDevice
from netwatch.discovery.listed import SNMP_PORT, Listed

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*|\d{1,3}(\.\d{1,3}){3}")
_WORDS = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))


def proposed(devices: Sequence[FoundDevice], usual_credential: str | None) -> list[str]:
    """Return an entry of one line for each device that the configuration does not have yet.

    The credential is left out where it is the one that `defaults` gives.
    """
    return [_entry(device, usual_credential) for device in devices if not device.known_as]


def proposed_of_listed(listed: Iterable[Listed], usual_credential: str | None) -> list[str]:
    """Return an entry of one line for each device that another program lists."""
    return [_entry_of_listed(one, usual_credential) for one in listed]


def _entry_of_listed(one: Listed, usual: str | None) -> str:
    parts = [f"name: {scalar(one.name)}", f"address: {scalar(one.address)}"]
    if one.port != SNMP_PORT:
        parts.append(f"port: {one.port}")
    if one.pinged_only:
        parts.append("methods: [ping]")
    elif one.credential and one.credential != usual:
        parts.append(f"credential: {scalar(one.credential)}")
    if one.labels:
        parts.append(f"labels: {{{', '.join(f'{key}: {text_scalar(value)}' for key, value in one.labels.items())}}}")
    return f"{{{', '.join(parts)}}}"


def text_scalar(text: str) -> str:
    """Return a text as YAML, one that looks like an address or number too: labels are texts."""
    return scalar(text) if text[:1].isalpha() else json.dumps(text.replace("${", "$${"), ensure_ascii=False)


def _entry(device: FoundDevice, usual: str | None) -> str:
    parts = [f"name: {scalar(device.name)}", f"address: {scalar(device.host.address)}"]
    if device.host.credential != usual:
        parts.append(f"credential: {scalar(device.host.credential)}")
    if device.others:
        parts.append(f"accept_from: [{', '.join(map(scalar, device.others))}]")
    return f"{{{', '.join(parts)}}}"


def scalar(text: str) -> str:
    """Return a text as the configuration writes it, so that nobody reads it as anything else.

    A reference to a secret in what a device calls itself stays the text it is.
    """
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS and not text.endswith(".")
    return text if is_plain else json.dumps(text.replace("${", "$${"), ensure_ascii=False)
