#!/bin/bash
# lldpd 1.0.16 with snmpd 5.9.3 (Debian 12, AgentX): a neighbour that leaves is reported without its name, a renamed one gets a new row.
#
# Expected: IEEE 802.1AB: one lldpRemTablesChange per change at most every lldpNotificationInterval seconds, carrying the four counters as they
# are. lldpRemTimeMark is a TimeFilter (RFC 4502): a row answers under every time mark up to its last change, 0 included.
# Seen:
# - time marks are plain indices: a row answers only under the time of its last change. A neighbour that changes its name keeps
#   lldpRemIndex and gets a new time mark; one that went and came back gets a new lldpRemIndex as well, counted over all ports
# - a shutdown frame makes two notifications in the same hundredth of a second (the interval is 5 s): the first names the
#   neighbour in a row that the table never has, the second nobody. A neighbour whose time runs out makes the second kind only
# - both carry lldpStatsRemTablesDeletes as it was before; a poll right after them has the new number
#
# For a monitor: know a neighbour by local port, chassis ID and port ID, never by the row's index, read the table whole after each such
# notification and compare; a difference of the counters in two notifications says nothing about the last change.
# Needs root (namespaces of its own; nothing is installed).
set -euo pipefail
T=$(mktemp -d); chmod 755 "$T"; trap 'rm -rf "$T"' EXIT
cd "$T"; apt-get -qq -o APT::Sandbox::User=root download lldpd=1.0.16-1+deb12u1 {snmp,snmpd,snmptrapd,libsnmp40}=5.9.3+dfsg-2+deb12u1 \
  libevent-2.1-7 libbsd0 libcap2
for deb in *.deb; do dpkg -x "$deb" root; done
[ ! -d root/lib ] || cp -r root/lib/. root/usr/lib/
{ cat /etc/passwd; echo '_lldpd:x:64999:64999::/:/bin/false'; } > passwd
{ cat /etc/group; echo '_lldpd:x:64999:'; } > group
printf '%s\n' 'rocommunity public' 'master agentx' "agentXSocket $T/agentx" 'agentXPerms 777 777' 'trap2sink 127.0.0.1:1162 public' > snmpd.conf
printf '%s\n' 'authCommunity log public' > snmptrapd.conf
cat > announce.py <<'P'
import socket, struct, sys
seconds, name = int(sys.argv[1]), sys.argv[2].encode()
def tlv(kind, value):
    return struct.pack("!H", kind << 9 | len(value)) + value
mac = bytes.fromhex("020000000001")
unit = tlv(1, b"\x04" + mac) + tlv(2, b"\x05gi1") + tlv(3, struct.pack("!H", seconds)) + (tlv(5, name) if seconds else b"") + tlv(0, b"")
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
    s.bind(("e1", 0))
    s.send(bytes.fromhex("0180c200000e") + mac + b"\x88\xcc" + unit)
P
cat > inside.sh <<'I'
mount -t overlay overlay -o lowerdir="$T/root/usr:/usr" /usr
mount --bind passwd /etc/passwd; mount --bind group /etc/group
mount -t tmpfs none /run; mkdir /run/lldpd
ip link set lo up; ip link add e0 type veth peer name e1; ip link set e0 up; ip link set e1 up
snmptrapd -f -On -Lf traps -C -c snmptrapd.conf 127.0.0.1:1162 &
snmpd -f -Lf log -C -c snmpd.conf 127.0.0.1:1161 & sleep 1
lldpd -d -x -X "$T/agentx" -I e0 -u /run/lldpd.socket > lldpd.log 2>&1 & sleep 4
LLDP=.1.0.8802.1.1.2.1
get() { snmpget -t 3 -Oqv -v2c -c public 127.0.0.1:1161 "$@" | tr -d '"'; }
row() { snmpwalk -t 3 -Onq -v2c -c public 127.0.0.1:1161 $LLDP.4.1.1.9 | sed -n "s/^$LLDP\.4\.1\.1\.9\.\([0-9.]*\) \"\(.*\)\"$/\1 \2/p"; }  # time mark.port.index name
SEEN=0
notified() { # those since the last call: the neighbour's name or nobody, lldpStatsRemTablesDeletes
  grep -a 'OID: \.1\.0\.8802\.1\.1\.2\.0\.0\.1' traps | tail -n "+$((SEEN + 1))" > new; SEEN=$((SEEN + $(wc -l < new)))
  while IFS= read -r line; do
    [[ $line =~ \.4\.1\.1\.9\.[0-9.]*\ =\ STRING:\ \"([a-z]*)\" ]] && name=${BASH_REMATCH[1]} || name=nobody
    [[ $line =~ \.2\.1\.2\.3\ =\ Gauge32:\ ([0-9]+) ]] && echo "$name ${BASH_REMATCH[1]}"
  done < new > told; }
fail=0
check() { if [ "$2" = "$3" ]; then echo "$1: $3"; else echo "CHANGED: $1: stated $2, now $3"; fail=1; fi; }
python3 announce.py 120 alpha; sleep 3; FIRST=$(row); notified
check "a neighbour has come: $FIRST; its index" 1 "$(sed 's/ .*//;s/.*\.//' <<<"$FIRST")"
PORT=$(cut -d. -f2 <<<"$FIRST")
check "its name under time mark 0" "No Such Instance currently exists at this OID" "$(get "$LLDP.4.1.1.9.0.$PORT.1")"
python3 announce.py 120 beta; sleep 3; SECOND=$(row)
check "renamed: $SECOND; its index" 1 "$(sed 's/ .*//;s/.*\.//' <<<"$SECOND")"
check "under the former time mark" "No Such Instance currently exists at this OID" "$(get "$LLDP.4.1.1.9.${FIRST% *}")"
notified
python3 announce.py 0 beta; sleep 3
notified; check "shut down: notifications, with the deletes they carry" "beta 0;nobody 0" "$(paste -sd";" told)"
check "shut down: rows and deletes by poll" " 1" "$(row) $(get $LLDP.2.3.0)"
python3 announce.py 4 alpha; sleep 2; THIRD=$(row); notified
check "come back: $THIRD; its index" 2 "$(sed 's/ .*//;s/.*\.//' <<<"$THIRD")"
sleep 6
notified; check "time run out: notifications, with the deletes they carry" "nobody 1" "$(paste -sd";" told)"
check "time run out: rows and deletes by poll" " 2" "$(row) $(get $LLDP.2.3.0)"
[ $fail = 0 ] || tail -n 20 lldpd.log log
exit $fail
I
MIBS='' SNMP_PERSISTENT_DIR=$T/persistent T=$T timeout 60 unshare --mount --net --pid --fork --mount-proc --kill-child bash -eu inside.sh
