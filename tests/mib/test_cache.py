"""What was compiled is kept by the hash of its text: whole, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from netwatch.mib.cache import Cache, default_directory

ENTRY: dict[str, Any] = {"modules": [], "faults": []}


def file_of(directory: Path) -> Path:
    (path,) = directory.rglob("*.json")
    return path


def test_an_entry_comes_back_to_whoever_asks_later(tmp_path: Path):
    Cache(tmp_path).put("abc", ENTRY)

    assert Cache(tmp_path).get("abc") == ENTRY
    assert Cache(tmp_path).get("def") is None


@pytest.mark.parametrize("damage", [b"", b"{}", b"\x00" * 100, b'[]\n{"modules": 5}'])
def test_a_damaged_entry_is_none(tmp_path: Path, damage: bytes):
    Cache(tmp_path).put("abc", ENTRY)
    file_of(tmp_path).write_bytes(damage)

    assert Cache(tmp_path).get("abc") is None


def test_a_changed_byte_and_a_cut_are_noticed(tmp_path: Path):
    Cache(tmp_path).put("abc", {"modules": ["x"], "faults": []})
    raw = file_of(tmp_path).read_bytes()

    file_of(tmp_path).write_bytes(raw.replace(b'"x"', b'"y"'))
    assert Cache(tmp_path).get("abc") is None
    file_of(tmp_path).write_bytes(raw[:-1])
    assert Cache(tmp_path).get("abc") is None
    file_of(tmp_path).write_bytes(raw)
    assert Cache(tmp_path).get("abc") is not None


def test_a_directory_that_cannot_be_written_leaves_the_memory(tmp_path: Path):
    (tmp_path / "file").touch()
    cache = Cache(tmp_path / "file")

    cache.put("abc", ENTRY)

    assert cache.get("abc") == ENTRY
    assert Cache(tmp_path / "file").get("abc") is None


def test_no_half_written_file_stays(tmp_path: Path):
    Cache(tmp_path).put("abc", ENTRY)

    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".json"]


def test_the_cache_stands_where_systemd_or_the_desktop_wants_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv("CACHE_DIRECTORY", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    assert default_directory() == Path("/cache/netwatch/mibs")
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_directory() == tmp_path / ".cache/netwatch/mibs"
    monkeypatch.setenv("CACHE_DIRECTORY", "/var/cache/netwatch:/other")
    assert default_directory() == Path("/var/cache/netwatch/mibs")
