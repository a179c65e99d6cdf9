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
