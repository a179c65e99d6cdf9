"""`netwatch silence`: tell the running agent that nobody need be told of some alerts for a while.

May import: netwatch.alerts, netwatch.errors, netwatch.model. Called by: netwatch.cli.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote

import typer

from netwatch.cli import completion
from netwatch.cli.act.coverage import coverage_text, covered, doubts_about
from netwatch.cli.agent import Agent, AgentRefused, NoAgent, asked_to_fail
from netwatch.cli.arguments import AsJson, By, ConfigOption
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.output import USAGE, WRONG, fail, print_json, printable
from netwatch.cli.person import person
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.cli.screen import coloured, err, out, print_table
from netwatch.model import Matcher, matcher_text, parse_duration, parse_matchers

silence_app = typer.Typer(no_args_is_help=True, help="Make, list and end silences at the running agent.")

Matchers = Annotated[
    list[str],
    typer.Argument(
        help="""Which alerts: device=core-sw1, severity=~"warning|info"; a word alone is a rule's name.""",
        metavar="MATCHER...",
    ),
]
For = Annotated[str, typer.Option("--for", help="How long, from now on: 30m, 2h, 1d.")]
Comment = Annotated[str, typer.Option("--comment", "-m", help="Why; people read it.")]
Ids = Annotated[
    list[str],
    typer.Argument(help="Ids of silences, or how they begin.", metavar="ID...", autocompletion=completion.silences),
]
COLOURS = {"active": "bold green", "pending": "yellow", "expired": "dim"}


@silence_app.command("add")
def add(
    matchers: Matchers,
    comment: Comment,
    for_: For = "1h",
    by: By = None,
    config: ConfigOption = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Silence alerts; prints the silence's id, and what it covers now."""
    settings = settings_or_exit(config)
    agent = Agent(settings)
    now = datetime.now(UTC)
    try:
        wanted = [matcher for text in matchers for matcher in _matchers_of(text)]
        ends_at = now + _span(for_)
    except (ValueError, OverflowError) as exc:
        fail(str(exc), USAGE)
    order = {
        "matchers": [_as_json(matcher) for matcher in wanted],
        "startsAt": now.isoformat(), "endsAt": ends_at.isoformat(),
        "createdBy": by or person(), "comment": comment,
    }  # fmt: skip
    made = _answered(agent, "POST", "/api/v2/silences", body=order)
    silence_id = str(made.get("silenceID", "")) if isinstance(made, Mapping) else ""
    alerts, doubts = _covered(agent, wanted), list(doubts_about(wanted, settings))
    for doubt in doubts:
        err.print(f"netwatch: warning: {printable(doubt)}", markup=False, highlight=False, soft_wrap=True)
    if json:
        print_json({"id": silence_id, "ends_at": ends_at, "alerts": alerts, "warnings": doubts})
        return
    out.print(printable(silence_id), markup=False, highlight=False)
    said = f"silenced until {ends_at:%Y-%m-%d %H:%M:%S} UTC; it {coverage_text(alerts)}"
    err.print(printable(said), markup=False, highlight=False, soft_wrap=True)


@silence_app.command("list")
def list_(
    expired: Annotated[bool, typer.Option("--expired", help="Those that are over as well.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Print the silences that hold now, and those to come."""
    found = _silences(Agent(settings_or_exit(config)))
    rows = [_row(one) for one in found if expired or one["status"]["state"] != "expired"]
    if json:
        print_json(rows)
        return
    columns = ["id", "state", "ends", "by", "matchers", "comment"]
    print_table("Silences", columns, map(_cells, rows), empty="nothing is silenced")


@silence_app.command("expire")
def expire(ids: Ids, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """End silences now; exit code 1 where one of them is not there."""
    agent = Agent(settings_or_exit(config))
    known = [str(one["id"]) for one in _silences(agent) if one["status"]["state"] != "expired"]
    missed = False
    for wanted in ids:
        fitting = [one for one in known if one == wanted] or [one for one in known if one.startswith(wanted)]
        if len(fitting) != 1:
            missed = True
            why = "no silence that holds has" if not fitting else f"{len(fitting)} silences have"
            err.print(f"netwatch: {why} an id that begins with {printable(wanted)}", markup=False, highlight=False)
            continue
        _answered(agent, "DELETE", f"/api/v2/silence/{quote(fitting[0], safe='')}")
        out.print(f"{printable(fitting[0])} is over", markup=False, highlight=False)
    if missed:
        raise typer.Exit(WRONG)


def _answered(agent: Agent, method: str, path: str, body: object = None) -> Any:
    try:
        return agent.call(method, path, body=body)
    except (NoAgent, AgentRefused) as exc:
        asked_to_fail(exc)


def _covered(agent: Agent, matchers: list[Matcher]) -> list[dict[str, str]]:
    try:
        return covered(agent, matchers)
    except (NoAgent, AgentRefused) as exc:
        asked_to_fail(exc)


def _silences(agent: Agent) -> list[Mapping[str, Any]]:
    found = _answered(agent, "GET", "/api/v2/silences")
    return list(found) if isinstance(found, list) else []


def _matchers_of(text: str) -> tuple[Matcher, ...]:
    """Read a matcher; a word alone names a rule, as amtool has it."""
    bare = text.strip()
    if bare and not set(bare) & set('=~!{}"'):
        return (Matcher(label="alertname", text=bare),)
    return parse_matchers(text)


def _as_json(matcher: Matcher) -> dict[str, object]:
    return {
        "name": matcher.label, "value": matcher.text,
        "isRegex": matcher.matches is not None, "isEqual": not matcher.negated,
    }  # fmt: skip


def _span(text: str) -> timedelta:
    span = parse_duration(text)
    if span <= timedelta(0):
        raise ValueError("a silence that lasts no time is none")
    return span


def _row(silence: Mapping[str, Any]) -> dict[str, object]:
    return {
        "id": silence["id"], "state": silence["status"]["state"], "starts_at": silence["startsAt"],
        "ends_at": silence["endsAt"], "created_by": silence["createdBy"], "comment": silence["comment"],
        "matchers": [_written(matcher) for matcher in silence["matchers"]],
    }  # fmt: skip


def _written(matcher: Mapping[str, Any]) -> str:
    negated = matcher.get("isEqual") is False
    return matcher_text(str(matcher["name"]), str(matcher["value"]), regex=matcher["isRegex"], negated=negated)


def _cells(row: Mapping[str, Any]) -> list[object]:
    state = coloured(str(row["state"]), COLOURS.get(str(row["state"]), "white"))
    ends = datetime.fromisoformat(str(row["ends_at"]))
    return [row["id"], state, ends, row["created_by"], ", ".join(row["matchers"]), row["comment"]]
