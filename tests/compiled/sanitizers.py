"""Builds a compiled part with sanitizers, and gives it odd things by the thousand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.patience import PATIENCE_SECONDS

ROOT: Final = Path(__file__).resolve().parents[2]
JUNK: Final = int(os.environ.get("NETWATCH_JUNK", "4000"))
"""How many are read under the sanitizers; NETWATCH_JUNK=1000000 is the full count."""
SANITIZERS: Final = ("-O1", "-g", "-std=c11", "-fPIC", "-shared", "-fsanitize=address,undefined",
                     "-fno-sanitize-recover=undefined", "-fno-omit-frame-pointer")  # fmt: skip


def outcome_of(part: str, junk: str, seed: int, folder: Path, count: int = JUNK) -> tuple[int, str, str]:
    """Return how `python -m junk` ended that was given the part under AddressSanitizer and UBSan, and what it said.

    Python's objects stand where the sanitizers see their ends.
    """
    build_hook = pytest.importorskip("netwatch.compiled.build_hook", reason="hatchling is not installed")
    library = folder / f"{part}.so"
    assert build_hook.compile_library(part, library, SANITIZERS) == ""
    runtime = subprocess.run(
        [*build_hook.compiler(), "-print-file-name=libasan.so"], capture_output=True, text=True, check=True
    ).stdout.strip()
    if not Path(runtime).is_file():
        pytest.skip("the compiler has no AddressSanitizer")
    environment = {
        **os.environ, "LD_PRELOAD": runtime, "ASAN_OPTIONS": "detect_leaks=0", "PYTHONMALLOC": "malloc",
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", junk, library, str(count), str(seed)],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS + JUNK / 100,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr[-4000:]
