"""Polls recordings with NetWatch's own poller over real UDP, and keeps what it read as plain rows.

Each process serves and polls one recording after the other; processes share nothing.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from types import MappingProxyType

import structlog
from pydantic import SecretStr

from netwatch.errors import NetWatchError
from netwatch.mib import load_index
from netwatch.model import Credential, Device, Oid, TableReading, Value
from netwatch.model.concepts import CONCEPTS
from netwatch.polling import PollingSettings, poll_once
from netwatch.profiles import ProfileLibrary, load_library
from netwatch.profiles.place import Resolve
from netwatch.snmp import Snmp
from tests.bench.knowing.agent import RecordedAgent, listening
from tests.bench.knowing.corpus import Recorded, cells_of
from tests.bench.knowing.sources import Known, Watched, objects_behind

COMMUNITY = Credential(name="recorded", version="2c", community=SecretStr("public"))
PATIENCE = timedelta(minutes=10)
"""The interval, of which a poll may take nine tenths: figures say what is read, not how busy the machine is."""
TABLE_BEFORE = re.compile(r"^[A-Za-z]\w*\.")
"""Where rows of several tables have one index, the table's name stands before it."""
TIMEOUT = timedelta(seconds=5)
KNOWN_BY_OBJECT = ("sensor", "hardware", "redundancy", "cpu")

Cell = str | float | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a concept: states as words, octets as text.

    objects: the OIDs that its values were read from, as far as that is known.
    """

    index: str
    key: str
    labels: Mapping[str, str]
    cells: Mapping[str, Cell]
    doubts: Mapping[str, str] = field(default_factory=dict)
    objects: frozenset[str] = frozenset()

    def text(self, name: str) -> str:
        """Return a label or a text, empty where there is none."""
        return self.labels.get(name) or str(self.cells.get(name) or "")

    def number(self, name: str) -> float | None:
        """Return a value that is a number."""
        value = self.cells.get(name)
        return float(value) if isinstance(value, int | float) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What was read of one device: the rows of each concept, and what it cost.

    tables: every table that was read, with how many rows. trouble: why it was not read whole, empty if it was.
    """

    name: str
    rows: Mapping[str, Sequence[Row]]
    profile: str = ""
    tables: Mapping[str, int] = field(default_factory=dict)
    trouble: str = ""
    cpu_seconds: float = 0.0
    requests: int = 0
    varbinds: int = 0

    def of(self, concept: str) -> Sequence[Row]:
        """Return the rows of a concept, none where it was not read."""
        return self.rows.get(concept, ())


def device_at(name: str, port: int, timeout: timedelta = TIMEOUT) -> Device:
    """Return a recorded device as it would be configured."""
    return Device(
        name=name, address="127.0.0.1", port=port, credential=COMMUNITY, interval=PATIENCE, timeout=timeout
    )  # fmt: skip


@cache
def names_of(mibs: tuple[Path, ...] = ()) -> Resolve:
    """Return what reads the OIDs of profiles: also names, where there are MIBs."""
    return load_index(mibs).oid_of if mibs else Oid.parse


@cache
def shipped(paths: tuple[Path, ...] = (), mibs: tuple[Path, ...] = ()) -> ProfileLibrary:
    """Return the profiles that come with NetWatch, with more beside them."""
    return load_library(list(paths), names_of(mibs))


async def poll_recorded(device: Recorded, library: ProfileLibrary) -> Polled:
    """Serve a recording, poll it once, and return the rows of its concepts."""
    agent = RecordedAgent(cells_of(device))
    client, watched = Snmp(PollingSettings()), Watched(library)
    await client.start()
    began = time.process_time()
    readings: Sequence[TableReading] = ()
    profile = trouble = ""
    try:
        async with listening(agent):
            status, readings = await poll_once(device_at(device.name, agent.port), watched, client)
            profile, trouble = status.profile, status.trouble
            trouble = "; ".join([trouble, *(f"{k}: {v}" for k, v in status.partial_because.items())]).strip("; ")
    except NetWatchError as exc:
        trouble = str(exc)
    finally:
        await client.stop()
    spent = time.process_time() - began - agent.cpu_seconds
    behind = objects_behind(library, watched.kit, readings, KNOWN_BY_OBJECT)
    return Polled(
        name=device.name,
        rows={reading.table: rows_of(reading, behind) for reading in readings if reading.table in CONCEPTS},
        profile=profile,
        tables={reading.table: len(reading.rows.index) for reading in readings},
        trouble=trouble,
        cpu_seconds=spent,
        requests=agent.requests,
        varbinds=agent.varbinds,
    )


def rows_of(reading: TableReading, behind: Known = MappingProxyType({})) -> tuple[Row, ...]:
    """Return the rows of a concept's reading; `behind` says what they were read from."""
    enums = CONCEPTS[reading.table].enums
    labels = list(zip(*reading.rows.labels.values(), strict=True)) or [()] * len(reading.rows.index)
    return tuple(
        Row(
            index=TABLE_BEFORE.sub("", index),
            key=reading.rows.keys[number],
            labels=reading.rows.labels_of(number),
            cells={name: plain(column[number], enums.get(name, {})) for name, column in reading.columns.items()},
            doubts=reading.doubts_of(number),
            objects=behind.get((reading.table, TABLE_BEFORE.sub("", index), labels[number]), frozenset()),
        )
        for number, index in enumerate(reading.rows.index)
    )


def plain(value: Value, words: Mapping[int, str]) -> Cell:
    """Return a value as a word, a text or a number."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, int | float):
        return words.get(int(value), value) if words else value
    return None if value is None else str(value)


def _poll_in_process(device: Recorded, paths: tuple[Path, ...], mibs: tuple[Path, ...]) -> Polled:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    library = shipped(paths, mibs)
    try:
        return asyncio.run(poll_recorded(device, library))
    except Exception as exc:  # noqa: BLE001  # what breaks off on one recording is said, and the others are counted
        return Polled(name=device.name, rows={}, trouble=f"it broke off: {exc!r} {_place_of(exc)}")


def _place_of(exc: BaseException) -> str:
    last = traceback.extract_tb(exc.__traceback__)[-1]
    return f"({Path(last.filename).name}:{last.lineno} {last.name})"


def poll_all(
    devices: Sequence[Recorded], paths: Sequence[Path] = (), processes: int = 0, mibs: Sequence[Path] = ()
) -> Iterator[Polled]:
    """Poll many recordings at once, largest first so that no process ends long after the others."""
    ordered = sorted(devices, key=lambda device: -device.path.stat().st_size)
    workers = processes or os.cpu_count() or 1
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_poll_in_process, ordered, [tuple(paths)] * len(ordered), [tuple(mibs)] * len(ordered))
