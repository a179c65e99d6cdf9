"""The configuration of the demo: a file like any other, so that people may look at it and take it as a start.

May import: netwatch.model, netwatch.simulator. Called by: netwatch demo.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from netwatch.model import Credential, Device, format_duration
from netwatch.simulator import MailboxServer

MAILBOX_PASSWORD = "of the demo"  # noqa: S105 - it opens a mailbox that is gone with the demo


def demo_config(
    devices: Sequence[Device], folder: Path, mailbox: MailboxServer, smtp_port: int, web_port: int, trap_port: int
) -> str:
    """Return the YAML that watches these devices, mails to that port, and keeps its state in `folder`."""
    credentials = {device.credential.name: _credential(device.credential) for device in devices}
    first = devices[0]
    tree: dict[str, Any] = {
        "credentials": credentials,
        "devices": [_device(device) for device in devices],
        "polling": {
            "interval": format_duration(first.interval),
            "reachability_interval": format_duration(first.reachability_interval),
            "timeout": format_duration(first.timeout),
            "retries": first.retries,
        },
        "traps": {"listen": [f"127.0.0.1:{trap_port}"]},
        "rules": {"paths": ["builtin"]},
        "route": {"receiver": "you", "group_by": ["device"], "group_wait": "1s", "group_interval": "3s"},
        "receivers": [{"name": "you", "email": {"to": ["you@example.net"]}}],
        "smtp": {"from": "NetWatch <netwatch@example.net>", "relays": [{"host": "127.0.0.1", "port": smtp_port}]},
        "mailbox": {
            "host": mailbox.host,
            "port": mailbox.port,
            "tls": "none",
            "username": mailbox.user,
            "password": MAILBOX_PASSWORD,
        },
        "web": {"listen": f"127.0.0.1:{web_port}"},
        "store": {"url": f"sqlite:///{folder / 'netwatch.db'}"},
    }
    text = io.StringIO()
    YAML(typ="safe", pure=True).dump(tree, text)
    return text.getvalue()


def _device(device: Device) -> dict[str, Any]:
    return {
        "name": device.name,
        "address": device.address,
        "port": device.port,
        "credential": device.credential.name,
        "labels": dict(device.labels),
        **({"depends_on": list(device.depends_on)} if device.depends_on else {}),
    }


def _credential(credential: Credential) -> dict[str, Any]:
    if credential.version != "3":
        return {"version": credential.version, "community": credential.community.get_secret_value()}
    return {
        "version": credential.version,
        "user": credential.user,
        "auth_protocol": credential.auth_protocol,
        "auth_passphrase": credential.auth_passphrase.get_secret_value(),
        "privacy_protocol": credential.privacy_protocol,
        "privacy_passphrase": credential.privacy_passphrase.get_secret_value(),
    }
