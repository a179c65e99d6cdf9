"""Chooses which copy of a module counts, and puts the faults and losses of modules into words.

A quiet room: facts in, modules and problems out.
May import: netwatch.model and this room. Called by: netwatch.mib.building.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from netwatch.mib.facts import Fault
from netwatch.mib.linking import Linked, Loss, Module
from netwatch.mib.sources import problem
from netwatch.model import Problem

NAMES_SHOWN = 5


def chosen(
    compiled: Iterable[tuple[Path, dict[str, Any]]], problems: list[Problem], ours: set[str]
) -> tuple[list[Module], list[Module]]:
    """Return one copy of each module and the other copies, and tell of what is wrong in files and of those."""
    counting: dict[str, Module] = {}
    all_of_them: list[Module] = []
    for path, entry in compiled:
        problems.extend(_fault(str(path), fault) for fault in entry["faults"])
        for facts in entry["modules"]:
            module = Module(facts, str(path))
            all_of_them.append(module)
            problems.extend(_fault(module.file, fault, module.name) for fault in facts["faults"])
            other = counting.setdefault(module.name, module)
            if other is not module:
                _choose(counting, other, module, problems, ours)
    return list(counting.values()), [module for module in all_of_them if counting[module.name] is not module]


def _choose(
    counting: dict[str, Module], first: Module, second: Module, problems: list[Problem], ours: set[str]
) -> None:
    better, worse = (second, first) if first.facts["faults"] and not second.facts["faults"] else (first, second)
    counting[better.name] = better
    if worse.file not in ours and worse.facts["entries"] != better.facts["entries"]:
        message = f"also stands in {better.file}, and that copy counts where both name a place"
        line = worse.facts["line"]
        problems.append(problem(worse.file, line, message, name=worse.name, severity="warning"))


def _fault(file: str, fault: Fault, module: str = "") -> Problem:
    name = "::".join(filter(None, (module, fault["name"]))) if fault["name"] != module else module
    return problem(file, fault["line"], fault["message"], name=name, severity=fault["severity"])


def told_of(linked: Linked) -> list[Problem]:
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
