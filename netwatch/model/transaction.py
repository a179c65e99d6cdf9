"""What is written together or not at all.

May import: netwatch.model. Called by: engine, which fills one; store, which commits it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netwatch.model.alert import Alert, AlertGroup, Event
    from netwatch.model.outbox import OutboxEntry, Supersession
    from netwatch.model.silence import Silence
    from netwatch.model.trap import TrapEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """A small fact a room wants back after a restart: scope and key name it, `text` is JSON, None forgets it."""

    scope: str
    key: str
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """What writing a notification down comes to: rows, what they supersede, and what is to be remembered.

    returned: rows that were sent, as they stand now that something came back about them.
    """

    entries: tuple[OutboxEntry, ...] = ()
    supersessions: tuple[Supersession, ...] = ()
    memories: tuple[Memory, ...] = ()
    events: tuple[Event, ...] = ()
    returned: tuple[OutboxEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """Rows committed as one: alerts, groups and silences are upserts by id and key, the rest is appended.

    supersessions: for new entries of this very transaction, by their id.
    returned: rows that were sent, of which something came back; a row that is not `sent` any more stays as it is.
    """

    alerts: tuple[Alert, ...] = ()
    groups: tuple[AlertGroup, ...] = ()
    closed_groups: tuple[str, ...] = ()
    entries: tuple[OutboxEntry, ...] = ()
    events: tuple[Event, ...] = ()
    memories: tuple[Memory, ...] = ()
    traps: tuple[TrapEvent, ...] = ()
    silences: tuple[Silence, ...] = ()
    supersessions: tuple[Supersession, ...] = ()
    returned: tuple[OutboxEntry, ...] = ()

    def __bool__(self) -> bool:
        return any(
            (
                self.alerts, self.groups, self.closed_groups, self.entries, self.events, self.memories, self.traps,
                self.silences, self.returned,
            )
        )  # fmt: skip
