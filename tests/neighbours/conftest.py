"""A book of neighbours that is told readings made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from netwatch.model import Memory, RowSet, TableReading
from netwatch.neighbours import NeighbourBook
from tests.concept_readings import concept_reading

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADDRESSES = {"core1": "192.0.2.1", "core2": "192.0.2.2", "acc7": "192.0.2.7"}


class Net:
    """Some devices, read again and again."""

    def __init__(self, addresses: Mapping[str, str] = ADDRESSES):
        self.addresses, self.now = addresses, NOON
        self.book = NeighbourBook(addresses)
        self.kept: dict[str, Memory] = {}
        self.writes = 0

    def later(self, **by: float) -> Net:
        self.now += timedelta(**by)
        return self

    def ports(self, device: str, **names: str) -> Net:
        """`ports("sw1", i10="Gi0/1")`: ifIndex 10 is Gi0/1."""
        rows = [
            {
                "ifIndex": index[1:],
                "ifName": name,
                "interface_type": "ieee8023adLag" if name.startswith("Po") else "other",
            }
            for index, name in names.items()
        ]
        return self._tell("interface", device, *rows)

    def says(self, device: str, **labels: str) -> Net:
        return self._tell("identity", device, labels)

    def has(self, device: str, *addresses: str) -> Net:
        return self._tell("address", device, *({"address": one} for one in addresses))

    def arp(self, device: str, **macs: str) -> Net:
        """`arp("r1", **{"192.0.2.2": "00:.."})`."""
        return self._tell("arp", device, *({"address": one, "mac": mac} for one, mac in macs.items()))

    def fdb(self, device: str, *rows: tuple[str, ...]) -> Net:
        """`fdb("sw1", (mac, port), (mac, port, vlan))`."""
        return self._tell("mac", device, *(dict(zip(("mac", "port", "vlan"), row, strict=False)) for row in rows))

    def bundles(self, device: str, **members: int) -> Net:
        """`bundles("sw1", i10=100)`: ifIndex 10 is a member of 100."""
        index = tuple(name[1:] for name in members)
        self.book.take(TableReading(
            device=device, table="dot3adAggPortTable", at=self.now, rows=RowSet(index=index, keys=index),
            columns={"dot3adAggPortAttachedAggID": list(members.values())},
        ))  # fmt: skip
        return self

    def stack(self, device: str, *above: str) -> Net:
        """`stack("sw1", "100.10")`: 100 stands above 10."""
        rows = RowSet(index=above, keys=above)
        self.book.take(TableReading(device=device, table="ifStackTable", at=self.now, rows=rows, columns={}))
        return self

    def hears(self, device: str, *rows: Mapping[str, str], **more) -> list[str]:
        """Return what is news of it."""
        events = self._read("neighbour", device, *({"protocol": "lldp", **row} for row in rows), **more)
        return [event.text for event in events]

    def restarted(self) -> Net:
        self.book = NeighbourBook(self.addresses)
        self.book.recall(self.kept.values())
        return self

    def _tell(self, table: str, device: str, *rows: Mapping[str, str]) -> Net:
        self._read(table, device, *rows)
        return self

    def _read(self, table, device, *rows, **more):
        reading = concept_reading(table, *rows, device=device, at=self.now, **{"asked_at": self.now, **more})
        events, memories = self.book.take(reading)
        self.kept |= {memory.key: memory for memory in memories}
        self.writes += len(memories)
        return events


@pytest.fixture
def net() -> Net:
    return Net()
