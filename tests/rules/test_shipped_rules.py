"""The rules that come with NetWatch, on readings that should and should not break them."""

from __future__ import annotations

import pytest

from netwatch.model import RowSet, shipped_directory
from netwatch.profiles import load_library
from netwatch.rules import evaluate, load_rules, render, severity_words
from netwatch.snmp.fast.silence import _words


@pytest.fixture(scope="module")
def rules():
    found = load_rules(sorted(shipped_directory("rules").glob("*.yaml")), load_library([]).schema())
    return {rule.name: rule for rule in found}


def test_every_rule_has_a_severity_a_summary_and_a_description(rules):
    assert set(rules) == {
        "DeviceDown", "SnmpSilent", "PacketLoss", "RoundTripHigh", "DeviceRebooted",
        "AgentRestarted", "ConfigUnsaved", "InterfaceDown", "InterfaceSaturated",
        "InterfaceErrors", "InterfaceDiscards", "SpeedDropped", "DuplexMismatch",
        "CpuHigh", "MemoryHigh", "StorageFull", "StorageFillsUp",
        'SensorBeyondLimit{limit="",severity="critical",side="above"}',
        'SensorBeyondLimit{limit="",severity="warning",side="above"}',
        'SensorBeyondLimit{limit="",severity="critical",side="below"}',
        'SensorBeyondLimit{limit="",severity="warning",side="below"}',
        'SensorBeyondLimit{limit="usual",severity="warning",side="above"}',
        'SensorAlarm{severity="critical"}', 'SensorAlarm{severity="warning"}', "OpticalPowerLow",
        "FanFailed", "PowerSupplyFailed", 'HardwareFailed{severity="critical"}', 'HardwareFailed{severity="warning"}',
        "DeviceAlarm", "StackMemberGone",
        "PeerDown", 'RedundancyChanged{severity="warning"}', 'RedundancyChanged{severity="critical"}', "TunnelDown",
        "UpsOnBattery", "UpsBatteryLow",
        'LicenseExpiring{by=""}', 'LicenseExpiring{by="state"}', "SupplyLow", "PoolExhausted",
        "MailRelayDown", "MailWaiting", "DeadLetters", "PollsLate", "LoopLag", "StoreTrouble", "DatabaseReplaced",
        "HistoryTrouble",
        "DiskLow", "ClockStepped", "MachineSlept", "LedgerBroken", "TrapsLost", "HeartbeatFailing",
        "ConfigReloadFailed", "PartFailing",
        "DatabasePutBack", "TrapPortRefused", "PingRefused", "DevicesFound", "DescriptorsLow", "MemoryLow",
        "SendersUnlisted", "ReportsHeldBack", "TrapsUnjudged", "RowsForgotten", "RuleWithoutNames",
        "MailboxUnread", "AddressDead", "MailRoundTripLost", "MailRoundTripSlow",
        "PasswordsGuessed",
    }  # fmt: skip
    for rule in rules.values():
        assert set(severity_words(rule).split(" or ")) <= {"critical", "warning", "info"}
        assert {"title", "summary", "description"} <= set(rule.annotations)
        assert set(rule.annotations) <= {"title", "several", "unit", "summary", "description"}
        assert rule.annotations["summary"].count("{{ device }}") or rule.file.endswith("netwatch.yaml")
        assert "several" in rule.annotations or rule.file.endswith("netwatch.yaml")


