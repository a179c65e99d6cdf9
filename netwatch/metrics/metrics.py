"""This room's own counters.

May import: netwatch.counts. Called by: netwatch.metrics.
"""

from prometheus_client import Counter, Gauge

from netwatch.counts import QuickCounter

RENDERS = Counter("netwatch_exposition_renders_total", "Times /metrics was written, by format.", ["format"])
RENDER_SECONDS = Gauge(
    "netwatch_exposition_render_seconds", "Time the last /metrics text took to write, waits for the reader left out."
)
LONGEST_SLICE_SECONDS = Gauge(
    "netwatch_exposition_longest_slice_seconds", "Longest time the last /metrics text held the event loop at once."
)
READINGS = QuickCounter("netwatch_board_readings_total", "Table readings put on the board.")
GAPS = Counter("netwatch_board_gaps_total", "Tables that should have been read and were not.")
