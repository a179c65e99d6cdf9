"""What TAB offers for an argument: the names that stand in the configuration, and the silences of the running agent.

A scan, not a reading: TAB wants its answer at once, among ten thousand devices as well, and in a file that somebody
is still writing. So the names are found by the look of their lines, and whatever goes wrong offers nothing and says
nothing.
May import: netwatch.config (where rule files are). Called by: arguments, and commands with arguments of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import typer

from netwatch.cli.places import DEFAULT_CONFIG

MAX_BYTES = 16 * 2**20
AGENT_SECONDS = 1.0

_LABELS = re.compile(r"\blabels:\s*\{[^}]*\}|^(\s+)labels:\s*\n(?:\1\s+.*\n)*", re.MULTILINE)
"""Labels have names of their own, and one of them may be `name`."""
_NAME = re.compile(r"""(?:^[\s-]*|[{,]\s*)name:\s*("[^"\n]*"|'[^'\n]*'|[^\s,{}\[\]#][^,{}\[\]#\n]*)""", re.MULTILINE)
_ALERT = re.compile(r"""(?:^[\s-]*|[{,]\s*)alert:\s*["']?([^\s"',}#]+)""", re.MULTILINE)
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*", re.MULTILINE)
_ADDRESS = re.compile(r"""[^\s\[\]{}"',:]+@[^\s\[\]{}"',]+""")

Complete = Callable[[typer.Context, str], list[str]]


def _quietly(names: Callable[[Path], Iterable[str]]) -> Complete:
    """Return what a parameter completes with; trouble of any kind offers nothing, for a shell is drawing its line."""

    def complete(ctx: typer.Context, incomplete: str) -> list[str]:
        try:
            found = dict.fromkeys(names(Path(ctx.params.get("config") or DEFAULT_CONFIG)))
        except Exception:  # noqa: BLE001 - there is nobody to tell, and nothing is lost
            return []
        return [name for name in found if name.startswith(incomplete)]

    return complete


@_quietly
def devices(config: Path) -> Iterable[str]:
    """Return the names of the devices."""
    return _names_in(_part(config, "devices"))


@_quietly
def rules(config: Path) -> Iterable[str]:
    """Return the names of the rules, from the rule files that the configuration means."""
    from ruamel.yaml import YAML

    from netwatch.config import rule_files_of

    part = YAML(typ="safe", pure=True).load(_part(config, "rules")) or {}
    paths = (part.get("rules") or {}).get("paths") or ["builtin"]
    return rules_in(rule_files_of(paths, config.absolute().parent))


@_quietly
def receivers(config: Path) -> Iterable[str]:
    """Return the mail addresses of the receivers."""
    return _ADDRESS.findall(_part(config, "receivers"))


@_quietly
def silences(config: Path) -> Iterable[str]:
    """Return the ids of the silences that are not over, as the running agent has them."""
    from netwatch.cli.agent import Agent
    from netwatch.config import load_settings

    found: Any = Agent(load_settings(config), patience_seconds=AGENT_SECONDS).ask("/api/v2/silences")
    return [str(one["id"]) for one in found if one["status"]["state"] != "expired"]


def rules_in(files: Iterable[Path]) -> list[str]:
    """Return the names of the rules in some rule files, as far as they stand where names stand."""
    return [name for file in files for name in _ALERT.findall(_text(file))]


def _part(config: Path, key: str) -> str:
    """Return the lines of one part of a configuration: from its key to the next that stands as far left."""
    found = re.search(rf"^{key}:.*(?:\n(?![^\s#\-\]}}]).*)*", _text(config), re.MULTILINE)
    return found[0] if found else ""


def _names_in(part: str) -> list[str]:
    return [name.strip().strip("\"'") for name in _NAME.findall(_LABELS.sub("", part))]


def _text(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as file:
        return _COMMENT.sub("", file.read(MAX_BYTES))
