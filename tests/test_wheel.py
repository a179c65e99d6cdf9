"""The wheel: whoever installs NetWatch has its rules, profiles and MIB modules, and finds them."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.patience import PATIENCE_SECONDS

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = {
    "config/rules": "netwatch/shipped/rules",
    "config/profiles": "netwatch/shipped/profiles",
    "mibs": "netwatch/shipped/mibs",
    "docs": "netwatch/shipped/docs",
}
ASK = """
from netwatch.model import shipped_directory
from netwatch.mib import LoadOptions, load_index
from netwatch.profiles import load_library

print(shipped_directory("rules"))
print(shipped_directory("profiles"))
print(shipped_directory("mibs"))
print(*load_library([]).names())
index = load_index(options=LoadOptions(cache=None))
print(len(index.problems), index.name_of((1, 3, 6, 1, 2, 1, 2, 2, 1, 8, 3)))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="the wheel is built with hatchling: pip install hatchling")
    directory = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(directory)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    assert built.returncode == 0, built.stderr
    (path,) = directory.glob("*.whl")
    return path


def files_below(directory: Path) -> set[str]:
    files = (path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)) for path in files if "__pycache__" not in path.parts}


def test_the_wheel_holds_every_file_of_the_package_and_all_rules_profiles_and_mibs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())

    expected = {f"netwatch/{name}" for name in files_below(ROOT / "netwatch")}
    for source, target in SHIPPED.items():
        expected |= {f"{target}/{name}" for name in files_below(ROOT / source)}
    assert expected <= inside
    assert "netwatch/shipped/profiles/standard/generic-if.yaml" in inside
    assert "netwatch/shipped/mibs/IF-MIB" in inside
    assert "netwatch/shipped/docs/rules.md" in inside


def test_an_installed_netwatch_finds_its_rules_profiles_and_mibs_inside_itself(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}

    asked = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )

    rules, profiles, mibs, names, translated = asked.stdout.splitlines()
    assert Path(rules) == tmp_path / "netwatch/shipped/rules"
    assert Path(profiles) == tmp_path / "netwatch/shipped/profiles"
    assert Path(mibs) == tmp_path / "netwatch/shipped/mibs"
    assert translated == "0 IF-MIB::ifOperStatus.3"
    assert set(names.split()) == {path.stem for path in (ROOT / "config/profiles").rglob("*.yaml")}
