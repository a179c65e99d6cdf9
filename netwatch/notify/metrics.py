"""What this room counts.

May import: nothing. Called by: netwatch.notify.*.
"""

from prometheus_client import Counter, Gauge, Histogram

ATTEMPTS = Counter(
    "netwatch_mail_attempts_total", "Tries to hand a mail over, by what became of it and where", ["outcome", "phase"]
)
SENT = Counter("netwatch_mail_sent_total", "Mails a relay accepted")
DEAD = Counter("netwatch_mail_dead_total", "Mails given up: refused for good, or tried for too long")
FALLBACKS = Counter("netwatch_fallback_mails_total", "Mails to fallback addresses about what could not be delivered")
GUARDED = Counter("netwatch_mail_guarded_total", "Mails composed plain because their text would have become headers")
BARE = Counter("netwatch_mail_bare_total", "Mails written in few words since the usual one could not be written")
DIGESTED = Counter("netwatch_mail_digested_total", "Mails that were too much at once, and are told in a digest")
DIGESTS = Counter("netwatch_mail_digests_total", "Digests written")
DIGEST_ERRORS = Counter("netwatch_mail_digest_errors_total", "Digests that could not be written and are tried again")
TEMPLATE_FAILURES = Counter(
    "netwatch_mail_template_failures_total",
    "Times a template of the configuration failed and ours was used",
    ["part"],
)
TRAPS = Counter(
    "netwatch_trap_notifications_total", "Tries to notify another manager, by what became of it", ["outcome"]
)
POSTS = Counter(
    "netwatch_posts_total", "Tries to post to a webhook or an Alertmanager, by what became of it", ["kind", "outcome"]
)
RELAY_UP = Gauge("netwatch_relay_up", "Whether mail can be handed to the relay", ["relay"])
RELAY_TROUBLE = Counter("netwatch_relay_trouble_total", "Times a relay was left alone, by phase", ["relay", "phase"])
LOOP_ERRORS = Counter("netwatch_mail_loop_errors_total", "Errors the sending loop survived", ["what"])
DELIVERY_SECONDS = Histogram(
    "netwatch_mail_delivery_seconds",
    "Time from a mail's creation to its acceptance by a relay",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21600, 86400),
)
