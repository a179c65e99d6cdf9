"""What discovery counts.

May import: nothing. Called by: the files of this room.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge

TRIES = Counter(
    "netwatch_discovery_tries_total",
    "Credentials tried at hosts that answered; outcome is fitted or failed",
    ["outcome"],
)
SWEEPS = Counter(
    "netwatch_discovery_sweeps_total", "Sweeps of the agent that ended; outcome is done or failed", ["outcome"]
)
TAKEN = Counter("netwatch_discovery_devices_taken_total", "Devices that were taken by themselves (discovery.auto)")
DEVICES = Gauge(
    "netwatch_discovery_devices",
    "Devices that sweeps found and the configuration does not have; state is taken or waiting",
    ["state"],
)
ANSWERING = Gauge("netwatch_discovery_hosts_answering", "Hosts that answered the last sweep of the agent")
LAST_SWEEP_AT = Gauge(
    "netwatch_discovery_last_sweep_timestamp_seconds", "When the last sweep of the agent was done; 0 for never"
)
PROGRESS = Gauge("netwatch_discovery_sweep_progress_ratio", "How far the present sweep is; 0 between sweeps")
