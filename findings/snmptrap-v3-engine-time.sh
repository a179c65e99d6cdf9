#!/bin/bash
# net-snmp snmptrap 5.9.3 (Debian 12, 5.9.3+dfsg-2+deb12u1): the engine time of its v3 traps runs a hundred times too fast, boots stay 1.
#
# Expected: RFC 3414, 2.2.1: snmpEngineBoots counts the engine's starts, snmpEngineTime is the seconds since boots last grew. The
# sender of a trap is the authoritative engine (1.5.1), so the receiver checks these two against what it saw before (3.2 7b).
# Seen: each run of snmptrap counts engineBoots in its persistent file, but sends 1; the time that it sends is the host's uptime in
# hundredths of a second. That looks right for as long as the host runs, since a larger time is always believed.
#
# For a monitor that receives traps: after a reboot of the sending host the time starts again at a small value while boots are still 1,
# and by the letter of 3.2 7b every signed trap is outside the 150 s window until the uptime has passed its former value (days or
# months). Say in the log which engine is refused for its time and with what numbers, and let an operator forget an engine.
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
cd "$T"; apt-get -qq -o APT::Sandbox::User=root download {snmp,libsnmp40}=5.9.3+dfsg-2+deb12u1
for deb in *.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH=$PWD/$(dirname root/usr/lib/*/libsnmp.so.40) SNMP_PERSISTENT_DIR=$T/persistent SNMPCONFPATH=$T:$T/persistent MIBS=
cat > run.py <<'P'
import re, socket, subprocess, sys, time
from pathlib import Path

def items(data):
    while data:
        size, at = data[1], 2
        if size & 0x80:
            at += size & 0x7F
            size = int.from_bytes(data[2:at])
        yield data[0], data[at:at + size]
        data = data[at + size:]

def trap(listener):
    """Return boots and time as sent, the host's uptime, and the boots that snmptrap noted for itself."""
    subprocess.run(["root/usr/bin/snmptrap", "-v3", "-u", "alice", "-l", "authNoPriv", "-a", "SHA", "-A", "authentication1",
                    f"127.0.0.1:{listener.getsockname()[1]}", "", ".1.3.6.1.6.3.1.1.5.1"], check=True, timeout=20, stderr=subprocess.DEVNULL)
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    (_, message), = items(listener.recv(4096))
    (_, parameters), = items(list(items(message))[2][1])
    _, (_, boots), (_, engine_time), *_ = items(parameters)
    noted = int(re.search(r"^engineBoots (\d+)", Path("persistent/snmpapp.conf").read_text(), re.M)[1])
    return int.from_bytes(boots), int.from_bytes(engine_time), uptime, noted

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
    listener.bind(("127.0.0.1", 0))
    listener.settimeout(10)
    first = trap(listener)
    time.sleep(3)
    second = trap(listener)
for boots, engine_time, uptime, noted in (first, second):
    print(f"sent boots {boots}, time {engine_time}; host up {uptime:.2f} s; engineBoots in the persistent file {noted}")
gone = second[2] - first[2]
print(f"{gone:.1f} s between the two, engine time grew by {second[1] - first[1]}")
stated = (first[0] == second[0] == 1 and second[3] > first[3] and all(abs(each[1] / 100 - each[2]) < 5 for each in (first, second))
          and 50 * gone < second[1] - first[1] < 150 * gone)
print("as stated" if stated else "CHANGED: stated boots 1 whatever the file says, time in hundredths of a second of the host's uptime")
sys.exit(not stated)
P
python3 run.py
