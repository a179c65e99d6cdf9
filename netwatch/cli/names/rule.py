"""`netwatch mib rule`: writes a trap rule for a notification, to the screen or into a rule file.

May import: netwatch.config, netwatch.mib, netwatch.rules, netwatch.model. Called by: netwatch.cli.names.mib.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from pathlib import Path

import typer

from netwatch.cli.completion import rules_in
from netwatch.cli.output import USAGE, WRONG, fail, printable
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.errors import ConfigError
from netwatch.mib import MibIndex, ObjectKind, UnknownName
from netwatch.model import BUILTIN, InvalidFile, Oid, Problem, plain, read_yaml
from netwatch.rules import DEFINED, NO_MIB, ON_TRAP, parse_rule_book, pattern_of, rule_text

_ITEM = re.compile(r"^( *)- ", re.MULTILINE)


def write_rule(index: MibIndex, name: str, into: Path | None, config: Path | None) -> None:
    """Print the rule of a notification, or put it behind those of a file; leave with why that is not possible."""
    try:
        oid = index.oid_of(name)
    except UnknownName as exc:
        fail(str(exc))
    found = index.notification(oid)
    if found is None:
        other, suffix = index.object_at(oid)
        what = f"is a {other.kind.value}" if other is not None and not suffix else "is not known"
        fail(f"{name} {what}; a trap rule is about a notification" + _near(index, name), USAGE)
    takers = _takers(found.oid)
    entry = rule_text(found, index, _names_taken(into, config), takers)
    if takers:
        words = f"{', '.join(takers)} of NetWatch takes {found.full_name} already; both would tell of it"
        typer.echo(f"netwatch: warning: {words}", err=True)
    if into is None:
        text = f"rules:\n{_indented(entry, 2)}"
        _check(text, "the rule", index)
        typer.echo(text, nl=False)
        return
    text = _text_with(into, entry)
    _check(text, str(into), index)
    _write(into, text)
    typer.echo(f"{into}: {found.full_name} stands at its end; look at severity, key and what ends it")


def _takers(trap: Oid) -> list[str]:
    """Return the shipped rules that take a trap as a kind of its own."""
    from netwatch.config import rule_files_of  # as below: not for the other commands about modules

    return [
        str(entry["alert"])
        for file in rule_files_of([BUILTIN], Path())
        for entry in plain(read_yaml(file).data)["rules"]
        if any(_means(text, trap) for text in _listed(entry.get(ON_TRAP, [])))
    ]


def _means(text: str, trap: Oid) -> bool:
    if text == DEFINED:  # it stands back from any rule that names the trap
        return False
    pattern = pattern_of(text, NO_MIB)  # shipped rules are written in numbers
    return not pattern.rest and pattern.takes(trap)


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _names_taken(into: Path | None, config: Path | None) -> set[str]:
    """Return the names of the shipped rules, and of the configuration's in other files than the one written to."""
    from netwatch.config import rule_files_of

    files = {file.resolve() for file in (*rule_files_of([BUILTIN], Path()), *_configured(config or DEFAULT_CONFIG))}
    return set(rules_in(files - ({into.resolve()} if into is not None else set())))


def _configured(config: Path) -> list[Path]:
    """Return the rule files of a configuration; none where it cannot be used, which `netwatch check` explains."""
    from netwatch.config import load_settings

    try:
        return [file for file in load_settings(config).rule_paths() if file.is_file()] if config.is_file() else []
    except ConfigError:
        return []


def _near(index: MibIndex, name: str) -> str:
    _, _, bare = name.rpartition("::")
    try:
        module = index.object_at(index.oid_of(name))[0]
    except UnknownName:
        return ""
    if module is None:
        return ""
    known = [one.name for one in index.objects_of(module.module) if one.kind is ObjectKind.NOTIFICATION]
    return f"; {module.module} has {', '.join(known[:10])}" if known and bare else ""


def _indented(entry: str, width: int) -> str:
    return "".join(f"{' ' * width}{line}\n" for line in entry.splitlines())


def _text_with(path: Path, entry: str) -> str:
    """Return the text of a rule file with one more entry at its end."""
    if not path.exists():
        return f"rules:\n{_indented(entry, 2)}"
    try:
        before = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        fail(f"{path}: {exc}")
    if not before.strip():
        return f"rules:\n{_indented(entry, 2)}"
    first = _ITEM.search(before)
    if first is None and not before.rstrip().endswith("rules:"):
        fail(
            f"{path}: its rules are not a list with a line per rule (- alert: ...), so nothing can be put behind them"
        )
    width = len(first[1]) if first is not None else 2
    return f"{before.rstrip()}\n\n{_indented(entry, width)}"


def _check(text: str, file: str, index: MibIndex) -> None:
    """Leave with what is wrong in a rule file before it is written; rules about readings are not looked at."""
    try:
        parse_rule_book(text, file, {}, index)
    except InvalidFile as exc:
        of_traps = [
            problem for problem in exc.problems if "there is an alert" in problem.message or "trap" in problem.path
        ]
        if of_traps:
            fail("\n".join(printable(problem) for problem in of_traps), WRONG)
    except ConfigError as exc:
        fail(str(exc), WRONG)


def _is_ours(problem: Problem, text: str) -> bool:
    """Return whether a problem stands in the last entry, the one that is new."""
    lines = text.splitlines()
    begins = max((number for number, line in enumerate(lines, 1) if _ITEM.match(line)), default=0)
    return problem.line >= begins


def _write(path: Path, text: str) -> None:
    """Write beside, then rename: whoever reads the rules meanwhile sees one file or the other."""
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
        descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as exc:
        fail(f"{path}: {exc.strerror}")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(beside).chmod(mode)
        Path(beside).replace(path)
    except OSError as exc:
        with contextlib.suppress(OSError):
            Path(beside).unlink()
        fail(f"{path}: {exc.strerror}")
