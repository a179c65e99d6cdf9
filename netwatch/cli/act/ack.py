"""`netwatch ack` and `unack`: tell the running agent that somebody has an alert in hand.

An acknowledged alert is not repeated and not escalated.
May import: netwatch.errors. Called by: netwatch.cli.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from netwatch.cli.agent import Agent, AgentRefused, NoAgent, asked_to_fail
from netwatch.cli.arguments import By, ConfigOption, Device, Labels, Rule
from netwatch.cli.completion import rules_in
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.output import fail, printable
from netwatch.cli.person import person
from netwatch.cli.places import DEFAULT_CONFIG

if TYPE_CHECKING:
    from netwatch.config import Settings

Comment = Annotated[str, typer.Option("--comment", "-m", help="What people should know: on my way.")]
ALIVE = ("pending", "firing", "gone")


def ack(
    rule: Rule,
    device: Device,
    labels: Labels = None,
    comment: Comment = "",
    by: By = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Say that somebody has an alert in hand: it is not repeated and not escalated any more."""
    change("/api/v1/ack", settings_or_exit(config), rule, device, labels or [], by, comment)


def unack(
    rule: Rule, device: Device, labels: Labels = None, by: By = None, config: ConfigOption = DEFAULT_CONFIG
) -> None:
    """Take that back: nobody has it in hand after all."""
    change("/api/v1/unack", settings_or_exit(config), rule, device, labels or [], by, "")


def change(
    path: str, settings: Settings, rule: str, device: str, labels: list[str], by: str | None, comment: str
) -> None:
    """Find the alerts that are meant, and have the agent note it."""
    for one in asked(path, settings, rule, device, labels, {"by": by or person(), "comment": comment}):
        state = f"acknowledged by {one['acked_by']}" if one.get("acked_by") else "in nobody's hands"
        words = f"{one['rule']} on {one['device']} {one['instance']}".rstrip()
        typer.echo(printable(f"{words}: {state}"))


def asked(
    path: str, settings: Settings, rule: str, device: str, labels: list[str], order: Mapping[str, object]
) -> list[Mapping[str, Any]]:
    """Have the agent do something with the alerts that are meant; return them as they are then."""
    agent = Agent(settings)
    try:
        alive = agent.ask("/api/v1/alerts", {"rule": rule, "device": device})
        meant = [one for one in alive if one["state"] in ALIVE and is_meant(one, rule, device, labels)]
        if not meant:
            row = f"{' ' if labels else ''}{' '.join(labels)}"
            fail(f"nothing is pending, firing or gone of {rule} on {device}{row}{_guess(settings, rule, device)}")
        changed = agent.call("POST", path, body={**order} | {"ids": [one["id"] for one in meant]})
    except (NoAgent, AgentRefused) as exc:
        asked_to_fail(exc)
    return list(changed or ())


def _guess(settings: Settings, rule: str, device: str) -> str:
    """Return which name was perhaps meant, where one of them is that of no rule or no device."""
    from netwatch.config import did_you_mean

    known = [(rule, rules_in(settings.rule_paths())), (device, [one.name for one in settings.devices])]
    return next((hint for name, names in known if name not in names and (hint := did_you_mean(name, names))), "")


def is_meant(alert: Mapping[str, Any], rule: str, device: str, labels: list[str]) -> bool:
    """Return whether an alert of the API has this rule, device, and all these labels or texts of labels."""
    if (alert["rule"], alert["device"]) != (rule, device):
        return False
    known = {name.removeprefix("label_"): text for name, text in alert.items() if name.startswith("label_")}
    for part in str(alert["instance"]).split(","):
        name, between, text = part.partition("=")
        known |= {name: text} if between else {}
    return all(_has(known, str(alert["instance"]), label) for label in labels)


def _has(known: Mapping[str, Any], instance: str, wanted: str) -> bool:
    name, between, text = wanted.partition("=")
    if wanted == instance:
        return True
    return known.get(name) == text.strip('"') if between else wanted in known.values()
