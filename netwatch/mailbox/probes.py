"""Knows which marked mails are under way, which arrived and how long they took, and what that says of each relay.

A quiet room: time comes in as `now`. A mail is known by its Message-ID, which holds a number that nobody can guess;
one from before a restart is nobody's. While the mailbox cannot be read nothing is called lost: that is no relay's
fault.
May import: netwatch.mailbox.{probe_settings, reading.hops, reading.outcome}. Called by: netwatch.app.probing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from netwatch.mailbox.probe_settings import MailProbeSettings
from netwatch.mailbox.reading.hops import Hop, hops_of
from netwatch.mailbox.reading.outcome import Mail

MOST_UNDER_WAY = 100
"""Of all relays together; the oldest are forgotten as lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """What is known of a mail's way through one relay.

    took: of the last mail that arrived, None before the first. arrived_at: when that was. hops: where it was on its
    way and for how long. lost: mails in a row that did not arrive. refused: why the relay took none, empty if it did.
    waiting_since: when the oldest mail left that has not arrived, None if none is under way.
    """

    relay: str
    took: timedelta | None = None
    arrived_at: datetime | None = None
    hops: tuple[Hop, ...] = ()
    lost: int = 0
    refused: str = ""
    waiting_since: datetime | None = None


class Probes:
    """The mails under way, and the last word of each relay."""

    def __init__(self, settings: MailProbeSettings, relays: Sequence[str]) -> None:
        self._settings = settings
        self._under_way: dict[str, tuple[str, datetime]] = {}
        self._walked = {relay: Walked(relay=relay) for relay in relays}

    def sent(self, relay: str, message_id: str, now: datetime) -> None:
        """Note that a mail is handed to a relay."""
        self._under_way[message_id] = (relay, now)
        if len(self._under_way) > MOST_UNDER_WAY:
            self._lose(next(iter(self._under_way)))

    def refused(self, relay: str, message_id: str, words: str) -> None:
        """Note that a relay did not take the mail, and why: then it is waited for no more.

        It is known to be down without us; whether what it takes arrives cannot be told meanwhile.
        """
        self._under_way.pop(message_id, None)
        self._walked[relay] = replace(self._walked[relay], refused=words)

    def took(self, mail: Mail, now: datetime) -> Walked | None:
        """Return what a mail says of its relay if it is one of ours that was waited for, else None."""
        found = self._under_way.pop(mail.message_id, None)
        if found is None:
            return None
        relay, sent_at = found
        self._walked[relay] = walked = Walked(
            relay=relay,
            took=max(timedelta(0), now - sent_at),
            arrived_at=now,
            hops=hops_of(mail.received, sent_at, now),
        )
        return walked

    def came_back(self, message_ids: Iterable[str]) -> str:
        """Return the relay of a mail that a report says will never arrive; empty where none of these is under way."""
        known = next((one for one in message_ids if one in self._under_way), None)
        return self._lose(known) if known is not None else ""

    def overdue(self, now: datetime, *, readable_since: datetime | None) -> Sequence[str]:
        """Give up what is due to be given up; return the relays of those mails.

        readable_since: since when the mailbox is read, None while it is not. A mail may arrive until `lost_after` is
        over from when it left, or from when the mailbox could be read again.
        """
        if readable_since is None:
            return []
        limit = self._settings.lost_after
        late = [one for one, (_, sent_at) in self._under_way.items() if now - max(sent_at, readable_since) > limit]
        return [self._lose(one) for one in late]

    def walked(self) -> Sequence[Walked]:
        """Return what is known of each relay, in the order of the configuration."""
        waiting: dict[str, datetime] = {}
        for relay, sent_at in self._under_way.values():
            waiting[relay] = min(sent_at, waiting.get(relay, sent_at))
        return [replace(one, waiting_since=waiting.get(one.relay)) for one in self._walked.values()]

    def lost(self) -> Sequence[Walked]:
        """Return the relays whose last mail did not arrive."""
        return [one for one in self.walked() if one.lost]

    def slow(self, now: datetime) -> Sequence[Walked]:
        """Return the relays whose last mail took too long, or is under way for too long."""
        limit = self._settings.slow_after
        return [
            one
            for one in self.walked()
            if not one.lost
            and ((one.took or timedelta(0)) > limit or (one.waiting_since and now - one.waiting_since > limit))
        ]

    def clock_was_set(self, moved: timedelta) -> None:
        """Move what is under way with the wall clock."""
        self._under_way = {one: (relay, at + moved) for one, (relay, at) in self._under_way.items()}

    def _lose(self, message_id: str) -> str:
        relay, _ = self._under_way.pop(message_id)
        self._walked[relay] = replace(self._walked[relay], lost=self._walked[relay].lost + 1)
        return relay


def lost_words(walked: Walked) -> str:
    """Return for people which relay takes mail that does not arrive."""
    last = f"; the last that did came at {walked.arrived_at:%Y-%m-%d %H:%M} UTC" if walked.arrived_at else ""
    count = "a mail" if walked.lost == 1 else f"{walked.lost} mails in a row"
    return f"{walked.relay} took {count} that never arrived{last}"


def slow_words(walked: Walked, now: datetime) -> str:
    """Return for people how slow a relay's way is, and where the time went."""
    if walked.waiting_since is not None and (walked.took is None or now - walked.waiting_since > walked.took):
        return f"a mail through {walked.relay} is under way for {_seconds(now - walked.waiting_since)}"
    slowest = max(walked.hops, key=lambda hop: hop.took, default=None)
    where = f", of it {_seconds(slowest.took)} until {slowest.by}" if slowest is not None else ""
    return f"the last mail through {walked.relay} took {_seconds(walked.took or timedelta(0))}{where}"


def _seconds(span: timedelta) -> str:
    seconds = round(span.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
