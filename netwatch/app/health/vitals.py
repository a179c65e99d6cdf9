"""What each room says of its own health: columns of the table `netwatch`, by name.

One class per room, so that one that cannot be asked (a database that is gone) leaves the columns of the others alone.

May import: every room below. Called by: netwatch.app.health.self_watch.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from prometheus_client import REGISTRY, Gauge

from netwatch.app.clock.pulse import LagMeter
from netwatch.app.clock.watch import ClockWatch
from netwatch.mailbox.metrics import DEAD_ADDRESSES
from netwatch.model import Account, Fault, OutboxState, Value
from netwatch.store import show_account

Vitals = Mapping[str, Value]

DEAD_FOR = timedelta(days=1)
"""A mail refused for good is to be looked at for so long."""
CLOCK_NEWS_FOR = timedelta(minutes=10)
LOSS_NEWS_FOR = timedelta(minutes=10)
FOUND_NEWS_FOR = timedelta(minutes=10)
NAMES_TOLD = 5
"""Rules without names that are told one by one."""

OUTBOX = Gauge("netwatch_outbox_messages", "Mails in the outbox, one per recipient, by state", ["state"])
OLDEST_UNSENT_SECONDS = Gauge("netwatch_outbox_oldest_unsent_seconds", "Age of the oldest mail not yet sent")
STORE_TROUBLE_SECONDS = Gauge("netwatch_store_trouble_seconds", "For how long the database has taken nothing")
FAULTS_NOW = Gauge("netwatch_faults_standing", "Things of NetWatch that break off now while the others go on")
DISK_FREE_BYTES = Gauge("netwatch_store_disk_free_bytes", "What is free on the file system of the database")
DISK_SIZE_BYTES = Gauge("netwatch_store_disk_size_bytes", "The size of the file system of the database")


class Ledger(Protocol):
    """Who knows the outbox."""

    async def oldest_unsent(self) -> datetime | None:
        """Return when the oldest mail that is not sent was written, None where none waits."""

    async def ended_since(self, since: datetime) -> Mapping[OutboxState, int]:
        """Return how many mails were sent, or refused for good, from an instant on."""

    async def account(self) -> Account:
        """Return what became of every row there ever was."""


class Writer(Protocol):
    """Who writes to the database."""

    @property
    def trouble(self) -> str:
        """Return why nothing can be written right now, empty when all is well."""

    @property
    def degraded(self) -> str:
        """Return what does not work as it should; wider than `trouble`."""

    @property
    def reserve_used(self) -> bool:
        """Return whether the disk is full and what matters is written into space kept for that."""

    @property
    def moved_aside(self) -> str:
        """Return where a damaged database was moved to, empty for none."""

    @property
    def put_back_lately(self) -> str:
        """Return what became of a database file that was deleted, moved or replaced lately; empty for nothing."""


class Relays(Protocol):
    """Who knows the mail relays."""

    @property
    def relays_up(self) -> int:
        """Return how many take mail."""

    @property
    def relays_down(self) -> int:
        """Return how many are left alone at the moment."""


class Punctuality(Protocol):
    """Who knows how late polls are."""

    @property
    def lag_seconds(self) -> float:
        """Return by how much the latest start of the last minute was late."""

    @property
    def late_ratio(self) -> float:
        """Return the share of late starts in the last minute, 0 to 1."""


@dataclass(frozen=True, slots=True)
class LedgerVitals:
    """The outbox: what waits, what was refused, and whether every row is accounted for."""

    ledger: Ledger

    async def vitals(self, now: datetime) -> Vitals:
        """Return the columns, and set the gauges."""
        oldest = await self.ledger.oldest_unsent()
        age = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
        OLDEST_UNSENT_SECONDS.set(age)
        account = await self.ledger.account()
        for state in OutboxState:
            OUTBOX.labels(state).set(account.by_state.get(state, 0))
        return {
            "oldest_unsent_seconds": age,
            "dead_letters": (await self.ledger.ended_since(now - DEAD_FOR))[OutboxState.DEAD],
            "outbox_unaccounted": show_account(account),
        }


@dataclass(slots=True)
class WriterVitals:
    """Since when the database takes nothing, and why."""

    writer: Writer
    _troubled_since: datetime | None = field(default=None, init=False)

    async def vitals(self, now: datetime) -> Vitals:
        """Return the columns."""
        trouble, moved = self.writer.trouble, self.writer.moved_aside
        self._troubled_since = (self._troubled_since or now) if trouble else None
        seconds = (now - self._troubled_since).total_seconds() if self._troubled_since is not None else 0.0
        STORE_TROUBLE_SECONDS.set(seconds)
        return {
            "store_refuses": int(bool(trouble)),
            "store_reserve_used": int(self.writer.reserve_used),
            "store_trouble": self.writer.degraded.encode() or None,
            "store_trouble_seconds": seconds,
            "database_replaced": int(bool(moved)),
            "database_moved_to": moved.encode() or None,
            "database_put_back": int(bool(self.writer.put_back_lately)),
            "database_put_back_words": self.writer.put_back_lately.encode() or None,
        }


class Keeper(Protocol):
    """Who keeps the history."""

    @property
    def trouble(self) -> str:
        """Return why nothing can be written, empty when all is well."""


@dataclass(frozen=True, slots=True)
class HistoryVitals:
    """The history; `keeper` is None where none is kept."""

    keeper: Keeper | None

    async def vitals(self, now: datetime) -> Vitals:
        """Return the columns."""
        if self.keeper is None:
            return {}
        trouble = self.keeper.trouble
        return {"history_refuses": int(bool(trouble)), "history_trouble": trouble.encode() or None}


@dataclass(frozen=True, slots=True)
class RelayVitals:
    """The mail relays."""

    relays: Relays

    async def vitals(self, now: datetime) -> Vitals:
        """Return the columns."""
        return {"relays_down": self.relays.relays_down, "relays_up": self.relays.relays_up}


@dataclass(frozen=True, slots=True)
class PollingVitals:
    """Polls, and whether they are in time."""

    polls: Punctuality

    async def vitals(self, now: datetime) -> Vitals:
        """Return the columns."""
        return {"polls_late_ratio": self.polls.late_ratio, "poll_lag_seconds": self.polls.lag_seconds}


@dataclass(frozen=True, slots=True)
class LoopVitals:
    """The event loop, which does everything."""

    lag: LagMeter

    async def vitals(self, now: datetime) -> Vitals:
        """Return the columns."""
        return {"loop_lag_seconds": self.lag.p99_seconds, "loop_lag_max_seconds": self.lag.worst_seconds}


@dataclass(frozen=True, slots=True)
class ClockVitals:
    """Whether the wall clock was set or the machine slept, in the last ten minutes."""

    watch: ClockWatch

    async def vitals(self, now: datetime) -> Vitals:
        """Return the columns."""
        return {
            "clock_set_seconds": self.watch.set_by(CLOCK_NEWS_FOR).total_seconds(),
            "asleep_seconds": self.watch.slept_for(CLOCK_NEWS_FOR).total_seconds(),
        }


class LossVitals:
    """What was lost at a bound in the last ten minutes, by column."""

    def __init__(self, counts: Mapping[str, Callable[[], float]]) -> None:
        """`counts` return how much was lost since the start."""
        self._counts = counts
        self._seen: deque[tuple[datetime, Mapping[str, float]]] = deque()

    async def vitals(self, now: datetime) -> Vitals:
        """Return the columns."""
        newest = {column: count() for column, count in self._counts.items()}
        self._seen.append((now, newest))
        while len(self._seen) > 1 and self._seen[1][0] <= now - LOSS_NEWS_FOR:
            self._seen.popleft()
        oldest = self._seen[0][1]
        return {column: int(newest[column] - oldest[column]) for column in newest}


def total_of(*metrics: str) -> float:
    """Return the sum of counters without labels, by name; one that counted nothing yet adds nothing.

    Only those are read: others have a series for every device, and to look through them all stops the loop.
    """
    families = REGISTRY.restricted_registry(metrics).collect()
    return sum(sample.value for family in families for sample in family.samples)


@dataclass(frozen=True, slots=True)
class FaultVitals:
    """What of NetWatch's own work breaks off while the rest goes on."""

    faults: Callable[[], Sequence[Fault]]

    async def vitals(self, now: datetime) -> Vitals:
        """Return the columns."""
        standing = self.faults()
        FAULTS_NOW.set(len(standing))
        newest = max(standing, key=lambda fault: fault.since, default=None)
        return {"faults": len(standing), "fault": None if newest is None else str(newest).encode()}


