"""What the engine counts.

May import: nothing of ours. Called by: netwatch.engine.
"""

from prometheus_client import Counter, Gauge

TRANSITIONS = Counter(
    "netwatch_alert_transitions_total", "Alerts that changed state, by the state they came to", ["transition"]
)
NOTIFICATIONS = Counter("netwatch_notifications_total", "Notifications decided, by what they tell", ["kind"])
COMPOSE_ERRORS = Counter(
    "netwatch_compose_errors_total", "Notifications that could not be written, to be tried again"
)
UNWRITTEN = Counter("netwatch_unwritten_transactions_total", "Transactions that the store refused for good")
ALERTS = Gauge("netwatch_alerts", "Alerts there are now, by state", ["state"])
INCIDENTS = Gauge("netwatch_incidents", "Groups of alerts that are not over")
