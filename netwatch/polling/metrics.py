"""What polling counts about itself.

`netwatch_device_up` is written with the device series, from the last readings, and not here.
May import: netwatch.counts. Called by: netwatch.polling.
"""

from __future__ import annotations

from prometheus_client import Counter

from netwatch.counts import QuickCounter, QuickHistogram

POLLS = QuickCounter(
    "netwatch_polls_total",
    "Polls of all tables of a device; outcome is ok, partial, failed, timeout, down or error",
    ["device", "outcome"],
)
POLL_SECONDS = QuickHistogram(
    "netwatch_poll_duration_seconds",
    "Time from the first request to the last reading of a poll",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
OVERRUNS = Counter(
    "netwatch_poll_overruns_total", "Polls left out because the one before was still under way", ["device"]
)
START_LAG_SECONDS = QuickHistogram(
    "netwatch_poll_start_lag_seconds",
    "Time from when a poll or reachability check was due to its start",
    buckets=(0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60),
)
CHECKS = QuickCounter(
    "netwatch_reachability_checks_total", "Reachability checks; outcome is up, silent or refused", ["outcome"]
)
PARTIAL_READINGS = Counter(
    "netwatch_partial_readings_total", "Readings of a table that could not be read whole", ["device", "table"]
)
DISCOVERIES = Counter(
    "netwatch_table_discoveries_total",
    "Discoveries of a table's rows; reason is first, interval, restart, change, missing, back, partial, port, twins",
    ["reason"],
)
RECALLED = Counter(
    "netwatch_layouts_recalled_total",
    "Tables whose rows were known from before a restart; outcome is used, other (of another device) or failed",
    ["outcome"],
)
SWEEPS = Counter(
    "netwatch_presence_sweeps_total",
    "Times a device was asked which of all known tables it has; outcome is done, partial, silent or failed",
    ["outcome"],
)
SWEEP_REQUESTS = Counter("netwatch_presence_sweep_requests_total", "Requests that such sweeps took")
TWIN_LOOKS = Counter(
    "netwatch_twin_looks_total",
    "Requests for 64-bit counters together with their 32-bit twins, to see which ones the agent keeps; outcome is "
    "done or failed",
    ["outcome"],
)
LOST_ROWS = Counter(
    "netwatch_lost_row_checks_total", "Requests for rows that vanished; outcome is back, gone or failed", ["outcome"]
)
ASKED_TOGETHER = QuickCounter(
    "netwatch_tables_together_total",
    "Times the tables of a device were asked in one go; after a failed one each is asked on its own for an hour",
    ["outcome"],
)
LOST_ROWS_FORGOTTEN = Counter(
    "netwatch_lost_rows_forgotten_total", "Rows that vanished and are not asked for since their table lost too many"
)
DISCARDED = Counter(
    "netwatch_counters_discarded_total",
    "Counter increases not made a rate; cause is restart, uptime_jump, discontinuity, went_down or implausible",
    ["cause"],
)
RESTARTS = Counter("netwatch_device_restarts_total", "Restarts of a device that polling saw", ["device"])
CLOCK_STEPS = Counter("netwatch_clock_steps_total", "Times the wall clock was set while polling, and made good for")
WAKING = Counter("netwatch_polls_while_waking_total", "Silences not believed because the machine had just slept")
ERRORS = Counter(
    "netwatch_polling_errors_total",
    "Errors in polling that nobody expected; each cost one table of one device, and is in the log once",
)
