"""`netwatch fire`: who would be told with which words if a rule fired. Nothing is written, nobody is told.

May import: netwatch.config, netwatch.rules, netwatch.alerts, netwatch.engine, netwatch.notify, netwatch.web.
Called by: netwatch.cli.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from netwatch.alerts import RouteMatch, build_route, routing_labels
from netwatch.cli import arguments
from netwatch.cli.agent import Agent, AgentRefused, NoAgent
from netwatch.cli.arguments import AsJson, ConfigOption, Labels
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.look.naming import names_of
from netwatch.cli.output import BAD_CONFIG, USAGE, WRONG, fail, print_json, printable, printable_lines
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.config import Settings, devices, did_you_mean
from netwatch.engine import ways_through
from netwatch.errors import ConfigError
from netwatch.mib import LiveNames
from netwatch.model import (
    SELF,
    Alert,
    AlertGroup,
    AlertKey,
    AlertState,
    Notification,
    Oid,
    OutboxEntry,
    OutboxKind,
    TableSchema,
    TrapEvent,
    trap_name,
)
from netwatch.notify import Mailer, load_wordings
from netwatch.profiles import load_library
from netwatch.rules import (
    Outcome,
    Rule,
    TrapFacts,
    TrapRule,
    facts_of,
    labels_of_trap,
    load_rule_book,
    meanings_of,
    render,
    render_trap,
)
from netwatch.web import text_of_mail

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say it. There is no other way yet.")]
Value = Annotated[str | None, typer.Option("--value", help="What the alert is to show as its value.")]


def fire(
    rule: arguments.Rule,
    device: arguments.Device,
    row: Labels = None,
    dry_run: DryRun = False,
    value: Value = None,
    config: ConfigOption = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Say whom an alert of a rule would tell, by which route, in which words; exit 1 where it is nobody."""
    if not dry_run:
        fail("only --dry-run is there: it tells nobody; `netwatch test-mail` sends one real mail", USAGE)
    settings = settings_or_exit(config)
    found, schema, names = _rule(settings, rule)
    table = schema.get(found.table) if isinstance(found, Rule) else None
    alert = _alert(settings, found, table, device, row or [], value, names)
    if not settings.receivers:
        fail("the configuration has no receivers, so nobody is told of anything")
    try:
        route = build_route(settings.route, settings.severity_order())
    except ConfigError as exc:
        fail(str(exc), BAD_CONFIG)
    told = [
        _told(way, match, entries)
        for way, match in ways_through(route, routing_labels(alert))
        for entries in [_entries(settings, alert, match)]
    ]
    if json:
        print_json([{"alert": _flat(alert), "told": told}])
    else:
        _print(alert, told)
    if not any(one["messages"] for one in told):
        raise typer.Exit(WRONG)


def _rule(settings: Settings, name: str) -> tuple[Rule | TrapRule, Mapping[str, TableSchema], LiveNames]:
    names = names_of(settings)
    try:
        schema = load_library(settings.profile_paths(), names.oid_of).schema()
        book = load_rule_book(settings.rule_paths(), schema, names, patient=True)
    except ConfigError as exc:
        fail(f"the configuration is not usable\n{exc}", BAD_CONFIG)
    rules: dict[str, Rule | TrapRule] = {one.name: one for one in book.rules}
    rules |= {one.name: one for one in book.trap_rules}
    if name not in rules:
        fail(f"there is no rule {name}{did_you_mean(name, rules)}")
    return rules[name], schema, names


def _alert(
    settings: Settings, rule: Rule | TrapRule, table: TableSchema | None, device: str, row: Sequence[str],
    value: str | None, names: LiveNames,
) -> Alert:  # fmt: skip
    known = {one.name: one for one in devices(settings)}
    if device not in known and isinstance(rule, Rule) and rule.table != SELF.name:
        fail(f"there is no device {device}{did_you_mean(device, known)}")
    of_row: dict[str, str] = {}
    key = ""
    for text in row:
        name, equals, word = text.partition("=")
        if equals:
            of_row[name] = word
        else:
            key = text
    if table is not None and row:
        key, of_row = _row(settings, table, device, key, of_row)
    instance = key or ",".join(f"{name}={text}" for name, text in of_row.items())
    now, shown = datetime.now(UTC), _number(value)
    labels = {**(known[device].labels if device in known else {}), **of_row}
    if isinstance(rule, Rule):
        labels |= rule.labels
        annotations = render(rule, labels=labels, device=device, instance=instance, value=shown)
    else:
        source = known[device].address if device in known else device
        facts = _facts(rule, TrapEvent(
            at=now, source=source, device=device, version="2c", trap_oid=_trap(rule, of_row, names), varbinds=()
        ), names)  # fmt: skip
        labels |= {"source": source, **labels_of_trap(rule, facts)}
        annotations = render_trap(rule, facts, labels=labels, device=device, instance=instance, count=1, value=shown)
    return Alert(
        id="dry-run", key=AlertKey(rule=rule.name, device=device, instance=instance), state=AlertState.FIRING,
        labels=labels, annotations=annotations, value=shown, pending_at=now, firing_at=now,
    )  # fmt: skip


