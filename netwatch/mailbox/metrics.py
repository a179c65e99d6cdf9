"""What the mailbox counts of itself.

May import: nothing. Called by: the files of this room, netwatch.app.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

MAILS = Counter(
    "netwatch_mailbox_mails_total",
    "Mails that came back; outcome is acted, asked (a question that was answered), refused, ignored (no person wrote"
    " it), report (a bounce or receipt), stranger (nothing of ours in it), again (was dealt with before), unreadable"
    " or failed (a fault of ours)",
    ["outcome"],
)
REPLIES_HELD = Counter(
    "netwatch_mailbox_replies_held_total", "Replies not sent since the address had many within the hour"
)
UP = Gauge("netwatch_mailbox_up", "1 while the mailbox can be read, 0 while it cannot; absent without a mailbox", [])
TROUBLES = Counter(
    "netwatch_mailbox_troubles_total",
    "Conversations with the mail server that ended in trouble; refused is a log-in that was not taken",
    ["kind"],
)
LEFT_OLD = Counter(
    "netwatch_mailbox_left_unread_total", "Mails not looked at since there were too many at once that were not known"
)
PASSED_OVER = Counter(
    "netwatch_mailbox_passed_over_total",
    "Mails at which one conversation after the other broke off, and that are not tried again; the log says which",
)
ACTED_SECONDS = Histogram(
    "netwatch_mailbox_acted_seconds",
    "From the arrival of an answer at the mail server, by its clock, to the act being durable",
    buckets=(0.25, 0.5, 1, 2, 5, 15, 60, 300, 3600),
)
RETURNS = Counter(
    "netwatch_mailbox_returns_total",
    "Reports about mails of ours; fate is bounced, delayed, delivered, relayed or read",
    ["fate"],
)
DEAD_ADDRESSES = Gauge(
    "netwatch_mailbox_dead_addresses", "Addresses that refused three mails in a row, and none that arrived since"
)
ROUND_TRIP = Gauge(
    "netwatch_mail_round_trip_seconds",
    "How long the last probe took from being handed to a relay to being found in the mailbox",
    ["relay", "mailbox"],
)
PROBES = Counter(
    "netwatch_mail_probes_total",
    "Probes by relay; outcome is sent (the relay took it), refused (it did not), arrived or lost",
    ["relay", "outcome"],
)
