#!/bin/bash
# pysnmp 7.1.30 (manager): after an agent's engine ID has changed, no question to its address is answered for five minutes.
#
# Expected: RFC 3414, 3.2 (3): an agent that is asked under a foreign engine ID answers with a usmStatsUnknownEngineIDs Report that bears
# its own; 4: a manager discovers again. One lost question, then answers: a device that was replaced or set back is the same address.
# Seen: the Report comes at once, and is dropped, since it belongs to an engine for which there are no keys. Each question, with whatever
# retries, ends as "No SNMP response received before timeout", until what the SnmpEngine keeps of the address is thrown out by age
# (some 300 s). A new SnmpEngine object is answered at once, so is net-snmp's snmpget.
#
# For a monitor: silence over v3 alone is no proof that a device is dead. Read such Reports beside the library, or give each time-out a
# second try with a fresh engine, before anybody is woken. This script takes five minutes and a half.
set -euo pipefail
T=$(mktemp -d); trap 'kill $(jobs -p) 2>/dev/null || :; wait; rm -rf "$T"' EXIT
cd "$T"; apt-get -qq -o APT::Sandbox::User=root download {snmpd,libsnmp40}=5.9.3+dfsg-2+deb12u1
for deb in *.deb; do dpkg -x "$deb" root; done
python3 -m venv venv; venv/bin/pip install -q pysnmp==7.1.30
for name in first second; do printf 'engineID device-%s\ncreateUser alice SHA "alice pass phrase"\nrouser alice auth .1\n' $name > $name.conf; done
cat > ask.py <<'P'
import asyncio, os, pathlib, socket, subprocess, sys, time

from pysnmp.hlapi.v3arch.asyncio import (
    ContextData, ObjectIdentity, ObjectType, SnmpEngine, UdpTransportTarget, UsmUserData, get_cmd, usmHMACSHAAuthProtocol,
)

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.bind(("127.0.0.1", 0))
    port = s.getsockname()[1]
libraries = next(pathlib.Path("root/usr/lib").glob("*/libsnmp.so.40")).parent.resolve()

def agent(name):
    parts = "-f", "-Lf", f"{name}.log", "-C", "-c", f"{name}.conf", "-I", "vacm_conf,usmConf,snmpEngine,system_mib", "-p", f"{name}.pid"
    return subprocess.Popen(
        ["root/usr/sbin/snmpd", *parts, f"127.0.0.1:{port}"],
        env={**os.environ, "SNMP_PERSISTENT_DIR": f"{os.getcwd()}/{name}", "MIBS": "", "LD_LIBRARY_PATH": str(libraries)},
    )

async def ask(engine):
    target = await UdpTransportTarget.create(("127.0.0.1", port), timeout=1, retries=1)
    alice = UsmUserData("alice", "alice pass phrase", authProtocol=usmHMACSHAAuthProtocol)
    trouble, status, _, _ = await get_cmd(engine, alice, target, ContextData(), ObjectType(ObjectIdentity("1.3.6.1.2.1.1.3.0")))
    return str(trouble) if trouble else "answered" if not status else str(status)

async def answered_by(engine, seconds):
    end = time.monotonic() + seconds
    while (said := await ask(engine)) != "answered" and time.monotonic() < end:
        await asyncio.sleep(1)
    return said

async def main():
    kept = SnmpEngine()
    device = agent("first")
    try:
        print("first engine ID, a manager that is kept:", before := await answered_by(kept, 20))
        device.kill(), device.wait()
        device = agent("second")
        print("second engine ID, a manager that is new:", new := await answered_by(SnmpEngine(), 20))
        begin = time.monotonic()
        print("second engine ID, the manager that is kept:", at_once := await ask(kept), flush=True)
        print("and later:", later := await answered_by(kept, 400), f"after {time.monotonic() - begin:.0f} s")
        silent_for = time.monotonic() - begin
    finally:
        device.kill()
    as_stated = before == new == later == "answered" and at_once.startswith("No SNMP response") and silent_for > 240
    print("as stated" if as_stated else "CHANGED: stated silence for some 300 s")
    return not as_stated

sys.exit(asyncio.run(main()))
P
timeout 500 venv/bin/python ask.py
