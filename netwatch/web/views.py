"""What the page and the API ask the rest of the house for.

netwatch.app hands in an object that has these methods; nothing here is ever changed from the page.
May import: netwatch.model. Called by: netwatch.web.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from netwatch.model import (
    Alert,
    Availability,
    Device,
    DeviceSign,
    DeviceStatus,
    DiscoveryState,
    Event,
    Neighbour,
    OutboxEntry,
    OutboxState,
    Past,
    ReadingGap,
    RefusedSender,
    Severities,
    TableReading,
    TableSchema,
    TrapEvent,
    UnmatchedTraps,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayStatus:
    """One mail relay: `up` is None until it was tried; `words` say what it last answered."""

    name: str
    up: bool | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedMail:
    """One mail that came back, and what became of it; `words` say why. entry_id: the mail of ours that it answers."""

    at: datetime
    sender: str
    subject: str
    outcome: str
    words: str
    verb: str = ""
    known_by: str = ""
    evidence: str = ""
    entry_id: str = ""
    message_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailWay:
    """How a relay's mail arrives, by the last probe; None and empty where nothing is known.

    steps: where it was on its way, and for how many seconds. lost: probes in a row that never arrived.
    """

    relay: str
    took_seconds: float | None
    arrived_at: datetime | None
    steps: Sequence[tuple[str, float]]
    lost: int
    refused: str
    waiting_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxView:
    """The mailbox that answers arrive in: whether it is read, and the last mails, the newest first.

    trouble: why it cannot be read, empty while it can. since: since when that is so, None before the first try.
    remark: what does not go as configured though it is read. ways: of each relay, where probes are sent.
    """

    name: str
    trouble: str
    since: datetime | None
    next_try_at: datetime | None
    remark: str
    mails: Sequence[ReturnedMail]
    ways: Sequence[MailWay] = ()


class Views(Protocol):
    """Everything that can be seen. What is kept in memory comes at once, what the store keeps is awaited."""

    @property
    def severities(self) -> Severities:
        """Return which severities there are, and their order."""

    def not_ready(self) -> str:
        """Return why NetWatch is not ready yet, in words; empty when it is."""

    def problems(self) -> Sequence[str]:
        """Return what is wrong with NetWatch itself, a sentence each; empty when all is well."""

    def discovery(self) -> DiscoveryState:
        """Return where the sweeps of the agent stand, and what they found."""

    def schema(self) -> Mapping[str, TableSchema]:
        """Return the tables readings may hold, by name."""

    def devices(self) -> Sequence[DeviceStatus]:
        """Return every configured device."""

    def stand(self) -> Sequence[DeviceSign]:
        """Return where every configured device stands; a tenth of the work that all statuses are."""

    def device(self, name: str) -> DeviceStatus | None:
        """Return one device without a look at the others; None where none has that name."""

    def readings(self, device: str) -> Sequence[TableReading]:
        """Return the last readings of a device's tables that are not stale."""

    def reading(self, device: str, table: str) -> TableReading | None:
        """Return the last reading of one table, None where there is none that is not stale."""

    def unit_of(self, alert: Alert) -> str:
        """Return in what an alert's value is: a sign, or the word of a quantity; empty for a bare number."""

    def identity(self, device: str) -> Mapping[str, str]:
        """Return who a device said it is, by the labels of the concept `identity`; none before it was read."""

    def vendor_of(self, device: str) -> str:
        """Return who made a device, empty where it did not say."""

    def words_of(self, device: Device) -> str:
        """Return what a device and its parts are called: name, address, labels, serials, hardware addresses, aliases.

        In small letters, a line each.
        """

    def neighbours(self, device: str = "") -> Sequence[Neighbour]:
        """Return the neighbours of a device port by port, or of all devices by their names."""

    def gaps(self, device: str) -> Sequence[ReadingGap]:
        """Return the tables of a device whose last poll brought nothing."""

    def relays(self) -> Sequence[RelayStatus]:
        """Return the mail relays in the order they are tried."""

    def refused(self) -> Sequence[RefusedSender]:
        """Return the senders whose traps were turned away, the newest first."""

    async def unmatched(self) -> Sequence[UnmatchedTraps]:
        """Return the kinds of trap that no rule takes, of the newest in the log."""

    def told(self, alert_id: str) -> Sequence[tuple[str, datetime]]:
        """Return which receivers were told of an alert that is alive, and when first."""

    async def over_since(self, since: datetime) -> Sequence[Alert]:
        """Return alerts that ended since an instant: those that began last, as many as a picture of a day needs."""

    async def proposed_rule(self, kind: UnmatchedTraps) -> str:
        """Return a rule file for a kind of trap that no rule takes, for a person to finish."""

    async def alerts(self) -> Sequence[Alert]:
        """Return pending and firing alerts, and those resolved lately."""

    def alerts_of(self, device: str) -> Sequence[Alert]:
        """Return pending and firing alerts of one device, without a look at the others."""

    async def events(
        self, limit: int, device: str = "", alert_id: str = "", behind: tuple[datetime, int] | None = None
    ) -> Sequence[Event]:
        """Return the newest events first, of one device or alert where one is named.

        behind: only what comes after the event of that instant and number.
        """

    async def outbox(
        self, limit: int, state: OutboxState | None = None, behind: tuple[datetime, str] | None = None
    ) -> Sequence[OutboxEntry]:
        """Return the newest mails first, in one state where one is named; `behind` that of an instant and id."""

    async def outbox_entry(self, entry_id: str) -> OutboxEntry | None:
        """Return one mail, None where there is none of that id."""

    async def outbox_counts(self) -> Mapping[OutboxState, int]:
        """Return how many mails are in each state."""


