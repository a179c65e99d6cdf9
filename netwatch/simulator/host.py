"""What a simulated computer adds: processors, memory and disks (HOST-RESOURCES-MIB, RFC 2790).

May import: netwatch.model, tree. Called by: device.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from netwatch.model import Oid, Tag, Value
from netwatch.simulator.tree import DataTree, Read, put_column, text

HOST = Oid.parse("1.3.6.1.2.1.25")
STORAGE_ENTRY = HOST.child(2, 3, 1)
DEVICE_ENTRY = HOST.child(3, 2, 1)
PROCESSOR_ENTRY = HOST.child(3, 3, 1)
STORAGE_TYPES = HOST.child(2, 1)
PROCESSOR_TYPE = HOST.child(3, 1, 3)
RAM, VIRTUAL_MEMORY, FIXED_DISK = 2, 3, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """A row of hrStorageTable; `kind` is the last number of its hrStorageType, `size` counts units of 4 KiB."""

    index: int
    descr: str
    kind: int
    size: int
    used_ratio: float = 0.4


DEFAULT_STORAGES = (
    Storage(index=1, descr="RAM", kind=RAM, size=4_194_304, used_ratio=0.55),
    Storage(index=3, descr="Virtual memory", kind=VIRTUAL_MEMORY, size=6_291_456, used_ratio=0.35),
    Storage(index=31, descr="/", kind=FIXED_DISK, size=26_214_400, used_ratio=0.42),
    Storage(index=32, descr="/srv", kind=FIXED_DISK, size=262_144_000, used_ratio=0.61),
)


class Host:
    """Loads and fillings that can be set at any moment."""

    def __init__(self, *, processors: int = 4, storages: Sequence[Storage] = DEFAULT_STORAGES) -> None:
        self.storages = {storage.index: storage for storage in storages}
        self._loads = [12 + 3 * number for number in range(processors)]
        self._usual_loads = tuple(self._loads)
        self._used = {storage.index: storage.used_ratio for storage in storages}

    def cpu(self, percent: int) -> None:
        """Load every processor with this much."""
        self._loads[:] = [percent] * len(self._loads)

    def usual_cpu(self) -> None:
        """Load the processors as at the beginning."""
        self._loads[:] = self._usual_loads

    def fill(self, kind: int, percent: float, descr: str | None = None) -> None:
        """Fill the memory or disks of a kind, or the one of that name.

        Raises:
            ValueError: there is none.
        """
        rows = [row for row in self.storages.values() if row.kind == kind and descr in (None, row.descr)]
        if not rows:
            raise ValueError(f"no storage {descr or kind} here")
        self._used.update({row.index: percent / 100 for row in rows})

    def put_into(self, tree: DataTree, uptime_ticks: Callable[[], int]) -> None:
        """Add hrSystem, hrStorageTable, hrDeviceTable and hrProcessorTable."""
        tree.put(HOST.child(1, 1, 0), Tag.TIME_TICKS, uptime_ticks)
        tree.put(HOST.child(1, 5, 0), Tag.GAUGE32, 2)
        tree.put(HOST.child(1, 6, 0), Tag.GAUGE32, 187)
        tree.put(HOST.child(2, 2, 0), Tag.INTEGER, 16_777_216)
        for storage in self.storages.values():
            self._put_storage(tree, storage)
        for number in range(len(self._loads)):
            self._put_processor(tree, 196_608 + number, number)

    def _put_storage(self, tree: DataTree, storage: Storage) -> None:
        cells: tuple[tuple[int, Tag, Value | Read], ...] = (
            (1, Tag.INTEGER, storage.index),
            (2, Tag.OBJECT_IDENTIFIER, STORAGE_TYPES.child(storage.kind)),
            (3, Tag.OCTET_STRING, text(storage.descr)),
            (4, Tag.INTEGER, 4096),
            (5, Tag.INTEGER, storage.size),
            (6, Tag.INTEGER, lambda: int(storage.size * self._used[storage.index])),
            (7, Tag.COUNTER32, 0),
        )
        for column, tag, value in cells:
            put_column(tree, STORAGE_ENTRY, storage.index, column, tag, value)

    def _put_processor(self, tree: DataTree, index: int, number: int) -> None:
        put_column(tree, DEVICE_ENTRY, index, 1, Tag.INTEGER, index)
        put_column(tree, DEVICE_ENTRY, index, 2, Tag.OBJECT_IDENTIFIER, PROCESSOR_TYPE)
        put_column(tree, DEVICE_ENTRY, index, 3, Tag.OCTET_STRING, text("a processor"))
        put_column(tree, DEVICE_ENTRY, index, 5, Tag.INTEGER, 2)
        put_column(tree, PROCESSOR_ENTRY, index, 1, Tag.OBJECT_IDENTIFIER, Oid((0, 0)))
        put_column(tree, PROCESSOR_ENTRY, index, 2, Tag.INTEGER, lambda: self._loads[number])
