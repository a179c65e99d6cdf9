"""Which files the entries of `rules.paths` mean.

May import: netwatch.model. Called by: settings, checks, and netwatch.cli, which completes the names of rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from netwatch.model import BUILTIN, is_folder, shipped_directory

RULE_SUFFIXES = (".yaml", ".yml")


def rule_files_of(paths: Sequence[str], base: Path) -> list[Path]:
    """Return every rule file once, wildcards and `builtin` resolved, in the order written.

    Where the paths name no file at all these are the shipped rules: an agent without rules watches nothing.
    """
    files = dict.fromkeys(file for path in paths for file in rule_files(path, base))
    return list(files) or list(rule_files(BUILTIN, base))


def rule_files(path: str, base: Path) -> Sequence[Path]:
    """Return the files one entry of `rules.paths` means; none where a wildcard finds none."""
    if path == BUILTIN:
        return sorted(_rules_in(shipped_directory("rules")))
    if has_wildcard(path):
        anchor = Path(path).anchor
        root = Path(anchor) if anchor else base
        return sorted(file for file in root.glob(path.removeprefix(anchor)) if file.is_file())
    whole = base / path
    return sorted(_rules_in(whole)) if is_folder(whole) else [whole]


def has_wildcard(path: str) -> bool:
    """Return whether a path stands for any number of files."""
    return any(character in path for character in "*?[")


def _rules_in(directory: Path) -> Iterator[Path]:
    return (file for file in directory.glob("*") if file.suffix in RULE_SUFFIXES)
