"""An index of NetWatch's own modules, compiled once, and a way to load modules written in a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from netwatch.mib import LoadOptions, MibIndex, load_index
from netwatch.mib.child import Answer
from netwatch.mib.compiler import answer


@pytest.fixture(scope="session")
def mib_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache that tests of commands have too, so that our own modules are compiled once."""
    return tmp_path_factory.getbasetemp() / "cli-mib-cache" / "netwatch" / "mibs"


@pytest.fixture(scope="session")
def index(mib_cache: Path) -> MibIndex:
    """NetWatch's own modules."""
    return load_index(options=LoadOptions(cache=mib_cache))


@pytest.fixture
def load(tmp_path: Path, mib_cache: Path) -> Callable[..., MibIndex]:
    """Load files written for a test, on top of ours: `load({"A-MIB": "A-MIB DEFINITIONS ..."})`."""
    directory = tmp_path / "mibs"
    directory.mkdir()

    def from_texts(files: dict[str, str | bytes]) -> MibIndex:
        for name, text in files.items():
            (directory / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_index([directory], options=LoadOptions(cache=mib_cache, compiler=Here))

    return from_texts


class Here:
    """Compiles in this process what NetWatch compiles in a child: the same code, without starting one per test."""

    def __init__(self, seconds: float) -> None: ...

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *exc: object) -> None: ...

    def compile(self, text: str) -> Answer:
        """Return what the child would say."""
        return Answer(answer(text), final=True)
