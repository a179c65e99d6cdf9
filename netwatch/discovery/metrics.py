"""What discovery counts.

May import: nothing. Called by: the files of this room.
"""

from __future__ import annotations

from prometheus_client import Counter

TRIES = Counter(
    "netwatch_discovery_tries_total",
    "Credentials tried at hosts that answered; outcome is fitted or failed",
    ["outcome"],
)
