#!/bin/bash
# net-snmp snmptrapd 5.9.3 (Debian 12, 5.9.3+dfsg-2+deb12u1) with `forward`: what a monitor behind it still learns of the sender.
#
# Expected: snmptrapd.conf(5) calls it forwarding notifications to another receiver, so the second receiver can tell whose they are (RFC 3584,
# 3.1 has snmpTrapAddress.0 for that), and an inform that was acknowledged has been passed on.
# Seen:
# - v1: agent-addr is kept, the second receiver can name the device
# - v2c traps and informs: sent anew from the forwarder's address, with the sender's community and sysUpTime and without
#   snmpTrapAddress.0: nothing in the datagram names the device
# - v3 trap: passed on with user and engine ID, so the engine ID tells the devices apart
# - v3 inform: acknowledged to its sender, not passed on, and the forwarder's log has no word of the loss
#
# For a monitor: the source address of a v2c trap may be a relay's, with the uptimes of many devices behind one address; do not take
# a falling sysUpTime of such an address for a reboot. Devices that go through snmptrapd send v1 or v3 traps, no v3 informs.
set -euo pipefail
T=$(mktemp -d); trap 'kill $(jobs -p) 2>/dev/null || :; wait; rm -rf "$T"' EXIT
cd "$T"; apt-get -qq -o APT::Sandbox::User=root download {snmp,snmptrapd,libsnmp40}=5.9.3+dfsg-2+deb12u1
for deb in *.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH=$PWD/$(dirname root/usr/lib/*/libsnmp.so.40) MIBS= SNMPCONFPATH=$T/none
read -r FIRST SECOND < <(python3 -c 'import socket; s = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in "ab"]; [x.bind(("127.0.0.1", 0)) for x in s]; print(*[x.getsockname()[1] for x in s])')
USER='alice SHA authentication1 AES encryption12'
printf '%s\n' 'disableAuthorization yes' "createUser $USER" "createUser -e 0x8000000001020304 $USER" | tee first.conf > second.conf
echo "forward default 127.0.0.1:$SECOND" >> first.conf
printf '%s\n' 'format1 v1 from %b agent %A %v\n' 'format2 v2 from %b %P %v\n' >> second.conf
receiver() { SNMP_PERSISTENT_DIR=$T/$1.state timeout 60 root/usr/sbin/snmptrapd -f -On -Lf "$1.log" -C -c "$1.conf" "127.0.0.1:$2"; }
receiver first "$FIRST" & receiver second "$SECOND" & sleep 2
export SNMP_PERSISTENT_DIR=$T/sender.state
DOWN=.1.3.6.1.6.3.1.1.5.3 V3=(-v3 -u alice -l authPriv -a SHA -A authentication1 -x AES -X encryption12)
send() { local how=$1; shift; timeout 20 "root/usr/bin/$how" --clientaddr=127.0.0.9 "$@" 2>>sender.log && echo "$how $1: exit 0"; }
send snmptrap -v1 -c public "127.0.0.1:$FIRST" .1.3.6.1.4.1.8072 10.1.2.3 6 1 101
send snmptrap -v2c -c public "127.0.0.1:$FIRST" 102 $DOWN
send snmpinform -v2c -c public "127.0.0.1:$FIRST" 103 $DOWN
send snmptrap "${V3[@]}" -e 0x8000000001020304 "127.0.0.1:$FIRST" 104 $DOWN
send snmpinform "${V3[@]}" "127.0.0.1:$FIRST" 105 $DOWN
sleep 8
fail=0
check() { if [ "$2" = "$3" ]; then echo "$1: $3"; else echo "CHANGED: $1: stated $2, now $3"; fail=1; fi; }
received() { grep -c -- "$2" "$1.log" || :; }
check "first receiver got v2c trap, v2c inform, v3 trap, v3 inform" "1 1 1 1" "$(for n in 102 103 104 105; do received first "Timeticks: ($n)"; done | paste -sd' ')"
check "second receiver got them" "1 1 1 0" "$(for n in 102 103 104 105; do received second "Timeticks: ($n)"; done | paste -sd' ')"
check "v1 at the second: agent-addr kept" 1 "$(received second 'agent 10.1.2.3')"
check "v2c at the second: with the sender's address or snmpTrapAddress.0" 0 "$(received second '127\.0\.0\.9\|1\.3\.6\.1\.6\.3\.18\.1\.3')"
check "v2c at the second: with the forwarder's address" 2 "$(received second 'v2 from UDP: \[127\.0\.0\.1\].*SNMP v2c, community public')"
[ $fail = 0 ] || tail -n 20 first.log second.log sender.log
exit $fail
