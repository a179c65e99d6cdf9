"""Which files are compiled first: those that hold what somebody waits for, and what it stands on."""

from __future__ import annotations

from pathlib import Path

from netwatch.mib.headers import MAX_HEADER, imported_by, modules_of, needed_for
from tests.cpu import spent


def test_modules_and_their_imports_are_found_without_compiling():
    raw = b"""
    A-MIB { iso 1 } DEFINITIONS ::= BEGIN IMPORTS a, b FROM B-MIB c FROM C-MIB; END
    D-MIB DEFINITIONS IMPLICIT TAGS ::= BEGIN IMPORTS d
      FROM   E-MIB ; x FROM NOWHERE END"""

    assert modules_of(raw) == ["A-MIB", "D-MIB"]
    assert imported_by(raw) == ["B-MIB", "C-MIB", "E-MIB"]


def test_what_is_needed_is_followed_through_imports_and_circles(tmp_path: Path):
    for name, imports in {"A": "B", "B": "C", "C": "A", "D": "A"}.items():
        text = f"{name}-MIB DEFINITIONS ::= BEGIN IMPORTS x FROM {imports}-MIB; END"
        (tmp_path / f"{name}.mib").write_text(text)
    files = [*sorted(tmp_path.iterdir()), tmp_path / "gone.mib"]

    assert {file.stem for file in needed_for(["A-MIB"], files)} == {"A", "B", "C"}
    assert needed_for(["NO-MIB"], files) == []
    assert needed_for([], files) == []


def test_a_hostile_file_is_looked_through_in_no_time():
    with spent() as cpu:
        for piece in (b"a " * MAX_HEADER + b"DEFINITIONS ", b"IMPORTS FROM ", b"{" * 999, b"DEFINITIONS{} "):
            raw = piece * (2**21 // len(piece))
            modules_of(raw), imported_by(raw)

    assert cpu.seconds < 10
