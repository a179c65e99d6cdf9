"""Has reports of mail servers about our own mails acted on: a mail that came back is dead, and others are told.

What becomes of the row, of its alerts and of what is known about its address, the line in the event log, the mail to
the fallback addresses and the memory that the report was dealt with are one transaction.
May import: every room below. Called by: netwatch.app.answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from netwatch.engine import Engine
from netwatch.mailbox import Bounce, DeadAddresses, Fate, Mail, Returned, metrics, returned, rows_named
from netwatch.model import Composition, Event, Memory, OutboxEntry, Transaction, cleaned
from netwatch.notify import DeadLetters
from netwatch.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Returns:
    """Takes reports one by one."""

    store: Store
    engine: Engine
    letters: DeadLetters
    addresses: DeadAddresses
    clock: Callable[[], datetime]

    async def find(self, bounce: Bounce) -> Returned | None:
        """Return what a report comes to for a mail of ours, None if it is about none."""
        rows: dict[str, OutboxEntry] = {}
        for entry_id in rows_named(bounce):
            entry = await self.store.outbox_entry(entry_id)
            if entry is not None:
                rows[entry_id] = entry
        return returned(bounce, rows, self.clock())

    async def take(self, mail: Mail, told: Returned, beside: Composition) -> None:
        """Write down what a report comes to, with `beside`; all of it is durable when this returns."""
        now, entry = self.clock(), told.entry
        memories = self._memories(told, now)
        own = Composition(
            memories=(*beside.memories, *memories),
            events=(_event(mail, told, now), *beside.events),
            entries=beside.entries,
            returned=(entry,) if told.is_new else (),
        )
        if told.is_dead:
            why = f"a mail to {entry.recipient} came back"

            async def write(letters: Composition) -> None:
                whole = replace(
                    own, entries=(*own.entries, *letters.entries), events=(*own.events, *letters.events)
                )  # fmt: skip
                await self.engine.came_back(entry, why, whole)

            await self.letters.came_back(entry, write)
        else:
            await self.store.commit(
                Transaction(entries=own.entries, memories=own.memories, events=own.events, returned=own.returned)
            )
        self.addresses.note(memories)
        metrics.RETURNS.labels(told.report.fate).inc()

    def reached(self, address: str) -> tuple[Memory, ...]:
        """Return what is to be written since somebody answered from an address; `note` it once that is durable."""
        return tuple(self.addresses.reached(address))

    def note(self, memories: Sequence[Memory]) -> None:
        """Take in what was written about addresses."""
        self.addresses.note(memories)

    def _memories(self, told: Returned, now: datetime) -> tuple[Memory, ...]:
        """Return what is to be remembered of the address."""
        report, address = told.report, told.entry.recipient
        if report.wrong_address and told.is_dead:  # once for a mail, however many reports there are about it
            _, memories = self.addresses.refused(address, cleaned(told.words), now)
            return tuple(memories)
        if report.fate in (Fate.DELIVERED, Fate.READ) and not told.elsewhere:
            return tuple(self.addresses.reached(address))
        return ()


def _event(mail: Mail, told: Returned, now: datetime) -> Event:
    entry, report = told.entry, told.report
    details = {
        "fate": str(report.fate), "status": report.status, "diagnostic": report.diagnostic,
        "remote_mta": report.remote_mta, "report": mail.identity,
    }  # fmt: skip
    return Event(
        at=now, kind="delivery", text=cleaned(told.words), entry_id=entry.id, group_key=entry.group_key,
        alert_id=entry.alert_ids[0] if len(entry.alert_ids) == 1 else "",
        details={name: cleaned(value) for name, value in details.items() if value},
    )  # fmt: skip
