"""Counters and histograms that are plain numbers until somebody scrapes, for what moves with every answer.

A counter of prometheus_client takes a lock and a microsecond each time, and one with a device for a label is an
object of a kilobyte. These are for what the event loop's thread alone counts.

May import: nothing. Called by: netwatch.polling, netwatch.metrics.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector


class QuickCounter(Collector):
    """Counts by the values of its labels; without labels it shows 0 from the start."""

    def __init__(self, name: str, documentation: str, labels: Sequence[str] = ()) -> None:
        """Make one, and have it shown; the name ends with `_total`."""
        self._name, self._documentation, self._labels = name, documentation, tuple(labels)
        self._counts: dict[tuple[str, ...], int] = {} if self._labels else {(): 0}
        REGISTRY.register(self)

    def inc(self, *values: str) -> None:
        """Count one more, by one value per label."""
        self._counts[values] = self._counts.get(values, 0) + 1

    def of(self, *values: str) -> int:
        """Return how many were counted under these values."""
        return self._counts.get(values, 0)

    def describe(self) -> Iterator[Metric]:
        """Give the name alone, which the registry wants to know."""
        yield CounterMetricFamily(self._name, self._documentation, labels=self._labels)

    def collect(self) -> Iterator[Metric]:
        """Give the present numbers."""
        family = CounterMetricFamily(self._name, self._documentation, labels=self._labels)
        for values, count in self._counts.copy().items():
            family.add_metric(values, count)
        yield family


class QuickHistogram(Collector):
    """Counts what it is told by how large it was; no labels."""

    def __init__(self, name: str, documentation: str, buckets: Sequence[float]) -> None:
        """Make one, and have it shown; `buckets` are the upper bounds, rising, without infinity."""
        self._name, self._documentation, self._bounds = name, documentation, tuple(map(float, buckets))
        self._counts = [0] * (len(self._bounds) + 1)
        self._sum = 0.0
        REGISTRY.register(self)

    def observe(self, amount: float) -> None:
        """Count one more of this size."""
        self._sum += amount
        self._counts[bisect_left(self._bounds, amount)] += 1

    def describe(self) -> Iterator[Metric]:
        """Give the name alone, which the registry wants to know."""
        yield HistogramMetricFamily(self._name, self._documentation)

    def collect(self) -> Iterator[Metric]:
        """Give the present numbers."""
        total, buckets = 0, []
        for bound, count in zip((*map(str, self._bounds), "+Inf"), self._counts, strict=True):
            total += count
            buckets.append((bound, total))
        yield HistogramMetricFamily(self._name, self._documentation, buckets=buckets, sum_value=self._sum)