@dataclass(frozen=True, slots=True)
class TrapPortVitals:
    """The addresses of traps.listen that cannot be had; `refused` says why of each."""

    refused: Callable[[], Sequence[str]]

    async def vitals(self, now: datetime) -> Vitals:
        """Return the columns."""
        words = self.refused()
        return {"trap_ports_refused": len(words), "trap_ports_trouble": " ".join(words).encode() or None}


@dataclass(frozen=True, slots=True)
class PingVitals:
    """Whether this process may ping; `trouble` says why not and what to type, empty while it may or need not."""

    trouble: Callable[[], str]

    async def vitals(self, now: datetime) -> Vitals:
        """Return the columns."""
        words = self.trouble()
        return {"ping_refused": 1 if words else 0, "ping_trouble": words.encode() or None}


@dataclass(frozen=True, slots=True)
class DiscoveryVitals:
    """What sweeps of the agent found that was new, for some time after they did."""

    news: Callable[[datetime, timedelta], tuple[int, str]]

    async def vitals(self, now: datetime) -> Vitals:
        """Return the columns."""
        new, words = self.news(now, FOUND_NEWS_FOR)
        return {"devices_found": new, "devices_found_words": words.encode() or None}


@dataclass(frozen=True, slots=True)
class NameVitals:
    """Trap rules that take no trap for want of a name; `rules` says which, a sentence each."""

    rules: Callable[[], Sequence[str]]

    async def vitals(self, now: datetime) -> Vitals:
        """Return the columns."""
        words = self.rules()
        return {"rules_without_names": len(words), "names_trouble": "; ".join(words[:NAMES_TOLD]).encode() or None}


