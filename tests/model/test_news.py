"""What a message says of an alert: a word of its own for every state that people are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from netwatch.model import Alert, AlertKey, AlertState, news_of

AT = datetime(2026, 7, 1, 12, tzinfo=UTC)
DOWN = Alert(
    id="a1", key=AlertKey(rule="LinkDown", device="sw1", instance="ifName=Gi1"),
    state=AlertState.FIRING, pending_at=AT, firing_at=AT,
)  # fmt: skip


def test_that_it_is_gone_is_news_about_the_same_alert():
    gone = replace(DOWN, state=AlertState.GONE, gone_at=AT)
    over = replace(gone, state=AlertState.RESOLVED, resolved_at=AT)

    said = [news_of([alert])[0] for alert in (DOWN, gone, over)]

    assert len({news.key for news in said}) == 1
    assert [news.word for news in said] == ["a1 firing", "a1 gone", "a1 resolved"]


def test_of_two_outbreaks_in_one_message_the_one_that_stands_counts():
    gone = replace(DOWN, id="a2", state=AlertState.GONE, gone_at=AT)
    over = replace(DOWN, state=AlertState.RESOLVED, resolved_at=AT)

    assert [news.word for news in news_of([gone, over])] == ["a2 gone", "a2 gone"]
