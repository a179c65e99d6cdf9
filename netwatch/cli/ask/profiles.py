"""`netwatch profiles list | show | why | try`: what profiles know, what they read of a device, and why.

May import: netwatch.profiles, netwatch.mib, netwatch.model. Called by: netwatch.cli.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from netwatch.cli import completion
from netwatch.cli.arguments import AsJson
from netwatch.cli.ask.known import Known, known_device
from netwatch.cli.ask.library import library_for
from netwatch.cli.ask.origins import (
    Use,
    files_of,
    has_what_it_needs,
    left_out,
    place_of,
    readers_of,
    shown,
    uses_of,
    why_nobody,
)
from netwatch.cli.ask.trial import try_profile
from netwatch.cli.names.flags import MibConfig, index_for, oid_or_exit
from netwatch.cli.output import WRONG, print_json, printable
from netwatch.cli.screen import out, print_table
from netwatch.profiles import SYSTEM, ProfileLibrary

profiles_app = typer.Typer(
    no_args_is_help=True,
    help="Show what profiles know, what they read of a device and why, and try a new one on a capture.",
)
Whose = Annotated[
    str,
    typer.Argument(
        metavar="DEVICE",
        help="A device of the configuration, or a file that netwatch support wrote.",
        show_default=False,
        autocompletion=completion.devices,
    ),
]
Ask = Annotated[bool, typer.Option("--ask", help="Ask the device now; else what the agent remembers of it counts.")]


@profiles_app.command("list")
def list_profiles(config: MibConfig = None, json: AsJson = False) -> None:
    """List every profile: which file it is from, whose devices it is about, and how much it knows."""
    library = library_for(config, index_for(config))
    rows = [
        {
            "profile": file.name, "vendor": file.vendor, "patterns": len(file.sys_object_ids),
            "tables": len(file.tables), "scalars": len(file.scalars),
            "concepts": sorted({one.concept for one in file.concepts}), "shipped": file.shipped,
            "file": shown(file.yaml.name),
        }
        for file in sorted(library.files, key=lambda file: (file.name, not file.shipped))
    ]  # fmt: skip
    if json:
        print_json(rows)
        return
    columns = ["profile", "vendor", "tables", "scalars", "concepts", "file"]
    cells = [[*(row[name] for name in columns[:4]), len(row["concepts"]), row["file"]] for row in rows]  # type: ignore[arg-type]
    print_table("Profiles", columns, cells, empty="none", right={2, 3, 4})


@profiles_app.command("show")
def show(device: Whose, ask: Ask = False, config: MibConfig = None, json: AsJson = False) -> None:
    """Show which profile a device has, which tables were found, and which file makes which concept of them."""
    library = library_for(config, index_for(config))
    known = known_device(device, config, library, ask=ask)
    tables, meanings = _tables(known, library), _meanings(known)
    if json:
        print_json({"device": known.device, "profile": known.profile.name, "vendor": known.profile.vendor,
                    "sys_object_id": known.sys_object_id, "tables": tables, "concepts": meanings})  # fmt: skip
        return
    _say(f"{known.device}: profile {known.profile.name}, sysObjectID {known.sys_object_id or 'unknown'}")
    if not known.was_read:
        _say("as the agent remembers it; --ask asks the device now")
    names = ["table", "oid", "rows", "files"]
    print_table("Tables", names, [[row[name] for name in names] for row in tables], empty="none", right={2})
    names = ["concept", "rows", "table", "file"]
    rows = [[row[name] for name in names] for row in meanings]
    print_table("Concepts", ["concept", "rows in all", "made of", "by"], rows, empty="none", right={1})


def _tables(known: Known, library: ProfileLibrary) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for table in known.kit.tables:
        if table.name != SYSTEM and table.oid in known.has:
            reading = known.readings.get(table.name)
            rows = len(reading.rows.index) if reading is not None else None
            files = ", ".join(files_of(library, table.oid))
            found.append({"table": table.name, "oid": str(table.oid), "rows": rows, "files": files})
    return found


def _meanings(known: Known) -> list[dict[str, object]]:
    """Return which concept is made of which table by which file; `rows` are all the concept has."""
    found: list[dict[str, object]] = []
    for one in sorted(known.kit.concepts, key=lambda one: (one.concept, one.table)):
        reading = known.readings.get(one.concept)
        rows = len(reading.rows.index) if reading is not None else None
        if has_what_it_needs(known, one) and not (known.was_read and not rows):
            found.append({"concept": one.concept, "rows": rows, "table": one.table, "file": place_of(one)})
    return list({str(row): row for row in found}.values())


@profiles_app.command("why")
def why(
    device: Whose,
    oid: Annotated[str, typer.Argument(help="An object, by name or number.", metavar="OID", show_default=False)],
    ask: Ask = False, config: MibConfig = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Say who reads an object of a device and into what, and why nobody does; exit 1 where nobody does."""
    index = index_for(config)
    wanted = oid_or_exit(index, oid)
    library = library_for(config, index)
    known = known_device(device, config, library, ask=ask)
    said: list[dict[str, str]] = []
    for table, name in readers_of(known, wanted):
        if known.was_read and table.name != SYSTEM and table.oid not in known.has:
            continue
        origin = ", ".join(files_of(library, wanted if table.name == SYSTEM else table.oid))
        read = {"table": table.name, "column": name, "files": origin}
        nothing = Use(concept="", into="", place="")
        said += [read | asdict(use) for use in uses_of(known, table.name, name) or [nothing]]
    reasons = [] if said else why_nobody(known, library, wanted)
    reasons += [one for name in dict.fromkeys(row["table"] for row in said) for one in left_out(known, library, name)]
    if json:
        print_json({"oid": str(wanted), "name": index.name_of(wanted), "read": said, "because": reasons})
    else:
        _print_why(f"{index.name_of(wanted)} ({wanted})", said, reasons)
    if not said:
        raise typer.Exit(WRONG)


def _print_why(what: str, said: list[dict[str, str]], reasons: list[str]) -> None:
    _say(f"{what}: " + ("nobody reads it" if not said else ""))
    for row in said:
        column = f"{row['table']}.{row['column']} of {row['files']}"
        if not row["concept"]:
            _say(f"  read as {column}; no concept is made of it")
            continue
        where = f", for rows where {row['where']}" if row["where"] and row["into"] != "where" else ""
        _say(f"  read as {column}; into {row['concept']}.{row['into']} by {row['place']}{where}")
    for reason in reasons:
        _say(f"  {reason}")


@profiles_app.command("try")
def try_(
    profile: Annotated[Path, typer.Argument(help="The new profile.", metavar="PROFILE", exists=True, dir_okay=False)],
    capture: Annotated[
        Path,
        typer.Argument(help="A file that netwatch support wrote.", metavar="CAPTURE", exists=True, dir_okay=False),
    ],
    config: MibConfig = None,
) -> None:
    """Show what a new profile would read of a captured device, and what that adds; exit 1 where it has errors."""
    index = index_for(config)
    if not try_profile(profile, capture, library_for(config, index), library_for(config, index, [profile])):
        raise typer.Exit(WRONG)


def _say(text: str) -> None:
    out.print(printable(text), markup=False, highlight=False, soft_wrap=True)
