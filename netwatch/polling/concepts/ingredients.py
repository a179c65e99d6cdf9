"""What a mapping is made of: which values of a row, and of the rows joined to it, its parts need.

A quiet room. May import: netwatch.formulas, netwatch.profiles. Called by: source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from netwatch.formulas import Formula
from netwatch.polling.concepts.row_texts import OF_DESCRIPTION
from netwatch.profiles import DESCRIPTION, Compiled, Join, Named, NumberMap, Source, StateMap, Template, Text

WORD: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)
MOST_KEPT: Final = 4096
"""Mappings whose ingredients are known at a time; they are the same for every device that a mapping is used for."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ingredients:
    """What a mapping is made of.

    columns: of the source, that its labels need. joined: its joins with the names that they need of the other table.
    tables: every table it reads, its own first. where: the names in its condition. inputs: see `inputs_of`.
    slow: states that are worked out with the labels. made_anew: whether other tables add columns to the source.
    heeds_time: whether time has a say in it, so that it is worked out though nothing that tables say moved.
    """

    columns: tuple[str, ...]
    joined: tuple[tuple[Join, Sequence[str]], ...]
    tables: tuple[str, ...]
    where: tuple[str, ...]
    inputs: frozenset[str]
    slow: Mapping[str, StateMap]
    made_anew: bool
    heeds_time: bool


@lru_cache(maxsize=MOST_KEPT)
def ingredients_of(compiled: Compiled) -> Ingredients:
    """Return what a mapping is made of; found out once for all devices."""
    names, given = names_of(compiled), compiled.map
    told = any(named.name.startswith(DESCRIPTION) for named in names)
    beside = [given.thresholds.table] if given.thresholds is not None else []
    joined = [join.table for join in given.joins]
    return Ingredients(
        columns=(*(named.name for named in names), *(OF_DESCRIPTION if told else ())),
        joined=tuple((join, names_there(join, names)) for join in given.joins),
        tables=tuple(dict.fromkeys([given.table, *joined, *beside, *given.sums.values()])),
        where=tuple(dict.fromkeys(WORD.findall(given.where))),
        inputs=inputs_of(compiled),
        slow={
            name: state
            for name, state in compiled.states.items()
            if isinstance(state, StateMap) and isinstance(state.source, Template)
        },
        made_anew=bool(beside or given.sums),
        heeds_time=any(formula.made_of is None for formula in _formulas_of(compiled)),
    )


def _formulas_of(compiled: Compiled) -> list[Formula]:
    states = [state.source for state in compiled.states.values() if isinstance(state, StateMap)]
    return [part for part in (*compiled.numbers.values(), *states, compiled.where) if isinstance(part, Formula)]


def _of_source(source: Source) -> list[Named]:
    return list(source.names()) if isinstance(source, Template) else [source]


def names_of(compiled: Compiled) -> list[Named]:
    """Return every value of the row that its labels are made of, and of a joined row any other."""
    found: list[Named] = []
    worded = [
        *(state.source for state in compiled.states.values() if isinstance(state, StateMap)),
        *(number.source for number in compiled.numbers.values() if isinstance(number, NumberMap)),
    ]
    prefixes = tuple(join.prefix for join in compiled.map.joins)
    found += [named for named in worded if isinstance(named, Named) and prefixes and named.name.startswith(prefixes)]
    found += [named for source in worded if isinstance(source, Template) for named in source.names()]
    for text in (*compiled.labels.values(), *(join.by for join in compiled.map.joins)):
        found += names_in(text)
    return list(dict.fromkeys(found))


def names_in(text: Text) -> list[Named]:
    """Return every value of the row that a text may need."""
    if isinstance(text, Template):
        return list(text.names())
    options = (*text.options.values(), *filter(None, [text.otherwise]))
    return [*_of_source(text.source), *(named for option in options for named in option.names())]


def inputs_of(compiled: Compiled) -> frozenset[str]:
    """Return the names that the concept's columns are made of; functions are among them and are no columns."""
    sources = [state.source for state in compiled.states.values() if isinstance(state, StateMap)]
    formulas = [part for part in (*compiled.numbers.values(), *sources) if isinstance(part, Formula)]
    named = [source.name for source in sources if isinstance(source, Named)]
    return frozenset([*named, *(name for formula in formulas for name in WORD.findall(formula.text))])


def names_there(join: Join, names: Sequence[Named]) -> list[str]:
    """Return the names of a joined table that labels may be made of."""
    taken = [named.name[len(join.prefix) :] for named in names if named.name.startswith(join.prefix)]
    until = [join.until[0]] if join.until is not None else []
    return [*taken, *filter(None, [join.find, join.climb]), *until]