@pytest.mark.parametrize(("name", "columns", "rates", "broken", "summary"), [
    ("DeviceDown", {"up": [0]}, {}, True, "sw1 does not answer"),
    ("DeviceDown", {"up": [1]}, {}, False, ""),
    ("DeviceDown", {"up": [None]}, {}, None, ""),
    ("DeviceDown", {"up": [1], "snmp_up": [0], "ping_up": [1]}, {}, False, ""),
    ("SnmpSilent", {"up": [1], "snmp_up": [0], "ping_up": [1]}, {}, True, "sw1 answers ping, but not SNMP"),
    ("SnmpSilent", {"up": [0], "snmp_up": [0], "ping_up": [0]}, {}, False, ""),
    ("SnmpSilent", {"up": [0], "snmp_up": [0], "ping_up": [None]}, {}, None, ""),
    ("SnmpSilent", {"up": [1], "snmp_up": [None], "ping_up": [1]}, {}, None, ""),
    ("PacketLoss", {"loss_ratio": [0.25], "ping_up": [1]}, {}, True, "25 % of the pings to sw1 are lost"),
    ("PacketLoss", {"loss_ratio": [0.1], "ping_up": [1]}, {}, False, ""),
    ("PacketLoss", {"loss_ratio": [1.0], "ping_up": [0]}, {}, False, ""),
    ("PacketLoss", {"loss_ratio": [None], "ping_up": [1]}, {}, None, ""),
    ("RoundTripHigh", {"ping_round_trip_seconds": [0.2], "usual_round_trip_seconds": [0.03]}, {}, True,
     "sw1 takes 200 ms to answer a ping, three times as long as usual"),
    ("RoundTripHigh", {"ping_round_trip_seconds": [0.7], "usual_round_trip_seconds": [0.6]}, {}, False, ""),
    ("RoundTripHigh", {"ping_round_trip_seconds": [0.004], "usual_round_trip_seconds": [0.0002]}, {}, False, ""),
    ("RoundTripHigh", {"ping_round_trip_seconds": [0.2], "usual_round_trip_seconds": [None]}, {}, None, ""),
    ("DeviceRebooted", {"seconds_since_restart": [75]}, {}, True, "sw1 has restarted"),
    ("DeviceRebooted", {"seconds_since_restart": [None]}, {}, None, ""),
    ("DeviceRebooted", {"seconds_since_restart": [900]}, {}, False, ""),
    ("DeviceRebooted", {"seconds_since_restart": [4_320_000.0]}, {}, False, ""),
    ("AgentRestarted", {"seconds_since_agent_restart": [75], "host_uptime_seconds": [4_320_000.0]}, {}, True,
     "The SNMP agent of sw1 restarted; the host has been up for 50d"),
    ("AgentRestarted", {"seconds_since_agent_restart": [None], "host_uptime_seconds": [None]}, {}, None, ""),
    ("ConfigUnsaved", {"ccmHistoryRunningLastChanged": [900_000], "ccmHistoryStartupLastChanged": [200_000]}, {},
     True,
     "The configuration of sw1 was changed and not saved"),
    ("ConfigUnsaved", {"ccmHistoryRunningLastChanged": [900_000], "ccmHistoryStartupLastChanged": [0]}, {}, True,
     "The configuration of sw1 was changed and not saved"),
    ("ConfigUnsaved", {"ccmHistoryRunningLastChanged": [9_000], "ccmHistoryStartupLastChanged": [0]}, {}, False, ""),
    ("ConfigUnsaved", {"ccmHistoryRunningLastChanged": [9_000], "ccmHistoryStartupLastChanged": [9_500]}, {}, False,
     ""),
    ("UpsOnBattery", {"upsOutputSource": [5], "upsEstimatedMinutesRemaining": [14]}, {}, True,
     "sw1 runs on battery"),
    ("UpsOnBattery", {"upsOutputSource": [None], "upsBasicOutputStatus": [3]}, {}, True, "sw1 runs on battery"),
    ("UpsOnBattery", {"upsOutputSource": [3], "upsBasicOutputStatus": [2]}, {}, False, ""),
    ("InterfaceSaturated", {"interface_utilization_ratio": [0.93]}, {}, True, "row on sw1 is 93 % full"),
    ("InterfaceSaturated", {"interface_utilization_ratio": [0.80]}, {}, False, ""),
    ("InterfaceSaturated", {"interface_utilization_ratio": [None]}, {}, None, ""),
    ("InterfaceErrors", {"interface_errors_ratio": [0.02], "interface_errors_per_second": [20.0]}, {}, True,
     "row on sw1 has 2 % errors"),
    ("InterfaceErrors", {"interface_errors_ratio": [0.005], "interface_errors_per_second": [5.0]}, {}, False, ""),
    ("InterfaceErrors", {"interface_errors_ratio": [1.0], "interface_errors_per_second": [0.05]}, {}, False, ""),
    ("InterfaceDiscards", {"interface_discards_ratio": [0.1], "interface_discards_per_second": [110.0]}, {}, True,
     "row on sw1 discards 10 % of its packets"),
    ("MailRelayDown", {"relays_down": [1]}, {}, True, "1 of NetWatch's mail relays cannot be reached"),
    ("MailWaiting", {"oldest_unsent_seconds": [3700]}, {}, True, "A mail has been waiting for 1h 1m"),
    ("DeadLetters", {"dead_letters": [3]}, {}, True, "3 mails were refused for good"),
    ("PollsLate", {"polls_late_ratio": [0.12]}, {}, True, "12 % of NetWatch's polls are late"),
    ("LoopLag", {"loop_lag_seconds": [2.4]}, {}, True, "NetWatch is held up by 2s"),
    ("LoopLag", {"loop_lag_seconds": [0.9]}, {}, False, ""),
    ("HistoryTrouble", {"history_refuses": [1], "history_trouble": [b"the disk is full"]}, {}, True,
     "NetWatch's history cannot be written"),
    ("HistoryTrouble", {"history_refuses": [0], "history_trouble": [None]}, {}, False, ""),
    ("StoreTrouble", {"store_refuses": [1], "store_reserve_used": [0], "store_trouble": [b"the disk is full"]}, {},
     True, "NetWatch's database is in trouble"),
    ("StoreTrouble", {"store_refuses": [0], "store_reserve_used": [1], "store_trouble": [b"the disk is full"]}, {},
     True, "NetWatch's database is in trouble"),
    ("StoreTrouble", {"store_refuses": [0], "store_reserve_used": [0], "store_trouble": [None]}, {}, False, ""),
    ("DatabaseReplaced", {"database_replaced": [1], "database_moved_to": [b"/var/lib/netwatch/netwatch.db.damaged"]},
     {}, True, "NetWatch's database was damaged, and a new one took its place"),
    ("DatabaseReplaced", {"database_replaced": [0], "database_moved_to": [None]}, {}, False, ""),
    ("DatabasePutBack", {"database_put_back": [1], "database_put_back_words": [b"it was deleted"]}, {}, True,
     "NetWatch's database file was deleted, moved or replaced, and had to be put back"),
    ("DatabasePutBack", {"database_put_back": [0], "database_put_back_words": [None]}, {}, False, ""),
    ("TrapPortRefused", {"trap_ports_refused": [1], "trap_ports_trouble": [b"cannot listen"]}, {}, True,
     "NetWatch cannot hear traps as it is configured to"),
    ("DevicesFound", {"devices_found": [2], "devices_found_words": [b"2 devices were found"]}, {}, True,
     "NetWatch found devices that it does not watch yet"),
    ("DevicesFound", {"devices_found": [0], "devices_found_words": [None]}, {}, False, ""),
    ("PingRefused", {"ping_refused": [1], "ping_trouble": [b"not permitted"]}, {}, True,
     "NetWatch may not ping, so a silent agent and a dead device look alike"),
    ("PingRefused", {"ping_refused": [0], "ping_trouble": [None]}, {}, False, ""),
    ("TrapPortRefused", {"trap_ports_refused": [0], "trap_ports_trouble": [None]}, {}, False, ""),
    ("MailboxUnread", {"mailbox_trouble_seconds": [601.0], "mailbox_trouble": [b"refused"]}, {}, True,
     "NetWatch's mailbox has not been read for ten minutes"),
    ("MailboxUnread", {"mailbox_trouble_seconds": [0.0], "mailbox_trouble": [None]}, {}, False, ""),
    ("MailRoundTripLost", {"probes_lost": [1], "probes_lost_words": [b"mx1 took a mail"]}, {}, True,
     "A relay takes mail that never comes into the mailbox"),
    ("MailRoundTripLost", {"probes_lost": [0], "probes_lost_words": [None]}, {}, False, ""),
    ("MailRoundTripSlow", {"probes_slow": [1], "probes_slow_words": [b"the last mail through mx1 took 5 min"]}, {},
     True, "Mail takes long from a relay to the mailbox"),
    ("MailRoundTripSlow", {"probes_slow": [0], "probes_slow_words": [None]}, {}, False, ""),
    ("AddressDead", {"addresses_dead": [1], "addresses_dead_words": [b"ann@example.net refused 3 mails"]}, {}, True,
     "An address that NetWatch mails to refuses every mail"),
    ("AddressDead", {"addresses_dead": [0], "addresses_dead_words": [None]}, {}, False, ""),
    ("PasswordsGuessed", {"passwords_guessed": [1], "passwords_guessed_words": [b"12 wrong passwords of anna"]}, {},
     True, "Many wrong passwords are tried on NetWatch's page"),
    ("PasswordsGuessed", {"passwords_guessed": [0], "passwords_guessed_words": [None]}, {}, False, ""),
    ("RuleWithoutNames", {"rules_without_names": [2], "names_trouble": [b"A (rules.yaml:2)"]}, {}, True,
     "No MIB module has the names that a trap rule looks for"),
    ("RuleWithoutNames", {"rules_without_names": [0], "names_trouble": [None]}, {}, False, ""),
    ("DescriptorsLow", {"descriptors_used_ratio": [0.85]}, {}, True,
     "NetWatch uses 85 % of the file descriptors it may have"),
    ("DescriptorsLow", {"descriptors_used_ratio": [0.3]}, {}, False, ""),
    ("MemoryLow", {"process_memory_used_ratio": [0.95]}, {}, True, "NetWatch uses 95 % of the memory it may have"),
    ("MemoryLow", {"process_memory_used_ratio": [None]}, {}, None, ""),
    ("DiskLow", {"disk_free_bytes": [104857600], "disk_free_ratio": [0.5]}, {}, True,
     "Only 100 MiB are free where NetWatch keeps its database"),
    ("DiskLow", {"disk_free_bytes": [4 * 2**30], "disk_free_ratio": [0.04]}, {}, True,
     "Only 4 GiB are free where NetWatch keeps its database"),
    ("DiskLow", {"disk_free_bytes": [40 * 2**30], "disk_free_ratio": [0.04]}, {}, False, ""),
    ("DiskLow", {"disk_free_bytes": [None], "disk_free_ratio": [None]}, {}, None, ""),
    ("ClockStepped", {"clock_set_seconds": [-3600.0]}, {}, True,
     "The clock of NetWatch's machine was set by -1h"),
    ("ClockStepped", {"clock_set_seconds": [3600.0]}, {}, True, "The clock of NetWatch's machine was set by 1h"),
    ("ClockStepped", {"clock_set_seconds": [0.0]}, {}, False, ""),
    ("MachineSlept", {"asleep_seconds": [7200.0]}, {}, True, "NetWatch's machine was asleep for 2h"),
    ("MachineSlept", {"asleep_seconds": [0.0]}, {}, False, ""),
    ("LedgerBroken", {"outbox_unaccounted": [-2]}, {}, True, "NetWatch has lost track of 2 mails"),
    ("LedgerBroken", {"outbox_unaccounted": [0]}, {}, False, ""),
    ("TrapsLost", {"traps_lost": [17]}, {}, True, "17 traps were lost in ten minutes"),
    ("SendersUnlisted", {"senders_unlisted": [17]}, {}, True,
     "17 traps were turned away of senders that NetWatch cannot list any more"),
    ("ReportsHeldBack", {"reports_held_back": [17]}, {}, True,
     "17 answers to SNMPv3 senders of informs were held back in ten minutes"),
    ("TrapsUnjudged", {"traps_unjudged": [17]}, {}, True,
     "17 traps came too early for rules whose MIB modules were yet to be compiled"),
    ("RowsForgotten", {"rows_forgotten": [17]}, {}, True,
     "17 rows that vanished from their tables are remembered no more"),
    ("HeartbeatFailing", {"heartbeat_failures": [3], "heartbeat_trouble": [b"no connection to the server"]}, {}, True,
     "NetWatch cannot send its heartbeat"),
    ("HeartbeatFailing", {"heartbeat_failures": [2], "heartbeat_trouble": [b"x"]}, {}, False, ""),
    ("HeartbeatFailing", {"heartbeat_failures": [None], "heartbeat_trouble": [None]}, {}, None, ""),
    ("TrapsLost", {"traps_lost": [0]}, {}, False, ""),
    ("ConfigReloadFailed", {"config_reload_failed": [1], "config_reload_trouble": [b"a:2:3: is missing"]}, {}, True,
     "NetWatch goes on with an old configuration: the one in the file cannot be used"),
    ("ConfigReloadFailed", {"config_reload_failed": [0], "config_reload_trouble": [None]}, {}, False, ""),
    ("PartFailing", {"faults": [2], "fault": [b"rule CpuBusy on sw1 fails"]}, {}, True,
     "NetWatch fails in one part: rule CpuBusy on sw1 fails"),
    ("PartFailing", {"faults": [0], "fault": [None]}, {}, False, ""),
])  # fmt: skip
def test_a_shipped_rule_breaks_where_it_should(workshop, rules, name, columns, rates, broken, summary):
    rule = rules[name]
    verdicts = evaluate(rule, workshop.reading(columns, rates=rates, rows=workshop.rows("row")), workshop.memory())
    told = render(
        rule, labels=verdicts.labels_of(0), device="sw1", value=verdicts.value(0), threshold=verdicts.threshold(0)
    )

    assert list(verdicts.broken) == [broken]
    if broken:
        assert told["summary"] == summary
        assert "unknown" not in told["description"]


