#!/bin/bash
# Squid 5.7 (Debian 12, its own SNMP agent): GETBULK answers one row, any instance of a scalar exists, v2c questions get v1's errors.
#
# Expected: RFC 3416, 4.2.3: a GETBULK repeats up to max-repetitions times, and fewer only for want of room; 4.2.1: a GET names an exact
# instance, cacheUptime has one (.0); an object that is not there is noSuchObject or noSuchInstance in its own binding, and the others
# are answered; RFC 3418: an agent has the system group.
# Seen: whatever max-repetitions says, one repetition comes back. A GET of cacheUptime.1 or .7 is answered, with the value of .0. A v2c GET of
# one object that is there and one that is not has error-status noSuchName(2). sysUpTime, sysDescr and sysObjectID are not there at all.
#
# For a monitor: an answer of one repetition is no end of the table and no reason to ask for less. An instance that answers is no proof that
# a row exists: learn rows by GETNEXT. noSuchName to sysUpTime.0 is an agent that lives. Ask sysUpTime apart from what must not be lost.
set -euo pipefail
T=$(mktemp -d); trap 'kill $(jobs -p) 2>/dev/null || :; wait; rm -rf "$T"' EXIT
chmod 755 "$T"; cd "$T"
apt-get -qq -o APT::Sandbox::User=root download {squid,squid-common}=5.7-2+deb12u6 squid-langpack \
  libecap3 libnetfilter-conntrack3 libnfnetlink0 libltdl7 libtdb1 {snmp,libsnmp40}=5.9.3+dfsg-2+deb12u1
for deb in *.deb; do dpkg -x "$deb" root; done
read -r HTTP PORT <<<"$(python3 -c 'import socket
s = [socket.socket(socket.AF_INET, kind) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM)]
[one.bind(("127.0.0.1", 0)) for one in s]; print(*[one.getsockname()[1] for one in s])')"
mkdir state; [ "$(id -u)" != 0 ] || chown nobody state
cat > squid.conf <<C
http_port 127.0.0.1:$HTTP
snmp_port $PORT
snmp_incoming_address 127.0.0.1
acl everybody snmp_community public
snmp_access allow everybody
cache_effective_user nobody
memory_cache_shared off
pinger_enable off
netdb_filename none
access_log none
cache_log $T/state/log
pid_filename $T/state/pid
coredump_dir $T/state
mime_table $T/root/usr/share/squid/mime.conf
icon_directory $T/root/usr/share/squid/icons
error_directory $T/root/usr/share/squid-langpack/en
unlinkd_program $T/root/usr/lib/squid/unlinkd
C
export LD_LIBRARY_PATH=$PWD/$(dirname root/usr/lib/*/libsnmp.so.40) MIBS=
timeout 60 root/usr/sbin/squid -N -n "findings$PORT" -f squid.conf > out 2>&1 &
ask() { local how=$1; shift; root/usr/bin/snmp"$how" -v2c -c public -On -OQ -t 2 -r 1 "$@" 2>&1 || :; }
for _ in $(seq 40); do ask getnext "127.0.0.1:$PORT" .1.3 | grep -q 3495 && break; sleep 0.5; done
UPTIME=.1.3.6.1.4.1.3495.1.1.3
CHANGED=0
see() {  # what, lines that are stated, pattern, then the question
  local what=$1 stated=$2 pattern=$3 said; shift 3; said=$(ask "$@"); printf '%s:\n%s\n' "$what" "$(sed 's/^/    /' <<<"$said")"
  [ "$(grep -cE "$pattern" <<<"$said")" = "$stated" ] || { echo "CHANGED: stated $stated line(s) like $pattern"; CHANGED=1; }
}
see 'GETBULK, max-repetitions 10' 1 '^\.1\.3\.' bulkget -Cn0 -Cr10 "127.0.0.1:$PORT" .1.3.6.1.4.1.3495
see 'eight rounds of GETNEXT' 8 '^\.1\.3\.' walk -CE .1.3.6.1.4.1.3495.1.3.1.9 "127.0.0.1:$PORT" .1.3.6.1.4.1.3495.1.3.1
see 'GET cacheUptime.0' 1 "^$UPTIME\.0 = " get "127.0.0.1:$PORT" $UPTIME.0
see 'GET cacheUptime.7' 1 "^$UPTIME\.7 = [0-9]" get "127.0.0.1:$PORT" $UPTIME.7
see 'GET cacheUptime.0 and sysUpTime.0' 1 'noSuchName' get "127.0.0.1:$PORT" $UPTIME.0 .1.3.6.1.2.1.1.3.0
see 'GETNEXT system' 0 '^\.1\.3\.6\.1\.2\.1\.' getnext "127.0.0.1:$PORT" .1.3.6.1.2.1.1
[ $CHANGED = 0 ] && echo "as stated" || { echo changed; exit 1; }
