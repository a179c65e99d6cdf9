"""`netwatch check` and `netwatch schema`: what is wrong with the configuration, and what may stand in it.

May import: netwatch.config, netwatch.model. Called by: netwatch.cli.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from netwatch.cli.arguments import ConfigOption
from netwatch.cli.output import WRONG, print_json, printable
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.cli.screen import out
from netwatch.config import check as problems_of
from netwatch.config import json_schema
from netwatch.model import Problem


class Format(StrEnum):
    """How problems are printed."""

    TEXT = "text"
    JSON = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="text for people, json for programs.")]


def check(config: ConfigOption = DEFAULT_CONFIG, format: FormatOption = Format.TEXT) -> None:
    """Print all that is wrong with a configuration, its profiles and its rules; exit 1 where there are errors."""
    problems = problems_of(config)
    if format is Format.JSON:
        print_json(problems)
    else:
        _print_text(config, problems)
    if _count(problems, "error"):
        raise typer.Exit(WRONG)


def schema() -> None:
    """Print the JSON Schema of the configuration file, for editors that complete and check YAML."""
    print_json(json_schema())


def _print_text(config: Path, problems: Sequence[Problem]) -> None:
    for problem in problems:
        style = "red" if problem.severity == "error" else "yellow"
        out.print(printable(problem), style=style, markup=False, highlight=False, soft_wrap=True)
    errors, warnings = _count(problems, "error"), _count(problems, "warning")
    summary = f"{config}: {_plural(errors, 'error')}, {_plural(warnings, 'warning')}"
    out.print(summary, markup=False, highlight=False, soft_wrap=True)


def _count(problems: Sequence[Problem], severity: str) -> int:
    return sum(problem.severity == severity for problem in problems)


def _plural(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'s' if count != 1 else ''}"
