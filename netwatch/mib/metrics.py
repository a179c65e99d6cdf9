"""What this room counts.

May import: nothing of ours. Called by: netwatch.mib.loading.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge

MODULES = Gauge("netwatch_mib_modules", "MIB modules loaded")
PROBLEMS = Gauge(
    "netwatch_mib_problems", "Things wrong in MIB files at the last load; `netwatch mib check` names them"
)
COMPILE_SECONDS = Counter(
    "netwatch_mib_compile_seconds_total", "Time spent compiling MIB files the cache did not have"
)
