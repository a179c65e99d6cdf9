"""What became of the configuration when it was last read: shown on the page, told as metrics and as an alert.

It outlives the agents that are built from the file: one that goes on with an old configuration knows why.

May import: netwatch.app.health.vitals, netwatch.model. Called by: netwatch.app.reloading, netwatch.app.app.
"""

from __future__ import annotations

from datetime import UTC, datetime

from prometheus_client import Counter, Gauge

from netwatch.app.health.vitals import Vitals

SUCCESSFUL = Gauge(
    "netwatch_config_last_reload_successful", "1 where the configuration was taken when it was last read, else 0"
)
SUCCEEDED_AT = Gauge(
    "netwatch_config_last_reload_success_timestamp_seconds", "When a configuration was last read and taken"
)
RELOADS = Counter(
    "netwatch_config_reloads_total",
    "Times the configuration was read again, by outcome: taken, refused (it has errors), "
    "failed (it could not be started with) or unforeseen (a fault of NetWatch)",
    ["outcome"],
)
for _outcome in ("taken", "refused", "failed", "unforeseen"):
    RELOADS.labels(_outcome)


class ConfigState:
    """What is known of the configuration file; made when one is read for the first time."""

    def __init__(self) -> None:
        self._taken(datetime.now(UTC))

    def taken(self, at: datetime) -> None:
        """Note that the file was read and is in use."""
        RELOADS.labels("taken").inc()
        self._taken(at)

    def kept(self, outcome: str, why: str) -> None:
        """Note that the file is not in use: `outcome` as `RELOADS` has it, `why` in words for people."""
        RELOADS.labels(outcome).inc()
        SUCCESSFUL.set(0)
        first, *more = why.splitlines() or [outcome]
        self._trouble = first + (f" (and {len(more)} more)" if more else "")

    @property
    def trouble(self) -> str:
        """Return what is wrong with the file that is not in use, in a sentence; empty when it is."""
        if not self._trouble:
            return ""
        when = self._read_at.strftime("%Y-%m-%d %H:%M:%S UTC")
        return f"the configuration is not in use, NetWatch goes on with that of {when}: {self._trouble}"

    async def vitals(self, now: datetime) -> Vitals:
        """Return the columns."""
        return {
            "config_reload_failed": int(bool(self._trouble)),
            "config_reload_trouble": self._trouble.encode(errors="replace") or None,
        }

    def _taken(self, at: datetime) -> None:
        self._read_at, self._trouble = at, ""
        SUCCESSFUL.set(1)
        SUCCEEDED_AT.set(at.timestamp())
