#!/bin/bash
# npm net-snmp 3.29.2 (receiver): an InformRequest sent for engine discovery is acknowledged, not reported.
#
# Expected: the Report usmStatsUnknownEngineIDs with the receiver's engine ID. RFC 3414, section 4: discovery is a Request with
# an empty msgAuthoritativeEngineID, no user and an empty varbind list; 3.2 3b: an unknown engine ID is answered by a Report
# if the message is reportable. An InformRequest is of the confirmed class (RFC 3411, 2.8), just as a GetRequest is.
# Seen: to an empty GetRequest the receiver does answer with that Report. To an empty InformRequest it sends a plain Response with
# an empty engine ID.
#
# For a monitor that sends v3 informs: discover with an empty GetRequest, whatever is sent afterwards; a sender that discovers by
# its InformRequest (SNMP4J does) learns no engine ID here and never gets an inform acknowledged.
set -euo pipefail
T=$(mktemp -d); trap 'kill $(jobs -p) 2>/dev/null || :; wait; rm -rf "$T"' EXIT
cd "$T"; npm install --silent --no-audit --no-fund net-snmp@3.29.2 >/dev/null
cat > receiver.js <<'J'
const snmp = require('net-snmp');
const receiver = snmp.createReceiver({port: +process.argv[2], address: '127.0.0.1', disableAuthorization: false}, error =>
  error && console.log(String(error)));
receiver.getAuthorizer().addUser({name: 'alice', level: snmp.SecurityLevel.authPriv, authProtocol: snmp.AuthProtocols.sha,
  authKey: 'authentication1', privProtocol: snmp.PrivProtocols.aes, privKey: 'encryption12'});
J
PORT=$(python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
timeout 60 node receiver.js "$PORT" & sleep 2
cat > ask.py <<'P'
import socket, sys

def tlv(tag, *parts):
    body = b"".join(parts)
    return bytes([tag, len(body)]) + body

def discovery(pdu):
    usm = tlv(0x30, tlv(4), tlv(2, b"\0"), tlv(2, b"\0"), tlv(4), tlv(4), tlv(4))
    scoped = tlv(0x30, tlv(4), tlv(4), tlv(pdu, tlv(2, b"\x11"), tlv(2, b"\0"), tlv(2, b"\0"), tlv(0x30)))
    header = tlv(0x30, tlv(2, b"\x22"), tlv(2, b"\x40\x00"), tlv(4, b"\x04"), tlv(2, b"\x03"))    # flags: reportable
    return tlv(0x30, tlv(2, b"\x03"), header, tlv(4, usm), scoped)

def items(data):
    """Yield tag and content of each element; lengths up to 65535."""
    while data:
        size, at = data[1], 2
        if size & 0x80:
            at += size & 0x7F
            size = int.from_bytes(data[2:at])
        yield data[0], data[at:at + size]
        data = data[at + size:]

UNKNOWN_ENGINE_IDS = bytes.fromhex("2b060106030f01010400")
seen = {}
for name, pdu in ("GetRequest", 0xA0), ("InformRequest", 0xA6):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(5)
        s.sendto(discovery(pdu), ("127.0.0.1", int(sys.argv[1])))
        (_, message), = items(s.recv(2048))
    _, _, (_, usm), (_, scoped) = items(message)
    (_, parameters), = items(usm)
    (_, engine_id), *_ = items(parameters)
    tag, body = list(items(scoped))[2]
    kind = {0xA2: "Response", 0xA8: "Report"}[tag] + (" usmStatsUnknownEngineIDs" if UNKNOWN_ENGINE_IDS in body else "")
    seen[name] = f"{kind}, engine ID {'given' if engine_id else 'empty'}"
    print(f"{name:13} -> {seen[name]}")
stated = {"GetRequest": "Report usmStatsUnknownEngineIDs, engine ID given", "InformRequest": "Response, engine ID empty"}
print("as stated" if seen == stated else f"CHANGED: stated {stated}")
sys.exit(seen != stated)
P
python3 ask.py "$PORT"
