"""This room's own counters.

May import: nothing. Called by: netwatch.history.
"""

from prometheus_client import Counter, Gauge

VALUES = Counter("netwatch_history_values_total", "Values of readings written to the history.")
WRITTEN_BYTES = Counter("netwatch_history_written_bytes_total", "Packed octets written to the history, folding too.")
LOST = Counter("netwatch_history_lost_readings_total", "Readings that are not in the history, by reason.", ["reason"])
WRITES_FAILED = Counter(
    "netwatch_history_write_failures_total", "Writes to the history that failed; they are repeated."
)
SIZE_BYTES = Gauge("netwatch_history_size_bytes", "What of the history's file is in use.")
TIER_SECONDS = Gauge("netwatch_history_reaches_back_seconds", "How far back a tier of the history reaches.", ["tier"])
TROUBLE = Gauge("netwatch_history_in_trouble", "1 while nothing can be written to the history.")
CUT_SHORT = Counter(
    "netwatch_history_cut_blocks_total", "Blocks deleted before their time as history.max_size is reached."
)
UNCLEAN_STARTS = Counter("netwatch_history_unclean_starts_total", "Starts after an end that cost open blocks.")
REPLACED = Counter("netwatch_history_replaced_total", "Damaged history files moved aside for a new one.")
CPU_SECONDS = Counter("netwatch_history_cpu_seconds_total", "CPU time of the history's own thread.")
