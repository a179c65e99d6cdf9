"""A door loads a module when one of its names is first used, and every door of the house says what its room holds."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

DOOR = """
from typing import TYPE_CHECKING
from netwatch.door import lazy_door
if TYPE_CHECKING:
    from a_room.cellar import Wine, taste as sip
else:
    __getattr__, __dir__ = lazy_door(__name__)
__all__ = ["Wine", "sip"]
"""
CELLAR = "class Wine: pass\ndef taste(): return 'good'\n"


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package with a lazy door, to be imported as `a_room`."""
    folder = tmp_path / "a_room"
    folder.mkdir()
    (folder / "__init__.py").write_text(DOOR)
    (folder / "cellar.py").write_text(CELLAR)
    (folder / "attic.py").write_text("DUST = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "a_room"]:
        del sys.modules[name]


def test_a_module_is_loaded_when_its_name_is_first_used(room):
    door = importlib.import_module("a_room")
    assert "a_room.cellar" not in sys.modules

    wine = door.Wine

    assert wine is sys.modules["a_room.cellar"].Wine
    assert vars(door)["Wine"] is wine


def test_a_name_may_be_another_at_the_door(room):
    door = importlib.import_module("a_room")

    assert door.sip is importlib.import_module("a_room.cellar").taste


def test_passing_the_door_to_another_module_loads_nothing_else(room):
    assert importlib.import_module("a_room.attic").DUST == 1
    assert "a_room.cellar" not in sys.modules


def test_a_name_that_is_not_there_is_refused_as_python_does_it(room):
    door = importlib.import_module("a_room")

    with pytest.raises(AttributeError, match=r"^module 'a_room' has no attribute 'Win'$") as refused:
        door.Win  # noqa: B018 - the reading is the test
    assert (refused.value.name, refused.value.obj) == ("Win", door)
    assert {"Wine", "sip"} <= set(dir(door))
    with pytest.raises(ImportError, match="cannot import name 'Win' from 'a_room'"):
        from a_room import Win  # noqa: F401 - the import is the test


def test_a_module_that_fails_says_so_itself(room):
    (room / "cellar.py").write_text("import no_such_thing_at_all\n")
    door = importlib.import_module("a_room")

    with pytest.raises(ModuleNotFoundError, match="no_such_thing_at_all"):
        door.Wine  # noqa: B018 - the reading is the test


def test_threads_that_ask_at_once_get_the_same(room):
    door = importlib.import_module("a_room")
    gate, found = threading.Barrier(8), []

    def ask() -> None:
        gate.wait()
        found.append(door.Wine)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_door_without_its_source_says_that_it_needs_it(room):
    door = importlib.import_module("a_room")
    door.__spec__.loader.get_source = lambda _name: None

    with pytest.raises(ImportError, match="the source of a_room is not here"):
        door.Wine  # noqa: B018 - the reading is the test
