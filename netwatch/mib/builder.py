"""The child process that makes the index of many files while the agent watches: nice, bounded, and gone with it.

`python -m netwatch.mib.builder` reads one line of JSON on stdin: `{"paths": [...], "cache": ..., "first": [...],
"seconds": ...}`. On stdout come lines of JSON: `{"done": 5, "total": 100}` as files are compiled, and `{"index": N,
...}` followed by N bytes, a packed index: one of what was there or was asked for first, where much is to be
compiled, and one of everything, with `"whole": true`. When stdin ends, so does it; what was compiled is in the cache.

May import: this room. Called by: netwatch.mib.background, as a program.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
import threading
import time
from pathlib import Path
from typing import Any, BinaryIO

from netwatch.mib.building import Building
from netwatch.mib.loading import shelf_name
from netwatch.mib.pack.shelf import KeptIndex, Shelf
from netwatch.mib.survey import LoadOptions, survey

MAX_MEMORY_BYTES = 4 * 2**30
NICENESS = 5
MANY = 20
"""Files yet to be compiled, from which on what is known already is told before they are."""
SECONDS_BETWEEN_WORDS = 1.0


def main() -> None:
    """Make the index that is asked for."""
    answers = os.fdopen(os.dup(1), "wb")
    asked = json.loads(sys.stdin.buffer.readline())
    _bind()
    threading.Thread(target=_end_with_the_agent, daemon=True).start()
    _Builder(answers).make(asked)


def _bind() -> None:
    """Leave the machine to the agent, and let memory have an end."""
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    with contextlib.suppress(OSError):  # where memory runs out, names are lost and not the agent
        Path("/proc/self/oom_score_adj").write_text("1000")
    for limit, value in ((resource.RLIMIT_AS, MAX_MEMORY_BYTES), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))


def _end_with_the_agent() -> None:
    while os.read(0, 1):  # not through sys.stdin, whose lock would be held when this process ends by itself
        pass
    os._exit(0)


class _Builder:
    """Says what was made."""

    def __init__(self, answers: BinaryIO) -> None:
        self._answers = answers
        self._begun = self._said = time.monotonic()

    def make(self, asked: dict[str, Any]) -> None:
        paths = [Path(path) for path in asked["paths"]]
        cache = None if asked["cache"] is None else Path(asked["cache"])
        options = LoadOptions(cache=cache, seconds_per_file=asked["seconds"])
        tree = survey(paths, options)
        building = Building(tree, options, self._progress)
        missing = building.missing
        if missing > MANY:
            building.compile_first(asked["first"])
            self._tell(building.so_far(), {"whole": False})
        built = building.whole()
        kept = KeptIndex(signature=tree.signature if built.final else "", packed=built.packed)
        Shelf(options.cache).put(shelf_name(paths, options), kept)
        words = {"whole": True, "files": len(tree.files), "compiled": missing}
        self._tell(built.packed, words | {"seconds": time.monotonic() - self._begun})

    def _progress(self, done: int, total: int) -> None:
        if time.monotonic() - self._said >= SECONDS_BETWEEN_WORDS:
            self._said = time.monotonic()
            self._say({"done": done, "total": total})

    def _tell(self, packed: bytes, words: dict[str, Any]) -> None:
        self._say({"index": len(packed)} | words)
        self._answers.write(packed)
        self._answers.flush()

    def _say(self, words: dict[str, Any]) -> None:
        self._answers.write(json.dumps(words).encode() + b"\n")
        self._answers.flush()


if __name__ == "__main__":
    main()
