#!/bin/bash
# amtool 0.25.0 (Debian 12, prometheus-alertmanager 0.25.0-1+b4): the first matcher of `silence add` that cannot be read is
# taken for the name of an alert. 0.28.1, built from the Go module, does the same with a broken regular expression.
#
# Expected: a matcher whose regular expression does not compile, or whose label name is not one, is refused with exit 1, as
# amtool does for every matcher after the first. The help says that a first argument *without* an operator is short for
# alertname=...; these have one.
# Seen: the whole text becomes alertname="device=~[a", is posted with exit 0, and a silence ID is printed as if all were well.
# The same text as second argument is refused, with the right reason. `silence query` and `alert query` do the same and find
# nothing, without a word.
#
# For a monitor with an Alertmanager API: such a silence arrives as valid JSON and can match no alert. Refuse, or at least
# point out, a silence whose alertname is no rule's: the person who typed it believes that the device is quiet.
set -euo pipefail
T=$(mktemp -d); trap 'kill $(jobs -p) 2>/dev/null || :; wait; rm -rf "$T"' EXIT
cd "$T"; apt-get -qq -o APT::Sandbox::User=root download prometheus-alertmanager=0.25.0-1+b4
dpkg -x prometheus-alertmanager_*.deb root; amtool=root/usr/bin/amtool

cat > api.py <<'P'
import http.server, json
class Api(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        print(" & ".join(f'{m["name"]}|{m["isRegex"]}|{m["value"]}' for m in body["matchers"]), file=open("posted", "a"))
        self.answer({"silenceID": "00000000-0000-4000-8000-000000000001"})
    def do_GET(self):
        self.answer({"cluster": {"status": "ready", "peers": []}, "config": {"original": ""}, "uptime": "2026-01-01T00:00:00Z",
                     "versionInfo": dict.fromkeys(["branch", "buildDate", "buildUser", "goVersion", "revision"], "") | {"version": "0.25.0"}})
    def answer(self, what):
        data = json.dumps(what).encode()
        self.send_response(200); self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data))); self.end_headers(); self.wfile.write(data)
    def log_message(self, *args): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Api)
print(server.server_port, file=open("port.new", "w")); __import__("os").rename("port.new", "port")
server.serve_forever()
P
timeout 60 python3 api.py & for _ in {1..100}; do [ -s port ] && break; sleep 0.1; done
add() { timeout 20 "$amtool" --alertmanager.url="http://127.0.0.1:$(cat port)" silence add -a someone -c maintenance "$@" >out 2>&1; }

fail=0
check() { # what was expected, what was seen
  if [ "$1" = "$2" ]; then echo "as stated: $2"; else echo "CHANGED: stated [$1], now [$2]"; fail=1; fi; }
add 'device=~[a' && rc=0 || rc=$?;          check "exit 0, alertname|False|device=~[a" "exit $rc, $(tail -n1 posted 2>/dev/null)"
add 'a-b=c' && rc=0 || rc=$?;               check "exit 0, alertname|False|a-b=c" "exit $rc, $(tail -n1 posted 2>/dev/null)"
add 'site=x' 'device=~[a' && rc=0 || rc=$?; check "exit 1, 2 silences posted in all" "exit $rc, $(wc -l <posted) silences posted in all"
echo "the refusal of the second argument: $(grep . out)"
exit $fail
