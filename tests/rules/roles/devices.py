"""A switch as its tables tell of it, read again and again by a clock that a test sets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from netwatch.model import CONCEPTS, Credential, Device, RowSet, TableReading
from netwatch.rules import Roles, RoleSettings

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
ETHERNET, LAG, LOOPBACK = 6, 161, 24
UP, DOWN = 1, 2
DAY = timedelta(days=1)


def device(name, **more):
    return Device(name=name, address=more.pop("address", name), credential=Credential(name="c", version="2c"), **more)


class Switch:
    """One device with ports `p1`, `p2`, ... and what its facts say of them."""

    def __init__(self, ports=8, *, name="sw1", devices=(), chosen=(), labels=None, peers=None):
        self.name, self.now = name, MONDAY
        self.names = [f"p{number}" for number in range(1, ports + 1)]
        self.alias = dict.fromkeys(self.names, "")
        self.type = dict.fromkeys(self.names, ETHERNET)
        self.oper = dict.fromkeys(self.names, UP)
        self.kept = {}
        self._devices = (device(name, labels=labels or {}), *devices)
        self.choose(*chosen)
        self._rows, self._peers = None, peers
        self.started()

    def choose(self, *entries):
        """The configuration says this of roles from the next start on."""
        self._chosen = [RoleSettings.model_validate(one) for one in entries]

    def started(self):
        """NetWatch starts, with what it kept."""
        self.roles = Roles(self._devices, self._chosen, remember=self._keep, neighbours=self._peers)
        self.roles.recall(self.kept.values())
        return self

    def _keep(self, memory):
        self.kept[memory.key] = memory

    def facts(self, table, *rows, partial=False, **columns):
        """Read a table of facts: each row is its labels."""
        names = CONCEPTS[table].labels if table in CONCEPTS else tuple(rows[0]) if rows else ()
        index = tuple(map(str, range(len(rows))))
        labels = {
            name: tuple(row.get(name, "") for row in rows)
            for name in dict.fromkeys([*names, *(n for r in rows for n in r)])
        }
        reading = TableReading(
            device=self.name,
            table=table,
            at=self.now,
            rows=RowSet(index=index, keys=index, labels=labels),
            columns=columns,
            partial=partial,
        )
        assert self.roles.applied(reading) is reading
        return self

    def behind(self, **counts):
        """Read the table of hardware addresses: so many behind each port."""
        return self.facts("mac", *(
            {"mac": f"02:00:00:00:{port}:{number}", "vlan": "10", "port": port}
            for port, count in counts.items() for number in range(count)
        ))  # fmt: skip

    def neighbours(self, *rows):
        return self.facts("neighbour", *rows)

    def read(self, **oper):
        """Read the interfaces, some of which are in another state from now on."""
        self.oper |= oper
        aliases = tuple(self.alias[name] for name in self.names)
        if self._rows is None or self._rows.labels["ifAlias"] != aliases or len(self._rows.index) != len(self.names):
            index = tuple(map(str, range(1, len(self.names) + 1)))
            labels = dict.fromkeys(CONCEPTS["interface"].labels, ("",) * len(index))
            labels |= {"ifIndex": index, "ifName": tuple(self.names), "ifAlias": aliases}
            self._rows = RowSet(index=index, keys=tuple(f"ifName={name}" for name in self.names), labels=labels)
        columns = {
            "interface_oper": [self.oper[name] for name in self.names],
            "interface_admin": [UP] * len(self.names),
            "interface_type": [self.type[name] for name in self.names],
        }
        self.reading = self.roles.applied(
            TableReading(device=self.name, table="interface", at=self.now, rows=self._rows, columns=columns)
        )
        return self

    def passes(self, time, every=timedelta(minutes=10)):
        """Read the interfaces for a while, as they are."""
        until = self.now + time
        while self.now < until:
            self.now = min(until, self.now + every)
            self.read()
        return self

    def label(self, name):
        return dict(zip(self.names, self.reading.rows.labels[name], strict=True))

    @property
    def roles_now(self):
        return self.label("role")

    def role(self, port):
        return self.roles_now[port]

    def why(self, port):
        return self.label("role_reason")[port]
