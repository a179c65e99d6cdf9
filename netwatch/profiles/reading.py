"""Reads one profile file, in Datadog's open SNMP profile format with a few words of our own.

The format: `extends`, `sysobjectid` (one pattern or a list, `*` stands for what follows), `metrics` (a scalar
under `symbol`, or a `table` with `symbols` and `metric_tags`), `metric_type`/`forced_type`, `scale_factor`,
`mapping`, `device: {vendor}`. Names keep their MIB spelling; what Prometheus does not allow in a name (`cpu.usage`)
becomes `_`. Only numeric OIDs are read so far.

Our own words. Beside `table`: `walk` (the cheap column whose instances are the rows; else the first symbol),
`identity` (the label that names a row through re-indexing), `rate_limit` (the column that bounds octet rates, in
1e6 bit/s), `discontinuity` (the column whose change ends a counter's life), `once` (the table's rows are facts, read
when they are discovered and at the slow interval, not with every poll). In a symbol: `kind` (counter32, counter64,
gauge, enum, text), `enum` (`{1: up}`), `wide_of` (the 32-bit column this 64-bit one replaces),
`once` (read when rows are discovered, not with every poll), `every` (`5`: asked with every fifth poll, at least every
five minutes, and when its row seems to have changed; in the column of a tag too),
`missing_when` (`{entSensorStatus: [2, 3]}`: where that column of the row has one of these values, this one means
nothing). `concepts`, beside `table` or at the top level, says what rows mean (netwatch/profiles/concepts/).
`index` (`[vrId, inet address]`: the MIB's INDEX clause, whose parts become labels; `-` for one that does not).
In a tag: `index: 0` for the whole index, dotted; in its column `format` (mac_address, ip_address, prefix_length, hex,
sys_id).

What a file asks that NetWatch does not do is a warning with its line and column, and the rest of the file is used.
In a file of our own a mapped tag over a column that is polled anyway becomes the names of that column's values. In a
file for another program (dialects.py) it is a label too; `metadata`, `static_tags`, `constant_value_one`, `selector`
and `chart_meta` are read as Datadog and Netdata mean them.
May import: netwatch.model, netwatch.profiles. Called by: netwatch.profiles.loading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Final

from netwatch.model import ColumnKind, InvalidFile, Oid, Problem, YamlFile, read_yaml, unforeseen
from netwatch.profiles.concepts.concept_map import ConceptMap
from netwatch.profiles.concepts.reading import read_concepts
from netwatch.profiles.deriving import derive
from netwatch.profiles.dialects import units_of, written_for_others
from netwatch.profiles.draft import ProfileFile, TableDraft
from netwatch.profiles.licensing import read_licensing
from netwatch.profiles.metadata import read_metadata
from netwatch.profiles.place import Place, Resolve
from netwatch.profiles.profile import ColumnSpec, LabelSpec
from netwatch.profiles.selectors import read_exclusions, read_patterns
from netwatch.profiles.symbols import (
    SYMBOL_KEYS,
    flag_of,
    plain_name,
    read_flag,
    read_metric_type,
    read_symbol,
)
from netwatch.profiles.tables import read_table
from netwatch.profiles.tags import on_every_row, read_fixed, read_labels, source_of

FILE_KEYS: Final = frozenset(
    {"name", "description", "extends", "sysobjectid", "metrics", "metric_tags", "device", "concepts", "metadata",
     "static_tags", "selector", "virtual_metrics", "licensing"}
)  # fmt: skip
FILE_UNSUPPORTED: Final = {
    "topology": "topology is not read from here: neighbours, addresses and VLANs are read of every device",
    "bgp": "bgp is not read from here: peers are read from the BGP tables of every device",
    "sysobjectid_metadata": "sysobjectid_metadata is not read",
}
SCALAR_KEYS: Final = frozenset(
    {"MIB", "symbol", "OID", "name", "metric_type", "forced_type", "description", "options"}
)  # fmt: skip
SCALAR_UNSUPPORTED: Final = {"metric_tags": "tags on a scalar are not put on its series"}


def profile_name(file_name: str) -> str:
    """Return the name of a profile: its file's name without directories and `.yaml`."""
    path = PurePath(file_name)
    return path.stem if path.suffix in (".yaml", ".yml") else path.name


def read_profile(
    path: Path, *, shipped: bool = False, resolve: Resolve = Oid.parse
) -> tuple[ProfileFile | None, list[Problem]]:
    """Read one file; None where it has errors. All problems come back, warnings too."""
    try:
        file = read_yaml(path)
    except InvalidFile as exc:
        return None, list(exc.problems)
    try:
        return read_profile_file(file, shipped=shipped, resolve=resolve)
    except Exception as exc:  # noqa: BLE001  # the net under every file: one that nobody foresaw is that file's trouble
        return None, [file.problem((), unforeseen(exc))]


