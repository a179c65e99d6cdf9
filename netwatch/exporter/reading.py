"""Reads snmp.yml, as the generator of snmp_exporter 0.30 writes it and as people write it by hand.

Strict, as snmp_exporter is: an unknown key, a type there is not, a module that two files have are errors, each with
file and line, and all of them at once.
May import: netwatch.model. Called by: netwatch.app, netwatch.config (check).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from glob import glob
from pathlib import Path
from typing import Any

from netwatch.exporter.auths import read_auth
from netwatch.exporter.extracts import extract
from netwatch.exporter.keys import Place, Wrong, go_duration, number, oid, one_of, text, whole, yes
from netwatch.exporter.modules import (
    INDEX_TYPES,
    LOOKUP_TYPES,
    METRIC_TYPES,
    NOWHERE,
    Definitions,
    Extract,
    Filter,
    Index,
    Lookup,
    Metric,
    Module,
)
from netwatch.model import Credential, InvalidFile, Oid, Problem, bounded_groups, read_yaml

MODULE_KEYS = frozenset({
    "walk", "get", "metrics", "filters", "max_repetitions", "retries", "timeout", "use_unconnected_udp_socket",
    "allow_nonincreasing_oids",
})  # fmt: skip
METRIC_KEYS = frozenset({
    "name", "oid", "type", "help", "indexes", "lookups", "regex_extracts", "datetime_pattern", "enum_values",
    "offset", "scale",
})  # fmt: skip
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*", re.ASCII)
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*", re.ASCII)
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))", re.ASCII)
_OF_OLD = (
    " (a file of snmp_exporter before 0.23? Run its generator of 0.30 again: modules stand below `modules:` there)"
)


def read_definitions(paths: Sequence[Path], *, environment: Mapping[str, str] | None = None) -> Definitions:
    """Return what all files hold; wildcards in paths are filled in. With `environment` auths take `${NAME}` from it.

    Raises:
        InvalidFile: something is wrong; lists everything.
    """
    definitions, problems = try_definitions(paths, environment=environment)
    if problems:
        raise InvalidFile(problems)
    return definitions


def try_definitions(
    paths: Sequence[Path], *, environment: Mapping[str, str] | None = None
) -> tuple[Definitions, list[Problem]]:
    """Return what of all files can be used, and what is wrong in them."""
    problems: list[Problem] = []
    modules: dict[str, Module] = {}
    auths: dict[str, Credential] = {}
    for path in paths:
        files = sorted(glob(str(path)))  # noqa: PTH207  # a pattern may be absolute, which Path.glob does not take
        if not files:
            problems.append(_problem(path, "there is no such file"))
        for file in files:
            try:
                _read(Path(file), modules, auths, problems, environment)
            except InvalidFile as exc:
                problems += exc.problems
    return Definitions(modules=modules, auths=auths), problems


def _problem(path: Path, message: str) -> Problem:
    return Problem(file=str(path), line=1, column=1, path="", message=message)


def _read(
    path: Path,
    modules: dict[str, Module],
    auths: dict[str, Credential],
    problems: list[Problem],
    environment: Mapping[str, str] | None,
) -> None:
    top = Place(read_yaml(path), (), problems)
    known = frozenset({"auths", "modules", "version"})
    top.only(known, dict.fromkeys((key for key in map(str, top.node) if key not in known), _OF_OLD))
    if not top.node and top.file.data is None:
        top.wrong((), "is empty: it was cut off, or is no snmp.yml (`modules: {}` is one that has nothing)")
    expand = _expander(environment)
    for name, place in top.named("auths"):
        if name in auths:
            place.wrong((), f"the auth {name!r} stands in another file too", key=True)
        auths[name] = read_auth(name, place, expand)
    for name, place in top.named("modules"):
        if name in modules:
            place.wrong((), f"the module {name!r} stands in another file too", key=True)
        modules[name] = _module(name, place)


def _expander(environment: Mapping[str, str] | None) -> Callable[[str], str]:
    def expand(written: str) -> str:
        if environment is None:
            return written
        filled = _VARIABLE.sub(lambda match: environment.get(match[1] or match[2], ""), written)
        if written and not filled:
            raise Wrong("the environment variable it names is not set")
        return filled

    return expand


def _module(name: str, place: Place) -> Module:
    place.only(MODULE_KEYS)
    usual = Module(name=name)
    place.take("use_unconnected_udp_socket", False, yes, resolved=True)  # ours never is connected
    return Module(
        name=name,
        walk=place.items("walk", oid),
        get=place.items("get", oid),
        metrics=_outermost([_metric(one) for one in place.places("metrics")]),
        filters=tuple(_filter(one) for one in place.places("filters")),
        retries=place.take("retries", usual.retries, whole, resolved=True),
        timeout=place.take("timeout", usual.timeout, go_duration),
        max_repetitions=place.take("max_repetitions", usual.max_repetitions, whole, resolved=True),
        allow_nonincreasing=place.take("allow_nonincreasing_oids", False, yes, resolved=True),
    )


def _outermost(metrics: Sequence[Metric]) -> tuple[Metric, ...]:
    """Leave out what never has a value: of one OID the last counts, and what stands below another is that one's."""
    by_oid = {metric.oid: metric for metric in metrics}
    kept = [
        metric for at, metric in by_oid.items() if not any(Oid(at[:size]) in by_oid for size in range(1, len(at)))
    ]
    tables: dict[str, int] = {}
    return tuple(
        replace(metric, table=tables.setdefault(repr((metric.indexes, metric.lookups)), len(tables)))
        for metric in kept
    )


