#!/bin/bash
# An OBJECT IDENTIFIER value below arc 2 (2.999.1, the arc for examples), sent by net-snmp snmpd 5.9.3 (Debian 12), and seven readers:
# aiosnmp 0.7.2, asyncsnmplib 1.0.11, gufo_snmp 0.13.0, puresnmp 2.0.1, snmp 1.4.0 (PyPI), net-snmp 3.29.2 and snmp-native 1.2.0 (npm).
#
# Expected: 2.999.1, as net-snmp's own snmpget prints it. X.690 8.19.4 packs the first two arcs into one number, 40 x first + second,
# in as many octets as it takes, and the first is never above 2.
# Seen: no two habits alike, and not one right. 26.39.1 (aiosnmp, asyncsnmplib, npm net-snmp: the number divided by 40, though no
# first arc can be 26), 3.16.55.1 (gufo, puresnmp: only the first octet is taken for the number), 2.56.55.1 (snmp-native: the same,
# divided otherwise), and from `snmp` a time-out: it drops the whole answer. None raises an error that names the value.
#
# For an agent: names that a device sends as values (a type, a vendor, a row that is pointed to) may come from there, X.500 and the OIDs made
# of UUIDs (2.25) among them, and a wrong one looks like any other. A time-out of one object does not mean that nobody answers.
set -euo pipefail
T=$(mktemp -d); trap 'kill %1 2>/dev/null || true; rm -rf "$T"' EXIT
command -v snmpd >/dev/null || { echo "needs Debian's snmpd and snmp" >&2; exit 2; }
command -v npm >/dev/null || { echo "needs npm and node" >&2; exit 2; }
python3 -m venv "$T/v"
"$T/v/bin/pip" install -q --disable-pip-version-check aiosnmp==0.7.2 asyncsnmplib==1.0.11 gufo_snmp==0.13.0 puresnmp==2.0.1 snmp==1.4.0
(cd "$T" && npm install --silent --no-fund --no-audit net-snmp@3.29.2 snmp-native@1.2.0 >/dev/null)
PORT=$(python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
OID=1.3.6.1.4.1.8072.9999.9999.1.0
printf '#!/bin/bash\n[ "$1" = -g ] && printf "%%s\\nobjectid\\n.2.999.1\\n" "$2"\n' > "$T/pointer"
printf '%s\n' "agentaddress udp:127.0.0.1:$PORT" "rocommunity public" "pass .1.3.6.1.4.1.8072.9999.9999 /bin/bash $T/pointer" > "$T/snmpd.conf"
snmpd -f -Ln -C -c "$T/snmpd.conf" -p "$T/pid" -I -smux 2>/dev/null &
for _ in $(seq 50); do snmpget -v2c -c public -t 1 -r 0 "127.0.0.1:$PORT" 1.3.6.1.2.1.1.3.0 >/dev/null 2>&1 && break; done
cat > "$T/run.py" <<'P'
import asyncio, sys

port, oid = int(sys.argv[1]), sys.argv[2]

async def by_aiosnmp():
    import aiosnmp
    async with aiosnmp.Snmp(host="127.0.0.1", port=port, community="public", timeout=10) as session:
        return (await session.get(oid))[0].value

async def by_asyncsnmplib():
    from asyncsnmplib.client import Snmp
    client = Snmp(host="127.0.0.1", port=port, community="public")
    await client.connect()
    return ".".join(map(str, (await client.get(tuple(map(int, oid.split(".")))))[2]))

async def by_gufo():
    from gufo.snmp.aio import SnmpSession
    async with SnmpSession(addr="127.0.0.1", port=port, community="public", timeout=10) as session:
        return await session.get(oid)

async def by_puresnmp():
    from puresnmp import Client, PyWrapper, V2C
    return str(await PyWrapper(Client("127.0.0.1", V2C("public"), port=port)).get(oid))

async def by_snmp():
    from snmp import Engine, SNMPv2c, Timeout
    engine = Engine(SNMPv2c)
    manager = engine.Manager(("127.0.0.1", port), community=b"public")
    manager.get("1.3.6.1.2.1.1.3.0", timeout=10)  # it reaches the agent
    try:
        return str(manager.get(oid, timeout=5))
    except Timeout:
        return "time-out"

for name in ("aiosnmp", "asyncsnmplib", "gufo", "puresnmp", "snmp"):
    print(name, str(asyncio.run(globals()[f"by_{name}"]())).removeprefix("."))
P
cat > "$T/run.js" <<'J'
const [port, oid] = [Number(process.argv[2]), process.argv[3]];
const one = require("net-snmp").createSession("127.0.0.1", "public", {port, version: 1, timeout: 10000});
one.get([oid], (error, found) => { console.log("npm-net-snmp", error ?? found[0].value); one.close(); });
const two = new (require("snmp-native").Session)({host: "127.0.0.1", port, community: "public", timeouts: [10000]});
two.get({oid: "." + oid}, (error, found) => { console.log("snmp-native", error ?? found[0].value.join(".")); two.close(); });
J
printf 'net-snmp %s\n' "$(snmpget -v2c -c public -t 10 -Oqvn "127.0.0.1:$PORT" "$OID")" | sed 's/ \./ /' > "$T/seen"
timeout 60 "$T/v/bin/python" "$T/run.py" "$PORT" "$OID" >> "$T/seen"
(cd "$T" && timeout 60 node run.js "$PORT" "$OID" | sort) >> "$T/seen"
cat > "$T/stated" <<'S'
net-snmp 2.999.1
aiosnmp 26.39.1
asyncsnmplib 26.39.1
gufo 3.16.55.1
puresnmp 3.16.55.1
snmp time-out
npm-net-snmp 26.39.1
snmp-native 2.56.55.1
S
cat "$T/seen"
diff "$T/stated" "$T/seen" >/dev/null && echo "as stated" || { echo "CHANGED: stated"; cat "$T/stated"; exit 1; }
