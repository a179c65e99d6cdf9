#!/bin/bash
# npm net-snmp 3.29.2 (agent): answers to SNMPv1 questions hold the exception values of SNMPv2.
#
# Expected: RFC 3584, 4.2.2.1 (and RFC 1157, 4.1.2): in a v1 answer the exceptions do not exist; a missing object is error-status
# noSuchName with the index of the binding, the end of the MIB in a GETNEXT likewise.
# Seen: version 0 in the header, error-status 0, and a value of tag 0x80 (noSuchObject), 0x81 (noSuchInstance) or 0x82
# (endOfMibView), in one answer with good values. net-snmp's snmpget -v1 prints them without complaint.
#
# For a monitor: accept the three tags under v1 as well, instead of dropping the datagram as malformed (which shows up as "no answer"
# from a device that answers), and end a v1 walk on 0x82 as well as on noSuchName.
set -euo pipefail
T=$(mktemp -d); trap 'kill $(jobs -p) 2>/dev/null || :; wait; rm -rf "$T"' EXIT
cd "$T"; npm install --silent --no-audit --no-fund net-snmp@3.29.2 >/dev/null
cat > agent.js <<'J'
const snmp = require('net-snmp');
const agent = snmp.createAgent({port: +process.argv[2], address: '127.0.0.1', disableAuthorization: true}, error => error && console.log(String(error)));
const mib = agent.getMib();
mib.registerProvider({name: 'sysDescr', type: snmp.MibProviderType.Scalar, oid: '1.3.6.1.2.1.1.1',
  scalarType: snmp.ObjectType.OctetString, maxAccess: snmp.MaxAccess['read-only']});
mib.setScalarValue('sysDescr', 'agent');
J
PORT=$(python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
timeout 60 node agent.js "$PORT" & sleep 2
cat > ask.py <<'P'
import socket, sys

def tlv(tag, *parts):
    body = b"".join(parts)
    return bytes([tag, len(body)]) + body

def items(data):
    """Yield tag and content of each element; lengths below 128."""
    while data:
        yield data[0], data[2:2 + data[1]]
        data = data[2 + data[1]:]

def ask(pdu, *oids):
    binds = [tlv(0x30, tlv(6, bytes([43, *oid])), tlv(5)) for oid in oids]
    question = tlv(0x30, tlv(2, b"\0"), tlv(4, b"public"), tlv(pdu, tlv(2, b"\x11"), tlv(2, b"\0"), tlv(2, b"\0"), tlv(0x30, *binds)))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(5)
        s.sendto(question, ("127.0.0.1", int(sys.argv[1])))
        (_, message), = items(s.recv(2048))
    (_, version), _, (_, body) = items(message)
    _, (_, status), _, (_, binds) = items(body)
    return f"version {version[0]} error-status {status[0]} tags " + " ".join(hex(list(items(bind))[1][0]) for _, bind in items(binds))

DESCR, UPTIME = (6, 1, 2, 1, 1, 1, 0), (6, 1, 2, 1, 1, 3, 0)
changed = False
for what, seen, stated in (
    ("GET sysDescr.0 sysUpTime.0 (which it lacks)", ask(0xA0, DESCR, UPTIME), "version 0 error-status 0 tags 0x4 0x80"),
    ("GET sysDescr.7", ask(0xA0, (6, 1, 2, 1, 1, 1, 7)), "version 0 error-status 0 tags 0x81"),
    ("GETNEXT after the last object", ask(0xA1, DESCR), "version 0 error-status 0 tags 0x82"),
):
    print(f"{what}: {seen}")
    if seen != stated:
        changed = True
        print(f"CHANGED: stated {stated}")
print("changed" if changed else "as stated")
sys.exit(changed)
P
python3 ask.py "$PORT"
