"""Finding MIB files and reading their text."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from netwatch.mib.sources import MAX_MESSAGE, MibFile, as_text, files_in, look_at, problem, signature_of
from netwatch.model import Problem


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
def test_text_of_any_common_encoding_and_line_end_is_read(raw: bytes, text: str):
    assert as_text(raw) == text


def test_equal_bytes_have_equal_digests_whatever_their_name(tmp_path: Path):
    (tmp_path / "a").write_text("A-MIB DEFINITIONS ::= BEGIN END")
    (tmp_path / "b").write_text("A-MIB DEFINITIONS ::= BEGIN END")
    a, b = look_at(tmp_path / "a"), look_at(tmp_path / "b")

    assert isinstance(a, MibFile)
    assert isinstance(b, MibFile)
    assert a.digest == b.digest


@pytest.mark.parametrize(
    "name",
    ["Makefile", "Makefile.mib", "Makefile.am", "GNUmakefile", "README", "readme.txt", "README-mibs", "LICENSE",
     "COPYING", "INDEX", "ChangeLog", "mibs.lst", "md5sums"],
)  # fmt: skip
def test_what_goes_with_mibs_and_is_none_is_passed_over_without_a_word(tmp_path: Path, name: str):
    (tmp_path / name).write_text("IF-MIB.txt\nall: IF-MIB\n")

    assert look_at(tmp_path / name) is None


def test_a_list_of_another_name_is_said_to_be_none_and_is_no_error(tmp_path: Path):
    (tmp_path / "my modules").write_text("IF-MIB\nUPS-MIB\n")

    told = look_at(tmp_path / "my modules")

    assert isinstance(told, Problem)
    assert told.severity == "warning"
    assert "no MIB module" in told.message


def test_what_is_called_a_mib_or_was_named_itself_should_be_one(tmp_path: Path):
    for name in ("page.mib", "README"):
        (tmp_path / name).write_text("<html>404 Not Found</html>")

    assert isinstance(look_at(tmp_path / "page.mib"), MibFile)
    assert isinstance(look_at(tmp_path / "README", named=True), MibFile)


def test_a_module_in_a_file_called_readme_is_one(tmp_path: Path):
    (tmp_path / "README").write_text("A-MIB DEFINITIONS ::= BEGIN END")

    assert isinstance(look_at(tmp_path / "README"), MibFile)


def test_a_file_that_changes_changes_the_signature_also_where_size_and_date_stay(tmp_path: Path):
    file = tmp_path / "a.mib"
    file.write_text("one")
    known = file.stat()
    before = signature_of([file], [])

    (tmp_path / "other").write_text("two")
    (tmp_path / "other").replace(file)
    os.utime(file, ns=(known.st_atime_ns, known.st_mtime_ns))

    assert file.stat().st_mtime_ns == known.st_mtime_ns
    assert signature_of([file], []) != before
    assert signature_of([file], ["otherwise"]) != signature_of([file], [])


def test_a_message_made_of_what_stands_in_a_file_has_an_end():
    told = problem("x", 1, "a" * 100_000, name="b" * 100_000)

    assert len(told.message) < MAX_MESSAGE + 10
    assert len(told.path) < MAX_MESSAGE
