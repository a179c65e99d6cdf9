"""The sentence people want first: does it fire, since when, who was told, and if not, why not.

A quiet room: no clock, no socket, no database.
May import: netwatch.rules, netwatch.model, netwatch.engine.{times, explain}. Called by: answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from netwatch.engine.explain.live import AnyRule, Live
from netwatch.engine.explain.story import Attempted, Story
from netwatch.engine.telling.wires import TOLD_WITH
from netwatch.engine.times import clock, lasting
from netwatch.model import UNSENT, Alert, AlertState, OutboxEntry, OutboxKind, OutboxState, format_duration
from netwatch.rules import TOO_YOUNG, Part, Rule, TrapRule, Verdicts, evidence_of, parts_with_verdicts

HELD_BACK = "held back: "
MOST_NAMED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a verdict is given on.

    past: the question is about an instant that is over. traps: what the last trap meant to a rule on traps.
    """

    story: Story
    live: Live
    rule: AnyRule | None
    device: str
    instance: str
    past: bool
    traps: str = ""

    def clock(self, at: datetime) -> str:
        """Write an instant, without its date if that is the one asked about."""
        return clock(at, self.story.at)


def verdict_on(case: Case) -> str:
    """Return the sentence."""
    alert = case.story.alert
    if alert is None:
        return _nothing_there(case)
    if alert.state is AlertState.PENDING:
        return _pending(case, alert)
    if alert.resolved_at is not None and not case.past:
        return f"{_state_of_now(case)} {_over(case, alert)}"
    return _firing(case, alert) if alert.resolved_at is None else _over(case, alert)


def told(case: Case, entries: Iterable[OutboxEntry]) -> str:
    """Return who was told when by these rows, and who was not and why; empty where there are none."""
    first: dict[str, OutboxEntry] = {}
    for entry in entries:  # the oldest first; one that left counts more than one that did not
        before = first.get(entry.recipient)
        if before is None or (_has_left(case, entry) and not _has_left(case, before)):
            first[entry.recipient] = entry
    said: dict[str, list[str]] = {}
    for recipient, entry in first.items():
        said.setdefault(_fate(case, entry), []).append(recipient)
    return "; ".join(fate.replace("{who}", _listed(recipients)) for fate, recipients in said.items())


def _firing(case: Case, alert: Alert) -> str:
    since = f"It fires since {case.clock(alert.firing_at or alert.pending_at)}"
    said = [f"{since}, {_and_told(case, alert)}"]
    if alert.healthy_since is not None and case.rule is not None:
        ends = f"it resolves if that lasts {format_duration(case.live.keeps_firing_for(case.rule, alert))}"
        said.append(f"Since {case.clock(alert.healthy_since)} the expression is no longer true; {ends}")
    if alert.gone_at is not None:
        said.append(_gone(case, alert))
    if alert.flapping:
        said.append("It comes and goes, so that its end waits until it has been calm")
    return _sentences([*said, *_acknowledged(case, alert)])


def _gone(case: Case, alert: Alert) -> str:
    """Return since when what it is about is no longer there, what was last read of it, and what ends that."""
    value = "" if alert.value is None else f", with {alert.value} as its last value"
    said = f"What it is about is no longer there since {case.clock(alert.gone_at or alert.pending_at)}{value}"
    ends = ["it is seen well"]
    if case.rule is not None and alert.gone_at is not None:
        removed_at = alert.gone_at + case.live.gone_after(case.rule)
        ends.append(f"it is taken as removed at {case.clock(removed_at)}")
    return f"{said}; that is not health, so it stands until {', '.join(ends)}, or `netwatch forget` ends it"


def _over(case: Case, alert: Alert) -> str:
    began, ended = alert.firing_at or alert.pending_at, alert.resolved_at or alert.pending_at
    lived = f"It fired from {case.clock(began)} to {case.clock(ended)} ({lasting(ended - began)})"
    said = [f"{lived}, {_and_told(case, alert)}"]
    if alert.gone_at is not None:
        said.append(f"Nobody saw it well: it was no longer there since {case.clock(alert.gone_at)}")
    if end := told(case, (entry for entry in case.story.entries if entry.created_at > ended)):
        said.append(f"Of its end {end}")
    return _sentences([*said, *_acknowledged(case, alert)])


