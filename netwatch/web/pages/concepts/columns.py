"""What the table of each concept shows: its columns, how a row of it looks in each, and how bad the row is.

A quiet room. May import: netwatch.model, netwatch.web. Called by: sections.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from netwatch.web.pages.concepts.cells import Cell, Heading
from netwatch.web.pages.concepts.pictures import Limits, scale_of
from netwatch.web.pages.concepts.rows import RANKS, Row
from netwatch.web.pages.concepts.writers import (
    Write,
    bar_rank,
    label,
    number,
    of_size,
    own_word,
    share,
    state,
    state_rank,
    text,
    words,
)


@dataclass(frozen=True, slots=True)
class View:
    """How a concept is shown: its title, its columns, the rank of a row.

    name: the label that names a row that is amiss; empty where no row ever is.
    """

    title: str
    columns: tuple[tuple[Heading, Write], ...]
    rank: Callable[[Row], int] = lambda row: RANKS[""]
    name: str = ""

    def wrong(self, row: Row) -> str:
        """Return what is amiss with a row in a few words, empty for nothing."""
        return self.name and _wrong_words(self, row)


def _wrong_words(view: View, row: Row) -> str:
    """Write `Fan 1 critical, shutdown`: name, state, and what else the device says of it."""
    if view.rank(row) > RANKS["warning"]:
        return ""
    cells = {heading.title: write(row).text for heading, write in view.columns}
    said = filter(None, (cells[_STATE.title], cells.get("Says", ""), cells.get("Value", "")))
    return f"{row.label(view.name)} {', '.join(said)}"


def _limits(row: Row) -> Limits:
    return Limits(
        low_critical=row.value("sensor_low_critical"),
        low_warning=row.value("sensor_low_warning"),
        high_warning=row.value("sensor_high_warning"),
        high_critical=row.value("sensor_high_critical"),
    )


_DARK = frozenset({"down", "disabled"})


def _sensor_name(row: Row) -> Cell:
    """Write what it is called, where it is, and that its port is not up."""
    state_of_port = row.word("sensor_port_state")
    named = label("sensor", "port", "part")(row)
    dark = f"port is {state_of_port}" if state_of_port in _DARK else ""
    return Cell(text=named.text, small=", ".join(filter(None, (named.small, dark))))


def _sensor_state(row: Row) -> Cell:
    """Write what the device says of a sensor; that it knows nothing is no news beside a value."""
    said = state("sensor_state")(row)
    return Cell(doubt=said.doubt) if said.text == "unknown" and row.value("sensor_value") is not None else said


def _sensor_rank(row: Row) -> int:
    """Rank by what the device says; one beyond its limit comes before those that are well.

    A transceiver of a port that is down or switched off is dark, and nothing is wrong with that.
    """
    if row.word("sensor_port_state") in _DARK:
        return RANKS["disabled"]
    said = RANKS.get(_sensor_state(row).text, RANKS[""])
    return min(said, RANKS["unknown"]) if _limits(row).tone_of(row.value("sensor_value")) else said


def _sensor_limits(row: Row) -> Cell:
    limits, quantity = _limits(row), row.label("quantity")
    return Cell(
        small=limits.words(quantity),
        picture=scale_of(row.value("sensor_value"), limits, quantity),
        doubt=row.doubt("sensor_low_critical", "sensor_low_warning", "sensor_high_warning", "sensor_high_critical"),
    )


def _interface_state(row: Row) -> Cell:
    """Write what an interface does, or that somebody does not want it."""
    oper = row.word("interface_oper")
    if row.word("interface_admin") == "down":
        return Cell(text="off")
    return Cell(text=oper, pill="st-up" if oper == "up" else "", doubt=row.doubt("interface_oper"))


def _interface_name(row: Row) -> Cell:
    return Cell(text=row.label("ifName") or row.label("ifIndex"))


def _speed(row: Row) -> Cell:
    """Write a speed; 0 is what agents say that know none."""
    speed = row.measured("interface_speed_bits_per_second")
    is_known = row.value("interface_speed_bits_per_second")
    return Cell(text=speed if is_known else "", doubt=row.doubt("interface_speed_bits_per_second"))


def _duplex(row: Row) -> Cell:
    word = row.word("interface_duplex")
    return Cell(text=word if word == "half" else "")


def _storage_flags(row: Row) -> Cell:
    return Cell(text="read only" if row.value("storage_read_only") == 1 else "")


def _head(title: str, css: str = "") -> Heading:
    return Heading(title=title, css=css)


_STATE = _head("State")
_BUSY = share("cpu_busy_ratio")
_MEMORY = share("memory_used_ratio")
_STORAGE = share("storage_used_ratio", unless="storage_read_only")
_POOL = share("pool_used_ratio")
_SUPPLY = share("supply_level_ratio", is_left=True)
VIEWS: Mapping[str, View] = {
    "interface": View("Interfaces", (
        (_STATE, _interface_state), (_head("Interface", "name"), _interface_name), (_head("Alias"), label("ifAlias")),
        (_head("Role"), label("role", "role_reason")), (_head("On it"), label("neighbour")),
        (_head("Speed", "num nowrap"), _speed),
        (_head("Duplex"), _duplex),
        (_head("In", "num nowrap"), number("interface_in_bits_per_second")),
        (_head("Out", "num nowrap"), number("interface_out_bits_per_second")),
        (_head("Full", "num"), share("interface_utilization_ratio")),
        (_head("Errors", "num nowrap"), number("interface_errors_per_second")),
        (_head("Discards", "num nowrap"), number("interface_discards_per_second")),
    )),
    "cpu": View("Processors", (
        (_head("Processor", "name"), label("cpu")), (_head("Scope"), words("scope")), (_head("Busy", "num"), _BUSY),
    ), bar_rank(_BUSY)),
    "memory": View("Memory", (
        (_head("Pool", "name"), label("pool")), (_head("In use", "num"), _MEMORY),
        (_head("Bytes", "num nowrap"), of_size("memory_used_bytes", "memory_size_bytes")),
    ), bar_rank(_MEMORY)),
    "storage": View("Storage", (
        (_head("Path", "name"), label("path")), (_head("In use", "num"), _STORAGE),
        (_head("Bytes", "num nowrap"), of_size("storage_used_bytes", "storage_size_bytes")),
        (_head("Mode", "nowrap"), _storage_flags),
    ), bar_rank(_STORAGE)),
    "sensor": View("Sensors", (
        (_STATE, _sensor_state), (_head("Sensor", "name"), _sensor_name),
        (_head("Value", "num nowrap"), number("sensor_value")), (_head("Limits", "limits"), _sensor_limits),
    ), _sensor_rank, "sensor"),
    "hardware": View("Hardware", (
        (_STATE, state("hardware_state")), (_head("Part", "name"), label("part")),
        (_head("Kind"), words("part_class")), (_head("Says"), own_word("hardware_word", "hardware_state")),
    ), state_rank("hardware_state"), "part"),
    "peer": View("Peers", (
        (_STATE, state("peer_state")), (_head("Peer", "name"), label("peer")), (_head("Protocol"), label("protocol")),
        (_head("AS", "num"), label("remote_as")), (_head("VRF"), label("vrf")),
        (_head("Says"), own_word("peer_word", "peer_state")),
        (_head("For", "num nowrap"), number("peer_since_seconds")),
        (_head("Prefixes", "num"), number("peer_prefixes")),
    ), state_rank("peer_state"), "peer"),
    "redundancy": View("Redundancy", (
        (_STATE, state("redundancy_state")), (_head("Group", "name"), label("group")),
        (_head("Kind"), label("kind")), (_head("Role"), text("redundancy_role")),
    ), state_rank("redundancy_state"), "group"),
    "tunnel": View("Tunnels", (
        (_STATE, state("tunnel_state")), (_head("Tunnel", "name"), label("tunnel")), (_head("Kind"), label("kind")),
        (_head("Says"), own_word("tunnel_word", "tunnel_state")),
    ), state_rank("tunnel_state"), "tunnel"),
    "pool": View("Pools", (
        (_head("Pool", "name"), label("pool")), (_head("Kind"), label("kind")), (_head("In use", "num"), _POOL),
        (_head("Count", "num nowrap"), of_size("pool_used", "pool_size")),
    ), bar_rank(_POOL)),
    "license": View("Licenses", (
        (_STATE, state("license_state")), (_head("License", "name"), label("license")),
        (_head("Ends in", "num nowrap"), number("license_expires_in_seconds")),
    ), state_rank("license_state"), "license"),
    "supply": View("Supplies", (
        (_head("Supply", "name"), label("supply")), (_head("Kind"), label("kind")), (_head("Left", "num"), _SUPPLY),
        (_head("Says"), text("supply_word")),
    ), bar_rank(_SUPPLY)),
    "client": View("Clients", (
        (_head("Where", "name"), label("client")), (_head("Kind"), label("kind")),
        (_head("Clients", "num"), number("client_count")),
    )),
}  # fmt: skip
"""By concept, but for facts, which show their labels."""
FACTS: Mapping[str, str] = {
    "component": "Inventory", "neighbour": "Neighbours", "address": "Addresses", "vlan": "VLANs",
    "port_vlan": "VLANs of ports, without a tag", "mac": "MAC addresses", "arp": "ARP and neighbour cache",
}  # fmt: skip
"""The titles of the facts that have a table; `identity` is one line above everything."""
TITLES: Mapping[str, str] = {
    "part": "Part", "part_class": "Kind", "neighbour_port": "Its port", "neighbour": "Neighbour", "vlan_name": "Name",
    "vlan": "VLAN", "mac": "MAC", "prefix_length": "Prefix", "chassis": "Chassis", "parent": "In",
}  # fmt: skip


def fact_columns(labels: tuple[str, ...]) -> tuple[tuple[Heading, Write], ...]:
    """Return a column for each label."""
    return tuple(
        (_head(_title_of(name), "" if place else "name"), words(name) if name == "part_class" else label(name))
        for place, name in enumerate(labels)
    )


def _title_of(name: str) -> str:
    return TITLES.get(name, name if name.startswith("if") else name.capitalize())
