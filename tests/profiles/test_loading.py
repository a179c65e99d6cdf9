"""The files of a library: which are read, and which need not be read again."""

from __future__ import annotations

import gc
import os
from pathlib import Path

from netwatch.profiles import load_library
from netwatch.profiles.loading import _HELD, _read_shipped

LAMP = "sysobjectid: 1.3.6.1.4.1.99999.2\n"


def test_a_second_library_has_the_very_files_of_the_first_one():
    first, second = load_library(), load_library()

    assert len(first.files) > 50
    assert all(one is other for one, other in zip(first.files, second.files, strict=True))


def test_a_file_that_changed_or_that_nobody_holds_any_more_is_read_anew(tmp_path):
    path = tmp_path / "lamp.yaml"
    path.write_text(LAMP)

    first, again = _read_shipped(path)[0], _read_shipped(path)[0]
    os.utime(path, ns=(0, 1))
    changed = _read_shipped(path)[0]

    assert first is again
    assert changed is not None
    assert changed is not first
    del first, again, changed
    gc.collect()
    assert not any(Path(name) == path for name, _, _ in _HELD)


def test_a_file_with_something_wrong_is_told_of_each_time(tmp_path):
    path = tmp_path / "lamp.yaml"
    path.write_text(LAMP + "sysobjectids: 1\n")

    assert [len(_read_shipped(path)[1]) for _ in range(2)] == [1, 1]
