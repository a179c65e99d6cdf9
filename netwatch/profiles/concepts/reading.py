"""Reads the `concepts:` of a profile file.

What is wrong in an entry costs that entry; in a shipped file it would be a fault of ours, so tests read all of those.
May import: netwatch.model, netwatch.profiles.place, netwatch.profiles.concepts. Called by: netwatch.profiles.reading.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from netwatch.model import CONCEPTS, SYSTEM, ColumnKind, Concept
from netwatch.profiles.concepts.concept_map import (
    LEVELS,
    SIDES,
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
from netwatch.profiles.concepts.templates import BadTemplate, FirstFilled, Named, Template, parse_template
from netwatch.profiles.place import Place, scalar_text

OWN_KEYS: Final = frozenset(
    {
        "concept",
        "table",
        "where",
        "joins",
        "thresholds",
        "sums",
        "instead_of",
        "distinct",
        "taken_off",
        "rank",
        "description",
    }
)
JOIN_KEYS: Final = frozenset({"table", "by", "find", "under", "as", "climb", "until"})
THRESHOLD_KEYS: Final = frozenset({"table", "value", "level", "side"})
ANY_OTHER: Final = "*"


def read_concepts(place: Place, table: str = "") -> Iterator[ConceptMap]:
    """Yield the entries of `concepts` at a place; those of the top level name their table, or mean the scalars."""
    for entry in place.items("concepts"):
        before = len(entry.problems)
        found = _entry(entry, table)
        if found is not None and len(entry.problems) == before:
            yield found


def _entry(place: Place, table: str) -> ConceptMap | None:
    if not place.is_mapping("a concept"):
        return None
    concept = CONCEPTS.get(place.text("concept"))
    if concept is None:
        where = place.at("concept") if "concept" in place else place
        where.error(f"concept is one of {', '.join(CONCEPTS)}")
        return None
    if table and "table" in place:
        place.at("table").error(
            "the table is the one this stands in; elsewhere it is named at the top level of a file"
        )
    _check_keys(place, concept)
    labels = {name: _label(place, name, concept) for name in concept.labels if name in place}
    columns = {name: _column(place, name, concept) for name in concept.columns if name in place}
    problem = place.file.problem(place.path, "")
    return ConceptMap(
        concept=concept.name,
        table=table or place.text("table") or SYSTEM,
        where=place.text("where"),
        labels={name: source for name, source in labels.items() if source is not None},
        columns={name: source for name, source in columns.items() if source is not None},
        joins=tuple(filter(None, map(_join, place.items("joins")))),
        thresholds=_thresholds(place),
        instead_of=_instead_of(place, concept),
        sums=place.names("sums"),
        distinct=place.value.get("distinct") is True,
        taken_off=place.value.get("taken_off") is True,
        rank=int(place.number("rank", 0)),
        place=(problem.file, problem.line, problem.column),
    )


def _check_keys(place: Place, concept: Concept) -> None:
    known = OWN_KEYS | set(concept.labels) | set(concept.columns)
    for key in map(scalar_text, place.value):
        if key not in known:
            close = difflib.get_close_matches(key, sorted(known), n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            place.at(key).error(f"{concept.name} has no label or column {key!r}{hint}", key=True)


def _instead_of(place: Place, concept: Concept) -> dict[str, tuple[str, ...]]:
    """Read `[table, ..]`, or `{table: label}` and `{table: [label, ..]}`."""
    below = place.at("instead_of")
    if not isinstance(below.value, Mapping):
        return {scalar_text(item.value): () for item in place.items("instead_of")}
    found = {
        scalar_text(table): tuple(map(scalar_text, names if isinstance(names, list) else [names]))
        for table, names in below.value.items()
    }
    for name in dict.fromkeys(name for names in found.values() for name in names):
        if name not in concept.labels:
            below.error(f"rows agree in a label, and {concept.name} has {', '.join(concept.labels)}, no {name!r}")
    return found


def _label(place: Place, name: str, concept: Concept) -> Text | None:
    known = concept.words.get(name, ())
    source = _text(place.at(name))
    if known and source is not None:
        _check_words(place.at(name), _plain_words(source), known)
    return source


def _plain_words(source: Text) -> list[str]:
    """Return the texts that hold nothing of the row."""
    options = [source]
    if isinstance(source, Selection):
        options = [*source.options.values(), *filter(None, [source.otherwise])]
    return [
        "".join(piece for piece in option.pieces if isinstance(piece, str))
        for option in options
        if isinstance(option, Template) and all(isinstance(piece, str) for piece in option.pieces)
    ]


def _column(place: Place, name: str, concept: Concept) -> Meant | None:
    below, value = place.at(name), place.value[name]
    kind = concept.columns[name]
    if kind is ColumnKind.TEXT:
        return _text(below)
    if kind is ColumnKind.ENUM:
        known = tuple(concept.enums[name].values())
        if isinstance(value, Mapping):
            return _word_map(below, known)
        text = scalar_text(value)
        return text if text in known else Expression(text=text)
    if isinstance(value, Mapping):
        return _number_map(below)
    if isinstance(value, bool | list):
        below.error(f"{name} is an expression, a number, or {{column: {{its word: number, ..}}}}")
        return None
    return float(value) if isinstance(value, int | float) else Expression(text=scalar_text(value))


def _text(place: Place) -> Text | None:
    return _selection(place) if isinstance(place.value, Mapping) else _template(place)


def _selection(place: Place) -> Selection | None:
    """Read `{source: {word: template}}`."""
    words = _source_and_words(place)
    if words is None:
        return None
    source, below = words
    options = {scalar_text(word): _template(below.at(word)) for word in below.value}
    found = {word: option for word, option in options.items() if option is not None}
    return Selection(source=source, otherwise=found.pop(ANY_OTHER, None), options=found)


def _template(place: Place) -> Template | None:
    if isinstance(place.value, list | Mapping):
        place.error('a text is wanted here, such as "{entPhysicalName}"')
        return None
    try:
        return parse_template(scalar_text(place.value))
    except BadTemplate as exc:
        place.error(str(exc))
        return None


def _word_map(place: Place, known: Collection[str]) -> WordMap | None:
    """Read `{source: {word: word}}`."""
    found = _source_and_words(place)
    if found is None:
        return None
    source, below = found
    words = {scalar_text(word): scalar_text(meant) for word, meant in below.value.items()}
    _check_words(below, words.values(), known)
    return WordMap(source=source, otherwise=words.pop(ANY_OTHER, None), words=words)


def _number_map(place: Place) -> NumberMap | None:
    """Read `{source: {word: number}}`."""
    found = _source_and_words(place)
    if found is None:
        return None
    source, below = found
    if isinstance(source, Template):
        below.error("numbers are those of one column's words")
        return None
    numbers: dict[str, float] = {}
    for word, meant in below.value.items():
        if not isinstance(meant, int | float) or isinstance(meant, bool):
            below.at(word).error(f"a number is wanted for {scalar_text(word)!r}")
        else:
            numbers[scalar_text(word)] = float(meant)
    return NumberMap(source=source, otherwise=numbers.pop(ANY_OTHER, None), numbers=numbers)


def _source_and_words(place: Place) -> tuple[Source, Place] | None:
    if not place.is_mapping("this"):
        return None
    if len(place.value) != 1:
        place.error("words are mapped as {column: {its word: word, ..}}")
        return None
    name = next(iter(place.value))
    below = place.at(name)
    source = _named(below, scalar_text(name))
    return (source, below) if source is not None and below.is_mapping("the words of a column") else None


def _named(place: Place, text: str) -> Source | None:
    try:
        pieces = parse_template("{" + text + "}").pieces
    except BadTemplate as exc:
        place.error(str(exc), key=True)
        return None
    if len(pieces) == 1 and isinstance(pieces[0], Named):
        return pieces[0]
    if len(pieces) == 1 and isinstance(pieces[0], FirstFilled):
        return Template(pieces)
    place.error(f"{text!r} is no label or column", key=True)
    return None


def _check_words(place: Place, words: Iterable[str], known: Collection[str]) -> None:
    for word in words:
        if word not in known:
            place.error(f"{word!r} is not one of {', '.join(known)}")


def _join(place: Place) -> Join | None:
    if not place.is_mapping("a join"):
        return None
    place.check_keys(JOIN_KEYS, {})
    way = "under" if "under" in place else "by"
    table, by = place.text("table"), _template(place.at(way, ""))
    if not table or by is None or not by.pieces:
        place.error("a join needs `table` and `by` or `under`, which makes the index of the row there")
        return None
    prefix, climb = place.text("as"), place.text("climb")
    until = None
    if "until" in place and (words := _until(place.at("until"))):
        until = words
    if bool(climb) != bool(until):
        place.error("`climb` and `until` go together")
    return Join(
        table=table,
        by=by,
        find=place.text("find"),
        under=way == "under",
        prefix=f"{prefix}." if prefix else "",
        climb=climb,
        until=until,
    )


def _until(place: Place) -> tuple[str, frozenset[str]] | None:
    if not place.is_mapping("until") or len(place.value) != 1:
        return None
    ((name, words),) = place.value.items()
    found = words if isinstance(words, list) else [words]
    return scalar_text(name), frozenset(map(scalar_text, found))


def _thresholds(place: Place) -> Thresholds | None:
    if "thresholds" not in place:
        return None
    below = place.at("thresholds")
    if not below.is_mapping("thresholds"):
        return None
    below.check_keys(THRESHOLD_KEYS, {})
    if missing := [key for key in sorted(THRESHOLD_KEYS) if key not in below]:
        below.error(f"thresholds need {', '.join(missing)} too")
        return None
    level, side = _word_map(below.at("level"), LEVELS), _word_map(below.at("side"), SIDES)
    if level is None or side is None:
        return None
    if isinstance(level.source, Template) or isinstance(side.source, Template):
        below.error("level and side are each of one column")
        return None
    return Thresholds(table=below.text("table"), value=below.text("value"), level=level, side=side)
