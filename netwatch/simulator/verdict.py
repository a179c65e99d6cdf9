"""Holds what was mailed against what the story said must be mailed.

A quiet room: values in, values out.
May import: netwatch.model, mail, story. Called by: cli (the demo), tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from netwatch.model import Alert, OutboxEntry
from netwatch.simulator.mail import ReceivedMail
from netwatch.simulator.story import Expectation


def unmet(
    expectations: Iterable[Expectation],
    alerts: Sequence[Alert],
    entries: Sequence[OutboxEntry],
    mails: Sequence[ReceivedMail],
) -> list[Expectation]:
    """Return the expectations for which no mail arrived that was made after its alert came to that state.

    And those that were to be held back, if there was no such alert or a mail about every one.
    """
    arrived = {str(mail.parsed()["Message-ID"]).strip() for mail in mails}
    told = [entry for entry in entries if entry.message_id in arrived]
    return [expected for expected in expectations if not _is_met(expected, alerts, told)]


def _is_met(expected: Expectation, alerts: Sequence[Alert], told: Sequence[OutboxEntry]) -> bool:
    if expected.becomes == "held back":
        about = {alert.id for alert in alerts if _reached_at(alert, expected) is not None}
        return not about <= {alert_id for entry in told for alert_id in entry.alert_ids}
    for alert in alerts:
        since = _reached_at(alert, expected)
        if since is not None and any(alert.id in entry.alert_ids and entry.created_at >= since for entry in told):
            return True
    return False


def _reached_at(alert: Alert, expected: Expectation) -> datetime | None:
    names = (alert.key.instance, alert.key.instance.rpartition("=")[2])
    if (alert.key.rule, alert.key.device) != (expected.rule, expected.device) or expected.instance not in names:
        return None
    return alert.resolved_at if expected.becomes == "resolved" else alert.firing_at
