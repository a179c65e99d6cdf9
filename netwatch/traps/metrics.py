"""What the trap receiver counts about itself.

Labels come from the sets below, never from what a datagram says.
May import: nothing of ours. Called by: netwatch.traps.
"""

from __future__ import annotations

from collections import Counter as Tally

from prometheus_client import Counter, Gauge

RECEIVED = Counter("netwatch_traps_received_total", "Traps and informs accepted, by SNMP version", ["version"])
DROPPED = Counter(
    "netwatch_traps_dropped_total", "Datagrams at the trap port that raised nothing, by cause", ["cause"]
)
EVENTS = Counter("netwatch_traps_events_total", "Events told; kind is first, repeats or storm", ["kind"])
INFORMS = Counter("netwatch_traps_informs_total", "Informs, by what they got", ["outcome"])
REPORTS = Counter("netwatch_traps_reports_total", "Reports sent to v3 senders of informs, by cause", ["cause"])
LEFT_OUT = Counter(
    "netwatch_traps_varbinds_left_out_total", "Varbinds without a readable name, left out of their trap"
)
UNLISTED = Counter(
    "netwatch_traps_refused_unlisted_total",
    "Datagrams turned away whose sender is on the list of the refused no more",
)
ODD_TAGS = Counter(
    "netwatch_traps_odd_tags_total",
    "Fields of v1 traps with another ASN.1 type than theirs, read all the same",
    ["field"],
)
REPORTS_HELD_BACK = Counter(
    "netwatch_traps_reports_held_back_total", "Reports not sent because too many were asked for in one second"
)
QUEUED = Gauge("netwatch_traps_queued", "Datagrams that wait to be decoded")
WAITED = Gauge(
    "netwatch_traps_waited_seconds",
    "How long the datagram that was decoded last had waited for that, while others wait; else 0",
)
UNDER_WAY = Gauge("netwatch_traps_events_under_way", "Events told and not yet written")
LISTENING = Gauge(
    "netwatch_traps_listening",
    "1 while traps are heard on an address of traps.listen, 0 while it cannot be had",
    ["address"],
)
RECEIVE_BUFFER = Gauge("netwatch_traps_receive_buffer_bytes", "What the system grants a trap socket for its queue")
ENGINES = Gauge("netwatch_traps_engines", "Engine IDs of v3 senders that are known")

CAUSES = (
    "kernel", "queue_full", "wrong_source", "malformed", "no_trap", "wrong_version", "wrong_community",
    "storm", "not_written", "internal",
    "v3_unsupported", "v3_malformed", "v3_unknown_user", "v3_wrong_level", "v3_wrong_key", "v3_undecryptable",
    "v3_unknown_engine", "v3_wrong_engine", "v3_older_boots", "v3_outside_window", "v3_replayed",
)  # fmt: skip
"""kernel: lost before we saw it. no_trap: sound SNMP, but neither trap nor inform. storm: more different ones than
can be told apart. not_written: the house could not keep it."""
OUTCOMES = ("acknowledged", "acknowledged_again", "refused", "unsent")

for _field in ("agent_address", "generic_trap", "specific_trap", "timestamp"):
    ODD_TAGS.labels(field=_field)
for _cause in CAUSES:
    DROPPED.labels(cause=_cause)
for _outcome in OUTCOMES:
    INFORMS.labels(outcome=_outcome)
for _version in ("1", "2c", "3"):
    RECEIVED.labels(version=_version)
for _kind in ("first", "repeats", "storm"):
    EVENTS.labels(kind=_kind)


LOSSES = ("kernel", "queue_full", "not_written")
"""The causes that are ours: something came that should have been kept."""


def lost() -> float:
    """Return how many datagrams came since the start and could not be kept.

    Asked of this one counter: the registry would look through the counters of every device for it.
    """
    return sum(
        sample.value
        for family in DROPPED.collect()
        for sample in family.samples
        if sample.name.endswith("_total") and sample.labels["cause"] in LOSSES
    )


class Counts:
    """Plain counts of one turn, handed to prometheus_client together: a lock per turn, not several per datagram."""

    __slots__ = ("dropped", "events", "received")

    def __init__(self) -> None:
        self.dropped: Tally[str] = Tally()
        self.received: Tally[str] = Tally()
        self.events: Tally[str] = Tally()

    def hand_over(self) -> None:
        """Add everything to the metrics and begin anew."""
        for cause, number in self.dropped.items():
            DROPPED.labels(cause=cause).inc(number)
        for version, number in self.received.items():
            RECEIVED.labels(version=version).inc(number)
        for kind, number in self.events.items():
            EVENTS.labels(kind=kind).inc(number)
        self.dropped.clear()
        self.received.clear()
        self.events.clear()
