"""What the engine counts.

May import: nothing of ours. Called by: netwatch.engine.
"""

from prometheus_client import Counter, Gauge

TRANSITIONS = Counter(
    "netwatch_alert_transitions_total", "Alerts that changed state, by the state they came to", ["transition"]
)
ESCALATIONS = Counter("netwatch_escalations_total", "Times somebody else was told since nobody acknowledged")
MUTED = Gauge("netwatch_alerts_muted", "Firing alerts that people are not told of now, by the stage", ["stage"])
FLAPPING = Counter("netwatch_alerts_flapping_total", "Alerts whose end is held back because they come and go")
SKIPPED = Counter("netwatch_readings_skipped_total", "Readings not held against rules because of maintenance")
NOTIFICATIONS = Counter("netwatch_notifications_total", "Notifications decided, by what they tell", ["kind"])
FAULTS = Counter(
    "netwatch_faults_total",
    "Times a thing of NetWatch broke off in a way nobody foresaw while the others went on, by what it was",
    ["kind"],
)
COMPOSE_ERRORS = Counter(
    "netwatch_compose_errors_total", "Notifications that could not be written, to be tried again"
)
FLUSH_ERRORS = Counter("netwatch_flush_errors_total", "Rounds of looking for due notifications that broke off")
TRAP_EVENTS = Counter(
    "netwatch_trap_events_total",
    "Traps taken in, repeats as one, by whether a rule had a use for them",
    ["outcome"],
)
TRAP_RULE_ERRORS = Counter("netwatch_trap_rule_errors_total", "Traps that a rule could not be held against")
TRAPS_NOT_KEPT = Counter(
    "netwatch_traps_not_kept_for_waiting_rules_total",
    "Traps that a rule which waits for a MIB module will not see, since too many came meanwhile; the log has them",
)
TRAP_ALERTS_REFUSED = Counter(
    "netwatch_trap_alerts_refused_total", "Alerts not begun because a sender has too many of one rule already"
)
TRAPS_CONTRADICTED = Counter(
    "netwatch_traps_no_news_total",
    "Traps that began nothing, since the rule they speak for says no of what they tell",
)
GONE_ROWS_FORGOTTEN = Counter(
    "netwatch_gone_rows_forgotten_total", "Rows that vanished and are not remembered since their table lost too many"
)
NEIGHBOURS_LEFT_OUT = Counter(
    "netwatch_neighbours_left_out_total", "Neighbours beyond those that are kept of one device, each time it said so"
)
LINK_ALERTS_JOINED = Counter(
    "netwatch_link_alerts_joined_total", "Alerts told in the incident of the other end of their link"
)
CONFIRMING_POLLS = Counter("netwatch_confirming_polls_total", "Polls asked for because of a trap")
UNWRITTEN = Counter("netwatch_unwritten_transactions_total", "Transactions that the store refused for good")
ALERTS = Gauge("netwatch_alerts", "Alerts there are now, by state", ["state"])
INCIDENTS = Gauge("netwatch_incidents", "Groups of alerts that are not over")

for kind in ("rule", "trap rule", "trap", "table", "gap of table", "mail", "message", "digest"):
    FAULTS.labels(kind)
for outcome in ("matched", "unmatched"):
    TRAP_EVENTS.labels(outcome)
