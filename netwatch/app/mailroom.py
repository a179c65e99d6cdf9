"""What comes back by mail: reads the mailbox where there is one, and has answers acted on.

May import: every room below. Called by: netwatch.app.app.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from netwatch.app.answers import Answers
from netwatch.app.clock.following import Follower
from netwatch.app.corridor import Corridor, answering_of
from netwatch.app.health.vitals import Vitals
from netwatch.app.probing import MailProbe
from netwatch.app.returns import Returns
from netwatch.config import Settings
from netwatch.engine import Explanation, LinkSigner, Question, explanation_of
from netwatch.mailbox import (
    DEAD_ADDRESSES_MEMORY,
    MAILBOX_MEMORY,
    Book,
    DeadAddresses,
    Mail,
    MailboxReader,
    MailboxState,
    Record,
    ReplyAllowance,
    Walked,
)
from netwatch.notify import DeadLetters, Notifier
from netwatch.store import Store
from netwatch.web import MailboxView, MailWay, ReturnedMail


class Mailroom:
    """The mailbox between `start()` and `stop()`; without one in the configuration it does nothing."""

    def __init__(
        self,
        settings: Settings,
        *,
        store: Store,
        corridor: Corridor,
        links: LinkSigner,
        letters: DeadLetters,
        mails: Notifier,
        clock: Callable[[], datetime],
    ) -> None:
        self._store, self._book, self._clock = store, Book(""), clock
        self._addresses = DeadAddresses()
        self._probe: MailProbe | None = None
        self._reader: MailboxReader | None = None
        if settings.mailbox is None:
            return

        async def explain(question: Question) -> Explanation:
            return await explanation_of(store, question, corridor.live)

        self._book = Book(settings.mailbox.name)
        returns = Returns(
            store=store, engine=corridor.engine, letters=letters, addresses=self._addresses, clock=clock
        )
        answers = Answers(
            settings=settings.mailbox, config=settings, store=store, engine=corridor.engine, links=links,
            explain=explain, answering=answering_of(settings, links), returns=returns, is_probe=self._is_probe,
            book=self._book,
            allowance=ReplyAllowance(),
            clock=clock,
        )  # fmt: skip
        self._reader = MailboxReader(settings.mailbox, answers, clock=clock)
        if settings.mail_probe is not None:
            self._probe = MailProbe(
                settings.mail_probe, settings, mailbox=lambda: self.state, mails=mails, clock=clock
            )

    @property
    def state(self) -> MailboxState | None:
        """Return how the reading stands, None where there is no mailbox."""
        return self._reader.state if self._reader is not None else None

    def records(self) -> Sequence[Record]:
        """Return what became of the last mails, the newest first."""
        return self._book.records()

    def view(self) -> MailboxView | None:
        """Return what pages show, None where there is no mailbox."""
        state = self.state
        if state is None:
            return None
        return MailboxView(
            name=state.name, trouble=state.trouble, since=state.since, next_try_at=state.next_try_at,
            remark=state.remark, mails=[_seen(record) for record in self.records()],
            ways=[_way(walked) for walked in self.walked()],
        )  # fmt: skip

    def trouble(self) -> str:
        """Return why the mailbox cannot be read, as a sentence for people; empty while it can."""
        state = self.state
        return f"the mailbox {state.name} cannot be read: {state.trouble}" if state and state.trouble else ""

    async def vitals(self, now: datetime) -> Vitals:
        """Return what the table `netwatch` says of it; nothing where there is no mailbox."""
        state = self.state
        if state is None:
            return {}
        seconds = (now - state.since).total_seconds() if state.trouble and state.since is not None else 0.0
        return {"mailbox_trouble_seconds": max(0.0, seconds), "mailbox_trouble": state.trouble.encode() or None}

    def walked(self) -> Sequence[Walked]:
        """Return what is known of the mail's way through each relay, nothing where it is not walked."""
        return self._probe.walked() if self._probe is not None else ()

    def probes_lost(self) -> Sequence[str]:
        """Return which relays take mail that does not arrive, a sentence each."""
        return self._probe.lost() if self._probe is not None else ()

    def probes_slow(self) -> Sequence[str]:
        """Return which relays' mail arrives late, a sentence each."""
        return self._probe.slow() if self._probe is not None else ()

    def followers(self) -> Sequence[Follower]:
        """Return who follows when the wall clock was set."""
        return (self._probe,) if self._probe is not None else ()

    def dead_addresses(self) -> Sequence[str]:
        """Return the addresses that are taken for dead, a sentence each."""
        return [one.sentence for one in self._addresses.dead(self._clock())]

    async def start(self) -> None:
        """Begin to read."""
        if self._reader is not None:
            self._book.restore(await self._store.memories(MAILBOX_MEMORY))
            self._addresses.restore(await self._store.memories(DEAD_ADDRESSES_MEMORY))
            await self._reader.start()
        if self._probe is not None:
            await self._probe.start()

    async def stop(self) -> None:
        """End; a mail that was not dealt with whole comes again after the next start."""
        if self._probe is not None:
            await self._probe.stop()
        if self._reader is not None:
            await self._reader.stop()

    def _is_probe(self, mail: Mail) -> bool:
        return self._probe is not None and self._probe.took(mail)


def _seen(record: Record) -> ReturnedMail:
    return ReturnedMail(
        at=record.at, sender=record.sender, subject=record.subject, outcome=str(record.outcome), words=record.words,
        verb=record.verb, known_by=record.known_by, evidence=record.evidence, entry_id=record.entry_id,
        message_id=record.identity,
    )  # fmt: skip


def _way(walked: Walked) -> MailWay:
    return MailWay(
        relay=walked.relay,
        took_seconds=walked.took.total_seconds() if walked.took is not None else None,
        arrived_at=walked.arrived_at,
        steps=[(hop.by, hop.took.total_seconds()) for hop in walked.hops],
        lost=walked.lost,
        refused=walked.refused,
        waiting_since=walked.waiting_since,
    )
