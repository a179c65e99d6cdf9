#!/bin/bash
# prometheus_client 0.26.0 (Python): of an Accept header the first type it knows is taken, whatever its q; also what q=0 forbids.
#
# Expected: RFC 9110, 12.4.2 and 12.5.1: the type with the highest q is liked best, and q=0 is "not acceptable". Prometheus writes its
# wishes with falling q for that reason, and a proxy may put them into another order.
# Seen: `application/openmetrics-text;version=1.0.0;q=0,text/plain` is answered with OpenMetrics; so is one with q=0.1 before text
# with q=0.9. And text/plain;version=1.0.0 with q=0.1 goes before version=0.0.4 with q=0.9. Only the order counts.
#
# For who scrapes: do not rely on q to keep a Python exporter from OpenMetrics, leave the type out. For who answers: read q.
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"; "$T/v/bin/pip" install -q --disable-pip-version-check prometheus_client==0.26.0
"$T/v/bin/python" - <<'P'
from prometheus_client.exposition import choose_encoder

asked = {
    "application/openmetrics-text;version=1.0.0;q=0,text/plain": "application/openmetrics-text; version=1.0.0",
    "application/openmetrics-text;version=1.0.0;q=0.1,text/plain;q=0.9": "application/openmetrics-text; version=1.0.0",
    "text/plain;version=1.0.0;q=0.1,text/plain;version=0.0.4;q=0.9": "text/plain; version=1.0.0",
}
seen = {accept: choose_encoder(accept)[1] for accept in asked}
for accept, answered in seen.items():
    print(f"{accept}\n    -> {answered}")
same = all(seen[accept].startswith(stated) for accept, stated in asked.items())
print("as stated" if same else f"CHANGED: {seen}")
raise SystemExit(not same)
P
