"""Readings of concepts made by hand: what polling makes of a device's tables, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from netwatch.model import CONCEPTS, RowSet, TableReading

AT = datetime(2026, 3, 1, 4, 5, 6, tzinfo=UTC)


def concept_reading(
    concept: str, *rows: Mapping[str, Any], device: str = "sw1", at: datetime = AT, **more: Any
) -> TableReading:
    """Return a reading; each row has labels and columns by their names, states as words, and may have an `index`.

    A column that no row has is none of the reading's.
    """
    known = CONCEPTS[concept]
    assert {name for row in rows for name in row} <= {*known.labels, *known.columns, "index"}, (
        "no column of the concept"
    )
    columns = [name for name in known.columns if any(name in row for row in rows)]
    index = tuple(str(row.get("index", number)) for number, row in enumerate(rows, 1))
    labels = {name: tuple(str(row.get(name, "")) for row in rows) for name in known.labels}
    keys = tuple(f"{known.labels[0]}={row.get(known.labels[0], '')}" for row in rows)
    return TableReading(
        device=device, table=concept, at=at, rows=RowSet(index=index, keys=keys, labels=labels),
        columns={name: [_value(concept, name, row.get(name)) for row in rows] for name in columns}, **more,
    )  # fmt: skip


def _value(concept: str, column: str, value: Any) -> Any:
    """Return a state's number for its word, other texts as the octets a device would give."""
    words = {word: number for number, word in CONCEPTS[concept].enums.get(column, {}).items()}
    if isinstance(value, str):
        return words[value] if words else value.encode()
    return value


def a_switch(device: str = "sw1", at: datetime = AT) -> list[TableReading]:
    """Return what a switch with a dying fan, a lost supply and a lost peer says in each of the concepts."""
    made = (
        concept_reading(
            "identity",
            {"vendor": "Cisco", "model": "C9300-48P", "serial": "FOC1", "version": "17.9.4", "location": "hall 2"},
        ),
        concept_reading(
            "interface",
            {"ifIndex": 1, "ifName": "Gi1/0/1", "ifAlias": "uplink", "interface_in_bits_per_second": 9.4e8,
             "interface_out_bits_per_second": 1e6, "interface_speed_bits_per_second": 1e9, "interface_oper": "up",
             "interface_admin": "up", "interface_utilization_ratio": 0.94, "interface_duplex": "full",
             "interface_type": "ethernetCsmacd", "interface_errors_per_second": 0.5},
            {"ifIndex": 2, "ifName": "Gi1/0/2", "interface_oper": "down", "interface_admin": "down",
             "interface_duplex": "unknown", "interface_type": "ethernetCsmacd"},
        ),
        concept_reading(
            "cpu",
            {"cpu": "all", "scope": "device", "cpu_busy_ratio": 0.42},
            {"cpu": "core 1", "scope": "core", "cpu_busy_ratio": 0.97},
        ),
        concept_reading(
            "memory",
            {"pool": "Processor", "memory_used_bytes": 3.9 * 2**30, "memory_size_bytes": 8 * 2**30,
             "memory_used_ratio": 3.9 / 8},
        ),
        concept_reading(
            "storage",
            {"path": "flash:", "storage_used_bytes": 9 * 2**30, "storage_size_bytes": 10 * 2**30,
             "storage_used_ratio": 0.9, "storage_read_only": 0, "storage_fixed": 1},
        ),
        concept_reading(
            "sensor",
            {"sensor": "inlet", "quantity": "celsius", "sensor_value": 23.5, "sensor_high_warning": 46,
             "sensor_high_critical": 56, "sensor_state": "ok"},
            {"sensor": "Te1/1/1 receive", "quantity": "dbm", "port": "Te1/1/1", "sensor_value": -16.25,
             "sensor_low_warning": -14.4, "sensor_low_critical": -18.4, "sensor_state": "warning"},
            {"sensor": "fan 1", "quantity": "rpm", "part": "Fan tray", "sensor_value": 5400, "sensor_state": "ok"},
            {"sensor": "12 V", "quantity": "volts", "sensor_value": 12.06},
            {"sensor": "probes", "quantity": "count", "sensor_value": 4},
        ),
        concept_reading(
            "hardware",
            {"part": "Fan 1", "part_class": "fan", "hardware_state": "critical", "hardware_word": "shutdown"},
            {"part": "PSU 2", "part_class": "supply", "hardware_state": "absent", "hardware_word": "notPresent"},
            {"part": "PSU 1", "part_class": "supply", "hardware_state": "ok", "hardware_word": "normal"},
        ),
        concept_reading(
            "peer",
            {"peer": "192.0.2.9", "protocol": "bgp", "remote_as": "64512", "peer_state": "down",
             "peer_word": "active", "peer_since_seconds": 3725.0},
            {"peer": "2001:db8::9", "protocol": "bgp", "remote_as": "64512", "peer_state": "up",
             "peer_word": "established", "peer_since_seconds": 86400.0, "peer_prefixes": 1204},
        ),
        concept_reading("client", {"client": "eduroam", "kind": "ssid", "client_count": 31}),
        concept_reading(
            "component",
            {"part": "Chassis", "part_class": "chassis", "model": "C9300-48P", "serial": "FOC1"},
            {"part": "PSU 1", "part_class": "supply", "model": "PWR-C1", "serial": "LIT1", "parent": "Chassis"},
        ),
        concept_reading("neighbour", {"port": "Gi1/0/1", "neighbour": "core-sw1", "neighbour_port": "Te1/1"}),
        concept_reading("vlan", {"vlan": "10", "vlan_name": "voice"}, {"vlan": "20", "vlan_name": ""}),
    )  # fmt: skip
    return [replace(reading, device=device, at=at) for reading in made]