def read_profile_file(
    file: YamlFile, *, shipped: bool = False, resolve: Resolve = Oid.parse
) -> tuple[ProfileFile | None, list[Problem]]:
    """Read a profile from YAML that was parsed already."""
    top = Place(file=file, value=file.data, resolve=resolve)
    if not top.is_mapping("a profile"):
        return None, top.problems
    top.check_keys(FILE_KEYS, FILE_UNSUPPORTED)
    is_foreign = not shipped and written_for_others(file.data)
    is_told = is_foreign or shipped
    scalars, tables, concepts = _metrics(top, is_foreign=is_foreign, is_told=is_told)
    told = read_metadata(top)
    profile = ProfileFile(
        name=profile_name(file.name),
        yaml=file,
        shipped=shipped,
        is_foreign=is_foreign,
        extends=tuple(profile_name(str(place.value)) for place in top.items("extends")),
        sys_object_ids=tuple(read_patterns(top)),
        exclusions=tuple(read_exclusions(top)),
        vendor=_vendor(top) or told.vendor,
        labels=tuple(_global_labels(top)),
        own_scalars=told.scalars,
        own_concepts=told.concepts,
        scalars=(*_global_tags(top), *(_instances(scalars) if is_told else ()), *scalars),
        tables=tuple(replace(table, is_foreign=is_foreign) for table in tables),
        concepts=(*concepts, *read_concepts(top)),
    )
    if is_foreign:
        place = (file.name, 1, 1)
        licences = read_licensing(top, place)
        derived = (*licences.derived, *derive(scalars, tables, units_of(file.data), place))
        profile = replace(
            profile, yaml=file.only("extends", "sysobjectid"), derived=derived,
            scalars=(*profile.scalars, *licences.scalars), tables=(*profile.tables, *licences.tables),
        )  # fmt: skip
        # Its user cannot mend it: what is wrong costs that thing, and not the file.
        top.problems[:] = [replace(problem, severity="warning") for problem in top.problems]
    wrong = any(problem.severity == "error" for problem in top.problems)
    return (None if wrong else profile), sorted(top.problems, key=lambda problem: (problem.line, problem.column))


def _vendor(top: Place) -> str:
    if "device" not in top or not top.at("device").is_mapping("device"):
        return ""
    device = top.at("device")
    device.check_keys({"vendor"}, {})
    return device.text("vendor")


def _global_tags(top: Place) -> list[ColumnSpec]:
    """Read the tags meant for everything; they become texts of the table `system`."""
    found = []
    for place in top.items("metric_tags"):
        labels = read_labels(replace(place, problems=[]))
        if not labels or labels[0].oid is None or not isinstance(place.value, Mapping):
            continue
        label = labels[0]
        source = source_of(place)
        name = source.value["symbol"] if source.path == place.path and "symbol" in place else source.value.get("name")
        found.append(ColumnSpec(name=plain_name(str(name or label.name)), oid=labels[0].oid, kind=ColumnKind.TEXT))
    return found


def _global_labels(top: Place) -> Iterator[LabelSpec]:
    """Yield the labels that every row of every table of the profile has."""
    for place in top.items("metric_tags"):
        yield from map(on_every_row, read_labels(place))
    for place in top.items("static_tags"):
        yield from read_fixed(place)


def _metrics(
    top: Place, *, is_foreign: bool, is_told: bool
) -> tuple[list[ColumnSpec], list[TableDraft], list[ConceptMap]]:
    scalars: list[ColumnSpec] = []
    tables: list[TableDraft] = []
    concepts: list[ConceptMap] = []
    for place in top.items("metrics"):
        if not place.is_mapping("a metric"):
            continue
        if "table" in place or "symbols" in place:
            table = read_table(place, is_foreign=is_foreign)
            tables += [table] if table else []
            concepts += read_concepts(place, table.name) if table else []
        else:
            scalar = _scalar(place, is_told=is_told)
            scalars += [scalar] if scalar else []
    return scalars, tables, concepts


def _instances(scalars: Iterable[ColumnSpec]) -> Iterator[ColumnSpec]:
    """Yield what is meant where a file that is not the user's own names an object without the .0 of its instance.

    Datadog's agent and Netdata ask again with it for what is not there as it stands; in a shipped file it says that
    some devices answer the object without.
    """
    yield from (replace(scalar, oid=scalar.oid.child(0)) for scalar in scalars if scalar.oid[-1] != 0)


def _scalar(place: Place, *, is_told: bool) -> ColumnSpec | None:
    """Read a scalar, under `symbol` or, as older files have it, with OID and name in the entry itself."""
    nested = "symbol" in place
    place.check_keys(SCALAR_KEYS if nested else SCALAR_KEYS | SYMBOL_KEYS, SCALAR_UNSUPPORTED)
    symbol = place.at("symbol") if nested else replace(place, value=_without(place.value, *SCALAR_UNSUPPORTED))
    column = read_symbol(symbol, read_metric_type(place) if nested else "")
    if column is not None and (flag := read_flag(place)) is not None:
        column = flag_of(column, *flag)
    if column is not None and column.oid[-1] != 0 and not is_told:
        symbol.at("OID").warn(f"{column.oid} does not end in .0 as a scalar does: asked exactly as written")
    return column


def _without(mapping: Mapping[str, object], *keys: str) -> dict[str, object]:
    return {key: value for key, value in mapping.items() if key not in keys}
