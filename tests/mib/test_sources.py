"""Finding MIB files and reading their text."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwatch.mib.sources import MAX_MESSAGE, MibText, files_in, problem, read_text


def test_files_come_in_the_order_of_the_paths_and_then_by_name(tmp_path: Path):
    for name in ("b/2.mib", "b/1.txt", "a/3", "b/deep/4.my", "b/.git/5.mib", "b/notes.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    files, problems = files_in([tmp_path / "b", tmp_path / "a/3", tmp_path / "b"])

    assert [str(file.relative_to(tmp_path)) for file in files] == ["b/1.txt", "b/2.mib", "b/deep/4.my", "a/3"]
    assert problems == []


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"a\r\nb\rc\n", "a\nb\nc\n"),
        ("grün".encode(), "grün"),
        ("grün".encode("latin-1"), "grün"),
        (b"\xef\xbb\xbfX", "X"),
    ],
)
def test_text_of_any_common_encoding_and_line_end_is_read(tmp_path: Path, raw: bytes, text: str):
    (tmp_path / "x").write_bytes(raw)

    read = read_text(tmp_path / "x")

    assert isinstance(read, MibText)
    assert read.text == text


def test_equal_bytes_have_equal_digests_whatever_their_name(tmp_path: Path):
    (tmp_path / "a").write_text("same")
    (tmp_path / "b").write_text("same")
    a, b = read_text(tmp_path / "a"), read_text(tmp_path / "b")

    assert isinstance(a, MibText)
    assert isinstance(b, MibText)
    assert a.digest == b.digest


def test_a_message_made_of_what_stands_in_a_file_has_an_end():
    told = problem("x", 1, "a" * 100_000, name="b" * 100_000)

    assert len(told.message) < MAX_MESSAGE + 10
    assert len(told.path) < MAX_MESSAGE
