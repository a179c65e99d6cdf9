"""The same store without a disk: for tests, and for the demo.

It keeps nouns in dictionaries and answers as `Store` does; one test suite holds the two together.

May import: netwatch.errors, netwatch.model. Called by: tests, cli (demo).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from netwatch.errors import StoreError
from netwatch.model import (
    UNSENT,
    Account,
    Alert,
    AlertGroup,
    AlertState,
    ClockStep,
    Elsewhere,
    Event,
    Memory,
    News,
    OutboxEntry,
    OutboxKind,
    OutboxState,
    Silence,
    Supersession,
    Transaction,
    TrapEvent,
    moved_alert,
    moved_entry,
    moved_group,
)
from netwatch.store.by_hand_decision import Act, Handled, handle
from netwatch.store.metrics import LATE_RECORDS
from netwatch.store.sql.changes import LEASE_RAN_OUT, LONGEST_REST, TRAPS_KEPT, lease_event, recordable_from
from netwatch.store.sql.entries import (
    NEVER_LEFT,
    check_supersessions,
    decide_all,
    may_be_overtaken,
    overtaken_event,
    superseded_event,
)
from netwatch.store.sql.last_word import OVERTAKABLE, WAIT, Word, decide, needless, older_than_another
from netwatch.store.sql.queries import EventFilter
from netwatch.store.sql.rows import PROGRESS, check_transaction
from netwatch.store.sql.trap_rows import trap_row


class MemoryStore:
    """Keeps everything until the process ends."""

    def __init__(self) -> None:
        self.on_outbox_commit: Callable[[], None] = lambda: None
        self.trouble = self.degraded = self.moved_aside = ""
        self.reserve_used = False
        self.alive = False
        self._alerts: dict[str, Alert] = {}
        self._groups: dict[str, AlertGroup] = {}
        self._outbox: dict[str, OutboxEntry] = {}
        self._overtaken: dict[str, str] = {}
        self._said: dict[str, list[tuple[int, News]]] = {}
        self._sayers: dict[str, dict[str, None]] = {}
        self._last_word = 0
        self._events: list[Event] = []
        self._last_event = 0
        self._memories: dict[tuple[str, str], Memory] = {}
        self._traps: dict[int, TrapEvent] = {}
        self._last_trap = 0
        self._silences: dict[str, Silence] = {}
        self._written = self._pruned = 0

    async def start(self) -> None:
        """Accept transactions; what a former life was sending is free."""
        self.alive = True
        self._make_unknown([entry for entry in self._unsent() if entry.lease_until is not None], datetime.now(UTC))

    async def stop(self, drain_for: timedelta = timedelta(seconds=10)) -> None:
        """Accept no more."""
        self.alive = False

    def commit(self, transaction: Transaction) -> asyncio.Future[None]:
        """Keep a transaction; the future is done at once."""
        if not self.alive:
            raise StoreError("the store is not running")
        future = asyncio.get_running_loop().create_future()
        try:
            self._check(transaction)
        except (ValueError, TypeError) as exc:
            future.set_exception(StoreError(f"the database does not take this transaction: {exc}"))
            return future
        self._keep(transaction)
        future.set_result(None)
        if transaction.entries:
            asyncio.get_running_loop().call_soon(lambda: self.on_outbox_commit())
        return future

    def _check(self, transaction: Transaction) -> None:
        check_transaction(transaction)
        check_supersessions(transaction)
        for trap in transaction.traps:
            trap_row(trap)
        ids = [entry.id for entry in transaction.entries]
        if len(ids) != len(set(ids)) or any(entry_id in self._outbox for entry_id in ids):
            raise ValueError("an outbox row with this id exists")

    def _keep(self, transaction: Transaction) -> None:
        for alert in transaction.alerts:
            self._alerts[alert.id] = alert
            if alert.state is AlertState.INACTIVE:
                del self._alerts[alert.id]
        for key in transaction.closed_groups:
            self._groups.pop(key, None)
        self._groups |= {group.key: group for group in transaction.groups}
        self._silences |= {silence.id: silence for silence in transaction.silences}
        supersessions = {one.entry_id: one for one in transaction.supersessions}
        entries = [self._superseding(entry, supersessions.get(entry.id)) for entry in transaction.entries]
        self._put(entries)
        for entry in transaction.returned:
            if (known := self._outbox.get(entry.id)) is not None and known.state is OutboxState.SENT:
                self._outbox[entry.id] = replace(known, **{name: getattr(entry, name) for name in PROGRESS})
        self._log(*transaction.events)
        for trap in transaction.traps:
            self._last_trap += 1
            self._traps[self._last_trap] = replace(trap, number=self._last_trap)
        for memory in transaction.memories:
            self._memories[memory.scope, memory.key] = memory
            if memory.text is None:
                del self._memories[memory.scope, memory.key]

    def _log(self, *events: Event) -> None:
        for event in events:
            self._last_event += 1
            self._events.append(replace(event, number=self._last_event))

    def _put(self, entries: Sequence[OutboxEntry]) -> None:
        """Keep new rows, number what they say, and let it tell what older ones of other incidents would have said."""
        self._outbox |= {entry.id: replace(entry, news=()) for entry in entries}
        self._written += len(entries)
        for entry in entries:
            for news in entry.news:
                self._last_word += 1
                self._say(entry.id, self._last_word, news)
        if not any(entry.news for entry in entries):
            return
        keys = {news.key for entry in entries for news in entry.news}
        about = self._words_about(keys)
        waiting = older_than_another(about, OVERTAKABLE) - {entry.id for entry in entries}
        for entry_id in sorted(waiting):
            words = self._words_of(entry_id)
            if told_by := decide(words, self._words_about({word.key for word in words})).told_by:
                self._tell_instead(entry_id, told_by, entries[0].created_at)
        gone = set(needless(about))
        for entry_id in {word.entry_id for word in about if word.number in gone}:
            left = [(number, news) for number, news in self._said.get(entry_id, ()) if number not in gone]
            self._forget_words(entry_id)
            for number, news in left:
                self._say(entry_id, number, news)

    def _say(self, entry_id: str, number: int, news: News) -> None:
        self._said.setdefault(entry_id, []).append((number, news))
        self._sayers.setdefault(news.key, {})[entry_id] = None

    def _words_of(self, entry_id: str) -> list[Word]:
        entry = self._outbox[entry_id]
        return [
            Word(
                number=number, key=news.key, word=news.word, alert_id=news.alert_id, entry_id=entry_id,
                kind=entry.kind, recipient=entry.recipient, state=entry.state, thread_id=entry.thread_id,
                subject=entry.subject, written_at=entry.created_at,
            )
            for number, news in self._said.get(entry_id, ())
        ]  # fmt: skip

    def _words_about(self, keys: Collection[str]) -> list[Word]:
        sayers = {entry_id for key in keys for entry_id in self._sayers.get(key, ())}
        return [word for entry_id in sayers for word in self._words_of(entry_id) if word.key in keys]

    def _tell_instead(self, entry_id: str, told_by: str, at: datetime) -> None:
        entry = self._outbox[entry_id]
        self._outbox[entry_id] = replace(entry, state=OutboxState.SUPERSEDED, told_by=told_by)
        self._log(
            overtaken_event(entry_id, entry.kind, entry.recipient, entry.group_key, told_by, at)
        )  # fmt: skip
        self._forget_words(entry_id)

    def _forget_words(self, entry_id: str) -> None:
        for _, news in self._said.pop(entry_id, ()):
            self._sayers.get(news.key, {}).pop(entry_id, None)

    def _hand_on(self, entry_id: str, teller: str) -> None:
        said = self._said.get(entry_id, [])
        self._forget_words(entry_id)
        for number, news in said:
            self._say(teller, number, news)

    def _in_turn(self, due: Sequence[OutboxEntry], now: datetime) -> list[OutboxEntry]:
        """Return which of the due rows may go now; see `entries.in_turn`."""
        whole = {entry.id: self._words_of(entry.id) for entry in due}
        keys = {word.key for words in whole.values() for word in words}
        decided = decide_all(due, whole, self._words_about(keys))
        going = []
        for entry in due:
            decision = decided[entry.id]
            if decision.told_by:
                self._tell_instead(entry.id, decision.told_by, now)
            elif decision.wait:
                self._outbox[entry.id] = replace(entry, not_before=now + WAIT)
            else:
                instead = tuple(
                    Elsewhere(subject=one.subject, at=one.created_at)
                    for one in self._outbox.values()
                    if one.told_by == entry.id
                    and one.state is OutboxState.SUPERSEDED
                    and one.thread_id != entry.thread_id
                )
                going.append(replace(entry, overtaken=decision.overtaken, instead_of=instead))
        return going

    def _superseding(self, entry: OutboxEntry, supersession: Supersession | None) -> OutboxEntry:
        """Supersede what a new row does, and return the row as it is to be kept."""
        if supersession is None:
            return entry
        incident = (entry.thread_id, entry.recipient, entry.kind)
        old = [one for one in self._outbox.values() if (one.thread_id, one.recipient, one.kind) == incident]
        under_way = (OutboxState.SENDING, OutboxState.UNKNOWN)
        self._overtaken |= {one.id: entry.id for one in old if one.state in under_way}
        old = [one for one in old if one.state in NEVER_LEFT]
        for one in old:
            self._outbox[one.id] = replace(one, state=OutboxState.SUPERSEDED, told_by=entry.id)
            self._log(superseded_event(one.id, one.group_key, entry, entry.created_at))
            self._hand_on(one.id, entry.id)
        return replace(entry, subject=supersession.subject, message=supersession.message) if old else entry

    async def alerts(self, states: Collection[AlertState] | None = None, limit: int | None = None) -> list[Alert]:
        """Return alerts of some states (of all, without), the youngest first."""
        found = [alert for alert in self._alerts.values() if states is None or alert.state in states]
        found.sort(key=lambda alert: alert.id)
        return sorted(found, key=lambda alert: alert.pending_at, reverse=True)[:limit]

    async def alerts_of(self, rule: str, device: str, limit: int | None = None) -> list[Alert]:
        """Return the alerts of a rule on a device, the youngest first."""
        return [a for a in await self.alerts() if (a.key.rule, a.key.device) == (rule, device)][:limit]

    async def unfinished(self) -> list[Alert]:
        """Return every alert not resolved, and those of open groups; the oldest first."""
        members = {member for group in self._groups.values() for member in group.members}
        found = [a for a in self._alerts.values() if a.state is not AlertState.RESOLVED or a.id in members]
        return sorted(found, key=lambda alert: (alert.pending_at, alert.id))

    async def groups(self) -> list[AlertGroup]:
        """Return the open groups, the oldest first."""
        return sorted(self._groups.values(), key=lambda group: (group.opened_at, group.key))

    async def silences(self) -> list[Silence]:
        """Return every silence, the expired ones as well, by their start."""
        return sorted(self._silences.values(), key=lambda silence: (silence.starts_at, silence.id))

    async def memories(self, scope: str) -> list[Memory]:
        """Return what was remembered under one scope, by key."""
        return sorted((m for m in self._memories.values() if m.scope == scope), key=lambda memory: memory.key)

    async def events(
        self,
        limit: int = 100,
        device: str | None = None,
        alert_id: str | None = None,
        *,
        rule: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        entry_ids: Collection[str] | None = None,
        behind: tuple[datetime, int] | None = None,
    ) -> list[Event]:
        """Return the last events, the newest first; from `since` on, before `until`, `behind` instant and number."""
        wanted = EventFilter(
            device=device, alert_id=alert_id, rule=rule, since=since, until=until, entry_ids=entry_ids, behind=behind
        )
        found = [event for event in reversed(self._events) if wanted.takes(event)]
        return sorted(found, key=lambda event: event.at, reverse=True)[:limit]

    async def traps(
        self, limit: int = 100, device: str | None = None, source: str | None = None, behind: int | None = None
    ) -> list[TrapEvent]:
        """Return the last traps, the newest first; those before the one of number `behind`."""
        found = reversed(self._traps_of(device, source))
        return [trap for number, trap in found if behind is None or number < behind][:limit]

    async def trap(self, number: int) -> TrapEvent | None:
        """Return one trap by its place in the log, None where that has it no more."""
        return self._traps.get(number)

    async def traps_since(
        self, mark: int | None, limit: int = 1000, device: str | None = None, source: str | None = None
    ) -> tuple[int, list[TrapEvent]]:
        """Return the traps logged after a mark (without one the last), oldest first, and the mark to go on from."""
        if mark is None:
            return self._last_trap, [trap for _, trap in self._traps_of(device, source)][-limit:] if limit else []
        found = [(number, trap) for number, trap in self._traps_of(device, source) if number > mark][:limit]
        behind = found[-1][0] if len(found) == limit else max(self._last_trap, mark)
        return behind, [trap for _, trap in found]

    def _traps_of(self, device: str | None, source: str | None) -> list[tuple[int, TrapEvent]]:
        return [
            (number, trap)
            for number, trap in self._traps.items()
            if device in (None, trap.device) and source in (None, trap.source)
        ]

    async def outbox(
        self,
        states: Collection[OutboxState] | None = None,
        limit: int | None = None,
        behind: tuple[datetime, str] | None = None,
    ) -> list[OutboxEntry]:
        """Return outbox rows of some states (of all, without), the newest first; `behind` that instant and id."""
        found = [entry for entry in self._outbox.values() if states is None or entry.state in states]
        if behind is not None:
            at, last = behind
            found = [one for one in found if one.created_at < at or (one.created_at == at and one.id > last)]
        found.sort(key=lambda entry: entry.id)
        return sorted(found, key=lambda entry: entry.created_at, reverse=True)[:limit]

    async def outbox_entry(self, entry_id: str) -> OutboxEntry | None:
        """Return one outbox row."""
        return self._outbox.get(entry_id)

    async def outbox_ids(self, prefix: str, limit: int = 100) -> list[str]:
        """Return the ids of outbox rows that begin with a text, in order."""
        return sorted(entry_id for entry_id in self._outbox if entry_id.startswith(prefix))[:limit]

    async def entries_of_alert(self, alert_id: str) -> list[OutboxEntry]:
        """Return the outbox rows that tell of an alert, the oldest first."""
        return self._oldest_first(lambda entry: alert_id in entry.alert_ids)

    async def outbox_of_thread(self, thread_id: str) -> list[OutboxEntry]:
        """Return the outbox rows of an incident, the oldest first."""
        return self._oldest_first(lambda entry: entry.thread_id == thread_id)

    async def outbox_told_by(self, entry_id: str) -> list[OutboxEntry]:
        """Return the outbox rows that another one tells instead (a digest, a newer mail), the oldest first."""
        return self._oldest_first(lambda entry: entry.told_by == entry_id)

    def _oldest_first(self, wanted: Callable[[OutboxEntry], bool]) -> list[OutboxEntry]:
        return sorted(filter(wanted, self._outbox.values()), key=lambda entry: (entry.created_at, entry.id))

    async def account(self) -> Account:
        """Return what became of every row the outbox ever had."""
        return Account(written=self._written, pruned=self._pruned, by_state=await self.outbox_counts())

    async def outbox_counts(self) -> dict[OutboxState, int]:
        """Return how many rows stand in each state."""
        return {state: sum(e.state is state for e in self._outbox.values()) for state in OutboxState}

    async def oldest_unsent(self) -> datetime | None:
        """Return when the oldest mail still to be sent was made."""
        return min((entry.created_at for entry in self._unsent()), default=None)

    async def ended_since(self, since: datetime) -> dict[OutboxState, int]:
        """Return how many rows were sent, or died, from an instant on; what a person dropped did not die."""
        rows = self._outbox.values()
        sent = sum(e.state is OutboxState.SENT and e.sent_at is not None and e.sent_at >= since for e in rows)
        died = (e.last_tried_at for e in rows if e.state is OutboxState.DEAD and not e.dropped_by_hand)
        return {OutboxState.SENT: sent, OutboxState.DEAD: sum(at is not None and at >= since for at in died)}

    async def next_due(self, kind: OutboxKind = OutboxKind.MAIL) -> datetime | None:
        """Return when `claim_due` will next find something of a kind; in the past, if it would now."""
        unsent = [entry for entry in self._unsent() if entry.kind is kind]
        due = (e.lease_until if e.state is OutboxState.SENDING else e.not_before for e in unsent)
        return min((at for at in due if at is not None), default=None)

    async def claim_due(
        self, now: datetime, lease_for: timedelta, limit: int, kind: OutboxKind = OutboxKind.MAIL
    ) -> list[OutboxEntry]:
        """Lease the rows of a kind that are due, those due longest first."""
        unsent = [entry for entry in self._unsent() if entry.kind is kind]
        self._end_leases(unsent, now)
        unsent = [self._outbox[entry.id] for entry in unsent]
        resting = [e for e in unsent if e.state is not OutboxState.SENDING]
        due = [e for e in resting if not now < e.not_before <= now + LONGEST_REST]
        due.sort(key=lambda entry: (entry.not_before, entry.created_at, entry.id))
        free = self._in_turn([e for e in due[:limit] if not self._settled(e, now)], now)
        leased = [replace(e, state=OutboxState.SENDING, lease_until=now + lease_for) for e in free]
        self._outbox |= {entry.id: replace(entry, overtaken=(), instead_of=()) for entry in leased}
        return leased

    def _settled(self, entry: OutboxEntry, now: datetime) -> bool:
        """Return whether a newer mail of the incident, which was sent, tells what this one still wanted to."""
        teller = self._outbox.get(self._overtaken.get(entry.id, ""))
        if teller is None or teller.state is not OutboxState.SENT or not may_be_overtaken(entry):
            return False
        self._outbox[entry.id] = replace(entry, state=OutboxState.SUPERSEDED, told_by=teller.id)
        self._forget_words(entry.id)
        self._log(superseded_event(entry.id, entry.group_key, teller, now))
        return True

    def _end_leases(self, entries: Sequence[OutboxEntry], now: datetime) -> None:
        self._make_unknown([e for e in entries if e.lease_until is not None and e.lease_until <= now], now)

    def _make_unknown(self, entries: Sequence[OutboxEntry], now: datetime) -> None:
        for entry in entries:
            lost = replace(entry, state=OutboxState.UNKNOWN, lease_until=None, last_reply=LEASE_RAN_OUT)
            self._outbox[entry.id] = lost
            self._log(lease_event(entry.kind, entry.recipient, now, entry.id, entry.group_key))

    async def record(
        self, entry: OutboxEntry, events: Sequence[Event] = (), entries: Sequence[OutboxEntry] = ()
    ) -> bool:
        """Write down how an attempt ended and the mails it gives rise to; only a row that is the caller's changes."""
        row = self._outbox.get(entry.id)
        if row is None or row.state.value not in recordable_from(entry):
            LATE_RECORDS.inc()
            return False
        try:
            self._check(Transaction(entries=tuple(entries)))
        except (ValueError, TypeError) as exc:
            raise StoreError(f"the database does not take this result: {exc}") from exc
        self._outbox[entry.id] = replace(
            row,
            state=entry.state,
            attempts=entry.attempts,
            not_before=entry.not_before,
            lease_until=entry.lease_until,
            last_reply=entry.last_reply,
            last_tried_at=entry.last_tried_at,
            sent_at=entry.sent_at,
        )
        self._log(*events)
        self._put(entries)
        if entry.state is OutboxState.SUPERSEDED and entry.told_by:
            self._outbox[entry.id] = replace(self._outbox[entry.id], told_by=entry.told_by)
            self._hand_on(entry.id, entry.told_by)
        if entries:
            asyncio.get_running_loop().call_soon(lambda: self.on_outbox_commit())
        return True

    async def reword(self, entry: OutboxEntry) -> None:
        """Keep what a row that is being sent says now."""
        row = self._outbox.get(entry.id)
        if row is not None and row.state is OutboxState.SENDING:
            self._outbox[entry.id] = replace(row, message=entry.message)

    def move_open(self, step: ClockStep, mark: Memory) -> asyncio.Future[bool]:
        """Move what is open along with a wall clock that was set; the result is false where it was done before."""
        future = asyncio.get_running_loop().create_future()
        future.set_result(self._move_open(step, mark))
        return future

    def _move_open(self, step: ClockStep, mark: Memory) -> bool:
        if self._memories.get((mark.scope, mark.key)) == mark:
            return False
        told = {member for group in self._groups.values() for member in group.members}
        alive = [a for a in self._alerts.values() if a.state is not AlertState.RESOLVED or a.id in told]
        self._alerts |= {alert.id: moved_alert(alert, step) for alert in alive}
        self._groups = {key: moved_group(group, step) for key, group in self._groups.items()}
        self._outbox |= {entry.id: moved_entry(entry, step) for entry in self._unsent()}
        self._memories[(mark.scope, mark.key)] = mark
        return True

    async def by_hand(self, act: Act, entry_id: str, by: str, now: datetime) -> Handled:
        """Retry or drop an outbox row for a person, or say why that makes no sense."""
        entry = self._outbox.get(entry_id)
        handled = handle(act, entry, self._last_teller(entry), by, now)
        if handled.entry is not None and handled.event is not None:
            self._outbox[entry_id] = handled.entry
            self._log(handled.event)
            self.on_outbox_commit()
        return handled

    def _last_teller(self, entry: OutboxEntry | None) -> OutboxEntry | None:
        teller = None if entry is None else self._outbox.get(entry.told_by)
        while teller is not None and teller.state is OutboxState.SUPERSEDED:
            teller = self._outbox.get(teller.told_by)
        return teller

    async def prune(self, before: datetime) -> int:
        """Delete what ended before an instant; return how much went."""
        members = {member for group in self._groups.values() for member in group.members}
        doomed_alerts = [a.id for a in self._alerts.values() if _ended(a, before) and a.id not in members]
        doomed_entries = [entry.id for entry in self._outbox.values() if _finished(entry, before)]
        kept_events = [event for event in self._events if event.at >= before]
        over = self._last_trap - TRAPS_KEPT
        kept_traps = {number: trap for number, trap in self._traps.items() if trap.at >= before and number > over}
        deleted = len(doomed_alerts) + len(doomed_entries) + len(self._events) - len(kept_events)
        ended_silences = [silence.id for silence in self._silences.values() if silence.ends_at < before]
        deleted += len(self._traps) - len(kept_traps) + len(ended_silences)
        for silence_id in ended_silences:
            del self._silences[silence_id]
        self._pruned += len(doomed_entries)
        for alert_id in doomed_alerts:
            del self._alerts[alert_id]
        for entry_id in doomed_entries:
            del self._outbox[entry_id]
            self._forget_words(entry_id)
        self._events = kept_events
        self._traps = kept_traps
        return deleted

    def _unsent(self) -> list[OutboxEntry]:
        return [entry for entry in self._outbox.values() if entry.state in UNSENT]


def _ended(alert: Alert, before: datetime) -> bool:
    return alert.state is AlertState.RESOLVED and alert.resolved_at is not None and alert.resolved_at < before


def _finished(entry: OutboxEntry, before: datetime) -> bool:
    last_touched = entry.sent_at or entry.last_tried_at or entry.created_at
    return entry.state not in UNSENT and entry.created_at < before and last_touched < before
