#!/bin/bash
# aiosnmp 0.7.2 against net-snmp snmpd 5.9.3 (Debian 12): an INTEGER below zero whose last octet is 0 is read 256 too high.
#
# Expected: what the agent sent. Both ends keep to X.690 8.3: -256 travels as 02 02 FF 00, and net-snmp's own snmpget prints -256.
# Seen: aiosnmp gives 0 for -256, -256 for -512, -2304 for -2560, -32512 for -32768; every other value below zero is right,
# so that whoever tries it with -1 or -40 finds nothing.
#
# For an agent: sensors send such values in daily life (-25.6 degrees in tenths is -256, -25.60 dBm in hundredths is -2560), and the
# wrong one is as plausible as the right one. Decoders have to be held against each other over whole ranges, not over samples.
set -euo pipefail
T=$(mktemp -d); trap 'kill %1 2>/dev/null || true; rm -rf "$T"' EXIT
command -v snmpd >/dev/null || { echo "needs Debian's snmpd and snmp" >&2; exit 2; }
python3 -m venv "$T/v"; "$T/v/bin/pip" install -q --disable-pip-version-check aiosnmp==0.7.2
PORT=$(python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
TREE=.1.3.6.1.4.1.8072.9999.9999
cat > "$T/minus" <<'S'
#!/bin/bash
[ "$1" = -g ] && printf '%s\ninteger\n-%s\n' "$2" "${2##*.}"
S
printf '%s\n' "agentaddress udp:127.0.0.1:$PORT" "rocommunity public" "pass $TREE /bin/bash $T/minus" > "$T/snmpd.conf"
snmpd -f -Ln -C -c "$T/snmpd.conf" -p "$T/pid" -I -smux 2>/dev/null &
for _ in $(seq 50); do snmpget -v2c -c public -t 1 -r 0 "127.0.0.1:$PORT" 1.3.6.1.2.1.1.3.0 >/dev/null 2>&1 && break; done
cat > "$T/run.py" <<'P'
import asyncio, subprocess, sys
import aiosnmp

port, tree = int(sys.argv[1]), sys.argv[2]
asked = [1, 40, 255, 256, 257, 512, 2312, 2560, 32768]
oids = [f"{tree}.{number}" for number in asked]

async def read():
    async with aiosnmp.Snmp(host="127.0.0.1", port=port, community="public", timeout=5) as session:
        return [answer.value for answer in await session.get(oids)]

command = ["snmpget", "-v2c", "-cpublic", "-Oqv", f"127.0.0.1:{port}", *oids]
by_net_snmp = [int(line) for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()]
by_aiosnmp = asyncio.run(read())
for ours, theirs in zip(by_net_snmp, by_aiosnmp, strict=True):
    print(f"net-snmp {ours}, aiosnmp {theirs}{'' if ours == theirs else '   <- not what was sent'}")
stated = [-number + 256 * (number % 256 == 0) for number in asked]
same = by_net_snmp == [-number for number in asked] and by_aiosnmp == stated
print("as stated" if same else f"CHANGED: stated {stated}")
sys.exit(not same)
P
timeout 60 "$T/v/bin/python" "$T/run.py" "$PORT" "$TREE"
