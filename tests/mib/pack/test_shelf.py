"""Packed indexes are kept whole or not at all, and the disk does not fill up with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwatch.mib.pack.shelf import MAX_INDEXES, KeptIndex, Shelf, name_of

KEPT = KeptIndex(signature="as it was", packed=b"\x00\n\xff many bytes")


def file_of(directory: Path) -> Path:
    (path,) = directory.rglob("*.index")
    return path


def test_an_index_comes_back_with_its_signature(tmp_path: Path):
    Shelf(tmp_path).put("one", KEPT)

    assert Shelf(tmp_path).get("one") == KEPT
    assert Shelf(tmp_path).get("other") is None
    assert Shelf(None).get("one") is None


@pytest.mark.parametrize("damage", [lambda raw: raw[:-1], lambda raw: b"", lambda raw: raw.replace(b"many", b"much")])
def test_a_damaged_index_is_none(tmp_path: Path, damage):
    Shelf(tmp_path).put("one", KEPT)
    file_of(tmp_path).write_bytes(damage(file_of(tmp_path).read_bytes()))

    assert Shelf(tmp_path).get("one") is None


def test_a_directory_that_cannot_be_written_keeps_nothing_and_is_no_trouble(tmp_path: Path):
    (tmp_path / "file").touch()

    Shelf(tmp_path / "file").put("one", KEPT)

    assert Shelf(tmp_path / "file").get("one") is None


def test_the_index_goes_that_was_not_used_for_longest(tmp_path: Path):
    shelf = Shelf(tmp_path)
    shelf.put("first", KEPT)
    for number in range(MAX_INDEXES):
        assert shelf.get("first") == KEPT
        shelf.put(str(number), KEPT)

    assert shelf.get("first") == KEPT
    assert len(list(tmp_path.rglob("*.index"))) == MAX_INDEXES


def test_every_list_of_directories_has_a_name_of_its_own():
    one, other = Path("/a"), Path("/b")

    assert len({name_of([]), name_of([one]), name_of([other]), name_of([one, other]), name_of([one], ["alone"])}) == 5
