"""Which tables and columns readings can hold: what profiles promise and rules are checked against.

May import: nothing. Called by: profiles, which states it; rules, which type expressions with it; metrics.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ColumnKind(StrEnum):
    """What a column's values are, which decides what may be done with them.

    counter: only its rate or delta means anything (and `counter32`/`counter64` say when it wraps).
    gauge:   a number. enum: a number that has names. text: bytes or text; comparable, not countable.
    """

    COUNTER32 = "counter32"
    COUNTER64 = "counter64"
    GAUGE = "gauge"
    ENUM = "enum"
    TEXT = "text"

    @property
    def is_counter(self) -> bool:
        """Return whether rate() and delta() apply."""
        return self in (ColumnKind.COUNTER32, ColumnKind.COUNTER64)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSchema:
    """Columns and labels that readings of one table may hold; `enums` gives names for enum columns.

    words: labels that have some texts only, with those.
    """

    name: str
    columns: Mapping[str, ColumnKind]
    labels: tuple[str, ...] = ()
    enums: Mapping[str, Mapping[int, str]] | None = None
    words: Mapping[str, tuple[str, ...]] | None = None


REACHABILITY = TableSchema(
    name="reachability",
    columns={
        "up": ColumnKind.GAUGE,
        "snmp_up": ColumnKind.GAUGE,
        "ping_up": ColumnKind.GAUGE,
        "loss_ratio": ColumnKind.GAUGE,
        "round_trip_seconds": ColumnKind.GAUGE,
        "ping_round_trip_seconds": ColumnKind.GAUGE,
        "usual_round_trip_seconds": ColumnKind.GAUGE,
        "uptime_seconds": ColumnKind.GAUGE,
        "seconds_since_restart": ColumnKind.GAUGE,
        "seconds_since_agent_restart": ColumnKind.GAUGE,
        "host_uptime_seconds": ColumnKind.GAUGE,
        "trouble": ColumnKind.TEXT,
    },
)
"""What polling says of every device: `up` is 1 while SNMP or ping is answered, 0 once it is sure that nothing is.

snmp_up, ping_up: which of them; of what is not asked there is no value. `trouble` says in words what does not answer.
loss_ratio: of the last 20 pings. round_trip_seconds: of the last answer by SNMP, of ping where there is no SNMP.
ping_round_trip_seconds: mean of the last 20. usual_round_trip_seconds: about the median of the last day.

