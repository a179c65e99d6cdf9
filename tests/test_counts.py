"""Plain counters say the same as those of prometheus_client, in the text that Prometheus reads."""

from __future__ import annotations

import pytest
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest

from netwatch.counts import QuickCounter, QuickHistogram


@pytest.fixture
def shown():
    """Registers what a test makes, and takes it away again."""
    made = []
    yield made.append
    for one in made:
        REGISTRY.unregister(one)


def lines_of(text: bytes, name: str) -> list[str]:
    """Return what is said of a metric, but for when it was made, which plain numbers do not tell."""
    return sorted(line for line in text.decode().splitlines() if name in line and "_created" not in line)


def test_a_counter_with_labels_says_what_prometheus_clients_says(shown):
    quick = QuickCounter("netwatch_test_quick_total", "Things.", ["device", "outcome"])
    shown(quick)
    registry = CollectorRegistry()
    usual = Counter("netwatch_test_quick_total", "Things.", ["device", "outcome"], registry=registry)

    for device, outcome in (("sw1", "ok"), ('s"w\\2', "ok"), ("sw1", "ok"), ("sw1", "failed")):
        quick.inc(device, outcome)
        usual.labels(device, outcome).inc()

    said = lines_of(generate_latest(REGISTRY), "netwatch_test_quick")
    assert said == lines_of(generate_latest(registry), "netwatch_test_quick")
    assert (quick.of("sw1", "ok"), quick.of("sw9", "ok")) == (2, 0)


def test_a_counter_without_labels_is_there_from_the_start(shown):
    quick = QuickCounter("netwatch_test_bare_total", "Things.")
    shown(quick)

    assert "netwatch_test_bare_total 0.0" in generate_latest(REGISTRY).decode()


def test_a_histogram_says_what_prometheus_clients_says(shown):
    bounds = (0.05, 0.5, 1, 60)
    quick = QuickHistogram("netwatch_test_seconds", "How long.", bounds)
    shown(quick)
    registry = CollectorRegistry()
    usual = Histogram("netwatch_test_seconds", "How long.", buckets=bounds, registry=registry)

    for amount in (0.0, 0.05, 0.0501, 1.0, 60.0, 61.5):
        quick.observe(amount)
        usual.observe(amount)

    said = lines_of(generate_latest(REGISTRY), "netwatch_test_seconds")
    assert said == lines_of(generate_latest(registry), "netwatch_test_seconds")


def test_two_of_one_name_are_refused(shown):
    shown(QuickCounter("netwatch_test_twice_total", "Things."))

    with pytest.raises(ValueError, match="Duplicated"):
        QuickCounter("netwatch_test_twice_total", "Things.")
