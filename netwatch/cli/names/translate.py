"""`netwatch translate`: from a name to its OID, and back.

May import: netwatch.mib. Called by: netwatch.cli.
"""

from __future__ import annotations

from typing import Annotated

import typer

from netwatch.cli.arguments import AsJson
from netwatch.cli.names.flags import (
    MibConfig,
    MibDirs,
    MibModules,
    OutputFlags,
    index_for,
    oid_or_exit,
    style_or_exit,
)
from netwatch.cli.names.words import is_numeric
from netwatch.cli.output import print_json
from netwatch.mib import spell_oid


def translate(
    name: Annotated[str, typer.Argument(help="A name such as IF-MIB::ifDescr.3, or an OID.", show_default=False)],
    m: MibModules = None, dirs: MibDirs = None, o: OutputFlags = None, config: MibConfig = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Turn a name into its OID and an OID into its name; with -O write either as net-snmp does."""
    style = style_or_exit(o)
    index = index_for(config, dirs, m)
    oid = oid_or_exit(index, name)
    if json:
        print_json([{"oid": str(oid), "name": index.name_of(oid)}])
    elif o or is_numeric(name):
        typer.echo(spell_oid(index, oid, style))
    else:
        typer.echo(f".{oid}")