@pytest.mark.parametrize(("path", "used", "fixed", "read_only", "broken"), [
    ("/", 0.95, 1, 0, True),
    ("/", 0.95, 1, None, True),
    ("/", 0.89, 1, 0, False),
    ("/", 0.95, 0, None, False),
    ("/", None, 1, 0, None),               # a drive without a medium
    ("/mnt/images", 1.0, 1, 1, False),
    ("/snap/core/1", 0.999, 1, None, False),
    ("devfs: dev file system, mounted on: /dev", 0.99, 1, None, False),
    ("/dev/da0s1a, mounted on: /", 0.95, 1, 0, True),
    ("/dev/hd4", 0.95, 1, None, True),
    ("/core", 1.0, 1, None, False),        # an image: full to the last byte, and never seen otherwise
    ("/core", 1.07, 1, None, False),
])  # fmt: skip
def test_only_disks_that_can_fill_are_full(workshop, rules, path, used, fixed, read_only, broken):
    rows = RowSet(index=("1",), keys=("1",), labels={"path": (path,)})
    columns = {"storage_used_ratio": [used], "storage_fixed": [fixed], "storage_read_only": [read_only]}

    assert list(evaluate(rules["StorageFull"], workshop.reading(columns, rows=rows), workshop.memory()).broken) == [
        broken
    ]


