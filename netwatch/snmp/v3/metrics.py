"""What v3 in the fast lane counts.

May import: nothing. Called by: user, and users of the fast lane.
"""

from prometheus_client import Counter

reports = Counter(
    "netwatch_snmp_v3_reports_total", "Reports that devices answered with, by what they say.", ["report"]
)
engines = Counter(
    "netwatch_snmp_v3_engines_total",
    "SNMP engines that devices turned out to have: discovered, remembered from the last run, changed.",
    ["how"],
)
clock_steps = Counter(
    "netwatch_snmp_v3_clock_steps_total",
    "Times that a device corrected what was known of its boots and time, by the direction of the step.",
    ["direction"],
)
