"""`netwatch check` and `netwatch schema`: what is wrong with the configuration, and what may stand in it.

May import: netwatch.config, netwatch.model. Called by: netwatch.cli.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from netwatch.cli.arguments import AllowEmpty, ConfigOption
from netwatch.cli.configuration.dead_addresses import dead_addresses
from netwatch.cli.output import WRONG, print_json, printable
from netwatch.cli.places import DEFAULT_CONFIG, where_else
from netwatch.cli.screen import out
from netwatch.config import Loaded, Settings, checked, dead_recipients, json_schema, profile_schema, rule_schema
from netwatch.model import Problem, shortened


class Format(StrEnum):
    """How problems are printed."""

    TEXT = "text"
    JSON = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="text for people, json for programs.")]


Verbose = Annotated[bool, typer.Option("--verbose", help="Every place of every warning, a line each.")]
_STEPS = re.compile(r"\[\d+\]")


class Kind(StrEnum):
    """The files that have a schema."""

    CONFIG = "config"
    RULES = "rules"
    PROFILE = "profile"


KindArgument = Annotated[Kind, typer.Argument(help="Which file: the configuration, a rule file or a profile.")]


def check(
    config: ConfigOption = DEFAULT_CONFIG,
    allow_empty: AllowEmpty = False,
    format: FormatOption = Format.TEXT,
    verbose: Verbose = False,
) -> None:
    """Print all that is wrong with a configuration, its profiles and its rules; exit 1 where there are errors."""
    found = checked(config, allow_empty=allow_empty)
    dead, unknown = _of_addresses(found)
    found = replace(found, problems=(*found.problems, *dead))
    if format is Format.JSON:
        print_json([_briefly(problem) for problem in found.problems])
    else:
        _print_text(config, found, unknown, verbose=verbose)
    if _count(found.problems, "error"):
        raise typer.Exit(WRONG)


def schema(kind: KindArgument = Kind.CONFIG) -> None:
    """Print the JSON Schema of the configuration, rules or profiles, for editors that complete and check YAML."""
    makers = {Kind.CONFIG: json_schema, Kind.RULES: rule_schema, Kind.PROFILE: profile_schema}
    print_json(makers[kind]())


def _of_addresses(found: Loaded) -> tuple[Sequence[Problem], str]:
    """Return a warning for every place that names an address which is dead; or why it is not known which are."""
    if found.settings is None or found.settings.mailbox is None or found.file is None:
        return (), ""  # without a mailbox nothing comes back
    dead, unknown = dead_addresses(found.settings.store, datetime.now(UTC))
    return tuple(dead_recipients(found.file, found.tree, dead)), unknown


def _briefly(problem: Problem) -> Problem:
    return replace(problem, path=shortened(problem.path), message=shortened(problem.message))


def _print_text(config: Path, found: Loaded, unknown: str, *, verbose: bool) -> None:
    problems = found.problems
    for problem, line in [(one, str(one)) for one in problems] if verbose else list(_lines(problems)):
        style = "red" if problem.severity == "error" else "yellow"
        out.print(printable(line), style=style, markup=False, highlight=False, soft_wrap=True)
    errors, warnings = _count(problems, "error"), _count(problems, "warning")
    lines = [*where_else(config), f"{config}: {_plural(errors, 'error')}, {_plural(warnings, 'warning')}"]
    if found.settings is not None:
        lines.append(f"{config}: would run {_what_runs(found, found.settings)}")
    if unknown:
        lines.append(f"{config}: whether addresses in it refuse mail for good is not known: {unknown}")
    for line in lines:
        out.print(printable(line), markup=False, highlight=False, soft_wrap=True)


def _lines(problems: Sequence[Problem]) -> Iterator[tuple[Problem, str]]:
    """Yield each error, and each kind of warning once with how many there are; a folder may hold many."""
    alike: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        if problem.severity != "error":
            alike.setdefault(_kind_of(problem), []).append(problem)
    for problem in problems:
        if problem.severity == "error":
            yield problem, str(problem)
        elif some := alike.pop(_kind_of(problem), None):
            more = f" ({_plural(len(some), 'place')}, this is the first; --verbose has all)" if len(some) > 1 else ""
            yield problem, f"{problem}{more}"


def _kind_of(problem: Problem) -> tuple[str, str]:
    """Return what makes warnings alike: the key, wherever it stands, and what is said of it."""
    return _STEPS.sub("", problem.path).rpartition(".")[2], problem.message


def _what_runs(found: Loaded, settings: Settings) -> str:
    """Return what an agent with this configuration has and does, in a line."""
    counts = (
        _plural(len(settings.devices), "device"),
        f"{_plural(found.rules + found.trap_rules, 'rule')} ({found.trap_rules} on traps)",
        _plural(len(settings.receivers), "receiver"),
        _plural(len(settings.smtp.relays), "mail relay"),
    )
    traps = ", ".join(settings.traps.listen) or "nowhere"
    health = f", health on {settings.web.health_listen}" if settings.web.health_listen else ""
    own = Counter(settings.origins.values())
    taken = "".join(f" ({_plural(count, 'device')} of them from {origin})" for origin, count in own.items())
    return f"{', '.join(counts)}{taken}; page on {settings.web.listen}{health}, traps on {traps}"


def _count(problems: Sequence[Problem], severity: str) -> int:
    return sum(problem.severity == severity for problem in problems)


def _plural(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'s' if count != 1 else ''}"
