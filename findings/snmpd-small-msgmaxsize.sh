#!/bin/bash
# net-snmp snmpd 5.9.3 (Debian 12, 5.9.3+dfsg-2+deb12u1): an SNMPv3 manager that announces a small msgMaxSize gets no short answers.
#
# Expected: the agent keeps its answer below the manager's msgMaxSize (RFC 3412, 6.3; 484 is the least that may be announced).
# RFC 3416, 4.2.3: a GETBULK is cut short; 4.2.1: a GET that does not fit is answered with error-status tooBig(1), error-index 0
# and an empty variable-bindings field, which always fits.
# Seen: a GETBULK that does not fit is not cut but answered with genErr(5). A GET gets tooBig, but with all its bindings repeated, and
# where these do not fit either it is not answered at all. By a manager that announces 65507 the same questions are answered.
#
# For a monitor: announce what the socket can take (65507 over UDP), not the size of an Ethernet frame. Otherwise genErr reads like an
# object that the agent cannot fetch and silence like a dead device, and a manager that asks for less on tooBig only never does.
set -euo pipefail
T=$(mktemp -d); trap 'kill $(jobs -p) 2>/dev/null || :; wait; rm -rf "$T"' EXIT
cd "$T"; apt-get -qq -o APT::Sandbox::User=root download {snmpd,libsnmp40}=5.9.3+dfsg-2+deb12u1
for deb in *.deb; do dpkg -x "$deb" root; done
PORT=$(python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
{ echo 'createUser alice'; echo 'rouser alice noauth .1'
  for n in $(seq 20); do echo "override 1.3.6.1.4.1.8072.9999.9999.$n.0 octet_str \"object $n of twenty, some sixty bytes long, to fill an answer\""; done; } > snmpd.conf
export LD_LIBRARY_PATH=$PWD/$(dirname root/usr/lib/*/libsnmp.so.40) SNMP_PERSISTENT_DIR=$T/persistent MIBS=
timeout 60 root/usr/sbin/snmpd -f -Lf log -C -c snmpd.conf -I 'override,vacm_conf,usmConf,snmpEngine' -p pid "127.0.0.1:$PORT" & sleep 2
cat > ask.py <<'P'
import socket, sys

def tlv(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    return bytes([tag]) + (bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2)) + body

def number(value):
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1))

def items(data):
    while data:
        size, at = data[1], 2
        if size & 0x80:
            at += size & 0x7F
            size = int.from_bytes(data[2:at])
        yield data[0], data[at:at + size]
        data = data[at + size:]

def ask(engine, boots, time, user, announced, pdu, first, second, oids):
    binds = [tlv(0x30, tlv(6, oid), tlv(5)) for oid in oids]
    usm = tlv(0x30, tlv(4, engine), number(boots), number(time), tlv(4, user), tlv(4), tlv(4))
    scoped = tlv(0x30, tlv(4, engine), tlv(4), tlv(pdu, number(17), number(first), number(second), tlv(0x30, *binds)))
    header = tlv(0x30, number(34), number(announced), tlv(4, b"\x04"), number(3))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(3)
        s.sendto(tlv(0x30, number(3), header, tlv(4, usm), scoped), ("127.0.0.1", int(sys.argv[1])))
        try:
            datagram = s.recv(65507)
        except TimeoutError:
            return 0, 0, 0, 0, "no answer", 0
    (_, message), = items(datagram)
    _, _, (_, usm), (_, scoped) = items(message)
    (_, parameters), = items(usm)
    (_, engine), (_, boots), (_, time), *_ = items(parameters)
    _, _, (_, body) = items(scoped)
    _, (_, status), (_, index), (_, binds) = items(body)
    return engine, int.from_bytes(boots), int.from_bytes(time), len(datagram), status[0], len(list(items(binds)))

oid = bytes.fromhex("2b06010401bf08ce0fce0f")    # 1.3.6.1.4.1.8072.9999.9999
engine, boots, time, *_ = ask(b"", 0, 0, b"", 65507, 0xA0, 0, 0, [])
many = [oid + bytes([n, 0]) for n in range(1, 21)]
changed = False
for what, announced, pdu, repetitions, oids, stated in (
    ("GET of 8", 484, 0xA0, 0, many[:8], 1), ("GET of 20", 484, 0xA0, 0, many, "no answer"), ("GETBULK of 20", 484, 0xA5, 20, [oid], 5),
    ("GETBULK of 4", 484, 0xA5, 4, [oid], 0), ("GET of 20", 65507, 0xA0, 0, many, 0), ("GETBULK of 20", 65507, 0xA5, 20, [oid], 0),
):
    *_, size, status, count = ask(engine, boots, time, b"alice", announced, pdu, 0, repetitions, oids)
    print(f"msgMaxSize {announced:5}, {what:13}: error-status {status}, {count} bindings, {size} bytes")
    if status != stated:
        changed = True
        print(f"CHANGED: stated error-status {stated}")
print("changed" if changed else "as stated")
sys.exit(changed)
P
python3 ask.py "$PORT" || { cat log; exit 1; }
