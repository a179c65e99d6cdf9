"""The house stands as its plan says: the README's tree is the real one, every room has its place in the layers."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

import netwatch

ROOT = Path(__file__).resolve().parents[1]
NOT_WORK = ("__init__.py", "settings.py")
MOST_MODULES = 30
README = (ROOT / "README.md").read_text(encoding="utf-8")


def tree_of_the_readme() -> tuple[set[str], set[str]]:
    block = re.search(r"```text\n(netwatch/\n.*?)```", README, re.DOTALL)
    assert block is not None, "README.md has lost its tree"
    inside = set(re.findall(r"^  (\S+)", block[1], re.MULTILINE))
    beside = set(re.findall(r"^(\S+)", block[1], re.MULTILINE))
    return inside, beside


def bare(name: str) -> str:
    return name.rstrip("/").removesuffix(".py")


def names_in(directory: Path) -> set[str]:
    hidden = {"__pycache__", "__init__.py", "py.typed"}
    entries = (p for p in directory.iterdir() if p.name not in hidden)
    return {f"{p.name}/" if p.is_dir() else p.name for p in entries}


def test_the_tree_in_the_readme_is_the_real_one():
    inside, _ = tree_of_the_readme()
    assert {bare(name) for name in inside} == {bare(name) for name in names_in(ROOT / "netwatch")}


def test_the_top_level_holds_what_its_owner_chose():
    _, beside = tree_of_the_readme()

    assert beside == {"netwatch/", "mibs/", "config/", "docs/", "tests/", "systemd/"}
    assert all((ROOT / name).is_dir() for name in beside)


def test_every_room_has_its_place_in_the_layers():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    placed = {room for layer in contracts[0]["layers"] for room in layer.split(" | ")}

    assert placed == {bare(name) for name in names_in(ROOT / "netwatch")}


def rooms_with_work() -> list[str]:
    opened = {path.parent.name for path in (ROOT / "netwatch").glob("*/*.py") if path.name not in NOT_WORK}
    return sorted(opened)


@pytest.mark.parametrize("room", rooms_with_work())
def test_every_room_has_its_tests(room):
    assert list((ROOT / "tests" / room).glob("test_*.py"))


def finished_rooms() -> list[str]:
    return sorted(path.parent.name for path in (ROOT / "netwatch").glob("*/__init__.py"))


@pytest.mark.parametrize("room", finished_rooms())
def test_no_folder_holds_more_modules_than_a_look_takes_in(room):
    folders = {path.parent for path in (ROOT / "netwatch" / room).rglob("*.py")}
    crowded = {folder.name for folder in folders if len(names_in(folder)) > MOST_MODULES}

    assert crowded == set()


@cache
def module_files() -> Mapping[str, Path]:
    """Return every module of NetWatch by its dotted name, a door by that of its folder."""
    paths = (ROOT / "netwatch").rglob("*.py")
    parts = {path: path.relative_to(ROOT).with_suffix("").parts for path in paths}
    return {".".join(names[:-1] if names[-1] == "__init__" else names): path for path, names in parts.items()}


@cache
def names_imported(module: str) -> tuple[tuple[str, str], ...]:
    """Return what a module imports from where, also for its types alone and inside functions."""
    tree = ast.parse(module_files()[module].read_text(encoding="utf-8"))
    found = [
        (node.module or "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    return (
        *found,
        *((alias.name, "") for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names),
    )


def home_of(module: str, name: str) -> str:
    """Return the module that a name comes from; a door only passes it on."""
    if f"{module}.{name}" in module_files():
        return f"{module}.{name}"
    if module in module_files() and module_files()[module].name == "__init__.py":
        return next((home_of(*behind) for behind in names_imported(module) if behind[1] == name), module)
    return module


@cache
def modules_imported(module: str) -> frozenset[str]:
    return frozenset({home_of(*wanted) for wanted in names_imported(module)} & set(module_files()))


def reached_from(module: str) -> Iterator[str]:
    """Yield all that a module imports, and all that those import, and so on."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        news = modules_imported(waiting.pop()) - seen
        yield from news
        seen |= news
        waiting += news


@pytest.mark.parametrize("room", finished_rooms())
def test_no_circle_of_imports_in_a_room_not_even_for_types_alone(room):
    modules = [
        name
        for name, path in module_files().items()
        if name.startswith(f"netwatch.{room}.") and path.name != "__init__.py"
    ]

    assert [module for module in modules if module in reached_from(module)] == []


def test_the_package_says_its_version():
    assert re.fullmatch(r"\d+\.\d+\.\d+", netwatch.__version__)
