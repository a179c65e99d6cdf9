"""What a rule makes of rows that are no longer there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwatch.model import ColumnKind, RowSet, TableReading, TableSchema
from netwatch.rules import TableMemory, comes_and_goes, evaluate, evaluate_gone, parse_rules, sees_absence

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SCHEMA = {
    name: TableSchema(name=name, columns={f"{name}State": ColumnKind.GAUGE}, labels=("peer",))
    for name in ("peerTable", "hrStorageTable")
}


def rule(text: str):
    (found,) = parse_rules(f"rules: [{{alert: A, {text}}}]", "rules.yaml", SCHEMA)
    return found


@pytest.mark.parametrize(("written", "on_gone"), [
    ("expr: peerTableState == 2", "keep"),
    ("expr: hrStorageTableState == 2", "clear"),
    ("expr: peerTableState == 2, no_data: alert", "alert"),
    ("expr: peerTableState == 2, no_data: clear", "clear"),
    ("expr: hrStorageTableState == 2, on_gone: keep", "keep"),
    ("expr: peerTableState == 2, no_data: alert, on_gone: keep", "keep"),
    ("expr: hrStorageTableState == 2, on_gone: alert", "alert"),
])  # fmt: skip
def test_a_rule_says_what_a_vanished_row_means_or_its_table_does(written, on_gone):
    assert rule(written).on_gone == on_gone


@pytest.mark.parametrize(("table", "goes"), [
    ("hrStorageTable", True), ("hrFSTable", True), ("dskTable", True), ("bsnMobileStationTable", True),
    ("fgVpnTunTable", True), ("cipSecTunnelTable", True), ("clmgmtLicenseInfoTable", True),
    ("cfprApFanTable", False), ("bgpPeerTable", False), ("ospfNbrTable", False), ("ifTable", False),
    ("ciscoEnvMonSupplyStatusTable", False), ("entPhySensorTable", False), ("upsAlarmTable", False),
    ("storage", True), ("tunnel", True), ("license", True), ("client", True),
    ("hardware", False), ("sensor", False), ("peer", False), ("interface", False), ("memory", False),
])  # fmt: skip
def test_storage_clients_tunnels_and_licenses_come_and_go(table, goes):
    assert comes_and_goes(table) is goes


def test_gone_after_is_a_duration_of_the_rule():
    assert rule("expr: peerTableState == 2, gone_after: 2h").gone_after == timedelta(hours=2)
    assert rule("expr: peerTableState == 2").gone_after is None


@pytest.mark.parametrize(("expr", "sees"), [
    ("peerTableState == 2", False),
    ("absent(peerTableState)", True),
    ("peerTableState == 2 or absent(peerTableState) and seen(peerTableState == 1)", True),
    ("count(absent(peerTableState)) > 1", False),
])  # fmt: skip
def test_rules_with_absent_see_rows_that_are_no_longer_there(expr, sees):
    assert sees_absence(rule(f'expr: "{expr}"')) is sees


def test_of_a_vanished_row_only_what_was_seen_is_known_and_looking_changes_nothing():
    watched = rule("expr: absent(peerTableState) and seen(peerTableState == 1) and peer != 'x'")
    memory = TableMemory("r1", "peerTable")
    both = RowSet(index=("1", "2"), keys=("1", "2"), labels={"peer": ("a", "b")})
    reading = TableReading(device="r1", table="peerTable", at=NOW, rows=both, columns={"peerTableState": [1, 2]})
    evaluate(watched, reading, memory)
    memory.unsaved()

    verdicts = evaluate_gone(watched, both, reading, memory)

    assert list(verdicts.broken) == [True, False]
    assert memory.unsaved() == ()
    assert memory.newest is not None
    assert memory.newest.reading is reading
