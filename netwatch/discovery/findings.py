"""What sweeps of the agent found and what became of it, kept in a file beside the database.

May import: netwatch.model, the files of this room. Called by: netwatch.discovery, netwatch.cli through the door.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from netwatch.model import DiscoveredDevice, write_private

MOST_WAITING = 10_000
_TIMES = ("first_seen", "last_seen", "taken_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """How the last sweep ended. devices: what it found that the configuration does not have, waiting or taken.

    day: the day (UTC) of which `taken_that_day` counts. words: what was new, told at `told_at`; new: how many.
    """

    ended_at: datetime | None = None
    answering: int = 0
    devices: tuple[DiscoveredDevice, ...] = field(default=())
    day: date | None = None
    taken_that_day: int = 0
    words: str = ""
    told_at: datetime | None = None
    new: int = 0

    @property
    def waiting(self) -> tuple[DiscoveredDevice, ...]:
        """Return the devices that wait for somebody."""
        return tuple(one for one in self.devices if one.taken_at is None)


def read_findings(path: Path) -> Findings:
    """Return what the file tells; nothing where it tells of none, or is damaged: the next sweep finds all again."""
    try:
        kept: dict[str, Any] = json.loads(path.read_text())
        return Findings(
            ended_at=_instant(kept["ended_at"]), answering=int(kept["answering"]),
            devices=tuple(map(_device, kept["devices"])),
            day=date.fromisoformat(kept["day"]) if kept["day"] else None,
            taken_that_day=int(kept["taken_that_day"]), words=str(kept["words"]), told_at=_instant(kept["told_at"]),
            new=int(kept["new"]),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        return Findings()


def write_findings(path: Path, findings: Findings) -> None:
    """Keep them.

    Raises:
        OSError: the disk does not take it.
    """
    write_private(path, json.dumps(asdict(findings), default=lambda one: one.isoformat()))


def _instant(text: str | None) -> datetime | None:
    at = datetime.fromisoformat(text) if text else None
    if at is not None and at.tzinfo is None:
        raise ValueError("an instant without its zone")
    return at


def _device(kept: dict[str, Any]) -> DiscoveredDevice:
    times = {name: _instant(kept[name]) for name in _TIMES}
    return DiscoveredDevice(**{**kept, "others": tuple(kept["others"]), **times})
