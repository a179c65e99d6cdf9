"""The counters of this room.

What moves with every datagram is a plain integer here, gathered when somebody scrapes: a prometheus_client counter
costs a lock and a microsecond per step, several per datagram would be a tenth of a poll.
The general engine's counters stand here too: they are shown from the start, and it is loaded when first needed.
May import: nothing. Called by: every file of this room that counts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from prometheus_client import REGISTRY, Counter, Gauge
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

ROUND_TRIP_BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

datagrams_ignored = Counter(
    "netwatch_snmp_datagrams_ignored_total", "Datagrams that answered nothing that was asked, by cause.", ["cause"]
)
fallback = Counter(
    "netwatch_snmp_fallback_total", "Requests handed to the general engine by the fast lane, by reason.", ["reason"]
)
errors = Counter("netwatch_snmp_errors_total", "Answers that carried an error-status, by its name.", ["status"])
resizes = Counter("netwatch_snmp_resizes_total", "Requests made smaller and asked again, by cause.", ["cause"])
unreadable = Counter(
    "netwatch_snmp_unreadable_instances_total", "Instances a device answered only with an error, asked alone."
)
partial_walks = Counter("netwatch_snmp_partial_walks_total", "Walks that are not whole, by cause.", ["cause"])
without_bulk = Counter(
    "netwatch_snmp_without_bulk_total", "Devices found to answer GETNEXT and not GETBULK, walked row by row since."
)
send_errors = Counter("netwatch_snmp_send_errors_total", "Datagrams the system refused to send, by errno.", ["error"])
receive_buffer = Gauge(
    "netwatch_snmp_receive_buffer_bytes", "What the system grants the socket for answers that wait to be read."
)
resolutions = Counter("netwatch_snmp_resolutions_total", "Look-ups of device names, by outcome.", ["outcome"])
credential_failures = Counter(
    "netwatch_snmp_credential_failures_total",
    "Requests that failed because of the credential, by what was wrong with it",
    ["reason"],
)
general_requests = Counter(
    "netwatch_snmp_general_requests_total",
    "Requests through pysnmp: v3, and what the fast lane refused; answered, error, refused or timeout",
    ["version", "outcome"],
)
general_datagrams_ignored = Counter(
    "netwatch_snmp_general_datagrams_ignored_total",
    "Datagrams the general engine dropped: from a stranger, unasked for, or not SNMP",
    ["reason"],
)
user_engines = Counter(
    "netwatch_snmp_user_engines_total", "pysnmp engines made for v3 credentials; each costs 0.1 s and 1 MB"
)

IGNORED_CAUSES = (
    "unknown_request_id", "late_or_duplicate", "wrong_source", "wrong_version", "wrong_community", "wrong_pdu",
    "malformed", "truncated", "receive_error",
    "wrong_level", "wrong_engine", "wrong_digest", "wrong_request", "not_in_time_window", "undecryptable",
    "unsigned_report", "other_security_model",
)  # fmt: skip
for _cause in IGNORED_CAUSES:
    datagrams_ignored.labels(cause=_cause)


class WireCounts(Collector):
    """Counts every datagram without a lock; only the event loop's thread writes."""

    __slots__ = ("requests", "responses", "retries", "round_trip_buckets", "round_trip_sum",
                 "timeouts", "varbinds")  # fmt: skip

    def __init__(self) -> None:
        self.requests = 0
        self.responses = 0
        self.retries = 0
        self.timeouts = 0
        self.varbinds = 0
        self.round_trip_sum = 0.0
        self.round_trip_buckets = [0] * (len(ROUND_TRIP_BOUNDS) + 1)

    def observe_round_trip(self, seconds: float) -> None:
        """Add one round trip to the histogram."""
        self.round_trip_sum += seconds
        self.round_trip_buckets[bisect_left(ROUND_TRIP_BOUNDS, seconds)] += 1

    def collect(self) -> Iterator[Metric]:
        """Give the present numbers to prometheus_client."""
        for name, text, number in (
            ("requests", "Requests sent by the fast lane, repetitions included.", self.requests),
            ("responses", "Answers taken by the fast lane.", self.responses),
            ("retries", "Requests sent again for want of an answer.", self.retries),
            ("timeouts", "Requests given up for want of any answer.", self.timeouts),
            ("varbinds", "Varbinds decoded by the fast lane.", self.varbinds),
        ):
            yield CounterMetricFamily(f"netwatch_snmp_{name}", text, value=number)
        yield self._histogram()

    def _histogram(self) -> Metric:
        total, buckets = 0, []
        for bound, count in zip((*map(str, ROUND_TRIP_BOUNDS), "+Inf"), self.round_trip_buckets, strict=True):
            total += count
            buckets.append((bound, total))
        return HistogramMetricFamily(
            "netwatch_snmp_round_trip_seconds", "Time from a request to its answer.",
            buckets=buckets, sum_value=self.round_trip_sum,
        )  # fmt: skip


wire = WireCounts()
REGISTRY.register(wire)
