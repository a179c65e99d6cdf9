"""Makes the content of an snmp.yml of a generator.yml, by the names and types of MIB modules.

As the generator of snmp_exporter does, without net-snmp: what is walked and asked for, a metric for each object below
it, indexes, lookups, overrides and static filters.
May import: netwatch.mib, netwatch.model. Called by: netwatch.cli (import).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from netwatch.exporter.descriptions import first_sentence
from netwatch.mib import Base, IndexPart, MibIndex, MibObject, ObjectKind, ResolvedSyntax, UnknownName
from netwatch.model import Oid, Problem, YamlFile, plain

_KINDS = {
    Base.INTEGER: "gauge", Base.UNSIGNED: "gauge", Base.GAUGE: "gauge", Base.TIME_TICKS: "gauge",
    Base.COUNTER32: "counter", Base.COUNTER64: "counter", Base.OCTETS: "OctetString",
    Base.OBJECT_IDENTIFIER: "OctetString", Base.BITS: "Bits", Base.IP_ADDRESS: "InetAddressIPv4",
}  # fmt: skip
_CONVENTIONS = {
    "PhysAddress": "PhysAddress48",
    **{name: name for name in ("DisplayString", "Float", "Double", "DateAndTime", "ParseDateAndTime", "NTPTimeStamp",
                               "InetAddressIPv4", "InetAddressIPv6", "InetAddress", "LldpPortId")},
}  # fmt: skip
_COMBINED = {"InetAddress": "InetAddressType", "InetAddressMissingSize": "InetAddressType",
             "LldpPortId": "LldpPortIdSubtype"}  # fmt: skip
_READABLE = frozenset({"read-only", "read-write", "read-create", "not-accessible", ""})
_TEXT_HINT = re.compile(r"\d+[at]", re.ASCII)
_HANDED_ON = ("max_repetitions", "retries", "timeout", "allow_nonincreasing_oids", "use_unconnected_udp_socket")
_MODULE_KEYS = frozenset({"walk", "lookups", "overrides", "filters", *_HANDED_ON})


@dataclass(slots=True)
class Generated:
    """The content of an snmp.yml, and what could not be found or is not known."""

    content: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def generate(file: YamlFile, index: MibIndex) -> Generated:
    """Return the content of the snmp.yml for a generator.yml."""
    data = plain(file.data) if isinstance(file.data, dict) else {}
    made = Generated(content={"auths": data.get("auths") or {}, "modules": {}})
    for name, module in (data.get("modules") or {}).items():
        maker = _Module(file, str(name), module if isinstance(module, dict) else {}, index, made.problems)
        made.content["modules"][str(name)] = maker.make()
    return made


class _Module:
    def __init__(
        self, file: YamlFile, name: str, written: Mapping[str, Any], index: MibIndex, problems: list[Problem]
    ) -> None:
        self._file, self._name, self._written, self._index, self._problems = file, name, written, index, problems
        self._overrides: Mapping[str, Mapping[str, Any]] = {
            str(key): value for key, value in (written.get("overrides") or {}).items() if isinstance(value, dict)
        }
        self._to_walk: set[Oid] = set()
        self._to_get: set[Oid] = set()

    def make(self) -> dict[str, Any]:
        for key in self._written.keys() - _MODULE_KEYS:
            self._problem((key,), f"unknown key {key!r}")
        objects = self._objects()
        metrics = [metric for obj in objects if (metric := self._metric(obj)) is not None]
        by_oid = {obj.oid: obj for obj in objects}
        for metric in metrics:
            self._look_up(metric, by_oid[Oid.parse(metric["oid"])])
        self._settle_addresses(metrics)
        self._override(metrics)
        self._filter()
        walk = _outermost(self._to_walk)
        get = sorted(oid for oid in self._to_get if not any(oid.is_under(root) for root in walk))
        made: dict[str, Any] = {"walk": [*map(str, walk)], "get": [*map(str, get)], "metrics": metrics}
        made |= {key: self._written[key] for key in _HANDED_ON if key in self._written}
        if dynamic := (self._written.get("filters") or {}).get("dynamic"):
            made["filters"] = [{**one, "oid": self._number(one.get("oid")),
                                "targets": [self._number(oid) for oid in one.get("targets") or []]}
                               for one in dynamic]  # fmt: skip
        return {key: value for key, value in made.items() if value}

    def _number(self, name: Any) -> str:
        try:
            return str(self._index.oid_of(str(name)))
        except UnknownName:
            return str(name)

    def _objects(self) -> list[MibObject]:
        """Return every object below what is to be walked, in order of their OIDs."""
        roots = set()
        for place, name in enumerate(self._written.get("walk") or []):
            try:
                roots.add(self._index.oid_of(str(name)))
            except (UnknownName, ValueError) as exc:
                self._problem(("walk", place), f"cannot find {name!r} to walk: {exc}")
        found: dict[Oid, MibObject] = {}
        for root in _outermost(roots):
            obj, suffix = self._index.object_at(root)
            if obj is not None and suffix and obj.kind is ObjectKind.COLUMN:
                self._to_get.add(root)
                found[obj.oid] = obj
            elif obj is not None and not suffix and obj.kind is ObjectKind.SCALAR:
                self._to_get.add(root.child(0))
                found[obj.oid] = obj
            else:
                self._to_walk.add(root)
                found |= {one.oid: one for one in self._below(root)}
        return [found[oid] for oid in sorted(found)]

    def _below(self, root: Sequence[int]) -> Iterator[MibObject]:
        obj, suffix = self._index.object_at(root)
        if obj is not None and not suffix and obj.kind is ObjectKind.COLUMN:
            yield obj
        for child in self._index.children_of(root):
            if child.kind in (ObjectKind.SCALAR, ObjectKind.COLUMN):
                yield child
            yield from self._below(child.oid)

    def _kind(self, name: str, syntax: ResolvedSyntax) -> str:
        override = self._overrides.get(name, {}).get("type")
        return str(override) if override else kind_of(syntax)

    def _metric(self, obj: MibObject) -> dict[str, Any] | None:
        kind = self._kind(obj.name, obj.syntax)
        if obj.kind not in (ObjectKind.SCALAR, ObjectKind.COLUMN) or not kind or obj.access not in _READABLE:
            return None
        if self._overrides.get(_sane(obj.name), {}).get("ignore"):
            return None
        metric: dict[str, Any] = {
            "name": _sane(obj.name), "oid": str(obj.oid), "type": kind,
            "help": f"{first_sentence(obj.file, obj.line)} - {obj.oid}",
        }  # fmt: skip
        indexes = self._indexes(obj.index)
        if indexes is None:
            return None
        if indexes:
            metric["indexes"] = indexes
        if obj.syntax.names:
            metric["enum_values"] = dict(sorted(obj.syntax.names.items()))
        return metric

    def _indexes(self, parts: Sequence[IndexPart]) -> list[dict[str, Any]] | None:
        """Return the labels of an index; None where a part of it cannot be read."""
        found: list[dict[str, Any]] = []
        before = ["", ""]
        for part in parts:
            kind = self._kind(part.name, part.syntax)
            if not kind:
                return None
            one: dict[str, Any] = {"labelname": _sane(part.name), "type": kind}
            if part.syntax.base.is_text and part.syntax.fixed_size:
                one["fixed_size"] = part.syntax.fixed_size
            if part.implied:
                one["implied"] = True
            if part.syntax.names:
                one["enum_values"] = dict(sorted(part.syntax.names.items()))
            if kind in _COMBINED:
                if _COMBINED[kind] not in before:
                    return None
                del found[-1 if before[1] == _COMBINED[kind] else -2 :]
            before = [before[1], part.syntax.conventions[0] if part.syntax.conventions else ""]
            found.append(one)
        return found

    def _look_up(self, metric: dict[str, Any], obj: MibObject) -> None:
        lookups = [one for one in self._written.get("lookups") or [] if isinstance(one, dict)]
        wanted = {str(label) for one in lookups for label in one.get("source_indexes") or []}
        dropped: list[str] = []
        for place, one in enumerate(lookups):
            sources = [_sane(str(label)) for label in one.get("source_indexes") or []]
            labels = [index["labelname"] for index in metric.get("indexes", [])]
            if sum(label in sources for label in labels) != len(sources):
                continue
            found = self._found(str(one.get("lookup", "")), obj)
            kind = self._kind(found.name, found.syntax) if found is not None else ""
            if found is None or not kind:
                self._problem(("lookups", place, "lookup"), f"unknown index {one.get('lookup')!r}")
                continue
            lookup: dict[str, Any] = {"labels": sources, "labelname": _sane(found.name)}
            lookup |= {"oid": str(found.oid), "type": kind}
            if found.syntax.names and kind == "EnumAsInfo":
                lookup["enum_values"] = dict(sorted(found.syntax.names.items()))
            metric.setdefault("lookups", []).append(lookup)
            if lookup["labelname"] in wanted:
                metric["indexes"].append({"labelname": lookup["labelname"], "type": kind})
            self._also(found.oid, obj.oid)
            if one.get("drop_source_indexes"):
                dropped += sources
        if dropped:
            metric["lookups"] += [{"labels": [], "labelname": label} for label in dropped]

    def _also(self, oid: Oid, of: Oid) -> None:
        """Ask for a further column where a metric is asked for: as a whole, or its instances."""
        instances = [one[len(of) :] for one in self._to_get if one.is_under(of) and len(one) > len(of)]
        if instances:
            self._to_get |= {oid.join(suffix) for suffix in instances}
        else:
            self._to_walk.add(oid)

    def _found(self, name: str, obj: MibObject) -> MibObject | None:
        """Return the object of a name, that of the same table where several modules have it."""
        bare = name.rpartition("::")[2]
        beside = next((one for one in self._index.children_of(obj.oid[:-1]) if one.name == bare), None)
        if "::" not in name and beside is not None:
            return beside
        try:
            found, suffix = self._index.object_at(self._index.oid_of(name))
        except (UnknownName, ValueError):
            return None
        return None if suffix else found

    def _settle_addresses(self, metrics: Sequence[dict[str, Any]]) -> None:
        """Have the column before an address asked for as well, which says of what type it is."""
        for metric in metrics:
            if metric["type"] not in ("InetAddress", "InetAddressMissingSize"):
                continue
            oid = Oid.parse(metric["oid"])
            before = Oid((*oid[:-1], max(oid[-1] - 1, 0)))
            obj, suffix = self._index.object_at(before)
            if obj is None or suffix or obj.syntax.conventions[:1] != ("InetAddressType",):
                metric["type"] = "OctetString"
            else:
                self._also(before, oid)

    def _override(self, metrics: Sequence[dict[str, Any]]) -> None:
        for metric in metrics:
            override = self._overrides.get(metric["name"]) or self._overrides.get(metric["oid"]) or {}
            metric |= {
                key: override[key]
                for key in ("regex_extracts", "datetime_pattern", "offset", "scale", "help", "name")
                if override.get(key)
            }

    def _filter(self) -> None:
        for one in (self._written.get("filters") or {}).get("static") or []:
            for name in one.get("targets") or []:
                oid = Oid.parse(self._number(name)) if self._number(name)[:1].isdigit() else None
                if oid is None:
                    self._problem(("filters", "static"), f"cannot find {name!r}")
                    continue
                self._to_walk.discard(oid)
                self._to_get |= {Oid.parse(f"{oid}.{index}") for index in one.get("indices") or []}

    def _problem(self, path: tuple[str | int, ...], message: str) -> None:
        self._problems.append(self._file.problem(("modules", self._name, *path), message))


def kind_of(syntax: ResolvedSyntax) -> str:
    """Return what type snmp.yml gives a syntax; empty for one that it has none for."""
    convention = syntax.conventions[0] if syntax.conventions else ""
    if convention in _CONVENTIONS:
        return _CONVENTIONS[convention]
    if syntax.hint == "1x:":
        return "PhysAddress48"
    if _TEXT_HINT.fullmatch(syntax.hint):
        return "DisplayString"
    return _KINDS.get(syntax.base, "")


def _outermost(oids: set[Oid]) -> list[Oid]:
    found: list[Oid] = []
    for oid in sorted(oids):
        if not found or not oid.is_under(found[-1]):
            found.append(oid)
    return found


def _sane(name: str) -> str:
    return re.sub(r"[^a-zA-Z0-9_]", "_", name)
