"""A house to look at: plain values behind the Views protocol, and one with a realistic bad night in it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

from pydantic import SecretStr

from netwatch.app.families import kept_families
from netwatch.app.pages.called import Called
from netwatch.errors import StoreError
from netwatch.metrics import Board
from netwatch.mib import load_index
from netwatch.model import (
    ALIVE,
    CONCEPTS,
    SCALARS,
    USUAL_SEVERITIES,
    Alert,
    AlertKey,
    AlertState,
    Availability,
    ColumnKind,
    Credential,
    Device,
    DeviceSign,
    DeviceStatus,
    DiscoveryState,
    Event,
    Neighbour,
    Oid,
    OutboxEntry,
    OutboxState,
    Past,
    ReadingGap,
    RefusedSender,
    RowSet,
    Severities,
    TableReading,
    TableSchema,
    TrapEvent,
    UnmatchedTraps,
    Varbind,
)
from netwatch.rules import proposed_file
from netwatch.web import History, KeptFamily, RelayStatus
from netwatch.web.views import NoHistory
from tests.concept_readings import a_switch

COMMUNITY = "s3cret-community"
CAMPUS = Credential(name="campus", version="2c", community=SecretStr(COMMUNITY))
OPER = {1: "up", 2: "down", 7: "lowerLayerDown"}
COUNTERS = ("ifHCInOctets", "ifHCOutOctets", "ifInErrors", "ifOutErrors", "ifInDiscards", "ifOutDiscards")
SCHEMA = {
    "ifTable": TableSchema(
        name="ifTable",
        columns={
            **dict.fromkeys(COUNTERS, ColumnKind.COUNTER64),
            "ifOperStatus": ColumnKind.ENUM,
            "ifAdminStatus": ColumnKind.ENUM,
            "ifHighSpeed": ColumnKind.GAUGE,
        },
        labels=("ifIndex", "ifName", "ifAlias", "ifDescr"),
        enums={"ifOperStatus": OPER},
    ),
    "hrStorageTable": TableSchema(name="hrStorageTable", columns={"hrStorageUsed": ColumnKind.GAUGE}),
}


@dataclass(kw_only=True)
class House:
    """Shows what was put into it."""

    statuses: list[DeviceStatus] = field(default_factory=list)
    tables: dict[str, list[TableReading]] = field(default_factory=dict)
    missed: dict[str, list[ReadingGap]] = field(default_factory=dict)
    known_alerts: list[Alert] = field(default_factory=list)
    happened: list[Event] = field(default_factory=list)
    heard: list[TrapEvent] = field(default_factory=list)
    mails: list[OutboxEntry] = field(default_factory=list)
    mail_relays: list[RelayStatus] = field(default_factory=list)
    turned_away: list[RefusedSender] = field(default_factory=list)
    of_no_rule: list[UnmatchedTraps] = field(default_factory=list)
    own_problems: list[str] = field(default_factory=list)
    known_neighbours: list[Neighbour] = field(default_factory=list)
    swept: DiscoveryState = field(default_factory=DiscoveryState)
    waiting_for: str = ""
    store_is_broken: bool = False
    looks_at_all: int = 0
    who_was_told: dict[str, list[tuple[str, datetime]]] = field(default_factory=dict)
    severities: Severities = USUAL_SEVERITIES
    history: History = field(default_factory=NoHistory)

    @property
    def is_kept(self) -> bool:
        return self.history.is_kept

    async def rows(self, device: str, table: str) -> Sequence[tuple[str, Mapping[str, str]]]:
        return await self.history.rows(device, table)

    async def availability(self, device: str, spans: Sequence[timedelta], until: datetime) -> Sequence[Availability]:
        return await self.history.availability(device, spans, until)

    async def past(
        self, device: str, table: str, key: str, columns: Sequence[str], since: datetime, until: datetime
    ) -> Mapping[str, Past]:
        return await self.history.past(device, table, key, columns, since, until)

    def families(self) -> Mapping[str, KeptFamily]:
        return kept_families()

    async def column(
        self, device: str, table: str, column: str, since: datetime, until: datetime, step: timedelta
    ) -> Mapping[str, tuple[Mapping[str, str], Past]]:
        return await self.history.column(device, table, column, since, until, step)

    def not_ready(self) -> str:
        return self.waiting_for

    def problems(self) -> Sequence[str]:
        return self.own_problems

    def discovery(self) -> DiscoveryState:
        return self.swept

    def schema(self) -> Mapping[str, TableSchema]:
        return SCHEMA | {name: concept.schema for name, concept in CONCEPTS.items()}

    def devices(self) -> Sequence[DeviceStatus]:
        self.looks_at_all += 1
        return self.statuses

    def stand(self) -> Sequence[DeviceSign]:
        return [
            DeviceSign(one.device, one.up, one.sys_name, one.trouble, one.partial_tables, one.profile)
            for one in self.statuses
        ]

    def device(self, name: str) -> DeviceStatus | None:
        return next((one for one in self.statuses if one.device.name == name), None)

    def readings(self, device: str) -> Sequence[TableReading]:
        return self.tables.get(device, [])

    def reading(self, device: str, table: str) -> TableReading | None:
        return next((one for one in self.readings(device) if one.table == table), None)

    def unit_of(self, alert: Alert) -> str:
        return alert.annotations.get("unit", "")

    def identity(self, device: str) -> Mapping[str, str]:
        found = [one.rows for one in self.tables.get(device, []) if one.table == "identity"]
        return found[0].labels_of(0) if found else {}

    def vendor_of(self, device: str) -> str:
        return self.identity(device).get("vendor", "")

    def words_of(self, device: Device) -> str:
        board = Board()
        for reading in self.tables.get(device.name, []):
            board.take_reading(replace(reading, device=device.name))
        return Called(board).words_of(device)

    def neighbours(self, device: str = "") -> Sequence[Neighbour]:
        return [one for one in self.known_neighbours if device in ("", one.device)]

    def gaps(self, device: str) -> Sequence[ReadingGap]:
        return self.missed.get(device, [])

    def relays(self) -> Sequence[RelayStatus]:
        return self.mail_relays

    def refused(self) -> Sequence[RefusedSender]:
        return self.turned_away

    async def unmatched(self) -> Sequence[UnmatchedTraps]:
        return self.of_no_rule

    def told(self, alert_id: str) -> Sequence[tuple[str, datetime]]:
        return self.who_was_told.get(alert_id, [])

    async def over_since(self, since: datetime) -> Sequence[Alert]:
        return [one for one in self.known_alerts if one.resolved_at is not None and one.resolved_at > since]

    async def proposed_rule(self, kind: UnmatchedTraps) -> str:
        example = next((one for one in self.heard if one.number == kind.example), None)
        return proposed_file(kind.trap_oid, load_index(), example=example, senders=kind.senders)

    async def alerts(self) -> Sequence[Alert]:
        if self.store_is_broken:
            raise StoreError("the database is locked")
        return self.known_alerts

    def alerts_of(self, device: str) -> Sequence[Alert]:
        return [alert for alert in self.known_alerts if alert.key.device == device and alert.state in ALIVE]

    async def events(
        self, limit: int, device: str = "", alert_id: str = "", behind: tuple[datetime, int] | None = None
    ) -> Sequence[Event]:
        found = (event for event in self.happened if device in ("", event.device))
        shown = [event for event in found if alert_id in ("", event.alert_id)]
        return [event for event in shown if behind is None or (event.at, event.number or 0) < behind][:limit]

    async def traps(
        self, limit: int = 100, device: str | None = None, source: str | None = None, behind: int | None = None
    ) -> Sequence[TrapEvent]:
        found = (trap for trap in self.heard if device in (None, trap.device) and source in (None, trap.source))
        return [trap for trap in found if behind is None or (trap.number or 0) < behind][:limit]

    async def outbox(
        self, limit: int, state: OutboxState | None = None, behind: tuple[datetime, str] | None = None
    ) -> Sequence[OutboxEntry]:
        found = [entry for entry in self.mails if state in (None, entry.state)]
        return [entry for entry in found if behind is None or entry.created_at < behind[0]][:limit]

    async def outbox_entry(self, entry_id: str) -> OutboxEntry | None:
        return next((entry for entry in self.mails if entry.id == entry_id), None)

    async def outbox_counts(self) -> Mapping[OutboxState, int]:
        counts = Counter(entry.state for entry in self.mails)
        return {state: counts[state] for state in OutboxState}


def status_of(name: str = "core-sw1", *, up: bool | None = True, **changes: object) -> DeviceStatus:
    device = Device(name=name, address=str(changes.pop("address", "192.0.2.1")), credential=CAMPUS)
    return DeviceStatus(device=device, up=up, **changes)  # type: ignore[arg-type]


def interfaces(
    device: str, count: int, *, seed: int = 1, alias: str = "", at: datetime | None = None
) -> TableReading:
    """A switch's ifTable: some ports busy, some unused, one switched off."""
    dice = random.Random(seed)
    numbers = range(1, count + 1)
    oper = [1 if number == 7 or dice.random() < 0.7 else 2 for number in numbers]
    rates = {name: [0.0] * count for name in COUNTERS}
    for row in range(count):
        if oper[row] == 1 and row != 4:
            rates["ifHCInOctets"][row] = dice.random() ** 4 * 1.2e8
            rates["ifHCOutOctets"][row] = dice.random() ** 4 * 1.2e8
            rates["ifInErrors"][row] = 0.02 if dice.random() < 0.05 else 0.0
    return TableReading(
        device=device,
        table="ifTable",
        at=at or datetime.now(UTC),
        rows=RowSet(
            index=tuple(str(10100 + number) for number in numbers),
            keys=tuple(f"ifName=Gi1/0/{number}" for number in numbers),
            labels={
                "ifIndex": tuple(str(10100 + number) for number in numbers),
                "ifName": tuple(f"Gi1/0/{number}" for number in numbers),
                "ifAlias": tuple(alias or (f"room {100 + number}" if number % 3 else "") for number in numbers),
                "ifDescr": tuple(f"GigabitEthernet1/0/{number}" for number in numbers),
            },
        ),
        columns={
            **{name: [dice.randrange(2**44) for _ in numbers] for name in COUNTERS},
            "ifOperStatus": oper,
            "ifAdminStatus": [2 if number == 5 else 1 for number in numbers],
            "ifHighSpeed": [1000] * count,
        },
        rates=rates,
    )


