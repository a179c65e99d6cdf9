"""What of a module a device has: its columns can be walked side by side, which costs a fraction of walking subtrees.

Subtrees are walked the first time. From then on the columns that had rows are walked, and of the others it is proved
with every scrape that they have none: one GETNEXT leads past all the columns of a gap. Where it does not, something
has come, and the subtrees are walked again. So nothing is ever missed.
A quiet room. May import: netwatch.model. Called by: asking.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from netwatch.exporter.labels import previous
from netwatch.exporter.modules import COMBINED, Module
from netwatch.model import Missing, Oid, Varbind

MOST_PROBES = 64
"""Where there are more gaps than that, subtrees are walked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """The columns that have rows; probes: what to ask for the successor of; ends: where that may be, or behind it."""

    columns: tuple[Oid, ...]
    probes: tuple[Oid, ...] = ()
    ends: tuple[Oid, ...] = ()

    def holds(self, successors: Sequence[Varbind]) -> bool:
        """Return whether the gaps are still empty."""
        return all(
            isinstance(found.value, Missing) or found.oid >= end
            for found, end in zip(successors, self.ends, strict=True)
        )


def columns_wanted(module: Module) -> tuple[Oid, ...]:
    """Return the columns below what a module walks that some series is made of, in order, none within another.

    Empty where one of them is not a column of its own, but part of what is walked.
    """
    wanted = {metric.oid for metric in module.metrics}
    wanted |= {lookup.oid for metric in module.metrics for lookup in metric.lookups if lookup.labels}
    wanted |= {previous(metric.oid) for metric in module.metrics if metric.type in COMBINED}
    wanted |= {previous(one.oid) for metric in module.metrics for one in metric.lookups if one.type in COMBINED}
    if any(oid == root[: len(oid)] for oid in wanted for root in module.walk):
        return ()
    below = sorted(oid for oid in wanted if any(oid.is_under(root) for root in module.walk))
    outer: list[Oid] = []
    for oid in below:
        if not outer or not oid.is_under(outer[-1]):
            outer.append(oid)
    return tuple(outer)


def learn(wanted: Sequence[Oid], names: Sequence[tuple[int, ...]]) -> Learned | None:
    """Return what there is, by the sorted names of a whole walk; None where it is not worth while."""
    columns: list[Oid] = []
    probes: list[Oid] = []
    ends: list[Oid] = []
    proved: tuple[int, ...] = ()
    for oid in wanted:
        place = bisect_left(names, oid)
        end = behind(oid)
        if place < len(names) and names[place] < end:
            columns.append(oid)
        elif proved >= end:  # the last probe leads past this one too
            ends[-1] = end
        else:
            probes.append(oid)
            ends.append(end)
            proved = names[place] if place < len(names) else BEYOND
    if not columns or len(probes) > MOST_PROBES:
        return None
    return Learned(columns=tuple(columns), probes=tuple(probes), ends=tuple(ends))


BEYOND = (2**32,)
"""Behind every name there can be."""


def behind(oid: Oid) -> Oid:
    """Return the first name that is not below an OID any more."""
    return Oid((*oid[:-1], oid[-1] + 1))