def test_a_disk_that_was_seen_with_room_and_has_none_left_is_full(workshop, rules):
    rows, memory = RowSet(index=("1",), keys=("1",), labels={"path": ("/core",)}), workshop.memory()
    told = [
        list(evaluate(rules["StorageFull"], workshop.reading(columns, rows=rows), memory).broken)
        for columns in ({"storage_used_ratio": [used], "storage_fixed": [1]} for used in (0.7, 1.0))
    ]

    assert told == [[False], [True]]


@pytest.mark.parametrize(("pool", "used", "broken"), [
    ("RAM", 0.97, True), ("RAM", 0.90, False), ("Swap space", 0.99, False), ("Virtual memory", 1.0, False),
    ("module 0/0/CPU0 image", 1.0, False), ("module 0/0/CPU0 reserved", 1.0, False), ("Imagery", 0.97, True),
])  # fmt: skip
def test_memory_is_full_and_swap_says_nothing(workshop, rules, pool, used, broken):
    rows = RowSet(index=("1",), keys=("1",), labels={"pool": (pool,)})
    reading = workshop.reading({"memory_used_ratio": [used]}, rows=rows)

    assert list(evaluate(rules["MemoryHigh"], reading, workshop.memory()).broken) == [broken]


def test_the_load_of_the_device_is_told_and_not_that_of_one_core(workshop, rules):
    rows = RowSet(index=("0", "1", "2"), keys=("a", "b", "c"),
                  labels={"cpu": ("all", "1", "2"), "scope": ("device", "core", "core")})  # fmt: skip
    told = []
    for load in (0.52, 0.97):
        reading = workshop.reading({"cpu_busy_ratio": [load, 1.0, 0.04]}, rows=rows)
        verdicts = evaluate(rules["CpuHigh"], reading, workshop.memory())
        told.append((list(verdicts.broken), verdicts.keys, verdicts.value(0)))

    assert told == [([False], ("",), 0.52), ([True], ("",), 0.97)]
    said = render(rules["CpuHigh"], labels={}, device="sw1", value=0.97, threshold=0.9)
    assert said["title"] == "sw1 CPU 97 % busy"


