#!/bin/bash
# SNMPv1 and a name that is not there, or the end of the tree: gufo_snmp 0.13.0, aiosnmp 0.7.2 and puresnmp 2.0.1 against net-snmp
# snmpd 5.9.3 (Debian 12), which lets the community see one table of three rows at the end of its tree.
#
# Expected: version 1 has one word for both, noSuchName with an index (RFC 1157 4.1.2, 4.1.3). A GET of two names of which one is missing
# says which, so that the other can be asked again; a walk that reaches the end of the tree is complete and has its rows.
# Seen: gufo's get_many of a good name and a missing one is an empty dictionary, without an error (by version 2c it holds the good one);
# get gives None, where by version 2c it raises PyNoSuchInstance. aiosnmp's walk raises SnmpErrorNoSuchName at the end and gives none of the
# rows it read. puresnmp names the missing one, and its walk has all rows.
#
# For an agent: old devices speak version 1 only, and one name that a new firmware dropped must not turn the others into "nothing".
# On noSuchName ask again without the name that the index points at; at the end of a walk it is the end.
set -euo pipefail
T=$(mktemp -d); trap 'kill %1 2>/dev/null || true; rm -rf "$T"' EXIT
command -v snmpd >/dev/null || { echo "needs Debian's snmpd and snmp" >&2; exit 2; }
python3 -m venv "$T/v"
"$T/v/bin/pip" install -q --disable-pip-version-check aiosnmp==0.7.2 gufo_snmp==0.13.0 puresnmp==2.0.1
PORT=$(python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
TREE=1.3.6.1.4.1.8072.9999.9999
cat > "$T/rows" <<S
#!/bin/bash
oid=\$2
if [ "\$1" = -n ]; then
  case "\$2" in .$TREE) oid=.$TREE.1 ;; .$TREE.1) oid=.$TREE.2 ;; .$TREE.2) oid=.$TREE.3 ;; *) exit 0 ;; esac
fi
case "\$oid" in .$TREE.[123]) printf '%s\ninteger\n%s\n' "\$oid" "1\${oid##*.}" ;; esac
S
printf '%s\n' "agentaddress udp:127.0.0.1:$PORT" "com2sec me default public" "group all v1 me" "group all v2c me" \
  "view last included .$TREE" 'access all "" any noauth exact last none none' "pass .$TREE /bin/bash $T/rows" > "$T/snmpd.conf"
snmpd -f -Ln -C -c "$T/snmpd.conf" -p "$T/pid" -I -smux 2>/dev/null &
for _ in $(seq 50); do snmpget -v2c -c public -t 1 -r 0 "127.0.0.1:$PORT" "$TREE.1" >/dev/null 2>&1 && break; done
cat > "$T/run.py" <<'P'
import asyncio, sys, warnings

warnings.simplefilter("ignore")  # puresnmp calls its version 1 experimental
port, tree = int(sys.argv[1]), sys.argv[2]
good, missing = f"{tree}.1", f"{tree}.9"

async def said(awaitable):
    try:
        return await awaitable
    except Exception as error:
        return type(error).__name__

async def by_gufo(version):
    from gufo.snmp import SnmpVersion
    from gufo.snmp.aio import SnmpSession
    async with SnmpSession(addr="127.0.0.1", port=port, community="public", timeout=10, version=SnmpVersion[version]) as session:
        rows = [value async for _, value in session.getnext(tree)]
        return [await said(session.get_many([good, missing])), await said(session.get(missing)), rows]

async def by_aiosnmp():
    import aiosnmp
    from aiosnmp.snmp import SnmpVersion
    async with aiosnmp.Snmp(host="127.0.0.1", port=port, community="public", timeout=10, version=SnmpVersion.v1) as session:
        return [await said(session.get([good, missing])), await said(session.walk(tree))]

async def by_puresnmp():
    from puresnmp import Client, PyWrapper, V1
    client = PyWrapper(Client("127.0.0.1", V1("public"), port=port))
    try:
        await client.multiget([good, missing])
    except Exception as error:
        named = missing in str(error)
    return [named, [row.value async for row in client.walk(tree)]]

async def main():
    return {
        "gufo by v1": await by_gufo("v1"), "gufo by v2c": await by_gufo("v2c"),
        "aiosnmp by v1": await by_aiosnmp(), "puresnmp by v1": await by_puresnmp(),
    }

stated = {
    "gufo by v1": [{}, None, [11, 12, 13]], "gufo by v2c": [{good: 11}, "PyNoSuchInstance", [11, 12, 13]],
    "aiosnmp by v1": ["SnmpErrorNoSuchName", "SnmpErrorNoSuchName"], "puresnmp by v1": [True, [11, 12, 13]],
}
seen = asyncio.run(main())
for who, what in seen.items():
    print(f"{who}: {what}")
print("as stated" if seen == stated else f"CHANGED: stated {stated}")
sys.exit(seen != stated)
P
timeout 100 "$T/v/bin/python" "$T/run.py" "$PORT" "$TREE"
