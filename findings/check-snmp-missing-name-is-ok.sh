#!/bin/bash
# check_snmp of monitoring-plugins 2.3.3 (Debian 12) against net-snmp snmpd 5.9.3: a name that the device does not have is OK, sw2 is above 1.
#
# Expected: noSuchInstance stands in the place of a value and says that there is none (RFC 3416, 4.2.1), so a check of it is UNKNOWN, as the
# option --null-zero-length-exit says of values that are empty. A text is no number: thresholds "expect an unsigned integer".
# Seen: net-snmp's words for "not there" are taken for the value, a text. Without a threshold they are OK with status 0, beside a value that is
# there as well; --invert-search -r error ("OK as long as it does not say error") is OK for ever. By SNMPv1 the same question is UNKNOWN. With a
# threshold it is UNKNOWN, but a text that holds a digit is a number: sw2 is 2, which is over a limit of 1, and goes out as performance data.
#
# For an operator: a check without a threshold goes on as OK after the row, the card or the whole MIB is gone; ask with a threshold, or with -r for
# what must be there. For whoever takes over such checks: their OK is no proof that the name ever existed, ask each once.
set -euo pipefail
T=$(mktemp -d); trap 'kill %1 2>/dev/null || true; rm -rf "$T"' EXIT
command -v snmpd >/dev/null && command -v snmpget >/dev/null || { echo "needs Debian's snmpd and snmp" >&2; exit 2; }
cd "$T"; apt-get -qq -o APT::Sandbox::User=root download monitoring-plugins-standard=2.3.3-5+deb12u2
dpkg -x monitoring-plugins-standard_*.deb root
PORT=$(python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
printf '%s\n' "agentaddress udp:127.0.0.1:$PORT" "rocommunity public" "sysname sw2" > snmpd.conf
snmpd -f -Ln -C -c snmpd.conf -p "$T/pid" -I -smux 2>/dev/null &
for _ in $(seq 50); do snmpget -v2c -c public -t 1 -r 0 "127.0.0.1:$PORT" 1.3.6.1.2.1.1.5.0 >/dev/null 2>&1 && break; done
HERE=.1.3.6.1.2.1.1.5.0 GONE=.1.3.6.1.2.1.2.2.1.8.99999
CHANGED=0
see() {  # stated status, stated pattern, then the options
  local status=0 said; local stated=$1 pattern=$2; shift 2
  said=$(timeout 30 root/usr/lib/nagios/plugins/check_snmp -H 127.0.0.1 -p "$PORT" -C public -t 10 "$@" 2>&1) || status=$?
  printf '%s\n    %s (status %s)\n' "$*" "$said" "$status"
  [ "$status" = "$stated" ] && grep -q -- "$pattern" <<<"$said" || { echo "    CHANGED: stated $pattern (status $stated)"; CHANGED=1; }
}
see 0 '^SNMP OK - No Such Instance' -P 2c -o $GONE
see 0 '^SNMP OK - "sw2" No Such Instance' -P 2c -o $HERE,$GONE
see 0 '^SNMP OK - No Such Instance' -P 2c -o $GONE --invert-search -r error
see 3 '(noSuchName)' -P 1 -o $GONE
see 3 '^No valid data returned (No Such Instance' -P 2c -o $GONE -w 1
see 1 '^SNMP WARNING - \*2\* | .*=2;1' -P 2c -o $HERE -w 1
[ $CHANGED = 0 ] && echo "as stated" || { echo changed; exit 1; }
