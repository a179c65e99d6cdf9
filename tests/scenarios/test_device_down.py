"""A device dies and comes back: a real snmpd is polled, a real Postfix delivers both mails, in one thread."""

from __future__ import annotations

import subprocess

from tests.patience import PATIENCE_SECONDS

CONFIG = """
credentials:
  old: {{version: 1, community: public}}
  usual: {{version: 2c, community: public}}
  safe: {{version: 3, user: sha256aes, auth_protocol: SHA-256, auth_passphrase: authpass-256,
          privacy_protocol: AES, privacy_passphrase: privpass-256}}
devices:
  - {{name: v1-box, address: 127.0.0.1, port: {snmp}, credential: old}}
  - {{name: v2c-box, address: 127.0.0.1, port: {snmp}, credential: usual}}
  - {{name: v3-box, address: 127.0.0.1, port: {snmp}, credential: safe}}
polling: {{interval: 2s, reachability_interval: 2s, timeout: 1s, retries: 1}}
route: {{receiver: noc, group_wait: 0s, group_interval: 1s}}
receivers:
  - {{name: noc, email: {{to: [noc@example.net]}}}}
smtp:
  from: "NetWatch <netwatch@example.net>"
  relays: [{{host: 127.0.0.1, port: {smtp}}}]
web: {{listen: "127.0.0.1:{{port}}"}}
store: {{url: "sqlite:///{{state}}"}}
"""
DEVICES = ("v1-box", "v2c-box", "v3-box")


def snmpget(port: int, *oids: str) -> list[str]:
    command = ["snmpget", "-v2c", "-cpublic", "-Oqvn", f"127.0.0.1:{port}", *oids]
    answer = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=PATIENCE_SECONDS, env={"MIBS": ""}
    )
    return [line.strip().strip('"') for line in answer.stdout.splitlines()]


def devices(netwatch):
    return netwatch.json("/api/v1/devices")


def subjects_about(postfix, device: str) -> list[str]:
    return [subject for subject in postfix.subjects() if f"{device} does not answer" in subject]


def test_a_dead_device_is_mailed_through_postfix_and_its_return_in_the_same_thread(agent, snmpd, postfix, until):
    device = snmpd("sysLocation Rack 4")
    netwatch = agent(CONFIG.format(snmp=device.port, smtp=postfix.port))
    netwatch.start()
    netwatch.wait_until_ready()
    name = snmpget(device.port, "1.3.6.1.2.1.1.5.0")[0]
    until(
        lambda: all(row["up"] and row["sys_name"] == name for row in devices(netwatch)), "three devices up and known"
    )

    device.kill()
    until(lambda: all(subjects_about(postfix, name) for name in DEVICES), "a mail about every device")
    assert sorted(postfix.subjects()) == sorted(f"[DOWN] {name} does not answer" for name in DEVICES)

    device.start()
    until(lambda: all(len(subjects_about(postfix, name)) == 2 for name in DEVICES), "a mail about every recovery")
    for name in DEVICES:
        down, back = (mail for mail in postfix.mails if f"{name} does not answer" in mail["Subject"])
        assert (down["Subject"], back["Subject"]) == (
            f"[DOWN] {name} does not answer",
            f"[OK] {name} does not answer",
        )
        assert down["References"] == back["References"]
        assert down["Message-ID"] != back["Message-ID"]
    assert netwatch.stop() == 0
