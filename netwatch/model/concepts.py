"""What a table means, whatever the vendor calls it: concepts, tables with fixed columns in base units.

Rules, pages, mails and metrics are written once, against these; a profile says how a table of a MIB becomes one.
Column names are unique in the whole house, and a metric is named by its column with `netwatch_` before it.

May import: netwatch.model.schema. Called by: profiles, which map tables onto them; polling, rules, metrics, web, cli.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from netwatch.model.schema import REACHABILITY, ColumnKind, TableSchema

OK, WARNING, CRITICAL, UNKNOWN, ABSENT = 1, 2, 3, 4, 5
STATES: Final[Mapping[int, str]] = {
    OK: "ok",
    WARNING: "warning",
    CRITICAL: "critical",
    UNKNOWN: "unknown",
    ABSENT: "absent",
}
"""What the state of a part, a sensor, a license is; `absent` is a place with nothing in it."""
UP, DOWN, DISABLED = 1, 2, 3
LINKS: Final[Mapping[int, str]] = {UP: "up", DOWN: "down", DISABLED: "disabled"}
"""What the state of a peer or a tunnel is; `disabled` is somebody's wish."""
DUPLEX: Final[Mapping[int, str]] = {1: "full", 2: "half", 3: "unknown"}
ADMIN_STATUS: Final[Mapping[int, str]] = {1: "up", 2: "down", 3: "testing"}
OPER_STATUS: Final[Mapping[int, str]] = {
    1: "up", 2: "down", 3: "testing", 4: "unknown", 5: "dormant", 6: "notPresent", 7: "lowerLayerDown",
}  # fmt: skip
IF_TYPES: Final[Mapping[int, str]] = {
    1: "other", 6: "ethernetCsmacd", 23: "ppp", 24: "softwareLoopback", 53: "propVirtual", 62: "fastEther",
    71: "ieee80211", 94: "adsl", 97: "vdsl", 112: "virtualIpAddress", 117: "gigabitEthernet", 131: "tunnel",
    135: "l2vlan", 136: "l3ipvlan", 150: "mplsTunnel", 161: "ieee8023adLag", 166: "mpls", 169: "shdsl",
    195: "opticalChannel", 209: "bridge", 244: "wwanPP2", 250: "gpon", 251: "vdsl2",
}  # fmt: skip
"""The types of interface that rules ask for by name (IANAifType); the others are numbers."""

QUANTITIES: Final[tuple[str, ...]] = (
    "celsius", "volts", "amperes", "watts", "rpm", "ratio", "hertz", "dbm", "seconds", "count", "decibels", "pascals",
    "joules",
)  # fmt: skip
"""In what a sensor's value is, which is also the end of its metric's name (`netwatch_sensor_celsius`)."""
PART_CLASSES: Final[tuple[str, ...]] = (
    "supply", "fan", "module", "stack_member", "disk", "raid", "battery", "door", "sensor", "chassis", "port",
    "alarm", "outlet", "other",
)  # fmt: skip
SCOPES: Final[tuple[str, ...]] = ("device", "module", "core")
UPLINK, INFRASTRUCTURE, DESCRIBED, ACCESS, UNUSED = "uplink", "infrastructure", "described", "access", "unused"
PORT_ROLES: Final[tuple[str, ...]] = (UPLINK, INFRASTRUCTURE, DESCRIBED, ACCESS, UNUSED)
"""How much hangs on a port, the most first; a port of which nobody knows has no role, and its text is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A table with a fixed meaning.

    labels: what tells rows apart, in the order of weight; the first alone names a row for people.
    words:  labels that know some words only, with those.
    learned: labels that are learned over time, and change while the row stays what it is: a series is not called by
    them, but for one that says nothing else (`netwatch_interface_info`).
    is_fact: kept, shown and compared, but no series is ever made of it.
    """

    name: str
    labels: tuple[str, ...]
    columns: Mapping[str, ColumnKind]
    enums: Mapping[str, Mapping[int, str]]
    words: Mapping[str, tuple[str, ...]]
    learned: tuple[str, ...] = ()
    is_fact: bool = False

    @property
    def schema(self) -> TableSchema:
        """Return it as rules know tables."""
        return TableSchema(
            name=self.name, columns=self.columns, labels=self.labels, enums=self.enums, words=self.words
        )


