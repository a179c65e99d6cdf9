"""Faults of processors, memory, disks, and of the device as a whole."""

from __future__ import annotations

from netwatch.model import Oid, Tag, Value
from tests.bench.knowing.corpus import Name
from tests.bench.knowing.faults.planting import (
    Change,
    Fault,
    Held,
    Plant,
    all_turn,
    column,
    grafted,
    oid,
    rows,
    turns,
    words,
)

STORAGE = "1.3.6.1.2.1.25.2.3.1"
RAM, FIXED_DISK = Oid.parse("1.3.6.1.2.1.25.2.1.2"), Oid.parse("1.3.6.1.2.1.25.2.1.4")
CPM, POOL, ENHANCED = "1.3.6.1.4.1.9.9.109.1.1.1.1", "1.3.6.1.4.1.9.9.48.1.1.1", "1.3.6.1.4.1.9.9.221.1.1.1.1"
JUNIPER, UCD = "1.3.6.1.4.1.2636.3.1.13.1", "1.3.6.1.4.1.2021"
SYS_DESCR, UP_TIME, HOST_UP_TIME = "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.3.0", "1.3.6.1.2.1.25.1.1.0"
SERIAL, MODULE_NAMES = "1.3.6.1.2.1.47.1.1.1.1.11", ("1.3.6.1.2.1.47.1.1.1.1.7", "1.3.6.1.2.1.47.1.1.1.1.2")
ENGINE_TIME = "1.3.6.1.6.3.10.2.1.3.0"
JUST_BEGAN = 2**32 - 3000
"""In hundredths of a second, before the minute of the poll that follows: then it is half a minute."""
CCM = "1.3.6.1.4.1.9.9.43.1.1"
HSRP = "1.3.6.1.4.1.9.9.106.1.2.1.1.15"
VRRP = "1.3.6.1.2.1.68.1.3.1"
CISCO = ("ios_2960x", "ios_c3560", "nxos", "iosxr")
SOME = ("procurve_2520", "comware", "awplus", "zxr10")

Cells = list[tuple[Name, Tag, Value]]


def number(held: Held, name: Name) -> int:
    """Return a number, 0 where there is none."""
    value = held.get(name, (Tag.NULL, 0))[1]
    return value if isinstance(value, int) else 0


def cell(held: Held, name: Name, value: Value) -> Cells:
    """Return an object with another value, nothing where the device does not have it."""
    return [(name, held[name][0], value)] if name in held else []


