"""What facts say of ports: the addresses a port has itself, and the VLANs and stations that were heard on it.

A quiet room. May import: netwatch.model. Called by: netwatch.web.pages.devices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from netwatch.model import TableReading

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

    @property
    def vlan_words(self) -> str:
        """Return the first VLANs, and how many more there are."""
        return _first(self.vlans)


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