class TrapLog(Protocol):
    """Who keeps the traps; the store does."""

    async def traps(
        self, limit: int = 100, device: str | None = None, source: str | None = None, behind: int | None = None
    ) -> Sequence[TrapEvent]:
        """Return the newest traps first, of one device or source where one is named; `behind` that of a number."""


class NoTraps:
    """Stands in where no trap is heard."""

    async def traps(
        self, limit: int = 100, device: str | None = None, source: str | None = None, behind: int | None = None
    ) -> Sequence[TrapEvent]:
        """Return none."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFamily:
    """A metric in Prometheus, and the column it is.

    quantity: of which rows of a table that has several; empty of all, `count` of those that are in no other.
    scale: what one of the column is in the metric.
    """

    table: str
    column: str
    help: str
    quantity: str = ""
    scale: float = 1


class History(Protocol):
    """Who knows how values were over time."""

    @property
    def is_kept(self) -> bool:
        """Return whether readings are kept."""

    async def rows(self, device: str, table: str) -> Sequence[tuple[str, Mapping[str, str]]]:
        """Return key and labels of the rows of a table, as they were last."""

    async def past(
        self, device: str, table: str, key: str, columns: Sequence[str], since: datetime, until: datetime
    ) -> Mapping[str, Past]:
        """Return how columns of a row were, by column; as fine as a chart of so long needs it."""

    def families(self) -> Mapping[str, KeptFamily]:
        """Return what is kept, by the names that metrics have in Prometheus."""

    async def column(
        self, device: str, table: str, column: str, since: datetime, until: datetime, step: timedelta
    ) -> Mapping[str, tuple[Mapping[str, str], Past]]:
        """Return how one column was in every row, labels and values by the row's key; no finer than `step` needs."""

    async def availability(self, device: str, spans: Sequence[timedelta], until: datetime) -> Sequence[Availability]:
        """Return how much of these spans a device was up, in all and in parts; none where nothing is kept."""


class NoHistory:
    """Stands in where no history is kept."""

    is_kept = False

    async def rows(self, device: str, table: str) -> Sequence[tuple[str, Mapping[str, str]]]:
        """Return none."""
        return ()

    async def past(
        self, device: str, table: str, key: str, columns: Sequence[str], since: datetime, until: datetime
    ) -> Mapping[str, Past]:
        """Return nothing."""
        return {}

    def families(self) -> Mapping[str, KeptFamily]:
        """Return none."""
        return {}

    async def column(
        self, device: str, table: str, column: str, since: datetime, until: datetime, step: timedelta
    ) -> Mapping[str, tuple[Mapping[str, str], Past]]:
        """Return nothing."""
        return {}

    async def availability(self, device: str, spans: Sequence[timedelta], until: datetime) -> Sequence[Availability]:
        """Return none."""
        return ()


class RenderedMetrics(Protocol):
    """A /metrics answer in the making."""

    @property
    def content_type(self) -> str:
        """Return the Content-Type header."""

    @property
    def content_encoding(self) -> str:
        """Return the Content-Encoding header, empty for none."""

    @property
    def chunks(self) -> AsyncIterator[bytes]:
        """Return the bytes in pieces."""


class MetricsRenderer(Protocol):
    """Writes /metrics."""

    def knows(self, device: str) -> bool:
        """Return whether there is a device of this name."""

    def render(self, accept: str = "", *, gzip: bool = False, device: str = "") -> RenderedMetrics:
        """Return the text in the format the Accept header prefers, compressed if asked for; of one device alone."""


class ScrapeAnswer(Protocol):
    """What a scrape of one device comes to."""

    @property
    def status(self) -> int:
        """Return the status of HTTP."""

    @property
    def content_type(self) -> str:
        """Return the Content-Type header."""

    @property
    def body(self) -> bytes:
        """Return the text."""


class Scraper(Protocol):
    """Answers /snmp."""

    async def scrape(
        self, parameters: Mapping[str, Sequence[str]], timeout_seconds: float | None = None
    ) -> ScrapeAnswer:
        """Ask a device what the parameters of the request say; who asks waits so long, None: he did not say."""
