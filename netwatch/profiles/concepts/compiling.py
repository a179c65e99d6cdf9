"""Makes column expressions of a mapping: what it costs then is what a rule costs.

Compiled when the first device needs it, once for all devices; a profile of a user is compiled when it is read, so
that what is wrong in it is said there.

A quiet room. May import: netwatch.formulas, netwatch.model, netwatch.profiles.concepts. Called by: netwatch.profiles,
and polling, which evaluates what comes of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from netwatch.formulas import FUNCTIONS, BadExpression, Checker, Formula, Kind, did_you_mean, parse
from netwatch.model import CONCEPTS, ColumnKind, Concept, Problem, TableSchema
from netwatch.profiles.concepts.concept_map import (
    THRESHOLDS,
    ConceptMap,
    Expression,
    Join,
    Meant,
    NumberMap,
    Selection,
    Source,
    Text,
    Thresholds,
    WordMap,
)
from netwatch.profiles.concepts.templates import BadTemplate, Named, Template, not_named

Schema = Mapping[str, TableSchema]
DESCRIPTION: Final = "sysdescr."
"""Names that begin so are read out of sysDescr."""
WORD_OF: Final = {"hardware_state": "hardware_word", "peer_state": "peer_word", "tunnel_state": "tunnel_word"}
"""The device's own word beside a state: that of the column the state is made of, where a mapping says no other."""
OF_DESCRIPTION: Final = ("vendor", "version", "model", "serial", "os")


@dataclass(frozen=True, slots=True, kw_only=True)
class StateMap:
    """What a state column is: of the words of a value of the row, or of an expression that gives words.

    numbers: word of the row -> number of the state, None where the number of the row is taken as it is.
    otherwise: for words not named and for what is missing; None for none.
    """

    source: Source | Formula
    numbers: Mapping[str, int] | None
    otherwise: int | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compiled:
    """A mapping ready to use; what it has of expressions are formulas, of states numbers."""

    map: ConceptMap
    concept: Concept
    where: Formula | None
    labels: Mapping[str, Text]
    numbers: Mapping[str, Formula | NumberMap | float]
    states: Mapping[str, StateMap | int]
    texts: Mapping[str, Text]
    enums: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    """Of the source's columns, and with their prefix of the joined tables'."""