def test_a_port_is_down_only_if_it_was_up_before_and_ends_when_switched_off(workshop, rules):
    rule, memory, rows = rules["InterfaceDown"], workshop.memory(), workshop.rows("used", "never used")
    told = []
    for oper, admin in (([1, 2], [1, 1]), ([2, 2], [1, 1]), ([7, 2], [1, 1]), ([2, 2], [2, 1]), ([1, 2], [1, 1])):
        verdicts = evaluate(
            rule, workshop.reading({"interface_oper": oper, "interface_admin": admin}, rows=rows), memory
        )
        told.append((verdicts.broken[0], verdicts.healed[0], verdicts.value(0)))
        assert verdicts.broken[1] is False

    assert told == [
        (False, True, "up"), (True, False, "down"), (True, False, "lowerLayerDown"), (False, True, "down"),
        (False, True, "up"),
    ]  # fmt: skip


SILENT = "no answer to 4 requests in 8.1 s"
REFUSES = "It is up and reached, and refuses NetWatch. First: compare the credential "
UNKNOWN_CAUSE = "It may be down, cut off, or silent to NetWatch's credential. First: ping it; "


@pytest.mark.parametrize(("trouble", "then"), [
    (SILENT, UNKNOWN_CAUSE),
    (SILENT + _words("2c", 161, ""), UNKNOWN_CAUSE),
    (SILENT + _words("3", 161, ""), UNKNOWN_CAUSE),
    (SILENT + _words("2c", 161, "closed"), "Its host is up and reached: only its SNMP agent is gone. First: see on "),
    (SILENT + _words("2c", 161, "agent"), REFUSES),
    (SILENT + _words("3", 161, "agent"), REFUSES),
    (SILENT + _words("2c", 161, "No route to host"), "It may be down, or the way to it. First: look at the routers "),
    ("wrong auth passphrase", REFUSES),
    ("unknown user", REFUSES),
])  # fmt: skip
def test_a_mail_about_a_device_says_why_it_is_thought_down_and_what_to_do_first(workshop, rules, trouble, then):
    rule = rules["DeviceDown"]
    columns = {"up": [0], "trouble": [trouble.encode()]}
    verdicts = evaluate(rule, workshop.reading(columns, rates={}, rows=workshop.rows("row")), workshop.memory())

    told = render(rule, labels={}, device="sw1", value=verdicts.value(0), threshold=verdicts.threshold(0))

    assert told["description"].startswith(f"sw1 cannot be polled: {trouble}. {then}")
    assert told["description"].count("First: ") == 1
    assert "  " not in told["description"]