@dataclass(frozen=True, slots=True)
class GuessVitals:
    """Passwords of the page that somebody guesses; `guessed` says whose and from where, a sentence each."""

    guessed: Callable[[], Sequence[str]]

    async def vitals(self, now: datetime) -> Vitals:
        """Return the columns."""
        words = self.guessed()
        return {
            "passwords_guessed": len(words), "passwords_guessed_words": "; ".join(words[:NAMES_TOLD]).encode() or None
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class AddressVitals:
    """Addresses that refuse every mail; `addresses` says which, a sentence each."""

    addresses: Callable[[], Sequence[str]]

    async def vitals(self, now: datetime) -> Vitals:
        """Return the columns."""
        words = self.addresses()
        DEAD_ADDRESSES.set(len(words))
        return {"addresses_dead": len(words), "addresses_dead_words": "; ".join(words[:NAMES_TOLD]).encode() or None}


@dataclass(frozen=True, slots=True)
class DiskVitals:
    """The file system the database stands on; `directory` is None where that is somebody else's business."""

    directory: Path | None

    async def vitals(self, now: datetime) -> Vitals:
        """Return the columns."""
        if self.directory is None:
            return {}
        # statvfs of a local file system: it answers from memory.
        usage = shutil.disk_usage(self.directory)
        DISK_FREE_BYTES.set(usage.free)
        DISK_SIZE_BYTES.set(usage.total)
        return {"disk_free_bytes": usage.free, "disk_free_ratio": usage.free / usage.total if usage.total else None}


@dataclass(frozen=True, slots=True)
class ProbeVitals:
    """The mail's own way: relays whose mail does not arrive, and those whose mail is late, a sentence each."""

    lost: Callable[[], Sequence[str]]
    slow: Callable[[], Sequence[str]]

    async def vitals(self, now: datetime) -> Vitals:
        """Return the columns."""
        lost, slow = self.lost(), self.slow()
        return {
            "probes_lost": len(lost), "probes_lost_words": "; ".join(lost[:NAMES_TOLD]).encode() or None,
            "probes_slow": len(slow), "probes_slow_words": "; ".join(slow[:NAMES_TOLD]).encode() or None,
        }  # fmt: skip