def alert_of(rule: str, device: str, **changes: object) -> Alert:
    now = datetime.now(UTC)
    fields: dict[str, object] = {
        "id": f"{rule}-{device}-{changes.get('instance', '')}",
        "key": AlertKey(rule=rule, device=device, instance=str(changes.pop("instance", ""))),
        "state": AlertState.FIRING,
        "labels": {"severity": str(changes.pop("severity", "warning"))},
        "annotations": {"summary": str(changes.pop("summary", rule))},
        "pending_at": now - timedelta(minutes=9),
        "firing_at": now - timedelta(minutes=4),
    }
    return Alert(**(fields | changes))  # type: ignore[arg-type]


def mail_of(number: int, subject: str, text: str = "Something broke.", **changes: object) -> OutboxEntry:
    now = datetime.now(UTC)
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "netwatch@example.net", "noc@example.net", subject
    message["Message-ID"] = f"<{number}@netwatch.example.net>"
    message.set_content(text)
    message.add_alternative(f"<p>{text}</p>", subtype="html")
    fields: dict[str, object] = {
        "id": f"m{number}", "message_id": f"<{number}@netwatch.example.net>", "subject": subject,
        "envelope_sender": "netwatch@example.net", "recipient": "noc@example.net", "receiver": "noc",
        "message": message.as_bytes(), "created_at": now - timedelta(minutes=number), "not_before": now,
    }  # fmt: skip
    return OutboxEntry(**(fields | changes))  # type: ignore[arg-type]


