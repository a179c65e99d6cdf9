"""Configuration files as a test writes them: text in, problems out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from netwatch.config import Loaded, load

Load = Callable[..., Loaded]


@pytest.fixture
def load_text(tmp_path: Path) -> Load:
    """Write a text as `netwatch.yaml` and load it, with the environment given as keywords."""

    def write_and_load(text: str, **environment: str) -> Loaded:
        path = tmp_path / "netwatch.yaml"
        path.write_text(text, encoding="utf-8")
        return load(path, environment)

    return write_and_load


@pytest.fixture
def problems(load_text: Load, tmp_path: Path) -> Callable[..., list[str]]:
    """As `load_text`, and return the problems as lines, without the directory in front."""

    def lines(text: str, *, severity: str = "error", **environment: str) -> list[str]:
        found = (one for one in load_text(text, **environment).problems if one.severity == severity)
        return [str(one).replace(f"{tmp_path}/", "") for one in found]

    return lines


@pytest.fixture
def problems_at(problems: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """As `problems`, of those that stand where the text has a `»`; only path and message are returned."""

    def lines(marked: str, **keywords: str) -> list[str]:
        before, text = marked.split("»")[0], marked.replace("»", "", 1)
        place = f"netwatch.yaml:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}: "
        return [one.removeprefix(place) for one in problems(text, **keywords) if one.startswith(place)]

    return lines
