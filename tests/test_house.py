"""The house stands as its plan says: the README's tree is the real one, every room has its place in the layers."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import netwatch

ROOT = Path(__file__).resolve().parents[1]
NOT_WORK = ("__init__.py", "settings.py")
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

    assert beside == {"netwatch/", "mibs/", "config/", "tests/", "systemd/"}
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


def test_the_package_says_its_version():
    assert re.fullmatch(r"\d+\.\d+\.\d+", netwatch.__version__)
