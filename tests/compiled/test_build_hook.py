"""NetWatch is installed with its compiled part where that can be built, and without it everywhere else."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from importlib import import_module
from pathlib import Path

import pytest

from netwatch import compiled
from tests.compiled.twins import needs_compiled
from tests.patience import PATIENCE_SECONDS

build_hook = pytest.importorskip("netwatch.compiled.build_hook", reason="hatchling is not installed")
ROOT = Path(__file__).resolve().parents[2]


def wheel_built(directory: Path, **environment: str) -> tuple[Path, str]:
    """Build a wheel of a tree that is small; return it and what was said."""
    tree = directory / "tree"
    (tree / "netwatch").mkdir(parents=True)
    (tree / "netwatch" / "__init__.py").write_text('__version__ = "1.0"\n')
    (tree / "netwatch" / "compiled").symlink_to(ROOT / "netwatch" / "compiled")
    whole = (ROOT / "pyproject.toml").read_text()
    kept = whole[whole.index("[build-system]") : whole.index("[project.optional-dependencies]")]
    hook = whole[
        whole.index("[tool.hatch.build.targets.wheel.hooks.custom]") : whole.index("[tool.hatch.build.targets.sdist]")
    ]
    packages = '[tool.hatch.build.targets.wheel]\npackages = ["netwatch"]\n'
    kept = "\n".join(line for line in kept.splitlines() if not line.startswith(("readme", "license")))
    (tree / "pyproject.toml").write_text(f"{kept}\n{packages}{hook}")
    (tree / ".gitignore").write_text("*.so\n__pycache__/\n")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(directory)],
        cwd=tree, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
        timeout=PATIENCE_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (path,) = directory.glob("*.whl")
    return path, done.stderr


def libraries_in(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return [name for name in archive.namelist() if name.endswith(".so")]


@needs_compiled
def test_a_wheel_with_the_compiled_part_is_for_this_python_and_machine_alone(tmp_path):
    wheel, _ = wheel_built(tmp_path, NETWATCH_PURE="")

    assert sorted(libraries_in(wheel)) == sorted(
        f"netwatch/compiled/{build_hook.library_name(part)}" for part in build_hook.PARTS
    )
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    assert f"-{python}-{python}-linux_" in wheel.name


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({"NETWATCH_PURE": "1"}, "NETWATCH_PURE is set"),
        ({"PATH": "/nonexistent", "CC": ""}, "there is no C compiler"),
        ({"CC": "false"}, "the compiler ended with 1"),
    ],
    ids=["unwanted", "no compiler", "a compiler that fails"],
)
def test_a_wheel_built_where_nothing_can_be_compiled_is_for_every_machine_and_that_is_said(
    tmp_path, environment, why
):
    wheel, said = wheel_built(tmp_path, **{"NETWATCH_PURE": "", **environment})

    assert libraries_in(wheel) == []
    assert wheel.name.endswith("-py3-none-any.whl")
    assert f"netwatch: built without its compiled part: {why}" in said


@needs_compiled
def test_the_compiled_part_that_runs_is_of_the_sources_that_stand_here():
    here = {part: import_module(f"netwatch.compiled.{part}").SOURCES for part in build_hook.PARTS}

    assert here == {part: build_hook.stamp(part) for part in here}, "install NetWatch again: pip install -e '.[test]'"


@pytest.mark.parametrize(("value", "says"), [("1", "pure"), ("yes", "pure")])
def test_the_environment_turns_the_compiled_part_off(value, says):
    program = (
        "import sys; from netwatch.compiled import in_words, why;"
        "from netwatch.snmp.codec.decoders import IS_COMPILED;"
        "print(in_words(), IS_COMPILED, 'netwatch.compiled.wire' in sys.modules, why())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "NETWATCH_PURE": value}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip

    assert done.stdout == f"{says} False False pure Python, as NETWATCH_PURE says\n"


def test_a_compiled_part_of_another_contract_is_left_alone_and_that_is_said(monkeypatch):
    monkeypatch.setattr(compiled, "CONTRACT", compiled.CONTRACT + 1)
    monkeypatch.delenv("NETWATCH_PURE", raising=False)
    compiled.is_usable.cache_clear()
    try:
        assert compiled.in_words() == "pure"
        assert compiled.why().startswith("pure Python, ")
    finally:
        monkeypatch.undo()
        compiled.is_usable.cache_clear()
