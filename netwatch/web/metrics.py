"""This room's own counters.

May import: nothing. Called by: netwatch.web.
"""

from prometheus_client import Counter, Gauge

REQUESTS = Counter("netwatch_http_requests_total", "HTTP requests answered, by route and status.", ["route", "code"])
REFUSED_HOSTS = Counter("netwatch_http_refused_hosts_total", "Requests refused for the name they asked for us by.")
REFUSED_SCRAPES = Counter(
    "netwatch_http_refused_scrapes_total",
    "Requests to web.scrape_listen without the right password or certificate.",
    ["why"],
)
WEB_CONFIG_READS = Counter(
    "netwatch_http_web_config_reads_total",
    "Times web.scrape_config_file was read since it changed: taken, refused.",
    ["outcome"],
)
USERS_FILE_READS = Counter(
    "netwatch_http_users_file_reads_total",
    "Times web.users_file was read since it changed: taken, refused.",
    ["outcome"],
)
SIGN_INS = Counter(
    "netwatch_http_sign_ins_total",
    "Sign-ins on the page: right, wrong, slowed (too many wrong ones before), busy (too many at once), form.",
    ["outcome"],
)
REFUSED_CALLERS = Counter(
    "netwatch_http_refused_callers_total",
    "Requests refused for who asks: unknown, password, token, slowed, busy, role, form, proxy, certificate.",
    ["why"],
)
SESSIONS = Gauge("netwatch_http_sessions", "Sessions of people that have not ended.")
REFUSED_CHANGES = Counter(
    "netwatch_http_refused_changes_total", "Requests to change something that were refused.", ["why"]
)
CHANGES = Counter("netwatch_http_changes_total", "Changes made from page, API and links of mails.", ["what", "way"])
EVENT_STREAMS = Gauge("netwatch_http_event_streams", "Pages that are open and refresh themselves.")
CONNECTIONS = Gauge("netwatch_http_connections", "Connections that are open.", ["listener"])
DROPPED_CONNECTIONS = Counter(
    "netwatch_http_dropped_connections_total",
    "Connections closed because they asked for nothing, did not finish or read, or were too many.",
    ["why"],
)
