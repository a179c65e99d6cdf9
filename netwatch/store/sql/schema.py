"""The tables, in words every dialect knows.

Instants are integers, microseconds since 1970 in UTC: they sort as they happened and lose nothing. Mappings and
lists are JSON text; nothing ever asks the database to look inside. A reference that most rows do not have is NULL
there, so that its index holds only those that do.

May import: nothing. Called by: the files of this room.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text, text

METADATA = MetaData()

WRITTEN = "outbox_written"
PRUNED = "outbox_pruned"
"""Names in the table `counters`: rows the outbox ever had, and those that retention took."""

SCHEMA_VERSION = Table(
    "schema_version",
    METADATA,
    Column("version", Integer, nullable=False),
)

ALERTS = Table(
    "alerts",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("instance", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("labels", Text, nullable=False),
    Column("annotations", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("threshold", Text, nullable=False),
    Column("pending_at", BigInteger, nullable=False),
    Column("firing_at", BigInteger),
    Column("healthy_since", BigInteger),
    Column("resolved_at", BigInteger),
    Column("seen_at", BigInteger),
    Column("trap_count", Integer, nullable=False, server_default="0"),
    Column("acked_at", BigInteger),
    Column("acked_by", Text, nullable=False, server_default=""),
    Column("ack_comment", Text, nullable=False, server_default=""),
    Column("flapping", Integer, nullable=False, server_default="0"),
    Column("gone_at", BigInteger),
    Index("alerts_by_state", "state", "resolved_at"),
    Index("alerts_by_start", "pending_at"),
    Index("alerts_by_rule", "rule", "device", "pending_at"),
)

GROUPS = Table(
    "alert_groups",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("receiver", Text, nullable=False),
    Column("labels", Text, nullable=False),
    Column("thread_id", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("members", Text, nullable=False),
    Column("told", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("flushed_at", BigInteger),
    Column("sent", Integer, nullable=False),
    Column("escalation", Text, nullable=False, server_default=""),
    Column("about", Text, nullable=False, server_default=""),
    Column("ended", Integer, nullable=False, server_default="0"),
    Column("told_gone", Text, nullable=False, server_default="{}"),
)

SILENCES = Table(
    "silences",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("matchers", Text, nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("message_id", Text, nullable=False),
    Column("envelope_sender", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("not_before", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_until", BigInteger),
    Column("receiver", Text, nullable=False),
    Column("group_key", Text, nullable=False),
    Column("alert_ids", Text, nullable=False),
    Column("last_reply", Text, nullable=False),
    Column("last_tried_at", BigInteger),
    Column("sent_at", BigInteger),
    Column("kind", Text, nullable=False, server_default="mail"),
    Column("thread_id", Text, nullable=False, server_default=""),
    Column("told_by", Text),
    # The newest row of its incident and recipient that was written while this one was under way.
    Column("overtaken_by", Text),
    # Last, because SQLite reads a row from its front: a list of rows need not page through the mails.
    Column("message", LargeBinary, nullable=False),
    Index("outbox_by_state", "state", "not_before"),
    Index("outbox_by_kind", "kind", "state", "not_before"),
    Index("outbox_by_age", "created_at"),
    Index("outbox_by_thread", "thread_id", "recipient"),
    Index("outbox_by_teller", "told_by", sqlite_where=text("told_by IS NOT NULL")),
)

OUTBOX_ALERTS = Table(
    "outbox_alerts",
    METADATA,
    Column("alert_id", Text, primary_key=True),
    Column("entry_id", Text, primary_key=True),
    sqlite_with_rowid=False,
)

# What each message says of which alert, numbered as it was written: the last word about it is the newest.
OUTBOX_NEWS = Table(
    "outbox_news",
    METADATA,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("alert_key", Text, nullable=False),
    Column("word", Text, nullable=False),
    Column("alert_id", Text, nullable=False),
    Column("entry_id", Text, nullable=False),
    Index("outbox_news_by_alert", "alert_key"),
    Index("outbox_news_by_entry", "entry_id"),
    sqlite_autoincrement=True,
)

COUNTERS = Table(
    "counters",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

EVENTS = Table(
    "events",
    METADATA,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("instance", Text, nullable=False),
    Column("alert_id", Text, nullable=False),
    Column("entry_id", Text),
    Column("group_key", Text, nullable=False, server_default=""),
    Column("details", Text, nullable=False, server_default="{}"),
    Index("events_by_time", "at"),
    Index("events_by_device", "device", "at"),
    Index("events_by_alert", "alert_id", "at"),
    Index("events_by_entry", "entry_id", "at", sqlite_where=text("entry_id IS NOT NULL")),
    Index("events_by_rule", "rule", "device", "at"),
)

TRAPS = Table(
    "traps",
    METADATA,
    # Numbers are never used twice, so that whoever follows the log can say where it stopped reading.
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("trap_oid", Text, nullable=False),
    Column("varbinds", Text, nullable=False),
    Column("uptime", BigInteger),
    Column("count", Integer, nullable=False),
    Column("repeated", Integer, nullable=False),
    Column("inform", Integer, nullable=False),
    Column("relay", Text, nullable=False),
    Column("user", Text, nullable=False),
    Index("traps_by_time", "at"),
    Index("traps_by_device", "device", "number"),
    Index("traps_by_source", "source", "number"),
    sqlite_autoincrement=True,
)

MEMORIES = Table(
    "memories",
    METADATA,
    Column("scope", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("text", Text, nullable=False),
)
