"""The /metrics text: NetWatch's own counters and the device series.

`Board` keeps the last reading of every table; `Exposition` writes it, after NetWatch's own metrics, in
Prometheus' text format 0.0.4 or in OpenMetrics 1.0, in slices short enough for the event loop.

May import: netwatch.model, netwatch.errors. Called by: netwatch.app, which hands the exposition to web.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.metrics.board import Board
    from netwatch.metrics.concept_families import MEASURED, family_name, help_of
    from netwatch.metrics.exposition import Exposition, Rendering
    from netwatch.metrics.text_format import TextFormat
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = ["MEASURED", "Board", "Exposition", "Rendering", "TextFormat", "family_name", "help_of"]