def _metric(place: Place) -> Metric:
    place.only(METRIC_KEYS)
    kind = place.needed("type", "gauge", one_of(METRIC_TYPES))
    return Metric(
        name=place.needed("name", "nameless", _name),
        oid=place.needed("oid", Oid((0, 0)), oid),
        type=kind,
        help=place.take("help", "", text),
        indexes=tuple(_index(one) for one in place.places("indexes")),
        lookups=tuple(_lookup(one) for one in place.places("lookups")),
        extracts=_extracts(place),
        datetime_pattern=place.take("datetime_pattern", "", text),
        enum=place.words("enum_values"),
        offset=place.take("offset", 0.0, number, resolved=True),
        scale=place.take("scale", 0.0, number, resolved=True),
    )


def _index(place: Place) -> Index:
    place.only(frozenset({"labelname", "type", "fixed_size", "implied", "enum_values"}))
    return Index(
        label=place.needed("labelname", "nameless", _label),
        type=place.needed("type", "gauge", one_of(INDEX_TYPES)),
        fixed_size=place.take("fixed_size", 0, whole, resolved=True),
        implied=place.take("implied", False, yes, resolved=True),
        enum=place.words("enum_values"),
    )


def _lookup(place: Place) -> Lookup:
    place.only(frozenset({"labels", "labelname", "oid", "type", "enum_values"}))
    labels = place.items("labels", text)
    return Lookup(
        label=place.needed("labelname", "nameless", _label),
        labels=labels,
        oid=place.needed("oid", NOWHERE, oid) if labels else NOWHERE,
        type=place.take("type", "", one_of(LOOKUP_TYPES)),
        enum=place.words("enum_values"),
    )


def _filter(place: Place) -> Filter:
    place.only(frozenset({"oid", "targets", "values"}))
    return Filter(
        oid=place.needed("oid", Oid((0, 0)), oid),
        targets=place.items("targets", oid),
        fits=place.items("values", _fits),
    )


def _fits(value: Any) -> Callable[[str], bool]:
    try:
        find = bounded_groups(text(value))
    except ValueError as exc:
        raise Wrong(str(exc)) from None
    return lambda said: find(said) is not None


def _extracts(place: Place) -> dict[str, tuple[Extract, ...]]:
    found: dict[str, tuple[Extract, ...]] = {}
    if not place.node.get("regex_extracts"):
        return found
    inner = Place(place.file, (*place.path, "regex_extracts"), place.problems)
    for suffix in inner.node:
        ways = []
        for one in inner.places(suffix):
            one.only(frozenset({"regex", "value"}))
            value = one.take("value", "$1", text)
            way = one.needed("regex", None, _way(value))
            if way is not None:
                ways.append(way)
        found[str(suffix)] = tuple(ways)
    return found


def _way(value: str) -> Callable[[Any], Extract | None]:
    def read(pattern: Any) -> Extract | None:
        try:
            return extract(text(pattern), value)
        except ValueError as exc:
            raise Wrong(str(exc)) from None

    return read


def _name(value: Any) -> str:
    if not _NAME.fullmatch(text(value)):
        raise Wrong(f"{value!r} is no name of a metric: letters, digits, _ and :")
    return text(value)


def _label(value: Any) -> str:
    if not _LABEL.fullmatch(text(value)):
        raise Wrong(f"{value!r} is no name of a label: letters, digits and _")
    return text(value)


def environment_of_process() -> Mapping[str, str]:
    """Return the environment that `expand_environment_variables` takes from."""
    return os.environ
