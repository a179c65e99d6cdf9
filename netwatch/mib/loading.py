"""Loads MIB files into an index: reads, compiles what the cache does not have, chooses, links.

A bad file is told of and costs what it holds; the rest loads.
May import: netwatch.model and this room. Called by: app, cli, config.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from netwatch.mib.cache import Cache, default_directory
from netwatch.mib.child import Answer, Compiler
from netwatch.mib.facts import Fault
from netwatch.mib.index import MibIndex
from netwatch.mib.linking import Linked, Loss, Module, link
from netwatch.mib.metrics import COMPILE_SECONDS, MODULES, PROBLEMS
from netwatch.mib.sources import MibText, files_in, problem, read_text
from netwatch.model import Problem, shipped_directory

MAX_COMPILERS = 2
NAMES_SHOWN = 5
Progress = Callable[[int, int], None]
"""Told how many files are done, and how many there are."""


class Compiles(Protocol):
    """Turns a text into facts."""

    def compile(self, text: str) -> Answer:
        """Return modules and faults of a text; never raises over the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """Where compiled modules are kept (None: nowhere), how long one file may take, whether ours take part.

    `compiler` makes what compiles, given the seconds per file: a child process.
    """

    cache: Path | None
    seconds_per_file: float = 30.0
    shipped: bool = True
    compiler: Callable[[float], AbstractContextManager[Compiles]] = Compiler


def load_index(
    paths: Sequence[Path] = (), *, options: LoadOptions | None = None, progress: Progress | None = None
) -> MibIndex:
    """Return the index of every module in `paths` and of NetWatch's own.

    A module found in `paths` wins over ours, an earlier path over a later one, a whole copy over a damaged one.
    Never raises over a file: `problems` of the index tells what is wrong and what is lost.
    """
    options = options or LoadOptions(cache=default_directory())
    given, problems = files_in(paths)
    ours = files_in([shipped_directory("mibs")])[0] if options.shipped else []
    texts = [read_text(path) for path in dict.fromkeys([*given, *ours])]
    problems += [text for text in texts if isinstance(text, Problem)]
    compiled = _compiled([text for text in texts if isinstance(text, MibText)], options, progress)
    modules, copies = _chosen(compiled, problems, {str(path) for path in ours})
    linked = link(modules, copies)
    problems += _told(linked)
    MODULES.set(len(modules))
    PROBLEMS.set(sum(found.severity == "error" for found in problems))
    return MibIndex(linked, sorted(problems, key=lambda found: (found.file, found.line, found.message)))


def _compiled(
    texts: Sequence[MibText], options: LoadOptions, progress: Progress | None
) -> list[tuple[MibText, dict[str, Any]]]:
    """Return what each text holds, from the cache or from the compiler; two compilers share many files."""
    cache = Cache(options.cache)
    found = {text.digest: entry for text in texts if (entry := cache.get(text.digest)) is not None}
    missing = list({text.digest: text for text in texts if text.digest not in found}.values())
    done = _Done(len(missing), progress)
    shares = [missing[number::MAX_COMPILERS] for number in range(MAX_COMPILERS)] if len(missing) > 40 else [missing]
    with ThreadPoolExecutor(max_workers=len(shares)) as threads:
        for share in threads.map(lambda share: _compile_all(share, options, cache, done), shares):
            found |= share
    return [(text, found[text.digest]) for text in texts]


class _Done:
    """Counts files for whoever shows progress; several threads count."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total, self._progress = total, progress
        self._count = 0

    def one_more(self) -> None:
        self._count += 1
        if self._progress is not None:
            self._progress(self._count, self._total)


def _compile_all(
    texts: Iterable[MibText], options: LoadOptions, cache: Cache, done: _Done
) -> dict[str, dict[str, Any]]:
    """Compile texts; each is kept as soon as it is done, so that who is ended half-way has not worked in vain."""
    found = {}
    with options.compiler(options.seconds_per_file) as compiler:
        for text in texts:
            begun = time.monotonic()
            answer = compiler.compile(text.text)
            found[text.digest] = answer.found
            if answer.final:
                cache.put(text.digest, answer.found)
            COMPILE_SECONDS.inc(time.monotonic() - begun)
            done.one_more()
    return found


def _chosen(
    compiled: Sequence[tuple[MibText, dict[str, Any]]], problems: list[Problem], ours: set[str]
) -> tuple[list[Module], list[Module]]:
    """Return one copy of each module and the other copies, and tell of what is wrong in files and of those."""
    chosen: dict[str, Module] = {}
    all_of_them: list[Module] = []
    for text, entry in compiled:
        problems.extend(_fault(str(text.path), fault) for fault in entry["faults"])
        for facts in entry["modules"]:
            module = Module(facts, str(text.path))
            all_of_them.append(module)
            problems.extend(_fault(module.file, fault, module.name) for fault in facts["faults"])
            other = chosen.setdefault(module.name, module)
            if other is not module:
                _choose(chosen, other, module, problems, ours)
    return list(chosen.values()), [module for module in all_of_them if chosen[module.name] is not module]


def _choose(
    chosen: dict[str, Module], first: Module, second: Module, problems: list[Problem], ours: set[str]
) -> None:
    better, worse = (second, first) if first.facts["faults"] and not second.facts["faults"] else (first, second)
    chosen[better.name] = better
    if worse.file not in ours and worse.facts["entries"] != better.facts["entries"]:
        message = f"also stands in {better.file}, and that copy counts where both name a place"
        line = worse.facts["line"]
        problems.append(problem(worse.file, line, message, name=worse.name, severity="warning"))


def _fault(file: str, fault: Fault, module: str = "") -> Problem:
    name = "::".join(filter(None, (module, fault["name"]))) if fault["name"] != module else module
    return problem(file, fault["line"], fault["message"], name=name, severity=fault["severity"])


def _told(linked: Linked) -> list[Problem]:
    """Return the losses as problems: one per thing that is missing, with what is lost by it."""
    together: dict[tuple[str, str], list[Loss]] = {}
    for loss in linked.losses:
        together.setdefault((loss.module.name, loss.message), []).append(loss)
    return [
        problem(losses[0].module.file, losses[0].line, f"{message}; lost: {_lost(losses)}", name=module)
        for (module, message), losses in together.items()
    ]


def _lost(losses: Sequence[Loss]) -> str:
    by_part: dict[str, list[str]] = {}
    for loss in losses:
        by_part.setdefault(loss.part, []).extend(loss.lost)
    return "; ".join(part + _listed(names) for part, names in by_part.items())


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")
