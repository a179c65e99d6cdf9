"""Commands about MIB modules: `netwatch mib list | check | show | tree | fetch | rule`.

May import: netwatch.config, netwatch.mib, netwatch.model. Called by: netwatch.cli.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from netwatch.cli.arguments import AsJson
from netwatch.cli.names.flags import (
    MibConfig,
    MibDirs,
    MibModules,
    configuration,
    index_for,
    load_quietly,
    oid_or_exit,
)
from netwatch.cli.names.rule import write_rule
from netwatch.cli.names.tree import MODULE_DEPTH, PLACE_DEPTH, below_place, drawn, flat, of_module
from netwatch.cli.output import USAGE, WRONG, fail, print_json, printable
from netwatch.cli.screen import out, print_table
from netwatch.mib import MibIndex, MibObject, NotFetched, ObjectKind, ResolvedSyntax, fetch
from netwatch.model import Oid, Problem

MAX_FETCHED = 200
"""Modules one `fetch --imports` may follow; the import lists come from elsewhere."""

mib_app = typer.Typer(no_args_is_help=True, help="Show what MIB modules say, and what is wrong in them.")


@mib_app.command("list")
def list_modules(dirs: MibDirs = None, config: MibConfig = None, json: AsJson = False) -> None:
    """List every module loaded, and the file it is read from."""
    index = index_for(config, dirs)
    rows = [(name, index.size_of(name), index.file_of(name)) for name in index.modules]
    if json:
        print_json([{"module": name, "objects": count, "file": file} for name, count, file in rows])
    else:
        print_table("MIB modules", ["module", "objects", "file"], rows, empty="none")


@mib_app.command()
def check(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files or directories [the configured ones].")] = None,
    config: MibConfig = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Say what is wrong in MIB files: file, line, what is missing, what is lost by it; exit 1 where anything is."""
    index = load_quietly(paths) if paths else index_for(config)
    if json:
        print_json([_flat(problem) for problem in index.problems])
    else:
        for problem in index.problems:
            typer.echo("\n".join(map(printable, str(problem).splitlines())))
        errors = sum(problem.severity == "error" for problem in index.problems)
        typer.echo(f"{len(index.modules)} modules loaded, {errors} {'thing' if errors == 1 else 'things'} wrong")
    if any(problem.severity == "error" for problem in index.problems):
        raise typer.Exit(WRONG)


def _flat(problem: Problem) -> dict[str, object]:
    return {
        "file": problem.file,
        "line": problem.line,
        "name": problem.path,
        "message": problem.message,
        "severity": problem.severity,
    }


