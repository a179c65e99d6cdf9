#!/bin/bash
# rsyslog 8.2302 (Debian 12, omsnmp): with SNMPv1, every line of log that is passed on is a coldStart trap, unless trapType is written down.
#
# Expected: its documentation: trapType is 6 (enterpriseSpecific) by default, any value but 0 to 6 counts as 6. RFC 1157, 4.1.6: generic-trap 0 says
# that the sender starts anew.
# Seen: without trapType, generic-trap is 0 with enterprise 1.3.6.1.4.1.3.1.1: each line reads like a restart of that host. trapType="9" is sent as 9,
# which no generic trap is. With trapType="6" it is as documented. The text ends with a line feed, and its object has no instance (no .0).
#
# For a monitor: a coldStart of this enterprise that bears 1.3.6.1.4.1.19406.1.1.2.1 is a line of log and no restart; ask sysUpTime before anybody
# is told. A generic-trap beyond 6 comes from real senders: take it, under its number.
set -euo pipefail
T=$(mktemp -d); trap 'kill $(jobs -p) 2>/dev/null || :; wait; rm -rf "$T"' EXIT
cd "$T"
apt-get -qq -o APT::Sandbox::User=root download rsyslog{,-snmp}=8.2302.0-1+deb12u1 libestr0 libfastjson4 libsnmp40=5.9.3+dfsg-2+deb12u1
for deb in *.deb; do dpkg -x "$deb" root; done
cat > see.py <<'P'
import os, pathlib, socket, subprocess, sys, time

libraries = next(pathlib.Path("root/usr/lib").glob("*/libestr.so.0")).parent.resolve()

def items(data):
    while data:
        size, at = data[1], 2
        if size & 0x80:
            at += size & 0x7F
            size = int.from_bytes(data[2:at])
        yield data[0], data[at:at + size]
        data = data[at + size:]

def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]

def trap_of(name, action):
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    receiver.settimeout(15)
    port = free_port()
    pathlib.Path(f"{name}.conf").write_text(f"""
global(workDirectory="{os.getcwd()}")
module(load="{libraries}/rsyslog/imtcp.so")
module(load="{libraries}/rsyslog/omsnmp.so")
input(type="imtcp" address="127.0.0.1" port="{port}")
action(type="omsnmp" server="127.0.0.1" port="{receiver.getsockname()[1]}" version="0" community="public" {action})
""")
    environment = {**os.environ, "LD_LIBRARY_PATH": str(libraries), "MIBS": "", "SNMP_PERSISTENT_DIR": os.getcwd()}
    command = ["root/usr/sbin/rsyslogd", "-n", "-M", f"{libraries}/rsyslog", "-i", f"{os.getcwd()}/{name}.pid", "-f", f"{os.getcwd()}/{name}.conf"]
    daemon = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                sender = socket.create_connection(("127.0.0.1", port))
                break
            except OSError:
                time.sleep(0.1)
        sender.sendall(b"<13>Nov 30 10:00:00 sw1 test: a line of log\n")
        datagram = receiver.recv(65535)
    finally:
        daemon.kill()
        daemon.wait()
    (_, message), = items(datagram)
    _, _, (_, pdu) = items(message)
    (_, enterprise), _, (_, generic), (_, specific), _, (_, binds) = items(pdu)
    (_, bind), = items(binds)
    (_, oid), (_, text) = items(bind)
    return enterprise.hex(), generic[0], specific[0], oid.hex(), text[-12:]

message, cmu = "2b0601040181974e01010201", "2b0601040103" + "0101"
changed = False
for name, action, generic in (("unsaid", "", 0), ("nine", 'trapType="9"', 9), ("six", 'trapType="6"', 6)):
    seen, stated = trap_of(name, action), (cmu, generic, 0, message, b"line of log\n")
    print(f"{action or 'no trapType':12}: enterprise {seen[0]}, generic-trap {seen[1]}, specific-trap {seen[2]}, {seen[3]} = ..{seen[4]!r}")
    if seen != stated:
        changed = True
        print("CHANGED: stated", stated)
print("changed" if changed else "as stated")
sys.exit(changed)
P
timeout 100 python3 see.py
