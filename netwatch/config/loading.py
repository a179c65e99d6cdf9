"""Reads a configuration file: everything that is wrong with it at once, or the settings.

May import: netwatch.model. Called by: app, cli.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from netwatch.config.checks import OWN_FILES, cross_checks
from netwatch.config.completeness import Predecessor, incomplete
from netwatch.config.contents import contents_of
from netwatch.config.own_exceptions import add_own, exceptions_file
from netwatch.config.secrets import Secrets, fill_in, literal_secrets
from netwatch.config.settings import Settings
from netwatch.config.taken import add_taken, taken_file
from netwatch.config.tree import replaced, texts
from netwatch.config.words import UNKNOWN_KEY, path_of, problem_of
from netwatch.model import InvalidFile, KeyPath, Problem, YamlFile, plain, read_yaml, unforeseen

_SQLITE = "sqlite:///"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What came of reading a file: problems in the order of its lines; settings where none of them is an error.

    Unknown keys stand in front of all other problems.
    `rules` and `trap_rules` are how many its rule files have, where those were read too.
    """

    settings: Settings | None
    problems: tuple[Problem, ...]
    file: YamlFile | None = field(default=None, repr=False)
    tree: Mapping[str, Any] = field(default_factory=dict, repr=False)
    base: Path = field(default_factory=Path.cwd)
    rules: int = 0
    trap_rules: int = 0


def load_settings(path: Path) -> Settings:
    """Return the settings of a file; warnings are not mentioned.

    Raises:
        InvalidFile: the file has errors; lists all of them.
    """
    loaded = load(path)
    if loaded.settings is None:
        raise InvalidFile([problem for problem in loaded.problems if problem.severity == "error"])
    return loaded.settings


def load_to_run(
    path: Path, *, before: Predecessor | None = None, allow_empty: bool = False
) -> tuple[Settings, Predecessor]:
    """Return the settings of a file that an agent is to run with, and what the next one will be compared with.

    Raises:
        InvalidFile: the file has errors, or is not all there; lists everything.
    """
    loaded = load(path)
    errors = [problem for problem in loaded.problems if problem.severity == "error"]
    if loaded.file is not None and not allow_empty:
        errors += incomplete(loaded.file, loaded.tree, before)
    if loaded.settings is None or loaded.file is None or errors:
        raise InvalidFile(errors)
    return loaded.settings, Predecessor(text=loaded.file.text, devices=len(loaded.settings.devices))


def check(path: Path, *, allow_empty: bool = False) -> list[Problem]:
    """Return every error and warning of a file as `Loaded` orders them, then those of its profiles and rules."""
    return list(checked(path, allow_empty=allow_empty).problems)


def checked(path: Path, *, allow_empty: bool = False) -> Loaded:
    """Read a file as an agent would that starts with it, with all that is wrong in it, its profiles and its rules."""
    loaded = load(path)
    if loaded.file is None:
        return loaded
    missing = () if allow_empty else tuple(incomplete(loaded.file, loaded.tree, None))
    beside = contents_of(loaded.file, loaded.tree, _paths_of(loaded))
    problems = tuple(dict.fromkeys((*missing, *loaded.problems, *beside.problems)))
    usable = all(problem.severity != "error" for problem in problems)
    return replace(
        loaded, problems=problems, settings=loaded.settings if usable else None,
        rules=beside.rules, trap_rules=beside.trap_rules,
    )  # fmt: skip


def _paths_of(loaded: Loaded) -> Settings:
    """Return settings that know where profiles and rules are, even where the rest of the file has errors."""
    parts = {key: loaded.tree[key] for key in ("profiles", "rules", "exporter", "web") if key in loaded.tree}
    try:
        return loaded.settings or Settings.model_validate(parts).at(loaded.base)
    except ValidationError:
        return Settings().at(loaded.base)


def load(path: Path, environment: Mapping[str, str] = os.environ) -> Loaded:
    """Read a file with the secrets it refers to; relative paths start where the file is."""
    try:
        file = read_yaml(path)
    except InvalidFile as exc:
        return Loaded(settings=None, problems=exc.problems)
    tree = plain(file.data) if file.data is not None else {}
    if not isinstance(tree, dict):
        return Loaded(settings=None, problems=(file.problem((), "must be a mapping with keys such as `devices:`"),))
    return _settings_of(file, tree, path.absolute().parent, environment)


def _settings_of(file: YamlFile, tree: dict[str, Any], base: Path, environment: Mapping[str, str]) -> Loaded:
    secrets = fill_in(file, tree, base, environment)
    _make_paths_whole(tree, base)
    settings, problems = None, [*secrets.problems, *literal_secrets(file, tree, secrets)]
    taken = add_taken(tree, taken_file(tree, base))
    own = add_own(tree, exceptions_file(tree, base))
    problems += (*taken.problems, *own.problems)
    try:
        settings = Settings.model_validate(tree).at(base, taken.origins).with_own(own.begins)
    except ValidationError as exc:
        problems += _found_by_pydantic(file, tree, exc, secrets)
    except Exception as exc:  # noqa: BLE001  # the net under every validator: a file may be anything
        problems.append(file.problem(_stumbling_block(tree), unforeseen(exc)))
    try:
        problems += cross_checks(file, tree, base)
    except Exception as exc:  # noqa: BLE001  # and under every check between the parts, which sees what is wrong already
        problems.append(file.problem((), unforeseen(exc)))
    problems = [replace(problem, message=secrets.hide(problem.message)) for problem in problems]
    problems.sort(key=_cause_first)
    usable = all(problem.severity != "error" for problem in problems)
    return Loaded(
        settings=settings if usable else None,
        problems=tuple(dict.fromkeys(problems)),
        file=file,
        tree=tree,
        base=base,
    )


def _cause_first(problem: Problem) -> tuple[bool, int, int, str]:
    """Put unknown keys first: what is then missing elsewhere follows from them. The rest is in the order of lines."""
    return not problem.message.startswith(UNKNOWN_KEY), problem.line, problem.column, problem.path


def _found_by_pydantic(file: YamlFile, tree: Any, exc: ValidationError, secrets: Secrets) -> Iterator[Problem]:
    for error in exc.errors(include_url=False):
        # What could not be filled in is said already; that it then looks wrong too is no news.
        if path_of(error) not in secrets.failed:
            yield problem_of(file, tree, error)


def _stumbling_block(tree: Mapping[str, Any]) -> KeyPath:
    """Return the part of the file whose validation fails in a way that nobody foresaw; the whole where none does."""
    for key in tree:
        try:
            Settings.model_validate({key: tree[key]})
        except ValidationError:
            continue
        except Exception:  # noqa: BLE001  # this is what is looked for
            return (key,)
    return ()


def _make_paths_whole(tree: dict[str, Any], base: Path) -> None:
    """Let the paths that rooms open themselves start where the file is."""
    for path, text in [one for pattern in OWN_FILES for one in texts(tree, *pattern)]:
        replaced(tree, path, str(base / text))
    for path, text in list(texts(tree, "web", "users_file")):
        replaced(tree, path, str(base / text))
    for path, url in list(texts(tree, "store", "url")):
        name = url.removeprefix(_SQLITE)
        if url.startswith(_SQLITE) and name not in ("", "/", ":memory:"):
            replaced(tree, path, f"{_SQLITE}{base / name}")