@mib_app.command()
def show(
    name: Annotated[str, typer.Argument(help="An object, by name or OID.", metavar="OBJECT", show_default=False)],
    m: MibModules = None, dirs: MibDirs = None, config: MibConfig = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Show all that is known of an object; of an instance also its index."""
    index = index_for(config, dirs, m)
    oid = oid_or_exit(index, name)
    obj, suffix = index.object_at(oid)
    if obj is None:
        fail(f"nothing is known of .{oid}")
    facts = _facts(index, obj, suffix)
    if json:
        print_json([facts])
        return
    print_table(obj.full_name, ["", ""], [(key, _in_words(value)) for key, value in facts.items() if value], empty="")


def _facts(index: MibIndex, obj: MibObject, suffix: tuple[int, ...]) -> dict[str, object]:
    syntax = obj.syntax
    return {
        "name": obj.full_name,
        "oid": str(obj.oid),
        "kind": obj.kind.value,
        "type": _type_words(syntax) if obj.kind in (ObjectKind.SCALAR, ObjectKind.COLUMN) else "",
        "display_hint": syntax.hint,
        "values": {text: number for number, text in syntax.names.items()},
        "units": obj.units,
        "access": obj.access,
        "status": obj.status,
        "index": [f"{part.name} ({_type_words(part.syntax)}{', implied' * part.implied})" for part in obj.index],
        "objects": [index.name_of(oid) for oid in obj.objects],
        "instance": str(Oid(suffix)) if suffix else "",
        "instance_index": index.decode_index(obj, suffix),
        "file": f"{obj.file}:{obj.line}",
    }


def _type_words(syntax: ResolvedSyntax) -> str:
    below = " of " + syntax.base.value if syntax.conventions and syntax.base.value else ""
    spans = syntax.sizes or syntax.ranges
    bounds = " | ".join(str(low) if low == high else f"{low}..{high}" for low, high in spans)
    return (syntax.name or "of a type that is not known") + below + (f" ({bounds})" if bounds else "")


def _in_words(value: object) -> object:
    if isinstance(value, dict):
        return ", ".join(f"{key}={item}" for key, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else value


@mib_app.command()
def tree(
    root: Annotated[str, typer.Argument(help="Where to begin, or a module.", metavar="PLACE")] = "1.3.6.1.2.1",
    depth: Annotated[
        int | None, typer.Option(help="How many levels to show [4; of a module all].", min=1, max=64)
    ] = None,
    m: MibModules = None, dirs: MibDirs = None, config: MibConfig = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Draw the names below a place, or all that a module defines."""
    index = index_for(config, dirs, m)
    if index.has_module(root):
        title, leaves = f"{root} {index.file_of(root)}", of_module(index, root, depth or MODULE_DEPTH)
    else:
        oid = oid_or_exit(index, root)
        title, leaves = f"{index.name_of(oid)} .{oid}", below_place(index, oid, depth or PLACE_DEPTH)
    if json:
        print_json([flat(leaf) for leaf in leaves])
    else:
        out.print(drawn(title, leaves))


@mib_app.command("fetch")
def fetch_module(
    name: Annotated[str, typer.Argument(help="The module, such as CISCO-SMI.", show_default=False)],
    source: Annotated[
        str, typer.Option("--from", help="A directory or http(s) URL; @mib@ stands for the name.")
    ] = "",
    target: Annotated[Path | None, typer.Option("--to", help="Where to keep it [the first configured path].")] = None,
    imports: Annotated[bool, typer.Option(help="Also fetch what it imports and is not there.")] = True,
    replace: Annotated[bool, typer.Option("--replace", help="Take the place of a file that is there.")] = False,
    config: MibConfig = None,
) -> None:
    """Fetch a module from where you say; NetWatch itself knows no such place."""
    source, target = _fetch_places(source, target, config)
    known = {*load_quietly([target] if target.is_dir() else []).modules, "RFC-1212", "RFC-1215", "RFC1155-SMI"}
    wanted, missing = [name], []
    for module in wanted:  # grows while it is walked
        try:
            file, needed = fetch(module, source, target, replace=replace and module == name)
        except NotFetched as exc:
            if module == name:
                fail(str(exc))
            missing.append(str(exc))
            continue
        typer.echo(f"{module}: {file}")
        if imports:
            wanted.extend(other for other in needed if other not in known and other not in wanted)
        if len(wanted) > MAX_FETCHED:
            fail(f"{name} leads to more than {MAX_FETCHED} modules; the rest is not fetched")
    if missing:
        fail("\n".join(missing))


def _fetch_places(source: str, target: Path | None, config: Path | None) -> tuple[str, Path]:
    settings = configuration(config) if not source or target is None else None
    source = source or (settings.mibs.fetch_from if settings else "")
    if not source:
        fail("say where from: --from DIRECTORY or URL, or mibs.fetch_from in the configuration", USAGE)
    paths = settings.mib_paths() if settings else []
    if target is None and not paths:
        fail("say where to keep it: --to DIRECTORY, or mibs.paths in the configuration", USAGE)
    return source, target or paths[0]


@mib_app.command()
def rule(
    name: Annotated[str, typer.Argument(help="A notification, such as IF-MIB::linkDown.", metavar="NOTIFICATION",
                                        show_default=False)],
    into: Annotated[Path | None, typer.Option("--into", help="Put it at the end of this rule file.")] = None,
    m: MibModules = None, dirs: MibDirs = None, config: MibConfig = None,
) -> None:  # fmt: skip
    """Write a trap rule for a notification: key, what ends it, severity, words; check takes it, look it over."""
    write_rule(index_for(config, dirs, m), name, into, config)
