"""The files of a library: the shipped ones are read once in a process, for as long as none of them changes."""

from __future__ import annotations

import os

from netwatch.profiles import load_library
from netwatch.profiles.loading import _read_shipped, _stamped


def test_a_second_library_has_the_very_files_of_the_first_one():
    first, second = load_library(), load_library()

    assert len(first.files) > 50
    assert all(one is other for one, other in zip(first.files, second.files, strict=True))


def test_a_file_that_changed_is_read_anew(tmp_path):
    path = tmp_path / "lamp.yaml"
    path.write_text("sysobjectid: 1.3.6.1.4.1.99999.2\n")

    first, again = (_read_shipped((_stamped(path),))[0]["lamp"] for _ in range(2))
    os.utime(path, ns=(0, 1))
    changed = _read_shipped((_stamped(path),))[0]["lamp"]

    assert first is again
    assert changed is not first
    assert changed.sys_object_ids == first.sys_object_ids
