"""What facts say of ports: a port's addresses, the VLAN of its own, and the VLANs and stations that were heard on it.

A quiet room. May import: netwatch.model, netwatch.web. Called by: netwatch.web.pages.devices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from netwatch.model import TableReading
from netwatch.web.words import counted

SHOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class OnPort:
    """addresses: with their prefix lengths. vlans: of the stations heard there, in order. stations: how many."""

    addresses: tuple[str, ...] = ()
    vlans: tuple[str, ...] = ()
    stations: int = 0

    @property
    def address_words(self) -> str:
        """Return the first addresses, and how many more there are."""
        return _first(self.addresses)

    def heard_words(self, own_vlan: str = "") -> str:
        """Return the VLAN of a port's own, those of stations where they are others, and how many there are."""
        others = tuple(one for one in self.vlans if one != own_vlan)
        return ", ".join(filter(None, (
            f"VLAN {own_vlan} without a tag" if own_vlan else "",
            f"{'stations in VLAN' if own_vlan else 'VLAN'} {_first(others)}" if others else "",
            counted(self.stations, "station") if self.stations else "",
        )))  # fmt: skip


def own_vlans(readings: Iterable[TableReading]) -> Mapping[str, str]:
    """Return the VLAN of each port's own (PVID), of what comes without a tag, by ifIndex.

    By that alone: on some devices one port is called by the number that is another's ifIndex.
    """
    return {
        row["ifIndex"]: row.get("vlan", "")
        for reading in readings if reading.table == "port_vlan"
        for row in _rows(reading) if row.get("ifIndex")
    }  # fmt: skip


def on_ports(readings: Iterable[TableReading]) -> Mapping[str, OnPort]:
    """Return what is known of ports, by ifIndex and by name: facts name a port by what the device gave them."""
    addresses: dict[str, list[str]] = {}
    vlans: dict[str, set[str]] = {}
    stations: dict[str, set[str]] = {}
    for reading in readings:
        if reading.table == "address":
            for row in _rows(reading):
                length = row.get("prefix_length", "")
                text = f"{row.get('address', '')}/{length}" if length else row.get("address", "")
                for port in {row.get("ifIndex"), row.get("ifName")} - {None, ""}:
                    addresses.setdefault(str(port), []).append(text)
        elif reading.table == "mac":
            for row in _rows(reading):
                if port := row.get("port"):
                    stations.setdefault(port, set()).add(row.get("mac", ""))
                    if vlan := row.get("vlan"):
                        vlans.setdefault(port, set()).add(vlan)
    return {
        port: OnPort(
            addresses=tuple(dict.fromkeys(filter(None, addresses.get(port, ())))),
            vlans=tuple(sorted(vlans.get(port, ()), key=_number)), stations=len(stations.get(port, ())),
        )
        for port in addresses.keys() | stations.keys()
    }  # fmt: skip


def _rows(reading: TableReading) -> Iterator[dict[str, str]]:
    return (reading.rows.labels_of(number) for number in range(len(reading.rows.keys)))


def _number(text: str) -> tuple[int, str]:
    return (int(text), "") if text.isascii() and text.isdigit() and len(text) < 10 else (1 << 31, text)


def _first(texts: tuple[str, ...]) -> str:
    more = len(texts) - SHOWN
    return ", ".join(texts[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")
