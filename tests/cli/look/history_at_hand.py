"""A configuration with a history of a day behind it: a port that is full twice, a device that was away once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from netwatch.model import RowSet, TableReading
from tests.history.kept import written

MINUTE = timedelta(minutes=1)
CONFIG = """
credentials: {pub: {version: 2c, community: public}}
defaults: {credential: pub}
devices: [{name: sw1, address: 127.0.0.1, port: 9, labels: {site: hq}}]
rules: {paths: [rules.yaml]}
route: {receiver: noc, group_by: [device], group_wait: 30s, repeat_interval: 4h}
receivers: [{name: noc, email: {to: [noc@example.net]}}]
smtp: {from: nw@example.net, relays: [{host: 127.0.0.1, port: 9}]}
web: {listen: "127.0.0.1:1"}
store: {url: "sqlite:///netwatch.db"}
"""
RULES = """
rules:
  - alert: PortFull
    expr: interface_in_bits_per_second > 0.9 * interface_speed_bits_per_second
    for: 5m
    labels: {severity: warning}
    annotations: {summary: "{{ ifName }} of {{ device }} is full"}
  - alert: Away
    expr: up == 0
    labels: {severity: critical}
  - alert: Octets
    expr: rate(ifHCInOctets) > 5
    labels: {severity: warning}
"""
ROWS = RowSet(
    index=("1", "2"), keys=("ifName=Gi1", "ifName=Gi2"), labels={"ifName": ("Gi1", "Gi2"), "ifAlias": ("", '=1+"1')}
)
ONE = RowSet(index=("",), keys=("",))
FULL = ((60, 90), (300, 303), (600, 900))
"""From which to which minute Gi1 is full: half an hour, too short for the rule, five hours."""


def readings(start: datetime) -> Iterator[TableReading]:
    for minute in range(20 * 60):
        at = start + minute * MINUTE
        full = any(begin <= minute < end for begin, end in FULL)
        columns = {
            "interface_in_bits_per_second": [0.95e9 if full else 1.5e8, None],
            "interface_speed_bits_per_second": [1e9, 1e9],
        }
        yield TableReading(device="sw1", table="interface", at=at, rows=ROWS, columns=columns)
        up = 0 if 700 <= minute < 710 else 1
        yield TableReading(
            device="sw1", table="reachability", at=at + MINUTE / 2, rows=ONE, columns={"up": [up], "trouble": [b"ok"]}
        )


def put_up(folder: Path) -> datetime:
    """Write it all into a folder; return when history begins."""
    (folder / "netwatch.yaml").write_text(CONFIG)
    (folder / "rules.yaml").write_text(RULES)
    start = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=20)
    written(folder / "netwatch-history.db", readings(start)).close()
    return start
