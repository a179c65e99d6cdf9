#!/bin/bash
# keepalived 2.2.7 with snmpd 5.9.3 (Debian 12, AgentX): what a VRRP router says of itself over SNMP.
#
# Expected: VRRP-MIB (RFC 2787): vrrpOperMasterIpAddr is the master's real address; VRRPV3-MIB (RFC 6527): rows for version 3, the index of
# vrrpv3AssociatedIpAddrTable ends in an InetAddress, whose length comes first (RFC 2578, 7.7).
# Seen:
# - a router that is master answers 0.0.0.0 for vrrpOperMasterIpAddr; its own vrrpTrapNewMaster carries the right address in the same
#   object, and VRRPV3-MIB has it right too
# - VRRP-MIB has version 2 instances only, VRRPV3-MIB both: whoever reads both counts the version 2 ones twice
# - the index of vrrpv3AssociatedIpAddrTable lacks the length of the address: ...3.10.1.10.77.0.10, not ...3.10.1.4.10.77.0.10
# - an instance whose interface is down (fault) is initialize(1) in both MIBs; fault(3) is in KEEPALIVED-MIB only, and only its
#   notification is sent; in its varbinds the columns have no instance at all, so an agent's instance is known by name only
#
# For a monitor: read VRRPV3-MIB where it is there and VRRP-MIB only otherwise; take initialize(1) for trouble; accept both forms of
# the index; find the instance in a keepalived notification by the value of vrrpInstanceName.
# Needs root (namespaces of its own; nothing is installed).
set -euo pipefail
T=$(mktemp -d); chmod 755 "$T"; trap 'rm -rf "$T"' EXIT
cd "$T"; apt-get -qq -o APT::Sandbox::User=root download keepalived=1:2.2.7-1+b2 {snmp,snmpd,snmptrapd,libsnmp40}=5.9.3+dfsg-2+deb12u1 \
  libnl-3-200 libnl-genl-3-200 libnftnl11
for deb in *.deb; do dpkg -x "$deb" root; done
[ ! -d root/lib ] || cp -r root/lib/. root/usr/lib/
cat > inside.sh <<'I'
mount -t overlay overlay -o lowerdir="$T/root/usr:/usr" /usr
mount -t tmpfs none /run
ip link set lo up
ip link add e0 type veth peer name e1
ip link set e1 up; ip addr add 10.77.0.1/24 dev e0; ip link set e0 up
printf '%s\n' 'rocommunity public' 'master agentx' "agentXSocket $T/agentx" 'trap2sink 127.0.0.1:1162 public' > snmpd.conf
printf '%s\n' 'authCommunity log public' > snmptrapd.conf
instance() { printf 'vrrp_instance %s { state BACKUP\n version %s\n interface e0\n virtual_router_id %s\n priority 100\n virtual_ipaddress { %s/24 }\n }\n' "$@"; }
{ printf 'global_defs { enable_snmp_vrrp\n enable_snmp_rfc\n enable_traps\n snmp_socket unix:%s\n router_id r1\n }\n' "$T/agentx"
  instance two 2 10 10.77.0.10; instance three 3 11 10.77.0.11; } > keepalived.conf
snmptrapd -f -On -Lf traps -C -c snmptrapd.conf 127.0.0.1:1162 &
snmpd -f -Lf log -C -c snmpd.conf 127.0.0.1:1161 & sleep 1
keepalived -n -l -f keepalived.conf -p k.pid -r v.pid > keepalived.log 2>&1 & sleep 8
walk() { snmpwalk -t 3 -Onq -v2c -c public 127.0.0.1:1161 "$1" | sed 's/^\.1\.3\.6\.1\.2\.1\.//; s/[" ]*$//' | paste -sd';'; }
notifications() { grep -ac "$1" traps || :; }
fail=0
check() { if [ "$2" = "$3" ]; then echo "$1: $3"; else echo "CHANGED: $1: stated $2, now $3"; fail=1; fi; }
VRRP=.1.3.6.1.2.1.68 V3=.1.3.6.1.2.1.207 OWN=.1.3.6.1.4.1.9586.100.5.2
check "vrrpOperState: master" "68.1.3.1.3.3.10 3" "$(walk $VRRP.1.3.1.3)"
check "vrrpOperMasterIpAddr" "68.1.3.1.7.3.10 0.0.0.0" "$(walk $VRRP.1.3.1.7)"
check "the same object in vrrpTrapNewMaster" 1 "$(notifications '68\.0\.1.*68\.1\.3\.1\.7\.3\.10 = IpAddress: 10\.77\.0\.1$')"
check "vrrpv3OperationsStatus" "207.1.1.1.1.6.3.10.1 3;207.1.1.1.1.6.3.11.1 3" "$(walk $V3.1.1.1.1.6)"
check "vrrpv3OperationsMasterIpAddr" '207.1.1.1.1.3.3.10.1 "0A 4D 00 01;207.1.1.1.1.3.3.11.1 "0A 4D 00 01' "$(walk $V3.1.1.1.1.3)"
check "index of vrrpv3AssociatedIpAddrTable" "207.1.1.2.1.2.3.10.1.10.77.0.10 1;207.1.1.2.1.2.3.11.1.10.77.0.11 1" "$(walk $V3.1.1.2)"
: > traps; ip link set e1 down; sleep 3
check "interface down: vrrpOperState" "68.1.3.1.3.3.10 1" "$(walk $VRRP.1.3.1.3)"
check "interface down: vrrpv3OperationsStatus" "207.1.1.1.1.6.3.10.1 1;207.1.1.1.1.6.3.11.1 1" "$(walk $V3.1.1.1.1.6)"
check "interface down: vrrpInstanceState of KEEPALIVED-MIB" ".1.3.6.1.4.1.9586.100.5.2.3.1.4.1 3;.1.3.6.1.4.1.9586.100.5.2.3.1.4.2 3" "$(walk $OWN.3.1.4)"
check "notifications of it without an instance" 2 "$(notifications "${OWN//./\\.}\.10\.0\.2.*${OWN//./\\.}\.3\.1\.4 = INTEGER: 3")"
check "notifications of it from the two standard MIBs" 0 "$(notifications '= OID: \.1\.3\.6\.1\.2\.1\.\(68\|207\)\.')"
[ $fail = 0 ] || tail -n 20 traps keepalived.log
exit $fail
I
MIBS='' SNMP_PERSISTENT_DIR=$T/persistent T=$T timeout 60 unshare --mount --net --pid --fork --mount-proc --kill-child bash -eu inside.sh
