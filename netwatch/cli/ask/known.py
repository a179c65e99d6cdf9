"""What is known of a device that profiles are shown for: remembered, asked now, or replayed from a capture.

May import: netwatch.polling, netwatch.profiles, netwatch.simulator, netwatch.store, netwatch.model.
Called by: netwatch profiles.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from netwatch.cli.ask.client import asked
from netwatch.cli.ask.targets import find_device
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.output import USAGE, fail
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.errors import StoreError
from netwatch.model import Credential, Device, Oid, TableReading
from netwatch.profiles import SYSTEM, Kit, Profile, ProfileLibrary

if TYPE_CHECKING:
    from netwatch.model import DeviceStatus, Memory

COMMUNITY = "replayed"
CAPTURE_SUFFIX = ".snmprec"
PATIENCE = timedelta(minutes=10)
"""The interval, of which a poll may take nine tenths: a capture is replayed by a slow program."""
TIMEOUT = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """A device as profiles see it.

    has: the tables and scalars it was found to have. readings: what was read just now, none where it is remembered.
    objects: all names in the capture, None where there is none.
    """

    device: str
    profile: Profile
    kit: Kit
    has: frozenset[Oid]
    sys_object_id: str = ""
    readings: Mapping[str, TableReading] = field(default_factory=dict)
    objects: Collection[Oid] | None = None

    @property
    def was_read(self) -> bool:
        """Return whether there are readings, and not only a memory of what it has."""
        return bool(self.readings)


def known_device(name: str, config: Path | None, library: ProfileLibrary, *, ask: bool) -> Known:
    """Return what is known of a configured device or of a capture, or leave with a sentence."""
    if Path(name).is_file():
        with replayed(Path(name)) as device:
            return polled(device, library, Path(name))
    if "/" in name or name.endswith(CAPTURE_SUFFIX):  # no device is called so; a configuration would not help
        fail(f"{name}: no such file; a capture is what netwatch support writes", USAGE)
    target = find_device(name, config, None)
    return polled(target, library) if ask else _remembered(target, config or DEFAULT_CONFIG, library)


@contextmanager
def replayed(capture: Path) -> Iterator[Device]:
    """Have the simulator answer with a capture, in a thread; leaves where nothing in the file can be read."""
    from netwatch.simulator import SimulatedDevice, SimulatedNetwork

    credential = Credential(name="replayed", version="2c", community=SecretStr(COMMUNITY))
    simulated = SimulatedDevice(capture.stem, credential)
    try:
        skipped = simulated.load_recording(capture, alone=True)
    except OSError as exc:
        fail(f"{capture} cannot be read: {exc.strerror or exc}", USAGE)
    if len(simulated.tree) <= 1:
        why = f": {skipped[0]}" if skipped else ""
        fail(f"{capture} is no capture: none of its lines is OID|tag|value{why}", USAGE)
    with SimulatedNetwork([simulated]).run_in_thread():
        yield Device(
            name=capture.stem, address=simulated.address, port=simulated.port, credential=credential,
            interval=PATIENCE, timeout=TIMEOUT,
        )  # fmt: skip


def polled(device: Device, library: ProfileLibrary, capture: Path | None = None) -> Known:
    """Ask a device once, as the agent would."""
    from netwatch.polling import poll_once

    status, readings = asked(lambda client: poll_once(device, library, client))
    objects = None
    if capture is not None:
        from netwatch.simulator import read_recording

        objects = [oid for oid, _, _ in read_recording(capture).objects]
    return _known_of(status, readings, library, objects)


def _known_of(
    status: DeviceStatus, readings: Sequence[TableReading], library: ProfileLibrary, objects: Collection[Oid] | None
) -> Known:
    profile = library.named(status.profile)
    read = {reading.table: reading for reading in readings}
    tables = {table.name: table.oid for table in (*library.catalogue.tables.values(), *profile.tables)}
    has = {oid for name, oid in tables.items() if name in read and read[name].rows.index}
    system = read.get(SYSTEM)
    for scalar in (*library.catalogue.scalars.values(), *profile.scalars):
        column = system.columns.get(scalar.name) if system is not None else None
        if column is not None and any(value is not None for value in column):
            has.add(scalar.oid)
    return Known(
        device=status.device.name, profile=profile, has=frozenset(has), kit=library.kit_of(profile, frozenset(has)),
        sys_object_id=status.sys_object_id, readings=read, objects=objects,
    )  # fmt: skip


def _remembered(device: Device, config: Path, library: ProfileLibrary) -> Known:
    from netwatch.polling import FINDINGS, recalled

    memories = _memories(config, FINDINGS)
    found = recalled(next((memory for memory in memories if memory.key == device.name), None))
    if found is None:
        fail(f"nothing is remembered of {device.name}, which no agent has polled yet; --ask asks it now")
    try:
        sys_object_id = Oid.parse(found.sys_object_id)
    except ValueError:
        sys_object_id = None
    profile = library.named(device.profile) if device.profile else library.match(sys_object_id)
    kit = library.kit_of(profile, found.has)
    return Known(device=device.name, profile=profile, has=found.has, kit=kit, sys_object_id=found.sys_object_id)


def _memories(config: Path, scope: str) -> list[Memory]:
    from netwatch.store import StoreReader

    store = StoreReader(settings_or_exit(config).store)

    async def read() -> list[Memory]:
        await store.start()
        try:
            return await store.memories(scope)
        finally:
            await store.stop()

    try:
        return asyncio.run(read())
    except StoreError as exc:
        fail(f"{exc}\n--ask asks it now")
