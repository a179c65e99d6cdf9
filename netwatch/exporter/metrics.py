"""This room's own counters.

May import: nothing. Called by: netwatch.exporter.
"""

from prometheus_client import Counter, Gauge

SCRAPES = Counter("netwatch_exporter_scrapes_total", "Questions to /snmp, by the status answered.", ["status"])
MODULES = Counter(
    "netwatch_exporter_modules_total", "Modules scraped through /snmp: whole, partial or failed.", ["outcome"]
)
SECONDS = Counter("netwatch_exporter_seconds_total", "Time that scrapes through /snmp took, waiting included.")
SERIES_BYTES = Counter("netwatch_exporter_bytes_total", "Bytes answered by /snmp, before compression.")
IN_FLIGHT = Gauge("netwatch_exporter_scrapes_in_flight", "Scrapes through /snmp under way.")
CLOSED_PORTS = Counter(
    "netwatch_exporter_closed_ports_total", "Scrapes ended since the host said that nothing listens (ICMP)."
)
FROM_MEMORY = Counter(
    "netwatch_exporter_from_memory_total", "Scrapes answered with what another scrape had just been answered."
)
