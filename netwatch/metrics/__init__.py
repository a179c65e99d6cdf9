"""The /metrics text: NetWatch's own counters and the device series.

`Board` keeps the last reading of every table; `Exposition` writes it, after NetWatch's own metrics, in
Prometheus' text format 0.0.4 or in OpenMetrics 1.0, in slices short enough for the event loop.

May import: netwatch.model, netwatch.errors. Called by: netwatch.app, which hands the exposition to web.
"""

from netwatch.metrics.board import Board
from netwatch.metrics.exposition import Exposition, Rendering
from netwatch.metrics.text_format import TextFormat

__all__ = ["Board", "Exposition", "Rendering", "TextFormat"]
