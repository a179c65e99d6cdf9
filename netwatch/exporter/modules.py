"""What a module of snmp.yml says, in the words of snmp_exporter 0.30.

A quiet room of plain values: what is walked and asked for, and which series come of it.
May import: netwatch.model. Called by: the files of this room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from netwatch.model import Credential, Oid

NOWHERE = Oid()

Extract = Callable[[str], float | None]
"""Makes a number of a text; None where the text is not one it knows."""

TEXTS = frozenset({
    "OctetString", "DisplayString", "PhysAddress48", "InetAddress", "InetAddressMissingSize", "InetAddressIPv4",
    "InetAddressIPv6", "LldpPortId",
})  # fmt: skip
"""Types of metrics whose value stands in a label."""
TIMES = frozenset({"DateAndTime", "ParseDateAndTime", "NTPTimeStamp"})
NUMBERS = frozenset({"gauge", "counter", "Float", "Double"})
ENUMS = frozenset({"EnumAsInfo", "EnumAsStateSet", "Bits"})
METRIC_TYPES = TEXTS | TIMES | NUMBERS | ENUMS | {"Integer32", "Integer"}
INDEX_TYPES = TEXTS | {"gauge", "counter", "Integer32", "Integer", "EnumAsInfo"}
LOOKUP_TYPES = INDEX_TYPES | {"", "Bits"}
COMBINED: Mapping[str, Mapping[int, str]] = {
    "InetAddress": {1: "InetAddressIPv4", 2: "InetAddressIPv6"},
    "InetAddressMissingSize": {1: "InetAddressIPv4", 2: "InetAddressIPv6"},
    "LldpPortId": {
        1: "DisplayString", 2: "DisplayString", 3: "PhysAddress48", 5: "DisplayString", 7: "DisplayString",
    },
}  # fmt: skip
"""Types that a number says more about: in an index it stands before it, in a table in the column before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A part of an index that becomes a label; fixed_size: 0 where the length stands before the text."""

    label: str
    type: str
    fixed_size: int = 0
    implied: bool = False
    enum: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """A label that another column says, found by the parts of the index that `labels` are of.

    Without `labels` it takes a label away.
    """

    label: str
    labels: tuple[str, ...] = ()
    oid: Oid = NOWHERE
    type: str = ""
    enum: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A column or scalar and what becomes of it; `scale` 0 is none.

    extracts: what stands behind the name, and the ways to a number, of which the first that fits counts.
    """

    name: str
    oid: Oid
    type: str
    help: str = ""
    indexes: tuple[Index, ...] = ()
    lookups: tuple[Lookup, ...] = ()
    extracts: Mapping[str, tuple[Extract, ...]] = field(default_factory=dict)
    datetime_pattern: str = ""
    enum: Mapping[int, str] = field(default_factory=dict)
    offset: float = 0.0
    scale: float = 0.0
    table: int = 0
    """Equal for the metrics of a module whose rows are labelled in the same way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Only the instances of `targets` are asked for whose text in `oid` one of `fits` takes."""

    oid: Oid
    targets: tuple[Oid, ...]
    fits: tuple[Callable[[str], bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One module; retries and timeout are of one request, None where neither is written."""

    name: str
    walk: tuple[Oid, ...] = ()
    get: tuple[Oid, ...] = ()
    metrics: tuple[Metric, ...] = ()
    filters: tuple[Filter, ...] = ()
    retries: int = 3
    timeout: timedelta = timedelta(seconds=5)
    max_repetitions: int = 25
    allow_nonincreasing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """What the files hold, by name."""

    modules: Mapping[str, Module] = field(default_factory=dict)
    auths: Mapping[str, Credential] = field(default_factory=dict)
