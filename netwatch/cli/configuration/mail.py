"""`netwatch test-mail`: shows, step by step, whether each relay would take an alert.

May import: netwatch.notify. Called by: netwatch.cli.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from netwatch.cli import completion
from netwatch.cli.arguments import ConfigOption
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.output import USAGE, WRONG, fail, print_json
from netwatch.cli.places import DEFAULT_CONFIG

if TYPE_CHECKING:
    from netwatch.config import Settings
    from netwatch.notify import RelayDiagnosis

__all__ = ["send_test_mail"]

To = Annotated[
    str | None,
    typer.Option(
        "--to",
        help="Whom to mail; by default the first receiver's first address.",
        autocompletion=completion.receivers,
    ),
]


def send_test_mail(
    config: ConfigOption = DEFAULT_CONFIG,
    to: To = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Send one real mail through every relay and print each step; exit 1 where one refuses."""
    from netwatch.notify import test_mail  # not for TAB, which loads this file as well

    settings = settings_or_exit(config)
    if not settings.smtp.relays:
        fail("the configuration names no mail relay (smtp.relays)")
    recipient = to or _first_recipient(settings)
    try:
        diagnoses = asyncio.run(test_mail(settings.smtp, recipient))
    except ValueError as exc:
        fail(str(exc), USAGE)
    if json:
        print_json([row for diagnosis in diagnoses for row in _rows(diagnosis)])
    for diagnosis in [] if json else diagnoses:
        _print(diagnosis, recipient)
    if not all(diagnosis.accepted for diagnosis in diagnoses):
        raise typer.Exit(WRONG)


def _first_recipient(settings: Settings) -> str:
    mailed = next((receiver.email for receiver in settings.receivers if receiver.email is not None), None)
    if mailed is None:
        fail("say whom to mail: --to ADDRESS", USAGE)
    return mailed.to[0]


def _rows(diagnosis: RelayDiagnosis) -> list[dict[str, object]]:
    """Return one flat object per step."""
    relay = {"relay": diagnosis.relay, "accepted": diagnosis.accepted}
    return [
        relay | {"step": step.phase, "ok": step.ok, "took_seconds": step.took_seconds, "answer": step.text}
        for step in diagnosis.steps
    ]


def _print(diagnosis: RelayDiagnosis, recipient: str) -> None:
    from netwatch.cli.screen import coloured, print_table

    rows = [
        [coloured("ok" if step.ok else "refused", "green" if step.ok else "bold red"), step.phase,
         f"{step.took_seconds * 1000:.0f} ms", step.text]
        for step in diagnosis.steps
    ]  # fmt: skip
    took = f"took the mail to {recipient}" if diagnosis.accepted else f"did not take the mail to {recipient}"
    print_table(f"{diagnosis.relay} {took}", ["", "step", "time", "answer"], rows, empty="no answer at all")