def _pending(case: Case, alert: Alert) -> str:
    said = f"It does not fire yet: the expression is true since {case.clock(alert.pending_at)}"
    if case.rule is None or not case.rule.hold_for:
        return f"{said}."
    due = alert.pending_at + case.rule.hold_for
    so_far = lasting(max(case.story.at - alert.pending_at, case.story.at - case.story.at))
    wanted = format_duration(case.rule.hold_for)
    return f"{said}, for {so_far} of the {wanted} it must last; it fires if that lasts until {case.clock(due)}."


def _and_told(case: Case, alert: Alert) -> str:
    ended = alert.resolved_at
    problems = [entry for entry in case.story.entries if ended is None or entry.created_at <= ended]
    who = told(case, problems)
    muting = _muting(case, alert)
    if not who:
        who = _told_by_the_group(case, alert)
    if not who:
        return f"and nobody {'is' if ended is None else 'was'} told: {muting or _why_nobody(case, alert)}"
    return f"and {who}" if not muting else f"and {who}; since then it is held back: {muting}"


def _told_by_the_group(case: Case, alert: Alert) -> str:
    """Return who was told by mails that retention took; empty where nothing says so."""
    if alert.resolved_at is not None:  # of an end only those are told who were told of the beginning
        return "the mails of that time are no longer kept" if case.story.entries else ""
    if case.past:
        return ""
    told_at = case.live.told(alert.id)
    said = [f"receiver {name} counts as told since {case.clock(at)}" for name, at in told_at.items()]
    ends = {
        event.details[TOLD_WITH]: None
        for event in case.story.events
        if event.alert_id == alert.id and TOLD_WITH in event.details
    }
    if said and ends:
        return f"{_listed(said)}: by the mail about {_listed(list(ends))}, which named this end of the link"
    return f"{_listed(said)}; no mail of that is kept" if said else ""


def _why_nobody(case: Case, alert: Alert) -> str:
    labels = {**alert.labels, "device": case.device, "alertname": alert.key.alertname, "severity": alert.severity}
    if case.live.rule_names() and not case.live.ways(labels):
        return "no receiver is configured"
    if alert.resolved_at is not None:
        return "it ended before a mail was due"
    due = case.live.next_due(alert.id)
    return "no mail was due" if due is None else f"its group gathers until {case.clock(due)}"


def _muting(case: Case, alert: Alert) -> str:
    """Return why it is held back, by the engine or, where none runs or it is over, by the log."""
    if case.live.is_running and not case.past and alert.resolved_at is None:
        muting = case.live.muting(alert)
        return muting.reason if muting is not None else ""
    now = alert.resolved_at if alert.resolved_at is not None else case.story.at
    # Who was told since was not held back, also where the end of it fell into a restart and is not in the log.
    last = [event for event in case.story.events
            if event.kind in ("mute", "notify") and event.alert_id == alert.id and event.at <= now]  # fmt: skip
    text = last[-1].text if last else ""
    return text.removeprefix(HELD_BACK) if text.startswith(HELD_BACK) else ""


def _acknowledged(case: Case, alert: Alert) -> list[str]:
    if alert.acked_at is None:
        return []
    comment = f": {alert.ack_comment}" if alert.ack_comment else ""
    return [f"{alert.acked_by} acknowledged it at {case.clock(alert.acked_at)}{comment}"]


def _nothing_there(case: Case) -> str:
    if case.past:
        return f"{_attempt_words(case) or 'It did not fire: nothing is in the log of that time'}{_last_time(case)}."
    return f"{_state_of_now(case).removesuffix('.')}{_last_time(case)}."


def _state_of_now(case: Case) -> str:
    """Return why it does not fire now."""
    if case.rule is not None and not case.live.is_meant(case.rule.name, case.device):
        wanted = ", ".join(map(str, case.rule.devices))
        return f"It does not fire: the rule is meant for devices with {wanted}, and {case.device} is none of them."
    held_off = case.live.held_off(case.device)
    if held_off:
        return f"It does not fire: readings of the device are not held against rules now, {held_off}."
    faults = [] if case.rule is None else case.live.faults(case.rule.name, case.device)
    if faults:
        return f"It does not fire because NetWatch itself fails: {faults[0]}."
    known = case.live.verdicts(case.rule.name, case.device) if isinstance(case.rule, Rule) else None
    attempt = _attempt_words(case)
    if known is not None:
        why = _why_not(known, case.instance)
        return f"{attempt}. Now {why}." if attempt else f"It does not fire: {why}."
    return f"{attempt}." if attempt else f"It does not fire{_nothing_read(case)}."


