"""Writes traps as people read them: names for OIDs where somebody knows them, values as their objects want them.

A quiet room.
May import: netwatch.model. Called by: pages, api.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from netwatch.model import ObjectNames, TrapEvent, trap_name, value_text


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTrap:
    """A trap with its own name, and a name and a text for each varbind."""

    event: TrapEvent
    name: str
    varbinds: tuple[tuple[str, str], ...]


def shown_trap(event: TrapEvent, names: ObjectNames) -> ShownTrap:
    """Return a trap in words."""
    varbinds = ((names.name_of(one.oid), value_text(names, one.oid, one.value)) for one in event.varbinds)
    return ShownTrap(event=event, name=trap_name(names, event.trap_oid), varbinds=tuple(varbinds))


def shown_traps(events: Iterable[TrapEvent], names: ObjectNames) -> list[ShownTrap]:
    """Return traps in words, in their order."""
    return [shown_trap(event, names) for event in events]
