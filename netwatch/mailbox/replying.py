"""What a reply to an answer says: what was done, or why not, in few lines for a telephone.

A quiet room. May import: netwatch.model, netwatch.mailbox.{deciding, reading}. Called by: netwatch.app.answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from netwatch.mailbox.deciding import Decision, Outcome
from netwatch.mailbox.reading.outcome import Verb
from netwatch.model import ALIVE, Alert

MOST_LISTED = 30
HELP = """\
Answer a mail of NetWatch with one of these in the first line:
ack - I am on it: no repeats, no escalation; words after it are kept: ack working on it
ack 2 - the second problem of the mail alone; so with unack and silence
unack - nobody is on it after all
silence 2h - say nothing of this for two hours, at most 12; or: silence until 08:00
status - how it stands now
why - why there is this alert, and who was told
help - this text
"""


def help_text() -> str:
    """Return what may be answered."""
    return HELP


def reply_text(decision: Decision, *, before: Sequence[Alert], zone: tzinfo | None, why: Sequence[str] = ()) -> str:
    """Return what the sender is told.

    before: the alerts as they stood before the act. why: of `why`, one explanation each. zone: of the times.
    """
    if decision.outcome is Outcome.REFUSED:
        return f"Nothing was done: {decision.words}.\n\n{HELP}"
    if decision.verb is Verb.HELP:
        return HELP
    if decision.verb is Verb.WHY:
        return "\n\n".join(why) or "There is nothing to explain.\n"
    if decision.verb is Verb.STATUS:
        return _listed("How it stands now:", decision.alerts, zone, standing=True)
    if decision.verb is Verb.SILENCE and decision.until is not None:
        end = f"{decision.until.astimezone(zone):%Y-%m-%d %H:%M %Z}"
        longest = " That is as long as a mail may silence; make a longer one on the page." if decision.cut else ""
        return _listed(f"Silenced until {end}.{longest}", decision.alerts, zone)
    if decision.verb is Verb.UNACK:
        return _listed("Nobody has this in hand any more; mails and escalation go on.", decision.alerts, zone)
    mine = [alert for alert in before if alert.acked_at is None]
    others = [alert for alert in before if alert.acked_at is not None]
    parts = []
    if mine:
        parts.append(_listed("Acknowledged: you have it in hand, nobody is told again.", mine, zone))
    if others:
        names = ", ".join(dict.fromkeys(alert.acked_by for alert in others if alert.acked_by)) or "somebody"
        parts.append(_listed(f"In hand before, of {names}:", others, zone))
    return "\n".join(parts)


def _listed(words: str, alerts: Sequence[Alert], zone: tzinfo | None, *, standing: bool = False) -> str:
    lines = [words, *(_line(alert, zone, standing=standing) for alert in alerts[:MOST_LISTED])]
    if (more := len(alerts) - MOST_LISTED) > 0:
        lines.append(f"... and {more:,} more")
    return "\n".join(lines) + "\n"


def _line(alert: Alert, zone: tzinfo | None, *, standing: bool) -> str:
    summary = alert.annotations.get("summary") or f"{alert.key.alertname} on {alert.key.device} {alert.key.instance}"
    if not standing:
        return f"- {summary.strip()}"
    if alert.state not in ALIVE:
        return f"- over since {_clock(alert.resolved_at, zone)}: {summary.strip()}"
    held = f"; in hand of {alert.acked_by}" if alert.acked_at is not None else ""
    said = f": {alert.ack_comment}" if alert.acked_at is not None and alert.ack_comment else ""
    value = f"; value {alert.value:g}" if isinstance(alert.value, float) else ""
    return f"- {alert.state} since {_clock(alert.pending_at, zone)}{value}{held}{said}: {summary.strip()}"


def _clock(at: datetime | None, zone: tzinfo | None) -> str:
    return "a while ago" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"
