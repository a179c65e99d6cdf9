"""`netwatch forget`: tell the running agent that what an alert is about is gone for good.

Only an alert whose row is no longer there can be forgotten, or one that a trap began; what is still there is to be
acknowledged or silenced. Those who were told of it are told of the end and who did it, and not that it is well.
May import: netwatch.errors. Called by: netwatch.cli.
"""

from __future__ import annotations

import typer

from netwatch.cli.act.ack import asked
from netwatch.cli.arguments import AsJson, By, ConfigOption, Device, Labels, Rule
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.output import print_json, printable
from netwatch.cli.person import person
from netwatch.cli.places import DEFAULT_CONFIG


def forget(
    rule: Rule,
    device: Device,
    labels: Labels = None,
    by: By = None,
    config: ConfigOption = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Say that what an alert is about is gone for good: it ends, though nobody saw it well."""
    who = by or person()
    done = asked("/api/v1/forget", settings_or_exit(config), rule, device, labels or [], {"by": who})
    if json:
        print_json(done)
        return
    for one in done:
        words = f"{one['rule']} on {one['device']} {one['instance']}".rstrip()
        typer.echo(printable(f"{words}: forgotten by {who}"))
