"""Puts the configuration and its secrets in their places, once it is found good; overwrites nothing unless told to.

May import: netwatch.config. Called by: netwatch.cli.configuration.init.command.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from netwatch.cli.configuration.init.rendered import NAMES, SECRETS_FOLDER, Rendered
from netwatch.config import checked

ENVIRONMENT = "environment"
_SAFE_IN_QUOTES = re.compile(r'(["\\`$])')


class Refused(Exception):
    """Nothing was written; the text says why."""


def in_the_way(config: Path, *, as_service: bool) -> list[Path]:
    """Return the files that are there already and would be written over."""
    secrets = [secret_file(config, key) for key in NAMES] if not as_service else []
    named = set(_lines_by_name(config.parent / ENVIRONMENT)) if as_service else set()
    taken = [config.parent / ENVIRONMENT] if named & set(NAMES.values()) else []
    return [path for path in (config, *secrets) if os.path.lexists(path)] + taken


def secret_file(config: Path, key: str) -> Path:
    """Return where a secret stands beside a configuration."""
    return config.parent / SECRETS_FOLDER / key.replace("_", "-")


def write(config: Path, what: Rendered, *, as_service: bool, force: bool) -> None:
    """Write secrets, then the configuration.

    Raises:
        Refused: a file came in the way meanwhile, or the configuration would not be good; says which or what.
        OSError: the disk does not take it.
    """
    if not force and (there := in_the_way(config, as_service=as_service)):
        raise Refused(f"{', '.join(map(str, there))} is there already")
    config.parent.mkdir(parents=True, exist_ok=True)
    new = config.with_name(f".{config.name}.new")
    try:
        if as_service:
            add_to_environment(config.parent / ENVIRONMENT, what.secrets)
        else:
            _write_secrets(config, what.secrets)
        _write(new, what.text, 0o644)
        problems = checked(new).problems
        if problems:
            raise Refused("what would be written is not good:\n" + "\n".join(map(str, problems)))
        if force:
            new.replace(config)
        else:
            os.link(new, config)  # fails where something came in its place meanwhile
    except FileExistsError as exc:
        raise Refused(f"{exc.filename2 or exc.filename} is there already") from None
    finally:
        new.unlink(missing_ok=True)


def _write_secrets(config: Path, secrets: Mapping[str, str]) -> None:
    folder = config.parent / SECRETS_FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    for key, text in secrets.items():
        new = secret_file(config, f".{key}.new")
        _write(new, f"{text}\n", 0o600)
        new.replace(secret_file(config, key))


def add_to_environment(path: Path, secrets: Mapping[str, str]) -> None:
    """Keep what else stands there; the names are known to this process as well, which tries the file next."""
    ours = {NAMES[key]: f'{NAMES[key]}="{_SAFE_IN_QUOTES.sub(_escaped, text)}"' for key, text in secrets.items()}
    lines = _lines_by_name(path) | ours
    new = path.with_name(f".{path.name}.new")
    _write(new, "".join(f"{line}\n" for line in lines.values()), 0o600)
    new.replace(path)
    os.environ.update({NAMES[key]: text for key, text in secrets.items()})


def _escaped(match: re.Match[str]) -> str:
    return f"\\{match[0]}"


def _lines_by_name(path: Path) -> dict[str, str]:
    """Return the lines of an environment file by the names they set; what sets none by its place."""
    try:
        lines = path.read_text(errors="surrogateescape").splitlines()
    except FileNotFoundError:
        return {}
    return {_name(line) or f"\0{at}": line for at, line in enumerate(lines)}


def _name(line: str) -> str:
    name, equals, _ = line.partition("=")
    return name.strip() if equals and not line.lstrip().startswith("#") else ""


def _write(path: Path, text: str, mode: int) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode), "w", errors="surrogateescape"
    ) as file:
        os.fchmod(file.fileno(), mode)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
