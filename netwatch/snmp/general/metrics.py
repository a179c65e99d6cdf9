"""What the general engine counts.

May import: nothing of NetWatch. Called by: the general engine.
"""

from prometheus_client import Counter

REQUESTS = Counter(
    "netwatch_snmp_general_requests_total",
    "Requests through pysnmp: v3, and what the fast lane refused; answered, error, refused or timeout",
    ["version", "outcome"],
)
CREDENTIAL_FAILURES = Counter(
    "netwatch_snmp_credential_failures_total",
    "Requests that failed because of the credential, by what was wrong with it",
    ["reason"],
)
DATAGRAMS_IGNORED = Counter(
    "netwatch_snmp_general_datagrams_ignored_total",
    "Datagrams the general engine dropped: from a stranger, unasked for, or not SNMP",
    ["reason"],
)
USER_ENGINES = Counter(
    "netwatch_snmp_user_engines_total", "pysnmp engines made for v3 credentials; each costs 0.1 s and 1 MB"
)
