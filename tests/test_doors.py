"""Every door of the house says what its room holds, once, and holds what it says."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from netwatch.door import homes_in

HOUSE = Path(__file__).resolve().parents[1] / "netwatch"
DOORS = {
    ".".join(path.parent.relative_to(HOUSE.parent).parts): path
    for path in sorted(HOUSE.rglob("__init__.py"))
    if "lazy_door(" in path.read_text(encoding="utf-8")
}
EAGER = {"netwatch.cli"}
"""The command line begins here, and itself loads a command when it is called."""


def test_every_door_that_exports_something_is_lazy():
    exporting = {
        f"netwatch.{path.parent.name}" for path in HOUSE.glob("*/__init__.py") if "__all__" in path.read_text()
    }

    assert exporting - EAGER == set(DOORS)


@pytest.mark.parametrize("room", DOORS)
def test_a_door_holds_what_it_says(room):
    door, homes = importlib.import_module(room), homes_in(DOORS[room].read_text(encoding="utf-8"))

    assert sorted(door.__all__) == sorted(homes)
    assert len(door.__all__) == len(set(door.__all__))
    for name, home in homes.items():
        assert getattr(door, name) is getattr(importlib.import_module(home.module), home.name)
    assert set(door.__all__) <= set(dir(door))


@pytest.mark.parametrize("room", DOORS)
def test_a_door_exports_only_what_is_of_its_room(room):
    homes = homes_in(DOORS[room].read_text(encoding="utf-8"))

    assert [home.module for home in homes.values() if not home.module.startswith(f"{room}.")] == []


@pytest.mark.parametrize("room", DOORS)
def test_no_name_of_a_door_is_that_of_a_module_beside_it(room):
    """Whoever imports the module would find it under the door's name ever after."""
    beside = {path.stem for path in DOORS[room].parent.iterdir() if path.suffix == ".py" or path.is_dir()}

    assert beside & set(homes_in(DOORS[room].read_text(encoding="utf-8"))) == set()