def _trap(rule: TrapRule, row: Mapping[str, str], names: LiveNames) -> Oid:
    """Return the trap that would begin the alert: by definitions what was typed, else what its words stand for."""
    if rule.goes_by_definitions:
        try:
            return Oid(names.oid_of(row.get("trap", "")))
        except ValueError as exc:
            fail(
                f"{rule.name} goes by definitions: say of which trap, as trap=IF-MIB::linkDown or by its OID ({exc})"
            )
    for name, wanted in rule.objects.items():
        meant = [one.oid for one in rule.on_trap if name in row and wanted.words.get(one.oid) == row[name]]
        if meant:
            return meant[0]
    return rule.on_trap[0].oid


def _facts(rule: TrapRule, event: TrapEvent, names: LiveNames) -> TrapFacts:
    if not rule.goes_by_definitions:
        return facts_of(rule, event, names)
    for facts, verdict in meanings_of(rule, event, names):
        if verdict.outcome is Outcome.BEGINS:
            return facts
    return fail(f"no definition says that {trap_name(names, event.trap_oid)} is a warning or worse")


def _row(
    settings: Settings, table: TableSchema, device: str, key: str, given: Mapping[str, str]
) -> tuple[str, dict[str, str]]:
    """Return key and labels of the row that is meant, as the agent knows it; without one what was typed."""
    try:
        told: Sequence[Mapping[str, Any]] = Agent(settings).ask(f"/api/v1/devices/{device}")
    except (NoAgent, AgentRefused) as exc:
        typer.echo(f"netwatch: {printable(exc)}, so the row has the labels that were typed", err=True)
        return key, dict(given)
    for one in told:
        labels = {name: str(one[name]) for name in table.labels if one.get(name) is not None}
        meant = not key or key in (one.get("key"), one.get("index"), *labels.values())
        if one.get("table") == table.name and meant and given.items() <= labels.items():
            return str(one["key"]), labels
    return fail(f"{device} has no such row; say it as the page does, such as ifName=Gi1/0/7")


def _number(text: str | None) -> float | str | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return text


def _entries(settings: Settings, alert: Alert, match: RouteMatch) -> Sequence[OutboxEntry]:
    mailer = Mailer(
        settings.smtp, settings.receivers, external_url=settings.web.external_url or "",
        wordings=load_wordings(settings.receivers),
    )  # fmt: skip
    group = AlertGroup(
        key=match.group_key, receiver=match.receiver, labels=match.group_labels, thread_id="<dry-run@netwatch>",
        opened_at=alert.pending_at, members=(alert.id,),
    )  # fmt: skip
    notification = Notification(group=group, at=alert.pending_at, firing=(alert,), resolved=(), sequence=1)
    return mailer.compose(notification).entries


def _told(way: str, match: RouteMatch, entries: Sequence[OutboxEntry]) -> dict[str, Any]:
    mute = [*match.mute_time_intervals, *(f"outside {name}" for name in match.active_time_intervals)]
    return {
        "route": way, "receiver": match.receiver, "group": match.group_key, "muted_in": mute,
        "escalates_to": [step.receiver for step in match.escalate], "falls_back_on": [*match.fallback],
        "messages": [_message(one) for one in entries],
    }  # fmt: skip


def _message(entry: OutboxEntry) -> dict[str, str]:
    is_mail = entry.kind is OutboxKind.MAIL
    text = text_of_mail(entry.message).text if is_mail else entry.message.decode("utf-8", "replace")
    return {"kind": entry.kind.value, "to": entry.recipient, "subject": entry.subject, "text": text}


def _flat(alert: Alert) -> dict[str, Any]:
    return {
        "rule": alert.key.rule, "device": alert.key.device, "instance": alert.key.instance,
        "severity": alert.severity, "labels": dict(alert.labels), "annotations": dict(alert.annotations),
    }  # fmt: skip


def _print(alert: Alert, told: Sequence[Mapping[str, Any]]) -> None:
    for line in _lines(alert, told):
        typer.echo(line)


def _lines(alert: Alert, told: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    of_row = f" {printable(alert.key.instance)}" if alert.key.instance else ""
    yield f"If {printable(alert.key.rule)} fired on {printable(alert.key.device)}{of_row} ({alert.severity}):"
    for one in told:
        way, receiver, group = (printable(one[part]) for part in ("route", "receiver", "group"))
        yield f"\n{way} tells {receiver}, in the group {group}"
        if one["muted_in"]:
            yield f"  but not in: {', '.join(map(printable, one['muted_in']))}"
        if one["escalates_to"]:
            yield f"  then, where nobody acknowledges it: {', '.join(map(printable, one['escalates_to']))}"
        if one["falls_back_on"]:
            yield f"  what it cannot deliver is told to: {', '.join(map(printable, one['falls_back_on']))}"
        for message in one["messages"]:
            yield f"\n  {message['kind']} to {printable(message['to'])}"
            yield f"  Subject: {printable(message['subject'])}"
            yield from (f"  | {line}" for line in printable_lines(message["text"]).splitlines())
        if not one["messages"]:
            yield "  which tells nobody"
    yield "\nNothing was written, and nobody was told. Silences, maintenance and what else fires are not looked at."
