"""What is kept for the next start is whole and what was written, or it is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwatch.model import cache_directory, checked, from_checked, write_whole


@pytest.mark.parametrize("damage", ["cut", "changed", "empty"])
def test_what_is_not_what_was_written_is_refused(damage):
    raw = checked(b"the body")
    assert from_checked(raw) == b"the body"
    with pytest.raises(ValueError, match="damaged"):
        from_checked({"cut": raw[:-1], "changed": raw.replace(b"body", b"bode"), "empty": b""}[damage])


def test_a_file_is_written_whole_and_nothing_stays_beside_it(tmp_path: Path):
    assert write_whole(tmp_path / "new", "name", b"1")
    assert write_whole(tmp_path / "new", "name", b"22")
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "new").iterdir()] == [("name", b"22")]


def test_where_nothing_can_be_written_that_is_said(tmp_path: Path):
    (tmp_path / "file").touch()
    assert not write_whole(tmp_path / "file", "name", b"1")


def test_it_stands_in_the_directory_that_systemd_made(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CACHE_DIRECTORY", "/var/cache/netwatch:/other")
    assert cache_directory("profiles") == Path("/var/cache/netwatch/profiles")
