#!/bin/bash
# net-snmp 5.9.3 (Debian 12): a process whose arguments hold a line feed loses the rest of them in snmpd, and breaks the lines of snmpwalk.
#
# Expected: RFC 2790: hrSWRunParameters are "the parameters supplied to this software when it was initially loaded", 128 octets of an
# InternationalDisplayString; they may be cut at the end. In what snmpwalk prints, quotes and backslashes within a text are escaped, so
# one would take a line for a variable.
# Seen: the text ends with the first line feed, and has it; what comes behind is lost, later arguments too, however short all of it is.
# snmpwalk prints that line feed as it is, under -On, -OQ, -Oe and -OT alike: the closing quote stands alone on a line. Shells, Python and
# Perl started with a script as an argument are on every host, so any walk of a host may hold this.
#
# For whoever reads recorded walks: a text goes on until a quote that no backslash stands before ends a line. For a rule about processes:
# match the beginning of the parameters, and nothing behind a script.
set -euo pipefail
T=$(mktemp -d); trap 'kill $(jobs -p) 2>/dev/null || :; wait; rm -rf "$T"' EXIT
cd "$T"; apt-get -qq -o APT::Sandbox::User=root download {snmpd,snmp,libsnmp40}=5.9.3+dfsg-2+deb12u1
for deb in *.deb; do dpkg -x "$deb" root; done
PORT=$(python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export LD_LIBRARY_PATH=$PWD/$(dirname root/usr/lib/*/libsnmp.so.40) SNMP_PERSISTENT_DIR=$T/persistent MIBS=
echo 'rocommunity public' > snmpd.conf
timeout 60 root/usr/sbin/snmpd -f -Lf log -C -c snmpd.conf -p pid "127.0.0.1:$PORT" & sleep 2
timeout 60 python3 -c 'import time
time.sleep(60)' second third & sleep 1
timeout 60 python3 -c 'import time; time.sleep(60)' second third & sleep 1
CHANGED=0
see() {  # what, the lines stated, the pattern and lines that follow, the option
  local said; said=$(root/usr/bin/snmpwalk -v2c -c public $4 "127.0.0.1:$PORT" .1.3.6.1.2.1.25.4.2.1.5 | grep -A1 -E '"-c import time'"$3" | sed 's/^.*= //')
  printf '%s:\n%s\n' "$1" "$(sed 's/^/    /' <<<"$said")"
  [ "$said" = "$2" ] || { echo "CHANGED: stated $2"; CHANGED=1; }
}
for option in -On -OnT -One; do see "a script of two lines, $option" $'STRING: "-c import time\n"' '$' "$option"; done
see 'the same, -OnQ' $'"-c import time\n"' '$' -OnQ
said=$(root/usr/bin/snmpwalk -v2c -c public -OnQ "127.0.0.1:$PORT" .1.3.6.1.2.1.25.4.2.1.5 | grep -c -- '"-c import time; time.sleep(60) second third"' || :)
echo "a script of one line, with its two further arguments: $said"
[ "$said" = 1 ] || { echo 'CHANGED: stated 1'; CHANGED=1; }
[ $CHANGED = 0 ] && echo "as stated" || { echo changed; exit 1; }
