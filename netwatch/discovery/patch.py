"""Puts entries at the end of `devices` of a configuration, and leaves every other character of the file as it is.

The file is read by the house's reader before and after: what stood there must stand there still, and the new entries
behind it, or there is no patch.
A quiet room: no clock, no socket. May import: netwatch.errors, netwatch.model. Called by: netwatch.cli.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from netwatch.errors import ConfigError
from netwatch.model import YamlFile, parse_yaml, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A file with entries added."""

    name: str
    before: str
    after: str

    @property
    def diff(self) -> str:
        """Return it as `patch` takes it."""
        old, new = self.before.splitlines(keepends=True), self.after.splitlines(keepends=True)
        return "".join(difflib.unified_diff(old, new, self.name, self.name))


def patched(file: YamlFile, entries: Sequence[str]) -> Patch:
    """Return a file with entries at the end of `devices`.

    Raises:
        ConfigError: it is written in a way that nothing can be added to without changing more; says which.
    """
    lines = file.text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    tree = plain(file.data) if file.data is not None else {}
    known = tree.get("devices") if isinstance(tree, dict) else None
    if known is None or known == []:
        lines = _begun(file, lines, tree, entries)
    elif isinstance(known, list):
        lines = _gone_on(file, lines, len(known), entries)
    after = "".join(lines)
    _hold_together(tree, plain(parse_yaml(after, file.name).data), len(entries), file.name)
    return Patch(name=file.name, before=file.text, after=after)


def _begun(file: YamlFile, lines: list[str], tree: Any, entries: Sequence[str]) -> list[str]:
    """Begin `devices` at the end of a file that has none, or in the place of one without any."""
    new = [f"  - {entry}\n" for entry in entries]
    if not isinstance(tree, dict) or "devices" not in tree:
        return [*lines, *(["\n"] if lines else []), "devices:\n", *new]
    at = file.position(("devices",), key=True)[0] - 1
    head, _, comment = lines[at].partition("#")
    if head.rstrip() not in ("devices:", "devices: []", "devices: null"):
        raise _unfit(file)
    return [*lines[:at], f"devices:{'  #' + comment if comment else chr(10)}", *new, *lines[at + 1 :]]


def _gone_on(file: YamlFile, lines: list[str], count: int, entries: Sequence[str]) -> list[str]:
    """Put entries behind the last one, before the comments that follow it."""
    first = file.position(("devices", count - 1))[0] - 1
    dash = len(lines[first]) - len(lines[first].lstrip())
    if not lines[first].lstrip().startswith("- "):
        raise _unfit(file)
    end = first + 1
    for at in range(first + 1, len(lines)):
        text = lines[at].strip()
        if text and not text.startswith("#"):
            if len(lines[at]) - len(lines[at].lstrip()) <= dash:
                break
            end = at + 1
    return [*lines[:end], *(f"{' ' * dash}- {entry}\n" for entry in entries), *lines[end:]]


def _hold_together(before: Any, after: Any, count: int, name: str) -> None:
    """See that nothing else came of it than was meant."""
    before = before or {}
    old = before.get("devices") or []
    is_sound = (
        isinstance(after, dict)
        and {key: value for key, value in after.items() if key != "devices"}
        == {key: value for key, value in before.items() if key != "devices"}
        and after["devices"][: len(old)] == old
        and len(after["devices"]) == len(old) + count
    )
    if not is_sound:
        raise ConfigError(f"{name}: nothing can be added to `devices` without changing more; add the entries by hand")


def _unfit(file: YamlFile) -> ConfigError:
    line = file.position(("devices",))[0]
    return ConfigError(
        f"{file.name}:{line}: `devices` is not written as a list with a dash and a line for each; add the entries by"
        " hand"
    )