class BadMapping(Exception):
    """What is wrong with a mapping, a sentence each."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        super().__init__("; ".join(words))


def compile_map(concept_map: ConceptMap, schema: Schema) -> Compiled:
    """Return a mapping ready to use; `schema` are the tables of the profile it is used with.

    Raises:
        BadMapping: it names what the tables do not have, or calculates with what is no number.
    """
    return _Compiler(concept_map, schema).compiled()


def problems_of(concept_map: ConceptMap, schema: Schema) -> Iterator[Problem]:
    """Yield what is wrong with a mapping, each with its file and line."""
    try:
        compile_map(concept_map, schema)
    except BadMapping as exc:
        file, line, column = concept_map.place
        for words in exc.words:
            yield Problem(file=file, line=line, column=column, path="concepts", message=words)


class _Compiler:
    def __init__(self, concept_map: ConceptMap, schema: Schema) -> None:
        self._map = concept_map
        self._concept = CONCEPTS[concept_map.concept]
        self._wrong: list[str] = []
        own = schema.get(concept_map.table)
        if own is None:
            raise BadMapping([f"no table {concept_map.table} is read, which is to become {concept_map.concept}"])
        if concept_map.thresholds is not None:
            own = replace(own, columns={**own.columns, **dict.fromkeys(THRESHOLDS, ColumnKind.GAUGE)})
        own = replace(own, columns={**own.columns, **dict.fromkeys(concept_map.sums, ColumnKind.GAUGE)})
        self._table = own
        self._known = set(own.columns) | set(own.labels)
        self._enums = dict(own.enums or {})
        if concept_map.table == "system":
            self._known |= {DESCRIPTION + name for name in OF_DESCRIPTION}
        for join in concept_map.joins:
            self._take_in(join, schema)
        if concept_map.thresholds is not None:
            self._check_thresholds(concept_map.thresholds, schema)

    def compiled(self) -> Compiled:
        numbers: dict[str, Formula | NumberMap | float] = {}
        states: dict[str, StateMap | int] = {}
        texts: dict[str, Text] = {}
        for name, meant in self._map.columns.items():
            kind = self._concept.columns[name]
            if kind is ColumnKind.ENUM:
                if (state := self._state(name, meant)) is not None:
                    states[name] = state
            elif isinstance(meant, Template | Selection):
                if (text := self._text(name, meant)) is not None:
                    texts[name] = text
            elif isinstance(meant, float):
                numbers[name] = meant
            elif isinstance(meant, NumberMap):
                self._check_source(name, meant.source)
                numbers[name] = meant
            elif isinstance(meant, Expression) and (formula := self._formula(name, meant.text, Kind.NUMBER)):
                numbers[name] = formula
        for name, state in states.items():
            word = WORD_OF.get(name)
            if (
                word
                and word not in self._map.columns
                and isinstance(state, StateMap)
                and isinstance(state.source, Named)
            ):
                texts[word] = Template((state.source,))
        labels = {name: self._text(name, meant) for name, meant in self._map.labels.items()}
        where = self._formula("where", self._map.where, Kind.TRUTH) if self._map.where else None
        for join in self._map.joins:
            self._text("by", join.by)
        if self._wrong:
            raise BadMapping(self._wrong)
        return Compiled(
            map=self._map, concept=self._concept, where=where, numbers=numbers, states=states,
            labels={name: label for name, label in labels.items() if label is not None},
            texts=texts, enums=self._enums,
        )  # fmt: skip

    def _take_in(self, join: Join, schema: Schema) -> None:
        other = schema.get(join.table)
        if other is None:
            return  # not every device has it; what is taken of it is empty then
        self._known |= {join.prefix + name for name in (*other.columns, *other.labels)}
        for name, words in (other.enums or {}).items():
            self._enums.setdefault(join.prefix + name, words)

    def _check_thresholds(self, thresholds: Thresholds, schema: Schema) -> None:
        other = schema.get(thresholds.table)
        for name, words in ((other.enums or {}) if other is not None else {}).items():
            self._enums.setdefault(name, words)
        sources = (thresholds.level.source, thresholds.side.source)
        names = {thresholds.value, *(source.name for source in sources if isinstance(source, Named))}
        if other is not None and (lost := names - set(other.columns) - set(other.labels)):
            self._wrong.append(f"thresholds: {thresholds.table} has no {', '.join(sorted(lost))}")

    def _formula(self, name: str, text: str, kind: Kind) -> Formula | None:
        try:
            tree = parse(text)
        except BadExpression as exc:
            self._wrong += [f"{name}: {flaw.message}" for flaw in exc.flaws]
            return None
        checker = Checker(text, self._table, FUNCTIONS)
        node = checker.check(tree, kind)
        self._wrong += [f"{name}: {flaw.message}" for flaw in checker.flaws]
        return None if checker.flaws else Formula(node, text)

    def _state(self, name: str, meant: Meant) -> StateMap | int | None:
        numbers = {word: number for number, word in self._concept.enums[name].items()}
        if isinstance(meant, str):
            return numbers[meant]
        unknown = numbers.get("unknown")
        if isinstance(meant, WordMap):
            self._check_source(name, meant.source)
            self._check_words(name, meant)
            otherwise = numbers[meant.otherwise] if meant.otherwise is not None else unknown
            words = {word: numbers[state] for word, state in meant.words.items()}
            return StateMap(source=meant.source, numbers=words, otherwise=otherwise)
        if isinstance(meant, Expression) and meant.text in self._table.columns:
            return self._passed_on(name, meant.text, unknown)
        if isinstance(meant, Expression):
            formula = self._formula(name, meant.text, Kind.TEXT)
            return None if formula is None else StateMap(source=formula, numbers=numbers, otherwise=unknown)
        return None

    def _check_words(self, name: str, meant: WordMap) -> None:
        """Complain of words that the column never says, where it is known which it does."""
        if not isinstance(meant.source, Named) or meant.source.name not in (self._table.enums or {}):
            return
        known = list(dict.fromkeys((self._table.enums or {})[meant.source.name].values()))
        for word in sorted(set(meant.words) - set(known)):
            told = f"{name}: {meant.source.name} never says {word}{did_you_mean(word, known)}"
            self._wrong.append(f"{told} ({', '.join(known)})")

    def _passed_on(self, name: str, column: str, unknown: int | None) -> StateMap:
        """Return a state that is a column of the row as it is, by its word where both know words."""
        words = {word: number for number, word in self._concept.enums[name].items()}
        theirs = (self._table.enums or {}).get(column, {})
        if not theirs:
            return StateMap(source=Named(column), numbers=None, otherwise=unknown)
        if lost := sorted(set(theirs.values()) - set(words)):
            self._wrong.append(f"{name}: says nothing of {', '.join(lost)} of {column}; map its words")
        return StateMap(source=Named(column), numbers=words, otherwise=unknown)

    def _text(self, name: str, meant: Text) -> Text | None:
        try:
            if isinstance(meant, Template):
                return meant.resolved(self._all_known())
            self._check_source(name, meant.source)
            options = {word: option.resolved(self._all_known()) for word, option in meant.options.items()}
            otherwise = meant.otherwise.resolved(self._all_known()) if meant.otherwise is not None else None
            return replace(meant, options=options, otherwise=otherwise)
        except BadTemplate as exc:
            self._wrong.append(f"{name}: {exc}")
            return None

    def _check_source(self, name: str, source: Source) -> None:
        for named in source.names() if isinstance(source, Template) else [source]:
            if named.name not in self._all_known():
                self._wrong.append(f"{name}: {not_named(named.name, self._all_known())}")

    def _all_known(self) -> _Known:
        return _Known(self._known, {join.prefix for join in self._map.joins if join.prefix})


class _Known:
    """Names that may be used; those of a joined table that this profile does not read are taken on trust."""

    def __init__(self, names: set[str], prefixes: set[str]) -> None:
        self._names, self._prefixes = names, prefixes

    def __contains__(self, name: object) -> bool:
        return name in self._names or any(str(name).startswith(prefix) for prefix in self._prefixes)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
