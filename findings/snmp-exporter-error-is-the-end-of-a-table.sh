#!/bin/bash
# snmp_exporter 0.21.0 (Debian 12; gosnmp inside): an agent's error in the middle of a walk is taken for the end of the table.
#
# Expected: RFC 3416, 3: error-status tells that the request was not carried out; tooBig, genErr or authorizationError in the answer to
# a GETBULK is no statement about the rows. A failed walk makes the scrape fail, as a time-out does.
# Seen: the scrape is HTTP 200 with the rows that came before the error, or with none if the first answer is the error; no metric and no line
# in the log tells. gosnmp 1.47.0's BulkWalkAll(), tried by hand, does the same: the rows so far and a nil error. noSuchName is
# the only status for which that would be right.
#
# For a monitor: look at error-status before the bindings, count such a table as not read, and keep what was known of its rows: "all
# ports are gone" is a different thing. Ask for less after tooBig. People who compare with an exporter's numbers may miss rows there.
set -euo pipefail
T=$(mktemp -d); trap 'kill $(jobs -p) 2>/dev/null || :; wait; rm -rf "$T"' EXIT
cd "$T"; apt-get -qq -o APT::Sandbox::User=root download prometheus-snmp-exporter=0.21.0-1+b5
dpkg -x prometheus-snmp-exporter_*.deb root
cat > agent.py <<'P'
"""Answers GETBULKs of ifInOctets for ports 1 to 9, at most three rows each; from the given port on with the given error-status."""
import socket, sys

def tlv(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    return bytes([tag]) + (bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2)) + body

def items(data):
    while data:
        size, at = data[1], 2
        if size & 0x80:
            at += size & 0x7F
            size = int.from_bytes(data[2:at])
        yield data[0], data[at:at + size]
        data = data[at + size:]

COLUMN = bytes.fromhex("2b060102010202010a")
status, first = int(sys.argv[1]), int(sys.argv[2])
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1], flush=True)
    while True:
        question, manager = s.recvfrom(65507)
        (_, message), = items(question)
        (_, version), (_, community), (_, pdu) = items(message)
        (_, request), _, _, (_, binds) = items(pdu)
        (_, bind), = items(binds)
        (_, oid), _ = items(bind)
        after = oid[-1] if oid != COLUMN else 0
        rows = [tlv(0x30, tlv(6, COLUMN, bytes([port])), tlv(0x41, bytes([port]))) for port in range(after + 1, min(after + 3, 9) + 1)]
        failed = status and after + 1 >= first
        if failed:
            rows = [] if status == 1 else [tlv(0x30, bind)]
        elif not rows:
            rows = [tlv(0x30, tlv(6, oid), tlv(0x82))]
        head = tlv(2, request) + tlv(2, bytes([status if failed else 0])) + tlv(2, bytes([1 if failed and status != 1 else 0]))
        s.sendto(tlv(0x30, tlv(2, version), tlv(4, community), tlv(0xA2, head, tlv(0x30, *rows))), manager)
P
cat > module.yml <<'C'
ports:
  walk: [1.3.6.1.2.1.2.2.1.10]
  metrics: [{name: in_octets, oid: 1.3.6.1.2.1.2.2.1.10, type: gauge, indexes: [{labelname: port, type: gauge}]}]
C
PORT=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
timeout 50 root/usr/bin/prometheus-snmp-exporter --config.file=module.yml --web.listen-address="127.0.0.1:$PORT" >log 2>&1 &
sleep 3
scrape() { # error-status, from which port -> HTTP status and rows
  rm -f port; timeout 30 python3 agent.py "$@" > port & local agent=$!
  for _ in {1..50}; do [ -s port ] && break; sleep 0.1; done
  python3 - "http://127.0.0.1:$PORT/snmp?module=ports&target=127.0.0.1:$(cat port)" <<'P'
import sys, urllib.error, urllib.request
try:
    answer = urllib.request.urlopen(sys.argv[1], timeout=20)
except urllib.error.HTTPError as error:
    answer = error
print(answer.status, answer.read().decode().count("\nin_octets{"))
P
  kill "$agent"; wait "$agent" 2>/dev/null || :; }
fail=0
check() { if [ "$2" = "$3" ]; then echo "$1: HTTP status and rows: $3"; else echo "CHANGED: $1: stated $2, now $3"; fail=1; fi; }
check "no error" "200 9" "$(scrape 0 0)"
check "tooBig at once" "200 0" "$(scrape 1 1)"
check "tooBig from port 4 on" "200 3" "$(scrape 1 4)"
check "genErr from port 4 on" "200 3" "$(scrape 5 4)"
check "authorizationError from port 7 on" "200 6" "$(scrape 16 7)"
echo "lines of the exporter's log above level info: $(grep -vc level=info log || :)"
[ $fail = 0 ] || tail -n 5 log
exit $fail
