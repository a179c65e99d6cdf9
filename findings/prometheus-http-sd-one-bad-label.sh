#!/bin/bash
# Prometheus 2.42.0 (Debian 12) over http_sd: one label name with a dot or a dash stops the update of all targets of that list.
#
# Expected: the target group whose label cannot be used is left out and named, the others are taken; scraping treats one bad target so.
# The documentation says that the current list is kept when an error occurs while *fetching* a new one.
# Seen: the answer is HTTP 200 and valid JSON, and nothing of it is taken: new devices do not appear, removed ones stay, the old list is
# scraped on. A log line names the label but no target; in the metrics only prometheus_sd_http_failures_total moves.
#
# For a monitor that offers its devices as an http_sd list: labels that users may name freely (a device's tags, a profile's metric_tags)
# have to be made [a-zA-Z_][a-zA-Z0-9_]* by the side that writes the list, with two tags that become one told apart.
set -euo pipefail
T=$(mktemp -d); trap 'kill $(jobs -p) 2>/dev/null || :; wait; rm -rf "$T"' EXIT
cd "$T"; apt-get -qq -o APT::Sandbox::User=root download prometheus=2.42.0+ds-5+deb12u1
dpkg -x prometheus_*.deb root
read -r LIST PROM < <(python3 -c 'import socket; s = [socket.create_server(("127.0.0.1", 0)) for _ in "ab"]; print(*[x.getsockname()[1] for x in s])')
mkdir www; cd www; timeout 60 python3 -c '
import functools, http.server, sys
class List(http.server.SimpleHTTPRequestHandler):
    extensions_map = {".json": "application/json"}
    def log_message(self, *args): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), List).serve_forever()' "$LIST" & cd ..
group() { printf '{"targets": ["127.0.0.1:%s"], "labels": {"%s": "x"}}' "$1" "$2"; }
publish() { local IFS=,; echo "[$*]" > list.new; mv list.new www/list.json; sleep 4; }
cat > prometheus.yml <<C
scrape_configs: [{job_name: devices, http_sd_configs: [{url: "http://127.0.0.1:$LIST/list.json", refresh_interval: 1s}]}]
C
publish "$(group 1 site)" "$(group 2 site)"
timeout 60 root/usr/bin/prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address="127.0.0.1:$PROM" >log 2>&1 & sleep 8
targets() { python3 -c '
import json, sys, urllib.request
with urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/api/v1/targets") as answer:
    print(*sorted(target["labels"]["instance"].split(":")[1] for target in json.load(answer)["data"]["activeTargets"]))' "$PROM"; }
fail=0
check() { if [ "$2" = "$3" ]; then echo "$1: targets $3"; else echo "CHANGED: $1: stated $2, now $3"; fail=1; fi; }
check "groups 1 and 2 with label site" "1 2" "$(targets)"
publish "$(group 2 site)" "$(group 3 site)" "$(group 4 snmp.site)"
check "then 2, 3 with label site and 4 with snmp.site" "1 2" "$(targets)"
publish "$(group 2 site)" "$(group 3 site)" "$(group 4 snmp-site)"
check "then 2, 3 with label site and 4 with snmp-site" "1 2" "$(targets)"
publish "$(group 2 site)" "$(group 3 site)" "$(group 4 snmp_site)"
check "then 2, 3 with label site and 4 with snmp_site" "2 3 4" "$(targets)"
grep -o 'err=.*' log | sort | uniq -c
exit $fail
