"""Whatever a file holds, reading it ends soon and in words: configurations, rule files and profiles, garbled.

NETWATCH_GARBLED=10000 tries so many of them instead of a few hundred.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from netwatch.config import check
from netwatch.mib import load_index
from netwatch.model import USUAL_SEVERITIES, InvalidFile, Problem
from netwatch.profiles import load_library
from netwatch.rules import load_rule_book
from tests.config.test_settings import ENVIRONMENT
from tests.cpu import spent
from tests.garbled import KINDS, RULE, garbled

MOST_CPU_SECONDS = 2.0
FILES = int(os.environ.get("NETWATCH_GARBLED", "240"))
SHARES = 4
"""So many tests share them, so that they run at the same time and a failure names a part."""


@pytest.fixture(scope="module")
def read() -> dict[str, Callable[[Path], Sequence[Problem]]]:
    names, shipped = load_index([]), load_library()

    def rules(path: Path) -> Sequence[Problem]:
        try:
            return load_rule_book([path], shipped.schema(), names, USUAL_SEVERITIES).warnings
        except InvalidFile as exc:
            return exc.problems

    def profile(path: Path) -> Sequence[Problem]:
        library = load_library([path], names.oid_of)
        library.schema()
        return library.problems

    return {"config": check, "rules": rules, "profile": profile}


@pytest.fixture
def own_garbage() -> Iterator[None]:
    """Keep the collector from going through what other tests of the process left: that is no file's work."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("own_garbage")
@pytest.mark.timeout(20 * 3600)  # the whole of 10,000 takes its time where somebody asks for it
@pytest.mark.parametrize("share", range(SHARES))
def test_a_garbled_file_is_told_of_in_words_within_two_seconds_of_work(tmp_path, monkeypatch, read, share):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full.yaml").write_text(RULE)
    stumbled: list[str] = []
    for seed in range(share, FILES, SHARES):
        kind = KINDS[seed // SHARES % len(KINDS)]
        path = tmp_path / "netwatch.yaml"
        path.write_bytes(garbled(kind, seed))
        try:
            with spent() as cpu:
                found = read[kind](path)
        except Exception as exc:  # noqa: BLE001  # this is what must not come; the seed makes it again
            stumbled.append(f"{kind} {seed}: {exc!r}")
            continue
        took = cpu.seconds
        stumbled += [f"{kind} {seed}: {one}" for one in found if "stumbled over this" in one.message]
        stumbled += [f"{kind} {seed}: {took:.1f} s"] if took > MOST_CPU_SECONDS else []
        stumbled += [f"{kind} {seed}: no place: {one}" for one in found if one.line < 1 or one.column < 1]
    assert stumbled == []


def test_the_same_seed_garbles_the_same_file():
    assert [garbled(kind, 7) for kind in KINDS] == [garbled(kind, 7) for kind in KINDS]
    assert len({garbled("rules", seed) for seed in range(50)}) > 40
