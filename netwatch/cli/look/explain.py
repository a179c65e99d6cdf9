"""`netwatch explain`: why an alert fires or does not, and who was told.

The running agent knows most and is asked first; without one the database and the configuration answer.
May import: netwatch.config, netwatch.store, netwatch.profiles, netwatch.mib, netwatch.rules, netwatch.alerts,
netwatch.engine, netwatch.errors. Called by: netwatch.cli.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from netwatch.cli.agent import Agent, AgentRefused, NoAgent
from netwatch.cli.arguments import AsJson, ConfigOption, Device, Labels, Rule
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.moments import instant_of
from netwatch.cli.output import BAD_CONFIG, USAGE, WRONG, fail, print_json, printable
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from netwatch.config import Settings
    from netwatch.engine import Explanation, Line, OnPaper, Question

At = Annotated[str | None, typer.Option("--at", help="About that time: 2026-03-01T10:02:00Z, 10:02 (UTC), or -15m.")]

KIND_COLOURS = {
    "rule": "cyan", "route": "cyan", "reading": "cyan", "alert": "bold", "gap": "yellow", "device": "yellow",
    "mute": "magenta", "silence": "magenta", "ack": "magenta", "mail": "blue", "attempt": "blue",
    "notify": "bold blue", "next": "green", "now": "green",
}  # fmt: skip
DETAILS_SAID = frozenset(
    ("reading_at", "heard_at", "entry", "receiver", "table", "severity", "group", "state", "reason", "message_id",
     "sent_at", "attempts", "read", "since", "sequence")
)  # fmt: skip
"""Details that the line says itself, or that only programs want."""
RULES_WORDS = frozenset(("expr", "clear_expr"))
"""What stands in the line about the rule and is not repeated at every step of its alert."""


def explain_(
    rule: Rule,
    device: Device,
    labels: Labels = None,
    at: At = None,
    config: ConfigOption = DEFAULT_CONFIG,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Every value that went into a decision.")] = False,
    json: AsJson = False,
) -> None:
    """Say why an alert fires or does not, and who was told; exit code 1 where there is no such thing."""
    from netwatch.engine import Question, flat_explanation  # as below: not for TAB, which loads this file as well

    settings = settings_or_exit(config)
    try:
        moment = None if at is None else instant_of(at, datetime.now(UTC))
    except ValueError as exc:
        fail(str(exc), USAGE)
    question = Question(rule=rule, device=device, instance=",".join(labels or ()), at=moment)
    try:
        answer = _asked(Agent(settings), question)
    except NoAgent as exc:
        words = f"netwatch: {printable(exc)}, so this is what database and configuration say"
        typer.echo(words, err=True)
        answer = asyncio.run(_from_the_store(settings, question))
    if json:
        print_json(flat_explanation(answer))
    else:
        _print(answer, verbose=verbose)
    if not answer.found:
        raise typer.Exit(WRONG)


def _asked(agent: Agent, question: Question) -> Explanation:
    from netwatch.cli.screen import err
    from netwatch.engine import explanation_from

    params = {"rule": question.rule, "device": question.device, "instance": question.instance}
    if question.at is not None:
        params["at"] = question.at.isoformat()
    try:
        with err.status("asking the agent"):
            told = agent.call("GET", "/api/v1/explain", params=params, also=404)
        return explanation_from(told)
    except ValueError as exc:
        raise NoAgent(f"the agent at {agent.url} does not explain: {exc}") from exc
    except AgentRefused as exc:
        fail(f"the agent at {agent.url} says: {exc}")


async def _from_the_store(settings: Settings, question: Question) -> Explanation:
    from netwatch.engine import explanation_of
    from netwatch.store import StoreReader

    store = StoreReader(settings.store)
    try:
        paper = _paper(settings)
        await store.start()
    except ConfigError as exc:
        fail(f"the configuration is not usable\n{exc}", BAD_CONFIG)
    except StoreError as exc:
        fail(str(exc))
    try:
        return await explanation_of(store, question, paper)
    except StoreError as exc:
        fail(str(exc))
    finally:
        await store.stop()


def _paper(settings: Settings) -> OnPaper:
    """Return what the configuration says of rules, devices and routes."""
    from netwatch.alerts import FlapPolicy, build_route
    from netwatch.cli.look.naming import names_of
    from netwatch.config import devices
    from netwatch.engine import OnPaper
    from netwatch.profiles import load_library
    from netwatch.rules import load_rule_book

    names = names_of(settings)
    library = load_library(settings.profile_paths(), names.oid_of)
    book = load_rule_book(settings.rule_paths(), library.schema(), names, settings.severity_order(), patient=True)
    return OnPaper(
        rules=(*book.rules, *book.trap_rules),
        devices=("netwatch", *(device.name for device in devices(settings))),
        route=build_route(settings.route, settings.severity_order()) if settings.receivers else None,
        names=names,
        flapping=FlapPolicy.of(settings.flapping),
        gone_after=settings.rules.gone_after,
    )


def _print(answer: Explanation, *, verbose: bool) -> None:
    from rich.text import Text

    from netwatch.cli.screen import out

    colour = {"firing": "bold red", "gone": "bold magenta", "pending": "yellow"}.get(
        answer.state, "bold green" if answer.found else "bold"
    )
    out.print(Text(printable(answer.verdict), style=colour), soft_wrap=True)
    if not answer.lines:
        return
    out.print(
        Text(f"{answer.rule} on {answer.device} {answer.instance}".rstrip() + "; all times are UTC", style="dim")
    )
    day = ""
    for line in answer.lines:
        if line.at is not None and f"{line.at:%Y-%m-%d}" != day:
            day = f"{line.at:%Y-%m-%d}"
            out.print(Text(day, style="dim"))
        clock = f"{line.at:%H:%M:%S}" if line.at is not None else " " * 8
        text = Text(f"{clock}  ", style="dim")
        text.append(f"{line.kind:<8}", style=KIND_COLOURS.get(line.kind, "white"))
        text.append(printable(line.text))
        out.print(text, soft_wrap=True)
        for words in _details(line, verbose=verbose):
            out.print(Text(f"{'':20}{printable(words)}", style="dim"), soft_wrap=True)


def _details(line: Line, *, verbose: bool) -> list[str]:
    """Return what a line rests on; of a decision by a rule the expression with its values, unless all is wanted."""
    if verbose:
        return [f"{name}: {words}" for name, words in line.details.items() if words and words not in line.text]
    told = {name: words for name, words in line.details.items() if words and not _is_said(name, words, line)}
    if "shown" not in line.details:
        return [f"{name}: {words}" for name, words in told.items()]
    unknown = [f"{name}: {words}" for name, words in told.items() if words.startswith("unknown")]
    return [words for name, words in told.items() if name == "shown"] + unknown


def _is_said(name: str, told: str, line: Line) -> bool:
    if line.kind != "rule" and name in RULES_WORDS:
        return True
    return name in DETAILS_SAID or told in line.text or (line.kind == "mail" and name == "last_reply")
