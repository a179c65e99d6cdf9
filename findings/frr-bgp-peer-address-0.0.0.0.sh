#!/bin/bash
# FRR 8.4.4 bgpd with snmpd 5.9.3 (Debian 12, AgentX): a BGP peer that is down has no address in its row, and goes down again and again.
#
# Expected: RFC 4273: bgpPeerRemoteAddr is the index of bgpPeerTable, so its value is the instance (10.0.0.2 for bgpPeerRemoteAddr.10.0.0.2)
# whatever the state. bgpBackwardTransition is sent when the state goes from a higher to a lower numbered one.
# Seen: the value is 0.0.0.0 while there is no TCP connection, in the table and, from the second notification on, in the notifications;
# only the first one and bgpEstablished name the peer. bgpBackwardTransition repeats at every connect retry (3 s here, 120 s as
# delivered), as connect(2) is entered from active(3) each time, and is sent for a peer that never was up as well.
#
# For a monitor: take the peer from the instance, never from the value; otherwise all peers that are down become one peer 0.0.0.0, whose
# alert no bgpEstablished clears. Do not count bgpBackwardTransition as flaps: look at the state that it carries.
# Needs root (namespaces of its own; nothing is installed).
set -euo pipefail
T=$(mktemp -d); chmod 755 "$T"; trap 'rm -rf "$T"' EXIT
cd "$T"; apt-get -qq -o APT::Sandbox::User=root download {frr,frr-snmp}=8.4.4-1.1~deb12u2 libyang2=2.1.30-2 libjson-c5 libc-ares2 \
  {snmp,snmpd,snmptrapd,libsnmp40}=5.9.3+dfsg-2+deb12u1
for deb in *.deb; do dpkg -x "$deb" root; done
[ ! -d root/lib ] || cp -r root/lib/. root/usr/lib/
{ cat /etc/passwd; echo 'frr:x:64998:64998::/:/bin/false'; } > passwd
{ cat /etc/group; echo 'frr:x:64998:'; echo 'frrvty:x:64997:frr'; } > group
mkdir a b; chown 64998:64998 a b
peer() { # name, its AS, its address, the other's AS, the other's address, further lines
  printf '%s\n' "router bgp $2" " bgp router-id 10.77.0.${3##*.}" ' no bgp ebgp-requires-policy' " neighbor $5 remote-as $4" \
    " neighbor $5 disable-connected-check" " neighbor $5 update-source $3" " neighbor $5 timers 1 3" " neighbor $5 timers connect 3" "${6:-}" > "$1/conf"; }
peer a 65001 127.0.0.1 65002 127.0.0.2; sed -i '1i agentx' a/conf
printf '%s\n' ' neighbor 127.0.0.3 remote-as 65003' ' neighbor 127.0.0.3 disable-connected-check' ' neighbor 127.0.0.3 timers connect 3' >> a/conf
peer b 65002 127.0.0.2 65001 127.0.0.1
printf '%s\n' 'rocommunity public' 'master agentx' "agentXSocket $T/agentx" 'agentXPerms 777 777' 'trap2sink 127.0.0.1:1162 public' > snmpd.conf
printf '%s\n' 'authCommunity log public' > snmptrapd.conf
mkdir sub; echo "agentXSocket $T/agentx" > sub/frr.conf
cat > inside.sh <<'I'
mount -t overlay overlay -o lowerdir="$T/root/usr:/usr" /usr
mount --bind passwd /etc/passwd; mount --bind group /etc/group
mount -t tmpfs none /run; mount -t tmpfs none /var/tmp
ip link set lo up
snmptrapd -f -On -Lf traps -C -c snmptrapd.conf 127.0.0.1:1162 &
snmpd -f -Lf log -C -c snmpd.conf 127.0.0.1:1161 & sleep 1
bgpd() { SNMPCONFPATH=$T/sub /usr/lib/frr/bgpd -Z -P 0 -f "$T/$1/conf" -i "$T/$1/pid" --vty_socket "$T/$1" -z "$T/$1/zebra" -l "$2" "${@:3}" > "$1.log" 2>&1; }
bgpd a 127.0.0.1 -M snmp & sleep 1
bgpd b 127.0.0.2 & disown; sleep 9
walk() { snmpwalk -t 3 -Onq -v2c -c public 127.0.0.1:1161 ".1.3.6.1.2.1.15.3.1.$1" | sed 's/^\.1\.3\.6\.1\.2\.1\.15\.3\.1\.//' | paste -sd';'; }
notified() { grep -o "15\.0\.[12]"$'\t'".*\.15\.3\.1\.7\.$1 = IpAddress: [0-9.]*.*INTEGER: [0-9]" traps | sed 's/\t.*Address: \([0-9.]*\).*: / \1 state /' || :; }
fail=0
check() { if [ "$2" = "$3" ]; then echo "$1: $3"; else echo "CHANGED: $1: stated $2, now $3"; fail=1; fi; }
check "bgpPeerState of a peer that is up, one that never was" 6 "$(walk 2 | sed 's/.*127\.0\.0\.2 \(.\);.*/\1/')"
check "bgpPeerRemoteAddr" "7.127.0.0.2 127.0.0.2;7.127.0.0.3 0.0.0.0" "$(walk 7)"
check "established names the peer" "15.0.1 127.0.0.2 state 6" "$(notified 127.0.0.2 | tail -n 1)"
kill -KILL "$(cat b/pid)"; sleep 11
check "after the peer's death: bgpPeerRemoteAddr" "7.127.0.0.2 0.0.0.0;7.127.0.0.3 0.0.0.0" "$(walk 7)"
notified 127.0.0.2 | tac | sed '/^15\.0\.1/,$d' | tac > after
check "the first notification of it" "15.0.2 127.0.0.2 state 1" "$(head -n 1 after)"
check "the later ones" "15.0.2 0.0.0.0 state 2" "$(sed 1d after | sort -u)"
[ "$(wc -l < after)" -ge 3 ] && echo "there are $(wc -l < after) in 11 s" || { echo "CHANGED: stated at least 3 in 11 s, now $(wc -l < after)"; fail=1; }
[ $fail = 0 ] || tail -n 20 traps a.log b.log
exit $fail
I
MIBS='' SNMP_PERSISTENT_DIR=$T/persistent T=$T timeout 60 unshare --mount --net --pid --fork --mount-proc --kill-child bash -eu inside.sh
