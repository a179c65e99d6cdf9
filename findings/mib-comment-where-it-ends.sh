#!/bin/bash
# pysmi 2.0.0, npm net-snmp 3.29.2 and net-snmp's snmptranslate 5.9.3 (Debian 12): where a comment in a MIB ends.
#
# Expected: one answer. In ASN.1 (X.208, on which RFC 2578 builds) a comment ends at the next pair of hyphens or at the end of the line,
# whichever comes first, so `-- note -- name OBJECT IDENTIFIER ...` defines name, and a rule of five hyphens in a row leaves one over.
# Seen: snmptranslate reads it so. pysmi and npm net-snmp take every comment to the end of the line. The definition after the second pair is
# then gone: pysmi refuses the module for an unknown parent; npm net-snmp loads it, writes to standard error that it cannot mount the nodes, and
# hands out providers with OIDs such as ".1". With a rule of five hyphens it is the other way round: both read it, snmptranslate
# knows none of the module's objects.
#
# For a monitor that reads vendors' MIBs: files of both kinds are about, since people test with one tool. Try ASN.1's rule first and the whole
# line when that fails, or say which line the two rules read differently; and never take "the module loaded" for "its names are right".
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
cd "$T"; npm install --silent --no-audit --no-fund net-snmp@3.29.2 >/dev/null
python3 -m venv v; v/bin/pip install -q --disable-pip-version-check pysmi==2.0.0
apt-get -qq -o APT::Sandbox::User=root download {snmp,libsnmp40}=5.9.3+dfsg-2+deb12u1
for deb in *.deb; do dpkg -x "$deb" root; done
BASE=$(dirname "$(find node_modules/net-snmp -name 'SNMPv2-SMI.mib' | head -n 1)")
mkdir mibs
module() { # name, line before the objects, line before the second object
  cat > "mibs/$1" <<M
$1 DEFINITIONS ::= BEGIN
IMPORTS MODULE-IDENTITY, OBJECT-TYPE, enterprises, Integer32 FROM SNMPv2-SMI;
demo MODULE-IDENTITY
    LAST-UPDATED "202601010000Z" ORGANIZATION "none" CONTACT-INFO "none" DESCRIPTION "Shows comments."
    ::= { enterprises 99999 }
$2 demoObjects OBJECT IDENTIFIER ::= { demo 1 }
demoFirst OBJECT-TYPE SYNTAX Integer32 MAX-ACCESS read-only STATUS current DESCRIPTION "One." ::= { demoObjects 1 }
$3
demoSecond OBJECT-TYPE SYNTAX Integer32 MAX-ACCESS read-only STATUS current DESCRIPTION "Two." ::= { demoObjects 2 }
END
M
}
module PLAIN-MIB '' '-- the second'
module INLINE-MIB '-- objects --' '-- the second'
module RULE-MIB '' '-----'
cat > load.js <<'J'
const snmp = require('net-snmp'), name = process.argv[2];
const store = snmp.createModuleStore();
store.loadFromFile(`mibs/${name}`);
process.stdout.write(store.getProvidersForModule(name).map(provider => provider.oid).join(' ') + '\n');
J
translate() { # the OID, or a dash where the name is unknown
  LD_LIBRARY_PATH=$PWD/$(dirname root/usr/lib/*/libsnmp.so.40) SNMPCONFPATH=$T root/usr/bin/snmptranslate -M "mibs:$BASE" -m "$1" -On "$1::$2" 2>&1 |
    sed -n '$s/^\(\.[0-9.]*\)$/\1/;$!d;/^\./!s/.*/-/;p'; }
dump() { v/bin/mibdump --destination-format=json --destination-directory="$T/out" --mib-source="file://$T/mibs" --mib-source="file://$T/$BASE" "$1" 2>&1 |
    sed -n 's/^Failed MIBs: [A-Z-]* (\(.*\) at MIB.*/\1/p;s/^Created\/updated MIBs: \(.*-MIB\).*/read/p'; }
fail=0
check() { if [ "$2" = "$3" ]; then echo "$1: $3"; else echo "CHANGED: $1: stated $2, now $3"; fail=1; fi; }
O=1.3.6.1.4.1.99999.1
check "plain comments, snmptranslate" ".$O.1 .$O.2" "$(translate PLAIN-MIB demoFirst) $(translate PLAIN-MIB demoSecond)"
check "plain comments, pysmi" "read" "$(dump PLAIN-MIB)"
check "plain comments, npm net-snmp" "$O.1 $O.2" "$(node load.js PLAIN-MIB 2>>npm.log)"
check "'-- objects -- demoObjects ...', snmptranslate" ".$O.1 .$O.2" "$(translate INLINE-MIB demoFirst) $(translate INLINE-MIB demoSecond)"
check "'-- objects -- demoObjects ...', pysmi" "Unknown parent symbol: demoObjects" "$(dump INLINE-MIB)"
check "'-- objects -- demoObjects ...', npm net-snmp" ".1 .2" "$(node load.js INLINE-MIB 2>>npm.log)"
check "a line of five hyphens, snmptranslate" "- -" "$(translate RULE-MIB demoFirst) $(translate RULE-MIB demoSecond)"
check "a line of five hyphens, pysmi" "read" "$(dump RULE-MIB)"
check "a line of five hyphens, npm net-snmp" "$O.1 $O.2" "$(node load.js RULE-MIB 2>>npm.log)"
sort -u npm.log | head -n 1
exit $fail