def _concept(
    name: str,
    labels: str,
    gauges: str = "",
    *,
    texts: str = "",
    enums: Mapping[str, Mapping[int, str]] | None = None,
    words: Mapping[str, tuple[str, ...]] | None = None,
    learned: str = "",
    is_fact: bool = False,
) -> Concept:
    columns = {
        **dict.fromkeys(gauges.split(), ColumnKind.GAUGE),
        **dict.fromkeys(enums or {}, ColumnKind.ENUM),
        **dict.fromkeys(texts.split(), ColumnKind.TEXT),
    }
    return Concept(
        name=name,
        labels=tuple(labels.split()),
        columns=columns,
        enums=enums or {},
        words=words or {},
        learned=tuple(learned.split()),
        is_fact=is_fact,
    )


_ALL: Final = (
    _concept(
        "interface",
        "ifIndex ifName ifAlias role neighbour role_reason",
        "interface_in_bits_per_second interface_out_bits_per_second interface_speed_bits_per_second"
        " interface_utilization_ratio interface_errors_ratio interface_discards_ratio"
        " interface_errors_per_second interface_discards_per_second",
        enums={
            "interface_oper": OPER_STATUS,
            "interface_admin": ADMIN_STATUS,
            "interface_duplex": DUPLEX,
            "interface_type": IF_TYPES,
        },
        words={"role": PORT_ROLES},
        learned="role neighbour role_reason",
    ),
    _concept("cpu", "cpu scope", "cpu_busy_ratio", words={"scope": SCOPES}),
    _concept("memory", "pool", "memory_used_bytes memory_size_bytes memory_used_ratio"),
    _concept(
        "storage",
        "path",
        "storage_used_bytes storage_size_bytes storage_used_ratio storage_read_only storage_fixed",
    ),
    _concept(
        "sensor",
        "sensor quantity port part",
        "sensor_value sensor_low_critical sensor_low_warning sensor_high_warning sensor_high_critical",
        enums={"sensor_state": STATES, "sensor_port_state": LINKS},
        words={"quantity": QUANTITIES},
    ),
    _concept(
        "hardware",
        "part part_class",
        texts="hardware_word",
        enums={"hardware_state": STATES},
        words={"part_class": PART_CLASSES},
    ),
    _concept(
        "peer",
        "peer protocol remote_as vrf",
        "peer_since_seconds peer_prefixes",
        texts="peer_word",
        enums={"peer_state": LINKS},
    ),
    _concept("redundancy", "group kind", texts="redundancy_role", enums={"redundancy_state": STATES}),
    _concept("tunnel", "tunnel kind", texts="tunnel_word", enums={"tunnel_state": LINKS}),
    _concept("pool", "pool kind", "pool_used pool_size pool_used_ratio"),
    _concept("license", "license", "license_expires_in_seconds", enums={"license_state": STATES}),
    _concept("supply", "supply kind", "supply_level_ratio", texts="supply_word"),
    _concept("client", "client kind", "client_count"),
    _concept("identity", "vendor model serial version location contact os type name chassis", is_fact=True),
    _concept("component", "part part_class model serial version parent", is_fact=True),
    _concept(
        "neighbour",
        "port ifIndex neighbour neighbour_port neighbour_port_name chassis protocol platform address capabilities",
        is_fact=True,
    ),
    _concept("address", "address prefix_length ifIndex ifName", is_fact=True),
    _concept("vlan", "vlan vlan_name", is_fact=True),
    _concept("port_vlan", "port ifIndex vlan", is_fact=True),
    _concept("mac", "mac vlan port", is_fact=True),
    _concept("arp", "address mac ifIndex ifName", is_fact=True),
)

CONCEPTS: Final[Mapping[str, Concept]] = {concept.name: concept for concept in _ALL}
"""Every concept by its name, in the order in which pages show them."""

LEARNED_OF_PORTS: Final = frozenset(CONCEPTS["interface"].learned)
WITH_HISTORY: Final = frozenset(
    {REACHABILITY.name, *(name for name, concept in CONCEPTS.items() if not concept.is_fact)}
)
"""The tables that history keeps: every concept with values, and whether a device is there."""
