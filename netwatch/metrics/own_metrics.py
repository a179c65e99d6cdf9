"""NetWatch's own metrics, as prometheus-client writes them.

May import: netwatch.metrics.text_format. Called by: netwatch.metrics.exposition.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from prometheus_client import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from netwatch.metrics.text_format import TextFormat


class Registry(Protocol):
    """What of prometheus_client's CollectorRegistry is used here."""

    def collect(self) -> Iterable[Metric]:
        """Return every family with its samples."""


class _WithoutCreated:
    """A registry's families without `_created` samples, which double the text and tell nobody anything here."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Metric]:
        for family in self._registry.collect():
            family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
            yield family


def own_text(registry: Registry, text_format: TextFormat) -> bytes:
    """Return the text of all families in the registry, without OpenMetrics' end mark."""
    families = _WithoutCreated(registry)
    if text_format is TextFormat.TEXT:
        return generate_latest(families)
    text: bytes = generate_openmetrics(families)  # type: ignore[no-untyped-call] # it has no annotations
    return text.removesuffix(TextFormat.OPENMETRICS.end)
