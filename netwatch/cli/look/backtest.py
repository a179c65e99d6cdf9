"""`netwatch backtest`: what a rule would have done with what history keeps, or captures. Nothing is written.

May import: netwatch.app, netwatch.config, netwatch.model. Called by: netwatch.cli.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import SecretStr

from netwatch.app import Outcome, backtested, backtested_on_captures
from netwatch.cli import arguments
from netwatch.cli.arguments import AsJson, ConfigOption
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.output import BAD_CONFIG, USAGE, fail, print_json, printable, rfc3339
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.config import Settings, devices, did_you_mean
from netwatch.errors import ConfigError, HistoryError, PollError
from netwatch.mib import load_index
from netwatch.model import Alert, Credential, Device, format_duration, parse_duration
from netwatch.profiles import ProfileLibrary, load_library
from netwatch.rules import Exceptions, Rule, columns_of_limits, load_rule_book

CAPTURED = "30m"
MOST_SHOWN = 200
Since = Annotated[
    str | None,
    typer.Option("--since", help="How far back: 24h, 7d (without it); how long a single capture stands: 30m."),
]
Captures = Annotated[
    list[Path] | None,
    typer.Option(
        "--capture", metavar="FILE", show_default=False,
        help="A capture of a device (netwatch support), in place of the history; of several, each is one poll.",
    ),
]  # fmt: skip
Devices = Annotated[list[str] | None, typer.Option("--device", help="Only this device; may be said again.")]


def backtest(
    rule: arguments.Rule,
    since: Since = None,
    device: Devices = None,
    capture: Captures = None,
    config: ConfigOption = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Say what a rule would have done with what history keeps: what fired, when, how often told."""
    settings = settings_or_exit(config)
    now = datetime.now(UTC)
    try:
        span = parse_duration((since or (CAPTURED if capture else "7d")).removeprefix("-"))
    except ValueError as exc:
        fail(str(exc), USAGE)
    watched = devices(settings)
    known = [one.name for one in watched]
    if strangers := [name for name in device or () if name not in known]:
        fail(f"there is no device {strangers[0]}{did_you_mean(strangers[0], known)}")
    try:
        found, exceptions, library = _rule(settings, watched, rule)
        if capture:
            meant = _captured_device(capture, device or (), watched)
            outcome = asyncio.run(
                backtested_on_captures(
                    settings, found, meant, capture, library, exceptions=exceptions, until=now, lasting=span
                )
            )
        else:
            outcome = asyncio.run(
                backtested(
                    settings, found, watched, exceptions=exceptions, since=now - span, until=now, only=device or ()
                )
            )
    except ConfigError as exc:
        fail(str(exc), BAD_CONFIG)
    except (HistoryError, PollError) as exc:
        fail(str(exc))
    if json:
        print_json([_flat(outcome, alert) for alert in outcome.alerts])
    else:
        _print(rule, outcome)


def _captured_device(captures: Sequence[Path], named: Sequence[str], watched: Sequence[Device]) -> Device:
    """Return whose captures these are: the configured device that was named, else one named after the file."""
    if len(named) > 1:
        fail("captures are of one device: say --device once", USAGE)
    for one in watched:
        if one.name in named:
            return one
    credential = Credential(name="replayed", version="2c", community=SecretStr("replayed"))
    return Device(name=captures[0].stem, address="127.0.0.1", credential=credential)


def _rule(settings: Settings, watched: Sequence[Device], name: str) -> tuple[Rule, Exceptions, ProfileLibrary]:
    names = load_index(settings.mib_paths())
    library = load_library(settings.profile_paths(), names.oid_of)
    schema = library.schema()
    book = load_rule_book(settings.rule_paths(), schema, names, settings.severity_order())
    named = {one.name: one for one in book.rules}
    if name not in named:
        fail(f"there is no rule {name} about what is polled{did_you_mean(name, named)}")
    exceptions = Exceptions(
        settings.limits, settings.ignore, device_labels={device.name: device.labels for device in watched},
        columns=columns_of_limits(schema, book.rules),
    )  # fmt: skip
    return named[name], exceptions, library


def _flat(outcome: Outcome, alert: Alert) -> Mapping[str, Any]:
    return {
        "device": alert.key.device, "row": alert.key.instance, "state": str(alert.state),
        "pending_at": alert.pending_at, "firing_at": alert.firing_at, "resolved_at": alert.resolved_at,
        "value": alert.value, "summary": alert.annotations.get("summary", ""), "told": outcome.told.get(alert.id, 0),
    }  # fmt: skip


def _print(rule: str, outcome: Outcome) -> None:
    if outcome.since is None or outcome.until is None:
        typer.echo("there is no reading of what the rule looks at in that time")
        return
    fired = [alert for alert in outcome.alerts if alert.firing_at is not None]
    span = f"{rfc3339(outcome.since)} to {rfc3339(outcome.until)}"
    typer.echo(
        f"{rule}: fired {_counted(len(fired), 'time')}, {_counted(outcome.messages, 'message')};"
        f" {_counted(outcome.readings, 'reading')} from {span}"
    )
    for alert in fired[:MOST_SHOWN]:
        typer.echo(printable(f"  {_line(outcome, alert)}"))
    if len(fired) > MOST_SHOWN:
        typer.echo(f"  and {len(fired) - MOST_SHOWN} more; --json has all")


def _line(outcome: Outcome, alert: Alert) -> str:
    began = rfc3339(alert.firing_at)
    ended = alert.resolved_at
    lasted = f"for {_rounded(alert, ended)}" if ended is not None else "still at the end"
    said = alert.annotations.get("summary") or f"{alert.key.device} {alert.key.instance}"
    return f"{began}  {said}  ({lasted}, told {_counted(outcome.told.get(alert.id, 0), 'time')})"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _rounded(alert: Alert, ended: datetime) -> str:
    lasted = ended - (alert.firing_at or ended)
    return format_duration(lasted - lasted % _SECOND)


_SECOND = parse_duration("1s")
