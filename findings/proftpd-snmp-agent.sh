#!/bin/bash
# ProFTPD 1.3.8 (Debian 12, mod_snmp, its own SNMP agent): a walk from above finds nothing, names come twice, the uptime is the time of day.
#
# Expected: RFC 3416, 4.2.2: GETNEXT names the next variable in the order of all names, whatever was asked, or endOfMibView; noSuchObject
# is for GET. 4.2.3: what GETBULK repeats are successors, each behind the one before. PROFTPD-MIB: daemonUptime is the time since the daemon started.
# Seen: GETNEXT of a name that stands before the module's own tree has noSuchObject (v1: noSuchName), under the name that was asked, so walks from
# .1.3 or .1.3.6.1.4.1 end at once as if the agent had nothing. Where GETBULK steps over tables of modules that are not loaded, the name behind
# them comes several times within the answer. daemonUptime is the Unix time in hundredths, modulo 2^32, for a daemon of a few seconds. There is
# no sysUpTime.
#
# For a monitor: an end right at the root is no proof of an empty agent, ask the enterprise as well. A name that comes again within an answer is
# no circle as long as the answer's last one is further on. An uptime that is older than the host is none.
set -euo pipefail
T=$(mktemp -d); trap 'kill $(jobs -p) 2>/dev/null || :; wait; rm -rf "$T"' EXIT
chmod 755 "$T"; cd "$T"
apt-get -qq -o APT::Sandbox::User=root download proftpd-{core,mod-snmp}=1.3.8+dfsg-4+deb12u5 {snmp,libsnmp40}=5.9.3+dfsg-2+deb12u1 \
  libhiredis0.14 libmemcached11 libmemcachedutil2 libhashkit2 libpcre2-posix3
for deb in *.deb; do dpkg -x "$deb" root; done
read -r FTP PORT <<<"$(python3 -c 'import socket
s = [socket.socket(socket.AF_INET, kind) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM)]
[one.bind(("127.0.0.1", 0)) for one in s]; print(*[one.getsockname()[1] for one in s])')"
mkdir state tables
cat > proftpd.conf <<C
ModulePath $T/root/usr/lib/proftpd
LoadModule mod_snmp.c
ServerName "findings"
DefaultAddress 127.0.0.1
Port $FTP
UseIPv6 off
WtmpLog off
User $(id -un)
Group $(id -gn)
DelayTable none
PidFile $T/state/pid
ScoreboardFile $T/state/score
SystemLog $T/state/log
SNMPEngine on
SNMPAgent master 127.0.0.1:$PORT
SNMPCommunity public
SNMPTables $T/tables
C
export LD_LIBRARY_PATH=$PWD/$(dirname root/usr/lib/*/libsnmp.so.40) MIBS=
timeout 60 root/usr/sbin/proftpd -n -c "$T/proftpd.conf" > out 2>&1 &
ask() { local how=$1; shift; timeout 20 root/usr/bin/snmp"$how" -v2c -c public -On -OQ -t 2 -r 1 "$@" 2>&1 || :; }
for _ in $(seq 40); do ask get "127.0.0.1:$PORT" .1.3.6.1.4.1.17852.2.2.1.1.0 | grep -q proftpd && break; sleep 0.5; done
CHANGED=0
see() {  # what, lines that are stated, pattern, then the question
  local what=$1 stated=$2 pattern=$3 said; shift 3; said=$(ask "$@"); printf '%s:\n%s\n' "$what" "$(sed 's/^/    /' <<<"$said")"
  [ "$(grep -cE "$pattern" <<<"$said")" = "$stated" ] || { echo "CHANGED: stated $stated line(s) like $pattern"; CHANGED=1; }
}
see 'GETNEXT .1.3' 1 '^\.1\.3 = No Such Object' getnext "127.0.0.1:$PORT" .1.3
see 'GETNEXT of the module' 1 '^\.1\.3\.6\.1\.4\.1\.17852\.2\.2\.1\.1\.0 = ' getnext "127.0.0.1:$PORT" .1.3.6.1.4.1.17852
see 'GETBULK, max-repetitions 5' 3 '17852\.2\.2\.2\.1\.0 = 0$' bulkget -Cn0 -Cr5 "127.0.0.1:$PORT" .1.3.6.1.4.1.17852.2.2.1.11
see 'GET sysUpTime.0' 1 'No Such Object' get "127.0.0.1:$PORT" .1.3.6.1.2.1.1.3.0
said=$(ask get -Ot "127.0.0.1:$PORT" .1.3.6.1.4.1.17852.2.2.1.4.0 | grep -oE '[0-9]+$'); now=$(($(date +%s) * 100 % 4294967296))
echo "daemonUptime $said, Unix time in hundredths modulo 2^32 $now"
[ $((now - said)) -lt 2000 ] && [ $((said - now)) -lt 2000 ] || { echo 'CHANGED: stated as equal'; CHANGED=1; }
[ $CHANGED = 0 ] && echo "as stated" || { cat out; echo changed; exit 1; }
