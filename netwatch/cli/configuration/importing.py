"""`netwatch import`: what people have for Prometheus and Alertmanager, as far as it can be carried over.

May import: netwatch.config, netwatch.exporter, netwatch.rules, netwatch.mib, netwatch.model. Called by: netwatch.cli.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.output import USAGE, WRONG, fail, printable
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.model import InvalidFile, Problem, TableSchema

import_app = typer.Typer(
    no_args_is_help=True,
    help="Carry over what people have for Prometheus, Alertmanager and snmp_exporter, and name what is left.",
)
Files = Annotated[list[Path], typer.Argument(help="The files to carry over.")]
File = Annotated[Path, typer.Argument(help="The file to carry over.")]
Config = Annotated[
    Path | None, typer.Option("--config", "-c", help="The configuration whose profiles and severities count.")
]


@import_app.command("prometheus-rules")
def prometheus_rules(
    files: Files,
    config: Config = None,
    snmp_yml: Annotated[
        list[Path] | None,
        typer.Option("--snmp-yml", help="What rules speak of and no profile polls is looked up here."),
    ] = None,
    profile: Annotated[
        Path | None, typer.Option("--profile", help="Where to write a profile that polls it; with --snmp-yml.")
    ] = None,
) -> None:
    """Print rule files of Prometheus as one of NetWatch; what is left is named on stderr with line and reason.

    Exit code 1 where something is left.
    """
    from netwatch.mib import load_index  # not for TAB, which loads this file as well
    from netwatch.model import USUAL_SEVERITIES
    from netwatch.profiles import load_library
    from netwatch.rules import Known, carry_over

    path = config or DEFAULT_CONFIG
    settings = settings_or_exit(path) if config is not None or path.is_file() else None
    index = load_index(settings.mib_paths() if settings else [])
    paths = settings.profile_paths() if settings else []
    library = load_library(paths, index.oid_of)
    texts = [(_text_of(file), str(file)) for file in files]
    if (snmp_yml is None) != (profile is None):
        fail("--snmp-yml and --profile belong together: the profile is what is made of the snmp.yml", USAGE)
    if snmp_yml and profile and _write_profile(texts, snmp_yml, profile, library.schema()):
        library = load_library([*paths, profile], index.oid_of)
    severities = settings.severity_order() if settings else USUAL_SEVERITIES
    known = Known(library.schema(), index, severities)
    try:
        carried = carry_over(texts, known)
    except InvalidFile as exc:
        fail(str(exc), USAGE)
    typer.echo(carried.text)
    _tell(carried.left, f"{len(carried.rules)} of {carried.alerts} alerts are carried over")


@import_app.command("alertmanager")
def alertmanager(file: File) -> None:
    """Print what of an alertmanager.yml can be carried over; what is left is named on stderr with line and reason.

    Exit code 1 where something is left.
    """
    from netwatch.config import take_over  # not for TAB, which loads this file as well

    try:
        taken = take_over(_text_of(file), str(file))
    except InvalidFile as exc:
        fail(str(exc), USAGE)
    typer.echo(taken.text)
    _tell(taken.left, f"{taken.sum_up} carried over; {_things(taken.left)} left for you")


@import_app.command("generator")
def generator(
    file: File,
    mibs: Annotated[
        list[Path] | None, typer.Option("--mibs", "-m", help="Directories of MIB modules, beside ours.")
    ] = None,
    config: Config = None,
) -> None:
    """Print the snmp.yml of a generator.yml of snmp_exporter; what no MIB module names is said on stderr.

    Exit code 1 where something is left out.
    """
    import yaml  # not for TAB, which loads this file as well

    from netwatch.exporter import generate
    from netwatch.mib import load_index
    from netwatch.model import parse_yaml

    path = config or DEFAULT_CONFIG
    settings = settings_or_exit(path) if config is not None or path.is_file() else None
    index = load_index([*(settings.mib_paths() if settings else []), *(mibs or [])])
    try:
        made = generate(parse_yaml(_text_of(file), str(file)), index)
    except InvalidFile as exc:
        fail(str(exc), USAGE)
    typer.echo(yaml.dump(made.content, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True))
    modules = made.content["modules"]
    metrics = sum(len(module.get("metrics", [])) for module in modules.values())
    _tell(made.problems, f"{len(modules)} modules with {metrics} metrics; {_things(made.problems)} left out")


def _write_profile(
    texts: Sequence[tuple[str, str]], snmp_yml: Sequence[Path], profile: Path, schema: Mapping[str, TableSchema]
) -> bool:
    """Write a profile of what rules speak of and no table has; return whether there is anything in it."""
    import yaml

    from netwatch.exporter import profile_of, read_definitions
    from netwatch.rules import series_of_rules

    known = {name for table in schema.values() for name in (*table.columns, *table.labels)}
    try:
        metrics = profile_of(read_definitions(snmp_yml), series_of_rules(texts) - known)
    except InvalidFile as exc:
        fail(str(exc), USAGE)
    if not metrics:
        return False
    try:
        with profile.open("x") as file:
            file.write("# What rules for Prometheus speak of, as an snmp.yml has it.\n")
            yaml.dump({"metrics": metrics}, file, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
    except OSError as exc:
        fail(f"{profile}: {exc.strerror}", USAGE)
    typer.echo(f"{profile}: a profile of {len(metrics)} tables and scalars; name it in profiles.paths", err=True)
    return True


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        fail(f"{file}: {getattr(exc, 'strerror', None) or 'is not UTF-8'}", USAGE)


def _things(left: list[Problem]) -> str:
    return "1 thing is" if len(left) == 1 else f"{len(left)} things are"


def _tell(left: list[Problem], sum_up: str) -> None:
    for problem in left:
        typer.echo(printable(str(problem)), err=True)
    typer.echo(sum_up, err=True)
    if left:
        raise typer.Exit(WRONG)