def disk_full(held: Held) -> Change | None:
    """A file system on a disk of some size comes to 96 in a hundred."""
    for index, tag in rows(held, f"{STORAGE}.5", (), {f"{STORAGE}.2": (FIXED_DISK,)}):
        size, unit = number(held, (*oid(f"{STORAGE}.5"), *index)), number(held, (*oid(f"{STORAGE}.4"), *index))
        used = number(held, (*oid(f"{STORAGE}.6"), *index))
        if size * max(unit, 1) > 200_000_000 and 0 < used < 0.8 * size:
            fault = [((*oid(f"{STORAGE}.6"), *index), tag, size * 96 // 100)]
            return Change(fault=fault, names=words(held, (f"{STORAGE}.3",), index))
    return None


def disk_fills(held: Held) -> Change | None:
    """A file system grows by five in a hundred with every hour, from half full."""
    change = disk_full(held)
    if change is None:
        return None
    [(name, tag, full)] = change.fault
    assert isinstance(full, int)
    return Change(
        before=[(name, tag, full // 2)],
        drift=lambda seconds: [(name, tag, min(full * 85 // 96, full // 2 + int(full * seconds / 72_000)))],
        lasts_seconds=8 * 3600,
        names=change.names,
    )


def memory_full(held: Held) -> Change | None:
    """Real memory comes to 98 in a hundred by HOST-RESOURCES-MIB and by UCD-SNMP-MIB, caches included."""
    fault: Cells = []
    for index, _ in rows(held, f"{STORAGE}.5", (), {f"{STORAGE}.2": (RAM,)}):
        size = number(held, (*oid(f"{STORAGE}.5"), *index))
        if size:
            fault += cell(held, (*oid(f"{STORAGE}.6"), *index), size * 98 // 100)
    if not fault:
        return None
    for index, (tag, text) in column(held, f"{STORAGE}.3").items():
        lowered = text.lower() if isinstance(text, bytes) else b""
        if any(word in lowered for word in (b"buffer", b"cache", b"shared")):
            fault.append(((*oid(f"{STORAGE}.6"), *index), tag if tag == Tag.INTEGER else Tag.INTEGER, 1))
    return Change(fault=fault + _ucd_full(held))


def _ucd_full(held: Held) -> Cells:
    total = number(held, oid(f"{UCD}.4.5.0"))
    return [
        one
        for scalar, value in ((6, total // 100), (14, 1), (15, 1), (13, 1))
        for one in cell(held, oid(f"{UCD}.4.{scalar}.0"), value)
    ]


def ucd_memory_full(held: Held) -> Change | None:
    """Real memory comes to 99 in a hundred by UCD-SNMP-MIB, where HOST-RESOURCES-MIB says nothing of it."""
    if number(held, oid(f"{UCD}.4.5.0")) == 0 or list(rows(held, f"{STORAGE}.5", (), {f"{STORAGE}.2": (RAM,)})):
        return None
    return Change(fault=_ucd_full(held))


def pool_full(used: str, free: str) -> Plant:
    """A pool of memory, told as used and free bytes, comes to 98 in a hundred."""

    def plant(held: Held) -> Change | None:
        largest = max(column(held, used).items(), key=lambda row: _size(row[1][1]), default=None)
        if largest is None:
            return None
        index = largest[0]
        places = (*oid(used), *index), (*oid(free), *index)
        size = sum(number(held, place) for place in places)
        fault = cell(held, places[0], size * 98 // 100) + cell(held, places[1], size * 2 // 100)
        return Change(fault=fault)

    return plant


def _size(value: Value) -> int:
    return value if isinstance(value, int) else 0


def restarts(held: Held) -> Change | None:
    """The agent begins again while its host goes on."""
    if oid(HOST_UP_TIME) not in held or number(held, oid(UP_TIME)) < 100_000:
        return None
    return Change(fault=[*cell(held, oid(UP_TIME), JUST_BEGAN), *cell(held, oid(HOST_UP_TIME), 90_000_000)])


def reboots(held: Held) -> Change | None:
    """A device begins again."""
    if oid(HOST_UP_TIME) in held or number(held, oid(UP_TIME)) < 100_000:
        return None
    return Change(fault=[*cell(held, oid(UP_TIME), JUST_BEGAN), *cell(held, oid(ENGINE_TIME), 30)])


def another_part(held: Held) -> Change | None:
    """A part is replaced by one of another serial number."""
    for index, (tag, value) in column(held, SERIAL).items():
        if isinstance(value, bytes) and len(value.strip(b" \0")) > 3:
            return Change(
                fault=[((*oid(SERIAL), *index), tag, b"REPLACED77")],
                anew=True,
                names=words(held, MODULE_NAMES, index),
            )
    return None


def other_firmware(held: Held) -> Change | None:
    """A device comes back with another version in sysDescr and in its ENTITY-MIB."""
    tag, text = held.get(oid(SYS_DESCR), (Tag.NULL, None))
    if not isinstance(text, bytes) or b"ersion 1" not in text:
        return None
    fault = [(oid(SYS_DESCR), tag, text.replace(b"ersion 1", b"ersion 3"))]
    return Change(fault=[*fault, *cell(held, oid(UP_TIME), JUST_BEGAN)], anew=True)


def vrrp_row(state: int) -> list[tuple[str, Tag, Value]]:
    """Return the row of a virtual router."""
    cells: dict[int, tuple[Tag, Value]] = {
        2: (Tag.OCTET_STRING, b"\0\0\x5e\0\1\x0a"), 3: (Tag.INTEGER, state), 4: (Tag.INTEGER, 1),
        5: (Tag.INTEGER, 100), 6: (Tag.INTEGER, 1),
    }  # fmt: skip
    return [(f"{VRRP}.{number}.1.10", tag, value) for number, (tag, value) in cells.items()]


LOAD = (
    Fault(
        name="processors are busy (HOST-RESOURCES-MIB)",
        rules=("CpuHigh",),
        plant=all_turn(("1.3.6.1.2.1.25.3.3.1.2", 20, 99), (f"{UCD}.11.11", 80, 0), (f"{UCD}.11.9", 20, 99)),
    ),
    Fault(
        name="processors are busy (CISCO-PROCESS-MIB)",
        rules=("CpuHigh",),
        plant=all_turn(*((f"{CPM}.{number}", 20, 99) for number in (7, 8, 6, 3, 4, 5))),
    ),
    Fault(
        name="the processor is busy (FORTINET-FORTIGATE-MIB)",
        rules=("CpuHigh",),
        plant=all_turn(("1.3.6.1.4.1.12356.101.4.1.3", 20, 99)),
    ),
    Fault(
        name="the routing engine is busy (JUNIPER-MIB)",
        rules=("CpuHigh",),
        plant=all_turn(*((f"{JUNIPER}.{number}.9", 20, 99) for number in (8, 21, 22, 23))),
    ),
    Fault(name="memory is full (HOST-RESOURCES-MIB)", rules=("MemoryHigh", "RealMemoryHigh"), plant=memory_full),
    Fault(name="memory is full (UCD-SNMP-MIB)", rules=("MemoryHigh", "RealMemoryHigh"), plant=ucd_memory_full),
    Fault(
        name="memory is full (CISCO-MEMORY-POOL-MIB)",
        rules=("MemoryHigh",),
        plant=pool_full(f"{POOL}.5", f"{POOL}.6"),
    ),
    Fault(
        name="memory is full (CISCO-ENHANCED-MEMPOOL-MIB)",
        rules=("MemoryHigh",),
        plant=pool_full(f"{ENHANCED}.18", f"{ENHANCED}.20"),
        only=("iosxr", "nxos_n3k", "asa", "ftd"),
    ),
    Fault(
        name="memory is full (FORTINET-FORTIGATE-MIB)",
        rules=("MemoryHigh",),
        plant=all_turn(("1.3.6.1.4.1.12356.101.4.1.4", 40, 98)),
    ),
    Fault(name="a disk is full", rules=("StorageFull",), plant=disk_full),
    Fault(name="a disk fills", rules=("StorageFillsUp", "StorageFull"), plant=disk_fills, clears=False),
)
WHOLE = (
    Fault(name="a device falls silent", rules=("DeviceDown",), plant=lambda held: Change(silent=True)),
    Fault(name="an agent restarts", rules=("AgentRestarted",), plant=restarts, clears=False),
    Fault(name="a device reboots", rules=("DeviceRebooted",), plant=reboots, clears=False),
    Fault(name="a part is replaced", rules=("InventoryChanged",), plant=another_part, clears=False),
    Fault(name="a device has other firmware", rules=("FirmwareChanged",), plant=other_firmware, clears=False),
    Fault(
        name="the configuration was not saved",
        rules=("ConfigUnsaved",),
        plant=grafted(
            [
                (f"{CCM}.1.0", Tag.TIME_TICKS, 1000),
                (f"{CCM}.2.0", Tag.TIME_TICKS, 1000),
                (f"{CCM}.3.0", Tag.TIME_TICKS, 2000),
            ],
            [(f"{CCM}.1.0", Tag.TIME_TICKS, 9000)],
        ),
        only=CISCO,
    ),
    Fault(
        name="a standby group changes (CISCO-HSRP-MIB)",
        rules=("RedundancyChanged",),
        plant=turns(HSRP, 6, well=(5,)),
        clears=False,
    ),
    Fault(
        name="a virtual router, grafted, becomes master",
        rules=("RedundancyChanged",),
        plant=grafted(vrrp_row(2), [(f"{VRRP}.3.1.10", Tag.INTEGER, 3)]),
        only=SOME,
        clears=False,
    ),
)