def _attempt_words(case: Case) -> str:
    """Return what became of the last time it was pending and did not fire; empty where that never was."""
    over = [one for one in case.story.attempted if one.since <= case.story.at]
    if case.story.alert is not None:
        over = [one for one in over if one.since > case.story.alert.pending_at]
    return _dropped(case, over[-1]) if over else ""


def _dropped(case: Case, attempt: Attempted) -> str:
    until = attempt.until or case.story.at
    wanted = f" of the {format_duration(case.rule.hold_for)} it must last" if case.rule is not None else ""
    why = attempt.why.partition(", after ")[0].partition(";")[0]
    return (
        f"It did not fire: the expression was true for {lasting(until - attempt.since)}{wanted}; "
        f"it was reset at {case.clock(until)}: {why}"
    )


def _why_not(verdicts: Verdicts, instance: str) -> str:
    row = verdicts.row_of(instance)
    if row is None:
        return "the row is not there any more"
    verdict = verdicts.broken[row]
    parts = parts_with_verdicts(verdicts, row)
    if verdict is True:
        return f"its expression is true ({_joined(parts, True)}), and it is about to be looked at"
    if verdict is None:
        young = [text for text in evidence_of(verdicts, row).values() if TOO_YOUNG in text]
        why = f"; {young[0].partition(': ')[2]}" if young else ""
        return f"it is unknown whether it should, since a value is missing ({_joined(parts, None)}{why})"
    return f"its expression is false ({_joined(parts, False)})"


def _joined(parts: Sequence[Part], holds: bool | None) -> str:
    """Return the conditions that matter for the outcome, each once; all where none of them alone does."""
    telling = [part.shown for part in parts if part.holds is holds] or [part.shown for part in parts]
    return "; ".join(dict.fromkeys(telling))


def _nothing_read(case: Case) -> str:
    rule = case.rule
    if not isinstance(rule, Rule):
        said = f": {case.traps}" if case.traps else ""
        if isinstance(rule, TrapRule) and rule.witness_of is not None:
            polled = rule.witness_of
            said += f"; of rows that polling knows in {polled.table} it begins {polled.name}, so ask about that"
        return said
    if not case.live.is_running:
        return ""
    gaps = case.live.gaps(case.device, rule.table)
    if not gaps:
        return f": table {rule.table} was not read from the device yet"
    return f": table {rule.table} cannot be read since {case.clock(gaps[-1].since)}, {gaps[-1].reason}"


def _last_time(case: Case) -> str:
    fired = [alert for alert in case.story.earlier if alert.firing_at is not None and alert is not case.story.alert]
    if not fired:
        return "" if case.story.earlier or case.story.attempted else "; as far as the log goes it never did"
    last = max(fired, key=lambda alert: alert.pending_at)
    began, ended = last.firing_at or last.pending_at, last.resolved_at
    until = f" to {case.clock(ended)}" if ended is not None else ""
    return f". The last time it fired was from {case.clock(began)}{until}"


def _has_left(case: Case, entry: OutboxEntry) -> bool:
    return case.story.teller_of(entry).state is OutboxState.SENT


def _fate(case: Case, entry: OutboxEntry) -> str:
    """Return what became of a row, with {who} for the recipient."""
    teller = case.story.teller_of(entry)
    by = " in a digest" if entry.state is OutboxState.DIGESTED else ""
    by = " by a later mail" if entry.state is OutboxState.SUPERSEDED else by
    what = "mail" if entry.kind is OutboxKind.MAIL else entry.kind.value
    reply = f" ({teller.last_reply})" if teller.last_reply else ""
    if teller.state is OutboxState.SENT:
        return f"{{who}} was told{by} at {case.clock(teller.sent_at or teller.created_at)}"
    if teller.state is OutboxState.DEAD:
        return f"the {what} to {{who}} will not arrive{reply}"
    if teller.state is OutboxState.UNKNOWN:
        return f"{{who}} was perhaps told{by}, and will be told again at {case.clock(teller.not_before)}{reply}"
    if teller.state in UNSENT and teller.last_tried_at is not None:
        return f"{{who}} could not be told{by} yet, next try at {case.clock(teller.not_before)}{reply}"
    if teller.state in UNSENT:
        return f"the {what} to {{who}} waits in the outbox since {case.clock(teller.created_at)}"
    return f"{{who}} is to be told{by}"


def _listed(recipients: Sequence[str]) -> str:
    named = list(recipients[:MOST_NAMED])
    more = len(recipients) - len(named)
    if more:
        return f"{', '.join(named)} and {more} more"
    return " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)


def _sentences(said: Sequence[str]) -> str:
    return ". ".join(said) + "."
