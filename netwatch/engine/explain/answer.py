"""Answers why an alert is as it is: from the event log, and from what the running engine knows at this moment.

    question -> whose row is meant -> story (the log) -> verdict in words -> lines in the order of their time

It decides nothing and changes nothing; whoever runs no engine asks with the configuration alone (`OnPaper`).
May import: netwatch.rules, netwatch.alerts, netwatch.model, netwatch.engine.*. Called by: netwatch.app, cli.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import get_close_matches

from netwatch.alerts import routing_labels
from netwatch.engine.explain.live import AnyRule, Live, timing_words
from netwatch.engine.explain.nouns import Explanation, Line, Question, Unclear
from netwatch.engine.explain.story import MOST_ALERTS, EventLog, Story, gathered
from netwatch.engine.explain.verdict import Case, verdict_on
from netwatch.engine.times import clock, lasting
from netwatch.model import (
    ALIVE,
    UNSENT,
    Alert,
    AlertState,
    Event,
    OutboxEntry,
    TrapEvent,
    cleaned,
    format_duration,
    trap_name,
)
from netwatch.rules import Rule, TrapRule, evidence_of, facts_of, role_words, severity_words, trap_evidence
from netwatch.rules import verdict_on as trap_verdict_on

MOST_SUGGESTED = 8
MOST_TRAPS = 500
TRAPS_SHOWN = 3
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meant:
    """The row a question is about, or why none is: a sentence, what is unclear, what else may have been meant."""

    instance: str = ""
    trouble: str = ""
    unclear: Unclear = "instance"
    suggestions: tuple[str, ...] = ()


async def explanation_of(log: EventLog, question: Question, live: Live) -> Explanation:
    """Return the answer; what is unknown is said in it and raises nothing."""
    at = question.at or live.now()
    alike = [name for name in live.rule_names() if name.partition("{")[0] == question.rule != name]
    if alike and question.rule not in live.rule_names():
        alive = [name for name in alike if await _has_alert(log, name, question.device)]
        if len(alive) != 1:
            said = f"{len(alike)} rules are called {question.rule}; say which: {', '.join(sorted(alike))}."
            return Explanation(
                rule=question.rule, device=question.device, instance=question.instance, at=at, found=False,
                verdict=said, suggestions=tuple(sorted(alike)), unclear="rule",
            )  # fmt: skip
        question = replace(question, rule=alive[0])
    alerts = await log.alerts_of(question.rule, question.device, MOST_ALERTS)
    meant = await _names_known(question, live, alerts) or _row_meant(question, live, alerts)
    if meant.trouble:
        return Explanation(
            rule=question.rule, device=question.device, instance=question.instance, at=at, found=False,
            verdict=meant.trouble, suggestions=meant.suggestions, unclear=meant.unclear,
        )  # fmt: skip
    rule = live.rule(question.rule)
    current = None if question.at is not None else live.alert(question.rule, question.device, meant.instance)
    story = await gathered(
        log, question.rule, question.device, meant.instance, at, current=current, past=question.at is not None
    )
    case = Case(
        story=story, live=live, rule=rule, device=question.device, instance=meant.instance,
        past=question.at is not None,
    )  # fmt: skip
    traps = await _traps(log, case) if isinstance(rule, TrapRule) else []
    if traps:
        case = replace(case, traps=_last_trap(traps[0], case))
    return Explanation(
        rule=question.rule, device=question.device, instance=meant.instance, at=at, verdict=verdict_on(case),
        state=_state(story, past=case.past), alert_id=story.alert.id if story.alert is not None else "",
        lines=tuple(_in_order([*_standing(case), *_lived(case), *_mailed(case), *traps, *_now(case)])),
    )  # fmt: skip


async def _has_alert(log: EventLog, rule: str, device: str) -> bool:
    alerts = await log.alerts_of(rule, device, MOST_ALERTS)
    return any(alert.state in ALIVE for alert in alerts)


async def _names_known(question: Question, live: Live, alerts: Sequence[Alert]) -> _Meant | None:
    """Return what is wrong with the names of rule and device; None where both are known, or the log knows them."""
    if alerts or not live.rule_names():
        return None
    names: tuple[tuple[Unclear, str, Collection[str]], ...] = (
        ("rule", question.rule, live.rule_names()), ("device", question.device, live.device_names()),
    )  # fmt: skip
    for what, wanted, known in names:
        if wanted not in known:
            near = await asyncio.to_thread(_near, wanted, tuple(known))  # of ten thousand names: a third of a second
            hint = f"; did you mean {' or '.join(near)}?" if near else f"; `netwatch {what}s` lists those there are."
            return _Meant(trouble=f"There is no {what} {wanted}{hint}", unclear=what, suggestions=tuple(near))
    return None


def _row_meant(question: Question, live: Live, alerts: Sequence[Alert]) -> _Meant:
    """Find the row whose key, labels, or one label, the question gives."""
    rows = _rows_known(question, live, alerts)
    wanted = question.instance.strip()
    if wanted in rows or not rows:
        return _Meant(instance=wanted)
    if wanted:
        fitting = [key for key, labels in rows.items() if _fits(wanted, key, labels)]
    else:
        alive = {alert.key.instance for alert in alerts if alert.state in ALIVE}
        fitting = list(alive) if len(alive) == 1 else list(rows)
    if len(fitting) == 1:
        return _Meant(instance=fitting[0])
    if fitting:
        shown = tuple(sorted(fitting)[:MOST_SUGGESTED])
        more = f" and {len(fitting) - len(shown)} more" if len(fitting) > len(shown) else ""
        which = f"{len(fitting)} rows {f'fit {wanted}' if wanted else 'of the device have this rule'}"
        return _Meant(trouble=f"{which}; say which: {', '.join(shown)}{more}.", suggestions=shown)
    texts = {text: key for key, labels in rows.items() for text in (key, *labels.values(), *_parts(key).values())}
    near = [texts[text] for text in _near(wanted, texts)]
    hint = f"; did you mean {' or '.join(dict.fromkeys(near))}?" if near else "."
    return _Meant(
        trouble=f"{question.device} has no row {wanted} for this rule{hint}", suggestions=tuple(dict.fromkeys(near))
    )


def _rows_known(question: Question, live: Live, alerts: Sequence[Alert]) -> dict[str, Mapping[str, str]]:
    rows: dict[str, Mapping[str, str]] = {alert.key.instance: alert.labels for alert in reversed(alerts)}
    verdicts = live.verdicts(question.rule, question.device)
    if verdicts is not None:
        rows |= {key: verdicts.labels_of(row) for row, key in enumerate(verdicts.keys)}
    return rows


def _fits(wanted: str, key: str, labels: Mapping[str, str]) -> bool:
    known = {**labels, **_parts(key)}
    asked = _parts(wanted)
    if asked:
        return all(known.get(name) == text for name, text in asked.items())
    return wanted in known.values() or wanted == key


def _parts(text: str) -> dict[str, str]:
    """Read `ifName=Gi1/0/7,vlan=3`; empty for what is not written so."""
    pairs = [part.partition("=") for part in text.split(",")]
    if not all(between for _, between, _ in pairs):
        return {}
    return {name.strip(): value.strip().strip('"') for name, _, value in pairs}


def _near(wanted: str, known: Iterable[str]) -> list[str]:
    lowered = {name.lower(): name for name in known}
    return [lowered[near] for near in get_close_matches(wanted.lower(), lowered, n=3, cutoff=0.6)]


def _state(story: Story, *, past: bool) -> str:
    alert = story.alert
    if alert is None:
        return AlertState.INACTIVE
    if not past:
        return alert.state
    if alert.firing_at is None or story.at < alert.firing_at:
        return AlertState.PENDING
    return AlertState.FIRING


def _standing(case: Case) -> Iterator[Line]:
    """Yield what is so at all times: the rule, and the ways through the routing tree."""
    if case.rule is not None:
        yield _rule_line(case.rule)
    for way, match in case.live.ways(_labels(case)):
        details = {"receiver": match.receiver, "group": match.group_key, **timing_words(match.timing)}
        if match.mute_time_intervals:
            details["mute_time_intervals"] = ", ".join(match.mute_time_intervals)
        if match.active_time_intervals:
            details["active_time_intervals"] = ", ".join(match.active_time_intervals)
        if match.escalate:
            steps = (f"{step.receiver} after {format_duration(step.after)}" for step in match.escalate)
            details["escalate"] = ", ".join(steps)
        if match.fallback:
            details["fallback"] = ", ".join(match.fallback)
        yield Line(
            kind="route", text=f"{way} tells {match.receiver}, in the group {match.group_key}", details=details
        )


def _rule_line(rule: AnyRule) -> Line:
    details = {
        "for": format_duration(rule.hold_for) if rule.hold_for else "",
        "keep_firing_for": format_duration(rule.keep_firing_for) if rule.keep_firing_for else "",
        "clear_expr": rule.clear_expr or "",
        "severity": severity_words(rule),
        "devices": ", ".join(map(str, rule.devices)),
        "written": f"{rule.file.rpartition('/')[2]}, line {rule.line}" if rule.file else "",
    }
    if isinstance(rule, TrapRule):
        traps = ", ".join(pattern.text for pattern in rule.on_trap)
        text = f"on_trap {traps}" + (f", where {rule.expr}" if rule.expr else "")
        details |= {
            "clear_on": ", ".join(pattern.text for pattern in rule.clear_on),
            "ttl": format_duration(rule.ttl) if rule.ttl else "",
            "witness_of": rule.witness_of.name if rule.witness_of is not None else "",
        }
    else:
        text = rule.expr
        details |= {
            "table": rule.table, "no_data": rule.no_data if rule.no_data != "keep" else "", "on_gone": rule.on_gone,
            "gone_after": format_duration(rule.gone_after) if rule.gone_after else "",
        }  # fmt: skip
    shown = {name: told for name, told in details.items() if told}
    return Line(kind="rule", text=f"{rule.name}: {' '.join(text.split())}", details=shown)


def _labels(case: Case) -> dict[str, str]:
    if case.story.alert is not None:
        return routing_labels(case.story.alert)
    own = case.rule.fixed_labels if case.rule is not None else {}
    verdicts = case.live.verdicts(case.rule.name, case.device) if isinstance(case.rule, Rule) else None
    row = None if verdicts is None else verdicts.row_of(case.instance)
    row_labels = {} if verdicts is None or row is None else verdicts.labels_of(row)
    name = case.rule.alertname or case.rule.name if case.rule is not None else ""
    return {"severity": "warning", **row_labels, **own, "device": case.device, "alertname": name}


def _lived(case: Case) -> Iterator[Line]:
    """Yield what the event log has of the row and its device."""
    story = case.story
    own = story.alert.id if story.alert is not None else ""
    for event in story.events:
        if event.kind != "delivery" and (not own or event.alert_id in (own, "") or _is_attempt(event, story)):
            yield _line_of(event)
    yield from map(_line_of, story.device_events)
    fired = [alert for alert in story.earlier if alert.firing_at is not None]
    if fired:
        last = max(fired, key=lambda alert: alert.pending_at)
        times = "once" if len(fired) == 1 else f"{len(fired)} times"
        until = f" to {clock(last.resolved_at, story.at)}" if last.resolved_at else ""
        text = (
            f"it fired {times} before, the last time from {clock(last.firing_at or last.pending_at, story.at)}{until}"
        )
        yield Line(at=last.firing_at, kind="alert", text=text)
    for silence in story.silences:
        details = {"silence": silence.id, "matchers": ", ".join(silence.matchers), "comment": silence.comment}
        text = f"silenced by {silence.created_by} until {clock(silence.ends_at, story.at)}: {silence.comment}"
        yield Line(at=silence.starts_at, kind="silence", text=text, details=details)


def _is_attempt(event: Event, story: Story) -> bool:
    """Return whether an event is about a time it was pending before the alert in question, and came to nothing."""
    return any(event.alert_id == attempt.alert_id for attempt in story.attempted)


def _line_of(event: Event) -> Line:
    return Line(at=event.at, kind=event.kind, text=event.text, details=event.details)


def _mailed(case: Case) -> Iterator[Line]:
    """Yield every mail, every try to send it, and what is to come of those that wait."""
    story = case.story
    for entry in (*story.entries, *story.tellers):
        yield Line(at=entry.created_at, kind="mail", text=_mail_words(entry), details=_mail_details(entry))
        if entry.state in UNSENT:
            yield Line(at=entry.not_before, kind="next", text=f"the {entry.kind} to {entry.recipient} is tried again")
    for event in story.tries:
        yield Line(
            at=event.at, kind="attempt", text=event.text, details={**event.details, "entry": event.entry_id}
        )  # fmt: skip


def _mail_words(entry: OutboxEntry) -> str:
    told = f", told by {entry.told_by}" if entry.told_by else ""
    return f'{entry.kind} to {entry.recipient} for receiver {entry.receiver}: "{entry.subject}", {entry.state}{told}'


def _mail_details(entry: OutboxEntry) -> dict[str, str]:
    details = {
        "entry": entry.id, "message_id": entry.message_id, "state": entry.state.value,
        "attempts": str(entry.attempts), "last_reply": entry.last_reply,
        "sent_at": "" if entry.sent_at is None else entry.sent_at.isoformat(timespec="milliseconds"),
    }  # fmt: skip
    return {name: text for name, text in details.items() if text}


def _now(case: Case) -> Iterator[Line]:
    """Yield what the engine sees and foresees; nothing of it is in the log."""
    live, story = case.live, case.story
    if case.rule is not None and not case.past:
        for fault in live.faults(case.rule.name, case.device):
            yield Line(at=fault.since, kind="now", text=f"{fault}", details={"count": str(fault.count)})
    if isinstance(case.rule, Rule):
        yield from _read_now(case, case.rule)
    if case.past or story.alert is None:
        return
    alert = story.alert
    if (muting := live.muting(alert)) is not None:
        until = {} if muting.until is None else {"until": muting.until.isoformat()}
        yield Line(
            at=story.at, kind="now", text=f"held back: {muting.reason}", details={"stage": muting.kind, **until}
        )
    if alert.state is AlertState.PENDING and case.rule is not None:
        yield Line(
            at=alert.pending_at + case.rule.hold_for, kind="next", text="it fires, if the expression stays true"
        )
    if alert.state is AlertState.FIRING and alert.healthy_since is not None and case.rule is not None:
        due = alert.healthy_since + live.keeps_firing_for(case.rule, alert)
        yield Line(at=due, kind="next", text="it resolves, if the expression stays untrue")
    if alert.state is AlertState.GONE and alert.gone_at is not None and case.rule is not None:
        due = alert.gone_at + live.gone_after(case.rule)
        yield Line(at=due, kind="next", text="it is taken as removed, if it is not seen before")
    if (due_at := live.next_due(alert.id)) is not None:
        yield Line(at=due_at, kind="next", text="its group is looked at for the next mail")


def _read_now(case: Case, rule: Rule) -> Iterator[Line]:
    live = case.live
    verdicts = None if case.past else live.verdicts(rule.name, case.device)
    row = None if verdicts is None else verdicts.row_of(case.instance)
    if verdicts is not None and row is not None:
        holds = {True: "true", False: "false", None: "unknown"}[verdicts.broken[row]]
        evidence = evidence_of(verdicts, row)
        text = f"the newest reading: the expression is {holds}, {evidence['shown']}"
        yield Line(at=verdicts.reading.at, kind="reading", text=text, details=evidence)
        if words := role_words(rule.table, verdicts.labels_of(row)):
            yield Line(at=verdicts.reading.at, kind="now", text=words)
    for gap in live.gaps(case.device, rule.table):
        text = f"table {rule.table} could not be read for {lasting(gap.until - gap.since)}: {gap.reason}"
        yield Line(at=gap.since, kind="gap", text=text)
    curve = live.curve(rule.name, case.device, case.instance)
    if curve is None:
        return
    near = min(curve.points, key=lambda point: abs(point[0] - case.story.at))
    lowest, highest = (pick(value for _, value in curve.points) for pick in (min, max))
    against = {} if curve.threshold is None else {"threshold": f"{curve.threshold:g}"}
    text = f"its value was {near[1]:g}; in the last hour it was between {lowest:g} and {highest:g}"
    yield Line(at=near[0], kind="reading", text=text, details={**against, "readings": str(len(curve.points))})


async def _traps(log: EventLog, case: Case) -> list[Line]:
    """Return the last traps of the device that the rule looks at, and what it made of them."""
    rule = case.rule
    if not isinstance(rule, TrapRule):
        return []
    patterns = (*rule.on_trap, *rule.clear_on)
    heard = [
        trap
        for trap in await log.traps(MOST_TRAPS, device=case.device)
        if trap.at <= case.story.at
        and any(pattern.takes(trap.trap_oid) for pattern in patterns)
        and (not rule.takes_the_rest or _names_of(trap, case) in case.instance)
    ]
    lines = [_trap_line(rule, trap, case) for trap in heard[:TRAPS_SHOWN]]
    if rule.waits_for:
        text = f"it takes no trap: no MIB module at hand names {', '.join(rule.waits_for)}"
        return [Line(at=case.story.at, kind="trap", text=text)]
    return lines or [Line(at=case.story.at, kind="trap", text="the log has no trap of the device that it looks at")]


def _names_of(trap: TrapEvent, case: Case) -> str:
    """Return what the instance of a rule with `any` says of a trap, which any other trap would meet as well."""
    return f"trap={cleaned(trap_name(case.live.names, trap.trap_oid))}"


def _last_trap(line: Line, case: Case) -> str:
    """Return what the newest trap came to, for the verdict."""
    if "trap" not in line.details:
        return line.text
    shown = line.details.get("clear_shown") or line.details.get("shown")
    meant = next(meant for meant in _MEANT.values() if line.text.endswith(meant))
    said = f"the last trap it looks at, at {case.clock(line.at or case.story.at)}, {meant}"
    return f"{said} ({shown})" if shown else said


def _trap_line(rule: TrapRule, trap: TrapEvent, case: Case) -> Line:
    facts = facts_of(rule, trap, case.live.names)
    verdict = trap_verdict_on(rule, facts, {})
    text = f"{trap_name(case.live.names, trap.trap_oid)} from {trap.source} {_MEANT[verdict.outcome.value]}"
    return Line(at=trap.at, kind="trap", text=text, details=trap_evidence(rule, facts, verdict, {}))


_MEANT = {"begins": "begins it", "ends": "ends it", "nothing": "means nothing to it"}


def _in_order(lines: Iterable[Line]) -> list[Line]:
    """Return what has no instant first, then everything by time; what is said twice once."""
    unique = {(line.at, line.kind, line.text): line for line in lines}
    ordered = sorted(unique.values(), key=lambda line: line.at or _BEGINNING)
    return [replace(line, details={name: str(text) for name, text in line.details.items()}) for line in ordered]
