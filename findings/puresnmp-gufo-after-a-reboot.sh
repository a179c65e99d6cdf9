#!/bin/bash
# puresnmp 2.0.1 (with puresnmp-crypto 1.0.1.post1) and gufo_snmp 0.13.0 against net-snmp snmpd 5.9.3 (Debian 12): SNMPv3 after a reboot.
#
# Expected (RFC 3414, 2.3, 3.2 and 4): an agent that restarts has snmpEngineBoots one higher and says so in an authentic Report
# (notInTimeWindow); the manager takes the newer time from it and asks again. An agent that was replaced says unknownEngineID, and
# the manager discovers anew. snmpget does both.
# Seen: a puresnmp client that has once talked to an agent raises "Incoming message could not be authenticated!" for every question
# after the restart, for as long as the object lives, though user and passwords are right; after a replacement "Unknown engine-id",
# for ever as well. A gufo session raises "authentication failed" once after the restart and then goes on; after a replacement get()
# times out, and so does refresh(), which is there to bring both ends together again. New objects are answered at once.
#
# For an agent: whoever keeps one client per device loses it at its first reboot, and hears of a wrong password.
set -euo pipefail
T=$(mktemp -d); trap 'pkill -F "$T/pid" 2>/dev/null || true; rm -rf "$T"' EXIT
command -v snmpd >/dev/null || { echo "needs Debian's snmpd and snmp" >&2; exit 2; }
python3 -m venv "$T/v"
"$T/v/bin/pip" install -q --disable-pip-version-check gufo_snmp==0.13.0 puresnmp==2.0.1 puresnmp-crypto==1.0.1.post1
mkdir "$T/conf"
PORT=$(python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
printf '%s\n' "agentaddress udp:127.0.0.1:$PORT" "createUser alice SHA authpass12 AES privpass12" "rouser alice priv" > "$T/conf/snmpd.conf"
cat > "$T/run.py" <<'P'
import asyncio, os, shutil, subprocess, sys, warnings

warnings.simplefilter("ignore")
from gufo.snmp import Aes128Key, Sha1Key, SnmpVersion, User
from gufo.snmp.aio import SnmpSession
from puresnmp import Client, PyWrapper
from puresnmp.credentials import V3, Auth, Priv

folder, port = sys.argv[1], int(sys.argv[2])
UPTIME = "1.3.6.1.2.1.1.3.0"
KEPT = f"{folder}/kept"
OURS = {**os.environ, "SNMP_PERSISTENT_DIR": KEPT, "SNMPCONFPATH": f"{folder}/conf:{KEPT}"}
USER = ["-v3", "-ualice", "-lauthPriv", "-aSHA", "-Aauthpass12", "-xAES", "-Xprivpass12"]
ASKED = ["snmpget", *USER, "-t1", "-r0", "-Oqv", f"127.0.0.1:{port}", "1.3.6.1.6.3.10.2.1.1.0", "1.3.6.1.6.3.10.2.1.2.0"]

class Agent:
    """One snmpd; with what it keeps on disk it comes back as the same engine, without as another one."""

    def start(self):
        os.makedirs(KEPT, exist_ok=True)
        self.process = subprocess.Popen(["snmpd", "-f", "-Ln", "-p", f"{folder}/pid", "-I", "-smux"], env=OURS, stderr=subprocess.DEVNULL)
        for _ in range(60):
            told = subprocess.run(ASKED, capture_output=True, text=True)
            if told.returncode == 0:
                self.engine, self.boots = told.stdout.rsplit("\n", 2)[0].replace("\n", ""), int(told.stdout.split()[-1])
                return
        raise SystemExit("snmpd does not answer snmpget")

    def again(self, replaced=False):
        self.stop()
        if replaced:
            shutil.rmtree(KEPT)
        self.start()

    def stop(self):
        self.process.terminate()
        self.process.wait()

seen = []
async def note(what, asked):
    try:
        await asyncio.wait_for(asked, 12)
        result = "answered"
    except Exception as error:
        result = f"{type(error).__name__.removeprefix('Py')} {error}".strip()
    seen.append(result)
    print(f"{what}: {result}", flush=True)

def puresnmp():
    return PyWrapper(Client("127.0.0.1", V3("alice", Auth(b"authpass12", "sha1"), Priv(b"privpass12", "aes")), port=port))

def gufo():
    user = User("alice", auth_key=Sha1Key(b"authpass12"), priv_key=Aes128Key(b"privpass12"))
    return SnmpSession(addr="127.0.0.1", port=port, timeout=2, version=SnmpVersion.v3, user=user)

async def story(agent, name, get):
    await note(f"{name}: first", get())
    engine, boots = agent.engine, agent.boots
    agent.again()
    assert (agent.engine, agent.boots) == (engine, boots + 1), "snmpd came back as another engine"
    for time in ("first", "second", "third"):
        await note(f"{name}: {time} after the restart", get())

async def main():
    agent = Agent()
    agent.start()
    kept = puresnmp()
    await story(agent, "puresnmp", lambda: kept.get(UPTIME))
    await note("puresnmp: a new client", puresnmp().get(UPTIME))
    kept_until_replaced = puresnmp()
    await note("puresnmp: that one", kept_until_replaced.get(UPTIME))
    async with gufo() as session:
        await story(agent, "gufo", lambda: session.get(UPTIME))
        agent.again(replaced=True)
        await note("puresnmp: first after the replacement", kept_until_replaced.get(UPTIME))
        await note("puresnmp: second", kept_until_replaced.get(UPTIME))
        await note("gufo: first after the replacement", session.get(UPTIME))
        await note("gufo: refresh", session.refresh())
        await note("gufo: after it", session.get(UPTIME))
    async with gufo() as session:
        await note("gufo: a new session", session.get(UPTIME))
    agent.stop()

asyncio.run(main())
ok, late = "answered", "TimeoutError"
unread, refused = "AuthenticationError Incoming message could not be authenticated!", "SnmpAuthError authentication failed"
unknown = "SnmpError Error response from remote device: Unknown engine-id"
stated = [ok, unread, unread, unread, ok, ok, ok, refused, ok, ok, unknown, unknown, late, late, late, ok]
print("as stated" if seen == stated else f"CHANGED: stated {stated}")
sys.exit(seen != stated)
P
timeout 120 "$T/v/bin/python" "$T/run.py" "$T" "$PORT"
