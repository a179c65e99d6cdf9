"""The room's counters, as Prometheus reads them."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from netwatch.snmp.metrics import IGNORED_CAUSES, WireCounts, datagrams_ignored


def samples(counts: WireCounts) -> dict[tuple[str, str], float]:
    registry = CollectorRegistry()
    registry.register(counts)
    families = text_string_to_metric_families(generate_latest(registry).decode())
    return {
        (sample.name, sample.labels.get("le", "")): sample.value for family in families for sample in family.samples
    }


def test_what_moves_with_every_datagram_is_there_when_somebody_scrapes():
    counts = WireCounts()
    counts.requests, counts.responses, counts.retries, counts.timeouts, counts.varbinds = 5, 4, 3, 2, 100

    found = samples(counts)

    for name, value in (("requests", 5), ("responses", 4), ("retries", 3), ("timeouts", 2), ("varbinds", 100)):
        assert found[f"netwatch_snmp_{name}_total", ""] == value


def test_round_trips_are_counted_up_to_and_with_their_bound():
    counts = WireCounts()
    for seconds in (0.001, 0.0011, 99.0):
        counts.observe_round_trip(seconds)

    found = samples(counts)

    assert found["netwatch_snmp_round_trip_seconds_bucket", "0.001"] == 1
    assert found["netwatch_snmp_round_trip_seconds_bucket", "0.0025"] == 2
    assert found["netwatch_snmp_round_trip_seconds_bucket", "+Inf"] == 3
    assert found["netwatch_snmp_round_trip_seconds_count", ""] == 3


def test_every_cause_of_ignoring_is_shown_from_the_start():
    shown = {sample.labels["cause"] for metric in datagrams_ignored.collect() for sample in metric.samples}

    assert set(IGNORED_CAUSES) <= shown
