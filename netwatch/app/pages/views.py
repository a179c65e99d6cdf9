"""What page and API show, gathered from the rooms that know; satisfies the Protocol `web.Views`.

May import: every room below. Called by: netwatch.app.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from netwatch.app.health.canary import CANARY
from netwatch.app.pages.called import Called
from netwatch.engine import Desk
from netwatch.metrics import Board
from netwatch.model import (
    USUAL_SEVERITIES,
    Alert,
    AlertState,
    Device,
    DeviceSign,
    DeviceStatus,
    DiscoveryState,
    Event,
    Fault,
    Neighbour,
    OutboxEntry,
    OutboxState,
    ReadingGap,
    RefusedSender,
    Severities,
    TableReading,
    TableSchema,
    UnmatchedTraps,
)
from netwatch.notify import Manner, Notifier
from netwatch.rules import NO_MIB, MibNames, TrapRule, proposed_file, unmatched_in
from netwatch.store import Store
from netwatch.web import RelayStatus

RESOLVED_SHOWN = 50
OVER_LOOKED_AT = 1000
FAULTS_SHOWN = 5
UNMATCHED_LOOKED_AT = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """Looks into the rooms; `statuses`, `signs`, `status_of` and `is_alive` are asked anew each time."""

    store: Store
    desk: Desk
    board: Board
    notifier: Notifier
    tables: Mapping[str, TableSchema]
    statuses: Callable[[], Sequence[DeviceStatus]]
    signs: Callable[[], Sequence[DeviceSign]]
    status_of: Callable[[str], DeviceStatus | None]
    is_alive: Callable[[], bool]
    refused_senders: Callable[[], Sequence[RefusedSender]] = lambda: ()
    trap_rules: Callable[[], Sequence[TrapRule]] = lambda: ()
    names: MibNames = NO_MIB
    names_trouble: Callable[[], Sequence[str]] = lambda: ()
    heartbeat_trouble: Callable[[], str] = lambda: ""
    refused_ports: Callable[[], Sequence[str]] = lambda: ()
    ping_trouble: Callable[[], str] = lambda: ""
    config_trouble: Callable[[], str] = lambda: ""
    faults: Callable[[], Sequence[Fault]] = lambda: ()
    history_trouble: Callable[[], Sequence[str]] = lambda: ()
    dead_addresses: Callable[[], Sequence[str]] = lambda: ()
    probe_trouble: Callable[[], Sequence[str]] = lambda: ()
    guessed: Callable[[], Sequence[str]] = lambda: ()
    discovery_state: Callable[[], DiscoveryState] = DiscoveryState
    mailbox_trouble: Callable[[], str] = lambda: ""
    manner: Manner = field(default_factory=Manner)
    severities: Severities = USUAL_SEVERITIES
    rule_names: Callable[[], Collection[str]] = frozenset
    called: Called = field(init=False)

    def __post_init__(self) -> None:
        """Keep what devices are called as long as what else is shown of them."""
        object.__setattr__(self, "called", Called(self.board))

    def not_ready(self) -> str:
        """Return why NetWatch cannot do its work; empty when it can, also while something of it is in trouble."""
        if not self.is_alive():
            return "the agent is starting, or a part of it stands still"
        return self._store_trouble()

    def problems(self) -> Sequence[str]:
        """Return what is wrong with NetWatch itself, a sentence each."""
        down = [relay for relay in self.notifier.status().relays if not relay.up]
        relays = [f"mail relay {relay.name} is down: {relay.last_reply}" for relay in down]
        found = (
            *self._store_words(), self.config_trouble(), *self.refused_ports(), self.ping_trouble(),
            *relays, self.mailbox_trouble(), self._no_heartbeat(),
            *self._fault_words(), *self.names_trouble(), *self.history_trouble(),
            *self.dead_addresses(), *self.probe_trouble(), *self.guessed(),
        )  # fmt: skip
        return [trouble for trouble in found if trouble]

    def discovery(self) -> DiscoveryState:
        """Return where the sweeps of the agent stand, and what they found."""
        return self.discovery_state()

    def schema(self) -> Mapping[str, TableSchema]:
        """Return the tables readings may hold."""
        return self.tables

    def devices(self) -> Sequence[DeviceStatus]:
        """Return every configured device."""
        return self.statuses()

    def stand(self) -> Sequence[DeviceSign]:
        """Return where every configured device stands."""
        return self.signs()

    def device(self, name: str) -> DeviceStatus | None:
        """Return one device, None where none has that name."""
        return self.status_of(name)

    def readings(self, device: str) -> Sequence[TableReading]:
        """Return the last readings of a device's tables."""
        return self.board.readings(device)

    def reading(self, device: str, table: str) -> TableReading | None:
        """Return the last reading of one table."""
        return self.board.reading(device, table)

    def unit_of(self, alert: Alert) -> str:
        """Return in what an alert's value is, as its mails say."""
        return self.manner.unit_of(alert)

    def identity(self, device: str) -> Mapping[str, str]:
        """Return who a device said it is."""
        return self.board.identity(device)

    def vendor_of(self, device: str) -> str:
        """Return who made a device, empty where it did not say."""
        return self.called.vendor_of(device)

    def words_of(self, device: Device) -> str:
        """Return what a device and its parts are called."""
        return self.called.words_of(device)

    def neighbours(self, device: str = "") -> Sequence[Neighbour]:
        """Return the neighbours of a device, or of all."""
        return self.desk.neighbours(device)

    def gaps(self, device: str) -> Sequence[ReadingGap]:
        """Return the tables of a device whose last poll brought nothing."""
        return self.board.gaps(device)

    def relays(self) -> Sequence[RelayStatus]:
        """Return the mail relays in the order they are tried."""
        statuses = self.notifier.status().relays
        return [RelayStatus(name=relay.name, up=relay.up, words=relay.last_reply) for relay in statuses]

    def refused(self) -> Sequence[RefusedSender]:
        """Return the senders whose traps were turned away, the newest first."""
        return self.refused_senders()

    async def unmatched(self) -> Sequence[UnmatchedTraps]:
        """Return the kinds of trap that no rule takes, of the newest in the log."""
        heard = await self.store.traps(UNMATCHED_LOOKED_AT)
        return await asyncio.to_thread(unmatched_in, heard, self.trap_rules(), self.names)

    def told(self, alert_id: str) -> Sequence[tuple[str, datetime]]:
        """Return which receivers were told of an alert, and when first."""
        groups = self.desk.groups_of(alert_id)
        return [(group.receiver, group.told[alert_id]) for group in groups if alert_id in group.told]

    async def over_since(self, since: datetime) -> Sequence[Alert]:
        """Return alerts that ended since an instant."""
        over = await self.store.alerts({AlertState.RESOLVED}, OVER_LOOKED_AT)
        return [
            one for one in over if one.resolved_at is not None and one.resolved_at > since and one.key.rule != CANARY
        ]

    async def proposed_rule(self, kind: UnmatchedTraps) -> str:
        """Return a rule file for a kind of trap that no rule takes."""
        example = await self.store.trap(kind.example) if kind.example is not None else None
        return await asyncio.to_thread(
            proposed_file, kind.trap_oid, self.names, example=example, senders=kind.senders, taken=self.rule_names()
        )

    async def alerts(self) -> Sequence[Alert]:
        """Return pending and firing alerts, and those resolved lately."""
        over = await self.store.alerts({AlertState.RESOLVED}, RESOLVED_SHOWN)
        alive = (alert for alert in self.desk.alerts() if alert.key.rule != CANARY)
        return [*alive, *over]

    def alerts_of(self, device: str) -> Sequence[Alert]:
        """Return the alerts of one device that are alive."""
        return [alert for alert in self.desk.alerts_of(device) if alert.key.rule != CANARY]

    async def events(
        self, limit: int, device: str = "", alert_id: str = "", behind: tuple[datetime, int] | None = None
    ) -> Sequence[Event]:
        """Return the newest events first."""
        return await self.store.events(limit, device or None, alert_id or None, behind=behind)

    async def outbox(
        self, limit: int, state: OutboxState | None = None, behind: tuple[datetime, str] | None = None
    ) -> Sequence[OutboxEntry]:
        """Return the newest mails first."""
        return await self.store.outbox({state} if state else None, limit, behind)

    async def outbox_entry(self, entry_id: str) -> OutboxEntry | None:
        """Return one mail, None where there is none of that id."""
        return await self.store.outbox_entry(entry_id)

    async def outbox_counts(self) -> Mapping[OutboxState, int]:
        """Return how many mails are in each state."""
        return await self.store.outbox_counts()

    def _store_words(self) -> Sequence[str]:
        """Return what does not work of the database, and where a damaged one lies till somebody takes it away."""
        aside = self.store.moved_aside
        return (
            self._store_trouble() or self.store.degraded,
            self.store.put_back_lately,
            aside and f"the database was damaged; it was moved to {aside}, and a new one was made",
        )

    def _store_trouble(self) -> str:
        return self.store.trouble and f"the database cannot be written: {self.store.trouble}"

    def _fault_words(self) -> Sequence[str]:
        """Return what of NetWatch's own work fails, the newest first."""
        faults = list(map(str, self.faults()))
        more = len(faults) - FAULTS_SHOWN
        return [*faults[:FAULTS_SHOWN], *([f"and {more:,} more things of NetWatch fail"] if more > 0 else [])]

    def _no_heartbeat(self) -> str:
        trouble = self.heartbeat_trouble()
        return trouble and f"no heartbeat is sent: {trouble}"
