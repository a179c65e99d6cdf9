"""What the store counts of itself.

May import: nothing. Called by: the files of this room.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

TRANSACTIONS = Counter(
    "netwatch_store_transactions_total", "Transactions handed to the store, by how they ended.", ["outcome"]
)
ERRORS = Counter("netwatch_store_errors_total", "Times the database refused to be read or written.", ["kind"])
QUEUE_LENGTH = Gauge("netwatch_store_queue_length", "Transactions waiting to be written.")
COMMIT_SECONDS = Histogram(
    "netwatch_store_commit_duration_seconds",
    "From the start of a database transaction to the end of its COMMIT.",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0),
)
LATE_RECORDS = Counter(
    "netwatch_store_late_records_total", "Results of sending that came after somebody else had taken the row over."
)
QUEUE_BYTES = Gauge("netwatch_store_queue_bytes", "About how much memory the waiting transactions take.")
LEFT_OUT = Counter(
    "netwatch_store_left_out_total",
    "Nouns not written because the database took nothing for long, or space is short.",
    ["what"],
)
RESERVE_BYTES = Gauge(
    "netwatch_store_reserve_bytes", "Disk space kept beside the database; 0 while alerts are written into it."
)
MOVED_ASIDE = Counter("netwatch_store_moved_aside_total", "Damaged databases that a new one took the place of.")
PUT_BACK = Counter(
    "netwatch_store_put_back_total", "Times the database file was deleted, moved or replaced, and was written anew."
)
BY_HAND = Counter(
    "netwatch_outbox_by_hand_total", "Rows a person retried or dropped, or was refused to.", ["act", "outcome"]
)
OUTBOX_WRITTEN = Gauge("netwatch_outbox_written", "Rows the outbox ever had, one per recipient.")
OUTBOX_PRUNED = Gauge("netwatch_outbox_pruned", "Rows of the outbox that retention took.")
OUTBOX_UNACCOUNTED = Gauge(
    "netwatch_outbox_unaccounted", "Rows of which nobody can say what became of them; must be 0."
)

for what in ("events", "traps", "memories"):
    LEFT_OUT.labels(what)
for outcome in ("committed", "refused", "abandoned", "left_out"):
    TRANSACTIONS.labels(outcome)
