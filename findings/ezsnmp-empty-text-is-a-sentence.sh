#!/bin/bash
# ezsnmp 2.5.0 (net-snmp 5.9.3 behind it) against net-snmp snmpd 5.9.3 (Debian 12): what a text is depends on what it says.
#
# Expected: an OCTET STRING has one type, and one that is empty is empty.
# Seen: a row's type is what net-snmp would print before the value, so that it follows the octets: STRING for text, Hex-STRING as soon as
# one octet is not printable (a MAC address of six letters is a STRING, its neighbour is not), and two quotes for an empty one. The
# converted value of an empty one is the sentence 'Unknown Type Conversion'; of a text the quotes in it come with backslashes.
#
# For an agent: ifAlias is empty on most ports, so a column of descriptions becomes a column of that sentence. A column must be read by
# its own type (the MIB's or the wire's), never by what one value looks like.
set -euo pipefail
T=$(mktemp -d); trap 'kill %1 2>/dev/null || true; rm -rf "$T"' EXIT
command -v snmpd >/dev/null || { echo "needs Debian's snmpd and snmp" >&2; exit 2; }
python3 -m venv "$T/v"; "$T/v/bin/pip" install -q --disable-pip-version-check ezsnmp==2.5.0
PORT=$(python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
TREE=.1.3.6.1.4.1.8072.9999.9999
cat > "$T/texts" <<'S'
#!/bin/bash
[ "$1" = -g ] || exit 0
case "$2" in
*.1) printf '%s\nstring\n\n' "$2" ;;
*.2) printf '%s\nstring\nto "core"\n' "$2" ;;
*.3) printf '%s\noctet\n41 42 43 44 45 46\n' "$2" ;;
*.4) printf '%s\noctet\n41 42 43 44 45 07\n' "$2" ;;
esac
S
printf '%s\n' "agentaddress udp:127.0.0.1:$PORT" "rocommunity public" "pass $TREE /bin/bash $T/texts" > "$T/snmpd.conf"
snmpd -f -Ln -C -c "$T/snmpd.conf" -p "$T/pid" -I -smux 2>/dev/null &
for _ in $(seq 50); do snmpget -v2c -c public -t 1 -r 0 "127.0.0.1:$PORT" 1.3.6.1.2.1.1.3.0 >/dev/null 2>&1 && break; done
cat > "$T/run.py" <<'P'
import sys
from ezsnmp import Session

port, tree = sys.argv[1], sys.argv[2]
session = Session(hostname="127.0.0.1", port_number=port, community="public", version=2, timeout=10)
seen = [(row.type, row.converted_value) for row in session.get([f"{tree}.{number}" for number in (1, 2, 3, 4)])]
stated = [
    ('""', "Unknown Type Conversion"),
    ("STRING", 'to \\"core\\"'),
    ("STRING", "ABCDEF"),
    ("Hex-STRING", b"ABCDE\x07"),
]
for sent, row in zip(("nothing", 'to "core"', "ABCDEF", "ABCDE\\x07"), seen, strict=True):
    print(f"sent {sent}: type {row[0]}, converted {row[1]!r}")
print("as stated" if seen == stated else f"CHANGED: stated {stated}")
sys.exit(seen != stated)
P
timeout 60 "$T/v/bin/python" "$T/run.py" "$PORT" "$TREE"
