#!/bin/bash
# prometheus_client 0.26.0 (Python), parser of the text format: samples come out under names that nobody wrote, in one of two ways.
#
# Expected: text_string_to_metric_families() reads the classic text format, in which the TYPE line carries the sample's full name, and hands
# back the samples with the names and types that the page has; that is what Prometheus stores.
# Seen: for a counter without _total in its name (`# TYPE if_in_octets counter`, as snmp_exporter writes all its counters) each sample is
# renamed to if_in_octets_total. For `# TYPE if_in_total counter` the family is called if_in. Where a page in OpenMetrics (TYPE without
# _total, sample with it) comes without its content type, the family of type counter is empty and the sample stands in a second family of
# type unknown. Nothing is raised or noted; the OpenMetrics parser of the same package refuses the first.
#
# For a monitor that reads exporters' pages with it, or tests its own page with it: a rule written for if_in_octets finds nothing. Compare by
# the written names, and look at sample.name, never at family.name.
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"; "$T/v/bin/pip" install -q --disable-pip-version-check prometheus_client==0.26.0
cat > "$T/run.py" <<'P'
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as classic

def read(parse, page):
    try:
        return [(family.name, family.type, [sample.name for sample in family.samples]) for family in parse(page)]
    except ValueError as error:
        return f"ValueError: {error}"

bare = '# TYPE if_in_octets counter\nif_in_octets{port="1"} 7\n'
changed = False
for what, seen, stated in (
    ("classic, counter without _total", read(classic, bare), [("if_in_octets", "counter", ["if_in_octets_total"])]),
    ("classic, counter with _total", read(classic, "# TYPE if_in_total counter\nif_in_total 7\n"), [("if_in", "counter", ["if_in_total"])]),
    ("classic, a page in OpenMetrics", read(classic, "# TYPE if_in counter\nif_in_total 7\n"),
     [("if_in", "counter", []), ("if_in_total", "unknown", ["if_in_total"])]),
    ("OpenMetrics, counter without _total", read(openmetrics, bare + "# EOF\n"), "ValueError: Clashing name: if_in_octets"),
):
    print(f"{what}: {seen}")
    if seen != stated:
        changed = True
        print(f"CHANGED: stated {stated}")
print("changed" if changed else "as stated")
sys.exit(changed)
P
timeout 30 "$T/v/bin/python" "$T/run.py"