def bad_night() -> House:
    """Six devices of the demo's kind: one dead, one saturated, one read in part, mail waiting for a relay."""
    now = datetime.now(UTC)
    seen = now - timedelta(seconds=14)
    house = House()
    names = ["core-sw1", "core-sw2", "edge-r1", "access-sw10", "access-sw2", "ups-room1", "nas1", "wlc1"]
    for number, name in enumerate(names):
        house.statuses.append(
            status_of(
                name,
                up=name != "access-sw2",
                address=f"192.0.2.{number + 1}",
                profile="generic-if" if "sw" in name or "r1" in name else "host-resources",
                sys_name=f"{name}.example.net",
                sys_descr="Cisco IOS Software, C9300 Software (C9300-UNIVERSALK9-M), Version 17.9.4",
                uptime=timedelta(days=number * 31 + 2, hours=5),
                round_trip=timedelta(milliseconds=0.7 + number * 3.1),
                last_polled_at=seen,
                trouble="no answer to 4 requests in 8 s" if name == "access-sw2" else "",
                partial_tables=("hrStorageTable",) if name == "nas1" else (),
            )
        )
        house.tables[name] = [interfaces(name, 48 if "sw" in name else 6, seed=number, at=seen)]
    house.tables["core-sw2"] += [one for one in a_switch("core-sw2", seen) if one.table != "interface"]
    house.tables["edge-r1"] += a_switch("edge-r1", seen)
    house.tables["core-sw1"][0].rates["ifHCOutOctets"][6] = 1.1775e8  # type: ignore[index]
    house.tables["core-sw1"].append(
        TableReading(
            device="core-sw1", table="system", at=seen, rows=SCALARS,
            columns={"sysUpTime": [17280000], "sysName": [b"core-sw1.example.net"], "ifNumber": [48]},
        )
    )  # fmt: skip
    house.tables["nas1"].append(
        TableReading(
            device="nas1", table="hrStorageTable", at=seen, partial=True,
            rows=RowSet(index=("1", "31"), keys=("1", "31"), labels={"hrStorageDescr": ("Physical memory", "/")}),
            columns={"hrStorageSize": [16_384_000, 500_000_000], "hrStorageUsed": [8_112_004, None]},
        )
    )  # fmt: skip
    house.missed["access-sw2"] = [
        ReadingGap(device="access-sw2", table="ifTable", at=seen, reason="no answer to 4 requests in 8 s")
    ]
    house.known_alerts = [
        alert_of(
            "DeviceDown", "access-sw2", severity="critical", value=0.0, summary="access-sw2 does not answer SNMP"
        ),
        alert_of(
            "InterfaceSaturated", "core-sw1", instance="ifName=Gi1/0/7", value=9.42e8, threshold=9.0e8,
            summary="Gi1/0/7 on core-sw1 is 94 % full",
        ),
        alert_of(
            "InterfaceErrors", "edge-r1", instance="ifName=Gi1/0/2", state=AlertState.PENDING, firing_at=None,
            summary="Gi1/0/2 on edge-r1 sees errors", value=0.04, threshold=0.01,
        ),
        alert_of(
            "DeviceRebooted", "wlc1", state=AlertState.RESOLVED, severity="info", summary="wlc1 restarted",
            resolved_at=now - timedelta(hours=2),
        ),
    ]  # fmt: skip
    house.mails = [
        mail_of(1, "[DOWN] access-sw2 does not answer SNMP", state=OutboxState.DEFERRED, attempts=2,
                last_reply="451 4.7.1 Greylisted, try again later", not_before=now + timedelta(seconds=40)),
        mail_of(4, "[WARNING] core-sw1 Gi1/0/7 94 % full", state=OutboxState.SENT, attempts=1,
                sent_at=now - timedelta(minutes=3), last_reply="250 2.0.0 Ok: queued as 4F1A2"),
        mail_of(122, "[OK] wlc1 restarted", state=OutboxState.SENT, attempts=1,
                sent_at=now - timedelta(hours=2), last_reply="250 2.0.0 Ok: queued as 4F0B7"),
        mail_of(400, "[OK] nas1 / storage", state=OutboxState.DEAD, attempts=1,
                last_reply="550 5.1.1 User unknown"),
    ]  # fmt: skip
    house.mail_relays = [
        RelayStatus(name="mail1.example.net:587", up=False, words="connection refused, next try in 20 s"),
        RelayStatus(name="mail2.example.net:587", up=True, words="250 2.0.0 Ok: queued as 4F1A2"),
    ]
    house.happened = [
        Event(
            at=now - timedelta(minutes=3), kind="notify", device="core-sw1", rule="InterfaceSaturated",
            instance="ifName=Gi1/0/7", text="mail to noc@example.net for receiver noc: 1 new; 1 fire now",
        ),
        Event(
            at=now - timedelta(minutes=4), kind="alert", device="access-sw2", rule="DeviceDown",
            text="firing: the expression is true for 30s",
        ),
        Event(
            at=now - timedelta(minutes=5), kind="delivery",
            text="relay mail1.example.net:587: connection refused",
        ),
        Event(
            at=now - timedelta(hours=2), kind="alert", device="wlc1", rule="DeviceRebooted",
            text="resolved: the expression is no longer true",
        ),
    ]  # fmt: skip
    return house


def trap_of(*texts: bytes, **changes: object) -> TrapEvent:
    """linkDown of ifIndex 3, and whatever texts go with it."""
    link_down, if_index = Oid((1, 3, 6, 1, 6, 3, 1, 1, 5, 3)), Oid((1, 3, 6, 1, 2, 1, 2, 2, 1, 1, 3))
    more = (Varbind(oid=Oid((1, 3, 6, 1, 4, 1, 9, 9, n)), tag=4, value=text) for n, text in enumerate(texts))
    fields: dict[str, object] = {
        "at": datetime.now(UTC), "source": "192.0.2.1", "device": "core-sw1", "version": "2c", "trap_oid": link_down,
        "varbinds": (Varbind(oid=if_index, tag=2, value=3), *more),
    }  # fmt: skip
    return TrapEvent(**(fields | changes))  # type: ignore[arg-type]