seconds_since_restart: has a value only after NetWatch itself saw the device's uptime start again; of a device whose
host was up all the time it is how long it was. Then seconds_since_agent_restart has a value too, and
host_uptime_seconds says how long the host has been up, as it says itself (hrSystemUptime, snmpEngineTime)."""

SYSTEM = "system"
"""The table of what a device says of itself as a whole: sysName, sysUpTime and every other scalar."""

OWN_NAME = "netwatch"
"""The device name under which NetWatch watches itself; no other may have it."""
SELF = TableSchema(
    name="netwatch",
    columns={
        "relays_down": ColumnKind.GAUGE,
        "relays_up": ColumnKind.GAUGE,
        "oldest_unsent_seconds": ColumnKind.GAUGE,
        "dead_letters": ColumnKind.GAUGE,
        "mailbox_trouble_seconds": ColumnKind.GAUGE,
        "mailbox_trouble": ColumnKind.TEXT,
        "polls_late_ratio": ColumnKind.GAUGE,
        "poll_lag_seconds": ColumnKind.GAUGE,
        "loop_lag_seconds": ColumnKind.GAUGE,
        "loop_lag_max_seconds": ColumnKind.GAUGE,
        "store_refuses": ColumnKind.GAUGE,
        "store_reserve_used": ColumnKind.GAUGE,
        "store_trouble": ColumnKind.TEXT,
        "history_refuses": ColumnKind.GAUGE,
        "history_trouble": ColumnKind.TEXT,
        "database_replaced": ColumnKind.GAUGE,
        "database_moved_to": ColumnKind.TEXT,
        "store_trouble_seconds": ColumnKind.GAUGE,
        "outbox_unaccounted": ColumnKind.GAUGE,
        "disk_free_bytes": ColumnKind.GAUGE,
        "disk_free_ratio": ColumnKind.GAUGE,
        "database_put_back": ColumnKind.GAUGE,
        "database_put_back_words": ColumnKind.TEXT,
        "traps_lost": ColumnKind.GAUGE,
        "trap_ports_refused": ColumnKind.GAUGE,
        "trap_ports_trouble": ColumnKind.TEXT,
        "ping_refused": ColumnKind.GAUGE,
        "ping_trouble": ColumnKind.TEXT,
        "devices_found": ColumnKind.GAUGE,
        "devices_found_words": ColumnKind.TEXT,
        "rules_without_names": ColumnKind.GAUGE,
        "names_trouble": ColumnKind.TEXT,
        "addresses_dead": ColumnKind.GAUGE,
        "addresses_dead_words": ColumnKind.TEXT,
        "passwords_guessed": ColumnKind.GAUGE,
        "passwords_guessed_words": ColumnKind.TEXT,
        "probes_lost": ColumnKind.GAUGE,
        "probes_lost_words": ColumnKind.TEXT,
        "probes_slow": ColumnKind.GAUGE,
        "probes_slow_words": ColumnKind.TEXT,
        "descriptors_used_ratio": ColumnKind.GAUGE,
        "process_memory_used_ratio": ColumnKind.GAUGE,
        "senders_unlisted": ColumnKind.GAUGE,
        "reports_held_back": ColumnKind.GAUGE,
        "traps_unjudged": ColumnKind.GAUGE,
        "rows_forgotten": ColumnKind.GAUGE,
        "heartbeat_failures": ColumnKind.GAUGE,
        "heartbeat_trouble": ColumnKind.TEXT,
        "clock_set_seconds": ColumnKind.GAUGE,
        "asleep_seconds": ColumnKind.GAUGE,
        "faults": ColumnKind.GAUGE,
        "fault": ColumnKind.TEXT,
        "config_reload_failed": ColumnKind.GAUGE,
        "config_reload_trouble": ColumnKind.TEXT,
    },
)
"""What NetWatch says of itself, as the device `netwatch`; what a part cannot say at the moment is unknown.

loop_lag_seconds: what 99 of 100 moments of the last minute waited for the event loop at most.
store_refuses: 1 while the database takes nothing, for `store_trouble_seconds` and because of `store_trouble`.
store_reserve_used: 1 while the disk is full and what matters is written into space kept for that.
history_refuses: 1 while no reading can be written to the history, because of `history_trouble`.
database_replaced: 1 while a damaged database that a new one took the place of stands as `database_moved_to`.
clock_set_seconds, asleep_seconds: what happened to the clock in the last ten minutes, else 0.
database_put_back: 1 for an hour after the database file was deleted, moved or replaced, and was written there again.
trap_ports_refused: addresses of traps.listen that cannot be had, because of `trap_ports_trouble`.
ping_refused: 1 while devices that should be pinged are not, because of `ping_trouble`.
devices_found: new devices that a sweep of the last ten minutes found, in words `devices_found_words`.
addresses_dead: addresses that refused three mails in a row, and took none since (`addresses_dead_words`).
passwords_guessed: users and addresses with many wrong passwords in a row, lately (`passwords_guessed_words`).
probes_lost, probes_slow: relays whose last probe did not come into the mailbox, or late (`mail_probe`).
rules_without_names: trap rules that take no trap, since no MIB module names what they look for (`names_trouble`).
descriptors_used_ratio, process_memory_used_ratio: the share that is taken of what this process may have, 0 to 1.
faults: rules, mails, tables that break off in a way nobody foresaw, the newest as `fault`.
traps_lost: datagrams at the trap port that came and could not be kept, in the last ten minutes. In those, too:
senders_unlisted: datagrams turned away whose senders the list of the refused has no room for any more.
reports_held_back: answers that v3 senders of informs need to find us, and did not get.
traps_unjudged: traps that rules will not see whose MIB modules were yet to be compiled, as too many came meanwhile.
rows_forgotten: rows of tables that vanished and are remembered no more, as too many did.
config_reload_failed: 1 while the configuration file is not the one in use, because of `config_reload_trouble`.
heartbeat_failures: beats in a row that failed, the last because of `heartbeat_trouble`.
outbox_unaccounted: rows of the outbox that nobody can say anything of; anything but 0 is a fault of NetWatch."""
