"""Says of senders of traps that are turned away what in this configuration would let them in.

May import: netwatch.traps, netwatch.model, netwatch.config. Called by: netwatch.app, cli.
"""

from __future__ import annotations

from collections.abc import Sequence

from netwatch.config.inventory import credential, devices
from netwatch.config.settings import Settings
from netwatch.model import RefusedSender
from netwatch.traps import Refused, explained


def refused_senders(listed: Sequence[Refused], settings: Settings) -> Sequence[RefusedSender]:
    """Return refused senders in words."""
    by_address = {device.address: device for device in devices(settings)} if listed else {}
    users: dict[str, list[str]] = {}
    for name in settings.credentials:
        known = credential(settings, name)
        if known.version == "3":
            users.setdefault(known.user, []).append(name)
    has_communities = bool(settings.traps.communities)
    return [explained(one, by_address.get(one.source), users, has_communities=has_communities) for one in listed]
