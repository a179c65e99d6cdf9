"""The process that makes the index beside the agent: what comes first, what is kept when it is ended, who ends it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from netwatch.mib import LoadOptions, MibIndex, load_index, names_at_hand
from netwatch.mib.loading import within
from netwatch.mib.pack.reading import Packed
from tests.patience import PATIENCE_SECONDS

COUNT = 30


def many(directory: Path) -> Path:
    """Write modules that are compiled in a moment; the last stands on the one before."""
    directory.mkdir()
    for number in range(COUNT):
        imports = f"IMPORTS m{COUNT - 2} FROM M{COUNT - 2}-MIB;" if number == COUNT - 1 else ""
        place = f"m{COUNT - 2} 7" if number == COUNT - 1 else f"iso {1000 + number}"
        text = f"M{number}-MIB DEFINITIONS ::= BEGIN {imports} m{number} OBJECT IDENTIFIER ::= {{ {place} }} END"
        (directory / f"m{number:02}.mib").write_text(text)
    return directory


@contextmanager
def builder(paths: list[Path], cache: Path, first: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "netwatch.mib.builder"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None
    asked = {"paths": list(map(str, paths)), "cache": str(cache), "first": first, "seconds": 30}
    child.stdin.write(json.dumps(asked).encode() + b"\n")
    child.stdin.flush()
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def said(child: subprocess.Popen[bytes]) -> Iterator[tuple[dict[str, Any], MibIndex]]:
    """Yield the indexes that the child brings, with its words."""
    assert child.stdout is not None
    for line in child.stdout:
        words = json.loads(line)
        if "index" in words:
            yield words, MibIndex(Packed(child.stdout.read(words["index"])))


def test_what_somebody_waits_for_comes_first_and_then_everything(tmp_path: Path, mib_cache: Path):
    load_index(options=LoadOptions(cache=mib_cache))

    with builder([many(tmp_path / "mibs")], mib_cache, [f"M{COUNT - 1}-MIB"]) as child:
        (early, some), (late, every) = said(child)

    assert (early["whole"], late["whole"], late["compiled"]) == (False, True, COUNT)
    assert [some.has_module(f"M{number}-MIB") for number in (COUNT - 1, COUNT - 2, 0)] == [True, True, False]
    assert some.object_named(f"m{COUNT - 1}") is not None
    assert all(every.has_module(f"M{number}-MIB") for number in range(COUNT))


def test_killed_half_way_it_goes_on_where_it_was(tmp_path: Path, mib_cache: Path):
    load_index(options=LoadOptions(cache=mib_cache))
    directory = many(tmp_path / "mibs")
    for file in directory.iterdir():  # of this test alone, so that the cache has none
        file.write_text(file.read_text() + "-- killed half-way")

    with builder([directory], mib_cache, [f"M{COUNT - 1}-MIB"]) as child:
        next(said(child))
        child.kill()
    with builder([directory], mib_cache, []) as child:
        words = [words for words, _ in said(child)][-1]

    assert words["whole"]
    assert words["compiled"] < COUNT
    at_hand = names_at_hand([directory], options=LoadOptions(cache=mib_cache))
    assert at_hand.current
    assert all(at_hand.index.has_module(f"M{number}-MIB") for number in range(COUNT))


def test_it_ends_with_whoever_started_it(tmp_path: Path, mib_cache: Path):
    with builder([many(tmp_path / "mibs")], tmp_path / "cache", []) as child:
        assert child.stdin is not None
        child.stdin.close()
        child.stdin = None

        assert child.wait(PATIENCE_SECONDS) == 0


def test_names_at_hand_compile_nothing_of_the_directory(tmp_path: Path, mib_cache: Path):
    directory = many(tmp_path / "mibs")
    options = LoadOptions(cache=mib_cache)

    first = names_at_hand([directory], options=options)
    assert not first.current
    assert first.index.has_module("IF-MIB")
    assert not first.index.has_module("M0-MIB")

    load_index([directory], options=options)
    assert names_at_hand([directory], options=options).current

    (directory / "m00.mib").write_text("M0-MIB DEFINITIONS ::= BEGIN changed OBJECT IDENTIFIER ::= { iso 3 } END")
    then = names_at_hand([directory], options=options)
    assert not then.current
    assert then.index.object_named("m0") is not None
    assert then.index.object_named("changed") is None


def test_an_index_that_another_version_packed_is_not_read_at_a_start(tmp_path: Path, mib_cache: Path, monkeypatch):
    directory, options = many(tmp_path / "mibs"), LoadOptions(cache=mib_cache)
    load_index([directory], options=options)
    assert names_at_hand([directory], options=options).current

    monkeypatch.setattr("netwatch.mib.loading.INDEX_FORMAT", "of the next version")
    then = names_at_hand([directory], options=options)

    assert not then.current
    assert not then.index.has_module("M0-MIB")
    assert then.index.has_module("IF-MIB")


def test_a_directory_that_does_not_answer_holds_nobody():
    gone = threading.Event()

    assert within(0.01, gone.wait) is None
    gone.set()
    assert within(PATIENCE_SECONDS, gone.wait)
