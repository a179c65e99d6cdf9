"""The corpus beside the checkout: recordings of devices, and what another monitor read of each.

Nothing of it is part of the project. What the figures count is taken from two places: what the other monitor shows,
and, where it shows nothing (serial numbers of parts, VLANs, OSPF), the recording's own objects.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netwatch.model import Tag, Value
from netwatch.simulator import read_recording

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"
FOLDERS = ("recordings", "recordings-c")

Fact = Mapping[str, Any]
Name = tuple[int, ...]
Cell = tuple[Name, Tag, Value]
Objects = Mapping[Name, Any]
"""The values of a recording by their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A recorded device: where the recording is, and what is expected of it, kind by kind.

    states: OID of a state -> what its number means in our words, empty where nobody says.
    """

    name: str
    path: Path
    os: str = ""
    facts: Mapping[str, Sequence[Fact]] = field(default_factory=dict)
    identity: Fact = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)


def recorded_devices(corpus: Path = CORPUS, folders: Sequence[str] = FOLDERS) -> list[Recorded]:
    """Return every recording that something is expected of."""
    return [one for folder in folders for one in _devices_in(corpus / folder)]


def _devices_in(folder: Path) -> Iterator[Recorded]:
    merged: dict[str, dict[str, Any]] = {}
    for file in sorted(folder.glob("expected*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            facts = json.loads(line)
            merged.setdefault(facts["device"], {}).update(facts)
    for name, facts in sorted(merged.items()):
        yield Recorded(
            name=name,
            path=folder / f"{name}.snmprec",
            os=str(facts.get("os", "")),
            facts={kind: rows for kind, rows in facts.items() if isinstance(rows, list)},
            identity=facts.get("identity") or {},
        )


def cells_of(device: Recorded) -> list[Cell]:
    """Return the objects of a recording: OID, tag, value."""
    return list(read_recording(device.path).objects)


def objects_of(device: Recorded) -> Objects:
    """Return the values of a recording by their names."""
    return {name: value for name, _, value in cells_of(device)}


def cells_under(objects: Objects, column: Name) -> dict[Name, Any]:
    """Return the values of a column by their index."""
    return {name[len(column) :]: value for name, value in objects.items() if name[: len(column)] == column}
