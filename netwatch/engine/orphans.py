"""Ends what the configuration knows no more: alerts whose rule or device is gone.

May import: netwatch.alerts, netwatch.engine.alert_book, draft, last_words. Called by: engine.engine, at a start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from netwatch.alerts import Happening, NoData, OnGone, Timing, step
from netwatch.engine.alert_book import AlertBook
from netwatch.engine.draft import Draft
from netwatch.engine.last_words import with_last_words
from netwatch.model import Alert, AlertState


def end_orphans(
    draft: Draft,
    book: AlertBook,
    now: datetime,
    *,
    rule_of: Callable[[Alert], Timing | None],
    has_source: Callable[[Alert], bool],
    new_id: Callable[[], str],
) -> None:
    """End the alerts that have no rule or no source any more."""
    for alert in book.alerts():
        rule = rule_of(alert)
        if rule is not None and has_source(alert):
            continue
        gone = Happening.RULE_GONE if rule is None else Happening.DEVICE_GONE
        after = step(rule or _NO_RULE, alert, gone, now, key=alert.key, new_id=new_id)
        if after.alert is None or not after.changed:
            continue
        over = after.alert
        if over.state is AlertState.RESOLVED:  # nobody saw it well, and no mail may say so
            over = with_last_words(over, f"{after.reason}, nobody watches it any more", now)
        book.put(draft, over, after.transition, after.reason, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _NoRule:
    """The timing of an alert whose rule is gone: it ends at once."""

    hold_for: timedelta = timedelta(0)
    keep_firing_for: timedelta = timedelta(0)
    no_data: NoData = "keep"
    on_gone: OnGone = "keep"


_NO_RULE = _NoRule()
