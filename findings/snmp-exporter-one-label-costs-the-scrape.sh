#!/bin/bash
# snmp_exporter 0.21.0 (Debian 12) before an agent with one name in Latin-1: the whole scrape is HTTP 500.
#
# Expected: the row with the name that cannot be written is left out or written with replaced characters, the others are kept.
# A DisplayString is NVT ASCII (RFC 2579) and an SnmpAdminString UTF-8 (RFC 3411), but devices hold what was typed, often Latin-1.
# Seen: a DisplayString that is not UTF-8, used as a lookup label, fails the gathering: status 500, no metric of the device at all,
# not even those of other rows. The text names the value, the log nothing. One renamed port takes the device off the graphs.
#
# For a monitor that serves such values as labels: replace what is not UTF-8 before the value becomes a label, or write it as hex; and
# when moving people over from snmp_exporter expect names that it never showed.
set -euo pipefail
T=$(mktemp -d); trap 'kill $(jobs -p) 2>/dev/null || :; wait; rm -rf "$T"' EXIT
cd "$T"; apt-get -qq -o APT::Sandbox::User=root download {snmpd,libsnmp40}=5.9.3+dfsg-2+deb12u1 prometheus-snmp-exporter=0.21.0-1+b5
for deb in *.deb; do dpkg -x "$deb" root; done
read -r AGENT EXPORTER < <(python3 -c 'import socket; s = [socket.create_server(("127.0.0.1", 0)) for _ in "ab"]; print(*[x.getsockname()[1] for x in s])')
cat > module.yml <<'C'
ports:
  walk: [1.3.6.1.4.1.8072.9999.9999]
  metrics:
    - name: port_errors
      oid: 1.3.6.1.4.1.8072.9999.9999.1
      type: gauge
      indexes: [{labelname: port, type: gauge}]
      lookups: [{labels: [port], labelname: name, oid: 1.3.6.1.4.1.8072.9999.9999.2, type: DisplayString}]
C
export LD_LIBRARY_PATH=$PWD/$(dirname root/usr/lib/*/libsnmp.so.40) SNMP_PERSISTENT_DIR=$T/persistent MIBS=
scrape() { # the second port's name, in hex -> status and number of port_errors
  printf 'rocommunity public 127.0.0.1\n' > snmpd.conf
  for port in 1 2; do echo "override 1.3.6.1.4.1.8072.9999.9999.1.$port integer 7"; done >> snmpd.conf
  printf 'override 1.3.6.1.4.1.8072.9999.9999.2.1 octet_str 0x75706c696e6b\noverride 1.3.6.1.4.1.8072.9999.9999.2.2 octet_str 0x%s\n' "$1" >> snmpd.conf
  timeout 30 root/usr/sbin/snmpd -f -Lf log -C -c snmpd.conf -I 'override,vacm_conf' "127.0.0.1:$AGENT" & local agent=$!
  sleep 2
  python3 - "http://127.0.0.1:$EXPORTER/snmp?module=ports&target=127.0.0.1:$AGENT" <<'P'
import sys, urllib.error, urllib.request
try:
    answer = urllib.request.urlopen(sys.argv[1], timeout=20)
except urllib.error.HTTPError as error:
    answer = error
text = answer.read().decode(errors="replace")
print(answer.status, text.count("\nport_errors{"))
print("\n".join(line for line in text.splitlines() if line.startswith("port_errors{") or "UTF-8" in line)[:300], file=sys.stderr)
P
  kill "$agent"; wait "$agent" 2>/dev/null || :; }
timeout 60 root/usr/bin/prometheus-snmp-exporter --config.file=module.yml --web.listen-address="127.0.0.1:$EXPORTER" >exporter.log 2>&1 &
fail=0
check() { if [ "$2" = "$3" ]; then echo "$1: HTTP status and rows: $3"; else echo "CHANGED: $1: stated $2, now $3"; fail=1; fi; }
check "name in ASCII" "200 2" "$(scrape 5a7572696368)"
check "name in UTF-8" "200 2" "$(scrape 5ac3bc72696368)"
check "name in Latin-1" "500 0" "$(scrape 5afc72696368)"
echo "lines of the exporter's log above level info: $(grep -vc level=info exporter.log || :)"
exit $fail
