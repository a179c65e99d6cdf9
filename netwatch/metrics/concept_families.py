"""Names the families of concepts: `netwatch_` and the column, a sensor's by its quantity (`netwatch_sensor_celsius`).

A unit ends a name, as Prometheus has it: `netwatch_sensor_high_critical_celsius`. What has none is called after its
column (`netwatch_sensor_value` of quantity count), and `_count` at the end would say that it is part of a histogram.

A quiet room. May import: netwatch.model, netwatch.metrics. Called by: netwatch.metrics.families.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netwatch.metrics.sources import Source, Table, column
from netwatch.model import CONCEPTS, QUANTITIES, ColumnKind, Concept

MEASURED = "sensor"
"""The concept whose rows are in different quantities."""
QUANTITY = "quantity"
"""The label that says in which."""
_PLURAL: Mapping[str, str] = {"client_count": "clients"}
_OF_NO_UNIT = "count"
_HELP: Mapping[str, str] = {
    "interface_in_bits_per_second": "What an interface receives, in bits per second.",
    "interface_out_bits_per_second": "What an interface sends, in bits per second.",
    "interface_speed_bits_per_second": "How fast an interface can be, in bits per second, where that is believed.",
    "interface_utilization_ratio": "How full an interface is in its fuller direction, 0 to 1.",
    "interface_errors_ratio": "The share of packets with errors, 0 to 1.",
    "interface_discards_ratio": "The share of packets that were discarded, 0 to 1.",
    "interface_errors_per_second": "Packets with errors per second, both directions.",
    "interface_discards_per_second": "Packets discarded per second, both directions.",
    "interface_oper": "The state of an interface",
    "interface_admin": "What an administrator wants of an interface",
    "interface_duplex": "The duplex of an interface",
    "interface_type": "The type of an interface, a number of IANAifType",
    "cpu_busy_ratio": "How busy a processor is, 0 to 1; one of scope device stands for all of the device.",
    "memory_used_bytes": "Memory in use, without caches.",
    "memory_size_bytes": "Memory there is.",
    "memory_used_ratio": "The share of memory in use, without caches, 0 to 1.",
    "storage_used_bytes": "Storage in use.",
    "storage_size_bytes": "Storage there is.",
    "storage_used_ratio": "The share of storage in use, 0 to 1.",
    "storage_read_only": "1 where nothing can be written.",
    "storage_fixed": "1 where it is a fixed disk.",
    "sensor_value": "What a sensor measures",
    "sensor_low_critical": "Below this the device calls a sensor critical",
    "sensor_low_warning": "Below this the device warns of a sensor",
    "sensor_high_warning": "Above this the device warns of a sensor",
    "sensor_high_critical": "Above this the device calls a sensor critical",
    "sensor_state": "What the device thinks of a sensor",
    "sensor_port_state": "The state of the port that a sensor belongs to",
    "hardware_state": "The state of a part",
    "peer_since_seconds": "How long the state of a peer is what it is, or how long it is up.",
    "peer_prefixes": "Prefixes accepted of a peer.",
    "peer_state": "The state of a peer",
    "redundancy_state": "The state of a redundancy group",
    "tunnel_state": "The state of a tunnel",
    "pool_used": "Taken of a pool.",
    "pool_size": "How much a pool holds.",
    "pool_used_ratio": "The share of a pool that is taken, 0 to 1.",
    "license_expires_in_seconds": "Seconds until a license ends, negative where it has ended.",
    "license_state": "The state of a license",
    "supply_level_ratio": "How much is left of a supply, 0 to 1.",
    "client_count": "Clients connected.",
}


def family_name(column_name: str, quantity: str = "") -> str:
    """Return the metric's name of a concept's column; `quantity` is that of the row where the column has no unit."""
    if not quantity or not _has_no_unit(column_name):
        return f"netwatch_{_PLURAL.get(column_name, column_name)}"
    if quantity not in QUANTITIES or quantity == _OF_NO_UNIT:
        return f"netwatch_{column_name}"
    return f"netwatch_{column_name.removesuffix('_value')}_{quantity}"


def concept_sources(concept: Concept, table: Table) -> Iterator[tuple[str, Source]]:
    """Yield the metrics of a concept's table; what is in a quantity comes of a table of that quantity alone."""
    for name, kind in concept.columns.items():
        belongs = bool(table.quantity) == (concept.name == MEASURED and _has_no_unit(name))
        if kind is not ColumnKind.TEXT and belongs and name in table.columns:
            text = help_of(concept, name, table.quantity)
            yield family_name(name, table.quantity), Source(table=table, kind=kind, help=text, values=column(name))


def help_of(concept: Concept, column_name: str, quantity: str = "") -> str:
    """Return what HELP says: what it is, in what, and which number is which word."""
    text = _HELP.get(column_name, column_name).removesuffix(".")
    if quantity and quantity != _OF_NO_UNIT:
        text = f"{text}, in {quantity}"
    words = "".join(f", {number} {word}" for number, word in sorted(concept.enums.get(column_name, {}).items()))
    return f"{text}{':' + words[1:] if words else ''}."


def _has_no_unit(column_name: str) -> bool:
    return CONCEPTS[MEASURED].columns.get(column_name) is ColumnKind.GAUGE
