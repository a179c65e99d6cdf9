"""Reads one file of os_discovery: everything to ask devices with one operating system, as a profile of this house.

May import: netwatch.model, netwatch.profiles. Called by: book.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from netwatch.model import ColumnKind, KeyPath, Problem, YamlFile
from netwatch.profiles.concepts.concept_map import ConceptMap
from netwatch.profiles.draft import ProfileFile
from netwatch.profiles.foreign.librenms.amounts import memory_map, processor_map, storage_map
from netwatch.profiles.foreign.librenms.conditions import as_list
from netwatch.profiles.foreign.librenms.drafting import Drafting, Entry, NotRead
from netwatch.profiles.foreign.librenms.identity import SYS_DESCR, identity_maps
from netwatch.profiles.foreign.librenms.sensors import class_entries, learn_names, sensor_maps
from netwatch.profiles.place import Resolve
from netwatch.profiles.profile import ColumnSpec

MODULES: Final = frozenset({"os", "sensors", "processors", "mempools", "storage", "additional_oids"})
SYS_DESCR_COLUMN: Final = ColumnSpec(name="sysDescr", oid=SYS_DESCR, kind=ColumnKind.TEXT)
Place = tuple[str, int, int]
_AMOUNTS: Final[Mapping[str, Callable[[Entry, Place], ConceptMap]]] = {
    "processors": processor_map,
    "mempools": memory_map,
    "storage": storage_map,
}


class _Discovery:
    """One file on its way."""

    def __init__(self, system: str, file: YamlFile, resolve: Resolve) -> None:
        self._file = file
        self._draft = Drafting(system, resolve)
        self.problems: list[Problem] = []

    def read(self) -> ProfileFile:
        modules = self._file.data.get("modules") if isinstance(self._file.data, Mapping) else None
        for name in modules if isinstance(modules, Mapping) else ():
            if name not in MODULES:
                self._warn(("modules", name), f"module {name} is not read")
        if isinstance(modules, Mapping):
            self._read_modules(modules)
        return ProfileFile(
            name=self._file.name,
            yaml=self._file,
            shipped=False,
            scalars=(SYS_DESCR_COLUMN, *self._draft.scalars.values()),
            tables=tuple(self._draft.tables()),
            concepts=tuple(self._draft.concepts),
        )

    def _read_modules(self, modules: Mapping[str, Any]) -> None:
        for value in self._entries(modules):
            learn_names(value, self._draft)
        fields = modules.get("os")
        if isinstance(fields, Mapping):
            path: KeyPath = ("modules", "os")
            said = identity_maps(fields, self._draft, lambda words: self._warn(path, words), self._place(path))
            self._draft.concepts += said
        for name, mapped in _AMOUNTS.items():
            below = modules.get(name)
            data = as_list(below.get("data")) if isinstance(below, Mapping) else []
            for number, value in enumerate(data):
                if isinstance(value, Mapping):
                    self._take(("modules", name, "data", number), value, {}, partial(_single, mapped))
        for kind, number, value, options in class_entries(modules.get("sensors")):
            path = ("modules", "sensors", kind, "data", number)
            self._take(path, value, options, partial(sensor_maps, kind))

    def _entries(self, modules: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        below = modules.get("processors")
        data = as_list(below.get("data")) if isinstance(below, Mapping) else []
        yield from (value for value in data if isinstance(value, Mapping))
        yield from (value for _, _, value, _ in class_entries(modules.get("sensors")))

    def _take(
        self,
        path: KeyPath,
        value: Mapping[str, Any],
        options: Mapping[str, Any],
        mapped: Callable[[Entry, Place], Iterator[ConceptMap]],
    ) -> None:
        entry = Entry(
            value=value, options=options, drafting=self._draft, complain=lambda said: self._warn(path, said)
        )
        try:
            self._draft.concepts += mapped(entry, self._place(path))
        except NotRead as exc:
            self._warn(path, str(exc))

    def _place(self, path: KeyPath) -> Place:
        line, column = self._file.position(path)
        return self._file.name, line, column

    def _warn(self, path: KeyPath, message: str) -> None:
        self.problems.append(self._file.problem(path, message, severity="warning"))


def _single(mapped: Callable[[Entry, Place], ConceptMap], entry: Entry, place: Place) -> Iterator[ConceptMap]:
    yield mapped(entry, place)


def read_discovery(system: str, file: YamlFile, resolve: Resolve) -> tuple[ProfileFile, list[Problem]]:
    """Return what is read of devices with a system, and what of the file is not."""
    discovery = _Discovery(system, file, resolve)
    return discovery.read(), discovery.problems
