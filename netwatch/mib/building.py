"""Makes the packed index of many files: reads, compiles what the cache does not have, chooses, links, packs.

A bad file is told of and costs what it holds; the rest takes part.
May import: netwatch.model and this room. Called by: netwatch.mib.loading, netwatch.mib.builder.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from netwatch.mib.cache import Cache
from netwatch.mib.child import Answer, Compiler
from netwatch.mib.choosing import chosen, told_of
from netwatch.mib.headers import needed_for
from netwatch.mib.linking import link
from netwatch.mib.metrics import COMPILE_SECONDS
from netwatch.mib.pack.writing import pack
from netwatch.mib.sources import MibFile, as_text, look_at, read_raw
from netwatch.mib.survey import LoadOptions, Progress, Tree
from netwatch.model import Problem

MAX_COMPILERS = 2
MANY = 40
"""Files from which on two compilers share them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A packed index. `final` where making it again from the same files would bring the same."""

    packed: bytes = field(repr=False)
    final: bool


class Building:
    """The index of one tree on its way; `whole()` is the end, `so_far()` what is known before it."""

    def __init__(self, tree: Tree, options: LoadOptions, progress: Progress | None = None) -> None:
        self._tree, self._options = tree, options
        self._cache = Cache(options.cache)
        self._problems = list(tree.problems)
        self._files = list(self._looked_at())
        self._odd: dict[str, dict[str, Any]] = {}
        missing = {file.digest: file for file in self._files if self._kept(file) is None}
        self.missing = len(missing)
        self._missing = missing
        self._done = _Done(len(missing), progress)

    def _looked_at(self) -> Iterator[MibFile]:
        for path in self._tree.files:
            found = look_at(path, named=path in self._tree.named)
            if isinstance(found, MibFile):
                yield found
            elif found is not None:
                self._problems.append(found)

    def compile_first(self, modules: Iterable[str]) -> None:
        """Compile the files that hold these modules, and those that hold what they stand on."""
        paths = {file.path: file for file in self._missing.values()}
        self._compile([paths[path] for path in needed_for(modules, list(paths))])

    def so_far(self) -> bytes:
        """Return the packed index of what is compiled."""
        return self._packed([])

    def whole(self) -> Built:
        """Compile all that is missing and return the index."""
        self._compile(list(self._missing.values()))
        return Built(packed=self._packed(self._problems), final=not self._odd)

    def _kept(self, file: MibFile) -> dict[str, Any] | None:
        return self._odd.get(file.digest) or self._cache.get(file.digest, self._options.seconds_per_file)

    def _packed(self, problems: Iterable[Problem]) -> bytes:
        told = list(problems)
        compiled = ((file.path, entry) for file in self._files if (entry := self._kept(file)) is not None)
        modules, copies = chosen(compiled, told, {str(path) for path in self._tree.ours})
        linked = link(modules, copies)
        told += told_of(linked)
        return pack(linked, sorted(told, key=lambda found: (found.file, found.line, found.message)))

    def _compile(self, files: Sequence[MibFile]) -> None:
        """Have files compiled; two compilers share many."""
        shares = [files[number::MAX_COMPILERS] for number in range(MAX_COMPILERS)] if len(files) > MANY else [files]
        with ThreadPoolExecutor(max_workers=len(shares)) as threads:
            list(threads.map(self._compile_all, shares))
        for file in files:
            self._missing.pop(file.digest, None)

    def _compile_all(self, files: Iterable[MibFile]) -> None:
        """Compile files; each is kept as soon as it is done: who is ended half-way has not worked in vain."""
        seconds = self._options.seconds_per_file
        with (self._options.compiler or Compiler)(seconds) as compiler:
            for file in files:
                begun = time.monotonic()
                raw = read_raw(file.path)
                answer = compiler.compile(as_text(raw)) if isinstance(raw, bytes) else _gone(raw)
                if answer.final:
                    self._cache.put(file.digest, answer.found)
                else:
                    self._odd[file.digest] = answer.found
                COMPILE_SECONDS.inc(time.monotonic() - begun)
                self._done.one_more()


def _gone(found: Problem) -> Answer:
    fault = {"line": found.line, "name": "", "message": found.message, "severity": found.severity}
    return Answer({"modules": [], "faults": [fault]}, final=False)


class _Done:
    """Counts files for whoever shows progress; several threads count."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total, self._progress = total, progress
        self._count = 0

    def one_more(self) -> None:
        self._count += 1
        if self._progress is not None:
            self._progress(self._count, self._total)
