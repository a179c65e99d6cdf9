"""What is known of the ports of a device, as text that survives a restart.

Ports that are alike are written together: most of a switch's are.
A quiet room. May import: netwatch.model. Called by: watched_device.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from netwatch.model.concepts import PORT_ROLES
from netwatch.rules.roles.opinion import Opinion, opinion
from netwatch.rules.roles.standing import Less, Port, port

ROLES_SCOPE: Final = "roles"
MOST_PORTS: Final = 20_000
"""Ports of one device that are taken back; no device has so many that matter."""
MOST_TEXT: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is known of a device's ports by their keys; since: when its interfaces were read first."""

    since: datetime
    ports: Mapping[str, Port]
    less: Mapping[str, Less]


def to_text(kept: Kept) -> str:
    """Write it down."""
    alike: dict[Port, list[str]] = {}
    for key, one in kept.ports.items():
        alike.setdefault(one, []).append(key)
    return json.dumps(
        {
            "since": kept.since.isoformat(),
            "ports": [[[*one.learned], one.first_day, keys] for one, keys in alike.items()],
            "less": {key: [[*less.seen], round(less.up_for.total_seconds())] for key, less in kept.less.items()},
        },
        separators=(",", ":"),
    )


def from_text(text: str | None) -> Kept | None:
    """Read what was written down; None where that cannot be, which costs what was learned and nothing else."""
    try:
        kept: dict[str, Any] = json.loads(text or "")
        ports: dict[str, Port] = {}
        for said, first_day, keys in kept["ports"]:
            ports |= dict.fromkeys(map(str, keys[:MOST_PORTS]), port(_opinion(said), first_day=bool(first_day)))
        less = {
            str(key): Less(_opinion(said), timedelta(seconds=min(int(seconds), 10**9)))
            for key, (said, seconds) in kept["less"].items()
        }
        since = datetime.fromisoformat(kept["since"])
        return Kept(since=since, ports=ports, less=less) if since.tzinfo is not None else None
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None


def _opinion(written: Any) -> Opinion:
    role, kind, reason, neighbour, counts_first = written
    if role not in ("", *PORT_ROLES):
        raise ValueError(f"no role is called {role!r}")
    return opinion(
        role, str(kind)[:MOST_TEXT], str(reason)[:MOST_TEXT], str(neighbour)[:MOST_TEXT],
        counts_first=bool(counts_first),
    )  # fmt: skip
