"""What became of traps that raised nothing: who was turned away, which kinds no rule takes, what rules would say.

Asks the running agent where that knows more; without one, the database has what was kept.
May import: netwatch.config, netwatch.store, netwatch.mib, netwatch.rules, netwatch.traps, netwatch.model.
Called by: netwatch.cli.look.traps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from netwatch.cli.agent import Agent, AgentRefused, NoAgent
from netwatch.cli.look.naming import names_of
from netwatch.cli.look.reading import read_store
from netwatch.cli.output import BAD_CONFIG, WRONG, fail, print_json, printable, rfc3339
from netwatch.cli.screen import print_table
from netwatch.config import Settings, refused_senders
from netwatch.errors import ConfigError
from netwatch.mib import LiveNames
from netwatch.model import RefusedSender, TrapEvent, UnmatchedTraps, trap_name
from netwatch.profiles import load_library
from netwatch.rules import Opinion, Outcome, TrapRule, load_rule_book, opinions_on, unmatched_in
from netwatch.traps import REFUSED_MEMORY, refused_in

LOOKED_AT = 20_000
"""Rows of the trap log in which unmatched ones are looked for."""
MEANINGS = {
    Outcome.BEGINS: "begins the alert",
    Outcome.ENDS: "ends the alert",
    Outcome.NOTHING: "means nothing to it",
}


def print_refused(settings: Settings, config: Path, *, json: bool) -> None:
    """Print the senders that are turned away."""
    rows = _refused_rows(settings, config)
    if json:
        print_json(rows)
        return
    for row in rows:
        who = f"{row['device']} ({row['source']})" if row["device"] else row["source"]
        often = "once, at" if row["count"] == 1 else f"{row['count']} times, from {row['first_at']} to"
        typer.echo(f"{printable(who)}  {often} {row['last_at']}")
        typer.echo(
            f"  why:    {printable(row['words'])}" + (f" ({printable(row['detail'])})" if row["detail"] else "")
        )
        typer.echo(f"  to let it in: {printable(row['remedy'])}")
    if not rows:
        typer.echo("nobody was turned away")


def _refused_rows(settings: Settings, config: Path) -> Sequence[Mapping[str, Any]]:
    try:
        told: Sequence[Mapping[str, Any]] = Agent(settings).ask("/api/v1/traps/refused")
    except (NoAgent, AgentRefused) as exc:
        typer.echo(f"netwatch: {printable(exc)}, so this is what the database has", err=True)
        return [_refused_row(one) for one in _kept_refused(settings, config)]
    return told


def _kept_refused(settings: Settings, config: Path) -> Sequence[RefusedSender]:
    memories = read_store(config, lambda store: store.memories(REFUSED_MEMORY))
    listed = [one for memory in memories for one in refused_in(memory)]
    return refused_senders(listed, settings)


def _refused_row(sender: RefusedSender) -> Mapping[str, Any]:
    return {
        "source": sender.source, "device": sender.device, "cause": sender.cause, "words": sender.words,
        "remedy": sender.remedy, "detail": sender.detail, "count": sender.count, "first_at": rfc3339(sender.first_at),
        "last_at": rfc3339(sender.last_at),
    }  # fmt: skip


def print_unmatched(settings: Settings, config: Path, *, json: bool) -> None:
    """Print the kinds of trap that no rule takes."""
    names = names_of(settings)
    rules = trap_rules(settings, settings.rule_paths(), names)
    kinds = unmatched_in(read_store(config, lambda store: store.traps(LOOKED_AT)), rules, names)
    if json:
        print_json([_unmatched_row(kind, names) for kind in kinds])
        return
    columns = ["trap", "times", "from", "last", "example", "taken by any"]
    rows = ([*_unmatched_row(kind, names).values()] for kind in kinds)
    cells = ([name, times, senders, kept_at, example, "yes" if rest else ""]
             for name, _, times, senders, _, kept_at, example, rest in rows)  # fmt: skip
    print_table("Traps that no rule takes", columns, cells, empty="every trap in the log has its rule")


def _unmatched_row(kind: UnmatchedTraps, names: LiveNames) -> Mapping[str, Any]:
    return {
        "trap": trap_name(names, kind.trap_oid), "trap_oid": str(kind.trap_oid), "count": kind.count,
        "senders": ", ".join(kind.senders), "first_at": rfc3339(kind.first_at), "last_at": rfc3339(kind.last_at),
        "example": kind.example, "taken_by_any": kind.taken_by_any,
    }  # fmt: skip


def replay_kept(settings: Settings, config: Path, number: int, files: Sequence[Path], *, json: bool) -> None:
    """Print what the rules of some files, or without any those of the configuration, say of a kept trap."""
    event = read_store(config, lambda store: store.trap(number))
    if event is None:
        fail(f"there is no trap {number} in the log; `netwatch traps --json` has the ids")
    names = names_of(settings)
    rules = trap_rules(settings, files or settings.rule_paths(), names, strict=bool(files))
    rows = [_opinion_row(one, names) for one in opinions_on(rules, event, names)]
    if json:
        print_json(rows)
    else:
        _print_opinions(rows, event, names)
    if not any(row["outcome"] != Outcome.NOTHING.value for row in rows):
        raise typer.Exit(WRONG)


def _print_opinions(rows: Sequence[Mapping[str, Any]], event: TrapEvent, names: LiveNames) -> None:
    typer.echo(f"{printable(trap_name(names, event.trap_oid))} from {event.source}, heard {rfc3339(event.at)}")
    for row in rows:
        typer.echo(f"\n{printable(row['rule'])}: {printable(row['says'])}")
        for title in ("key", "value"):
            if row[title] not in ("", None):
                typer.echo(f"  {title}: {printable(row[title])}")
        for part in ("labels", "annotations"):
            for name, text in row[part].items():
                typer.echo(f"  {part[:-1]} {name}: {printable(text)}")
    if not rows:
        typer.echo("\nno rule looks at it")
    typer.echo("\nNothing was written, and nobody was told.")


def _opinion_row(one: Opinion, names: LiveNames) -> Mapping[str, Any]:
    begins = one.verdict.outcome is Outcome.BEGINS
    says = "looks at it and says no" if one.verdict.declined else MEANINGS[one.verdict.outcome]
    return {
        "rule": one.rule.name, "outcome": one.verdict.outcome.value, "says": says, "key": one.key,
        "value": one.verdict.value, "labels": one.labels if begins else {},
        "annotations": one.annotations() if begins else {}, "file": one.rule.file, "line": one.rule.line,
    }  # fmt: skip


def trap_rules(
    settings: Settings, files: Sequence[Path], names: LiveNames, *, strict: bool = False
) -> Sequence[TrapRule]:
    """Return the trap rules of files, or leave with what is wrong in them; `strict` also where names are unknown."""
    try:
        schema = load_library(settings.profile_paths(), names.oid_of).schema()
        return load_rule_book(files, schema, names, patient=not strict).trap_rules
    except ConfigError as exc:
        fail(f"the rules are not usable\n{exc}", BAD_CONFIG)
