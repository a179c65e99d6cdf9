"""An agent stops on a host that answers pings: the mail says so and what to look at; no device is called dead."""

from __future__ import annotations

from netwatch.model import shipped_directory
from tests.terminal import post

__all__ = ["post"]

CONFIG = """
credentials: {{usual: {{version: 2c, community: public}}}}
defaults: {{credential: usual}}
devices: [{{name: sw1, address: 127.0.0.1, port: {snmp}}}]
reachability: {{methods: [snmp, ping], ping_interval: 1s}}
polling: {{interval: 60s, reachability_interval: 1s, timeout: 500ms, retries: 0}}
rules: {{paths: ["{rules}"]}}
route: {{receiver: noc, group_wait: 0s, group_interval: 1s}}
receivers: [{{name: noc, email: {{to: [noc@example.net]}}}}]
smtp: {{from: "NetWatch <netwatch@example.net>", relays: [{{host: 127.0.0.1, port: {smtp}}}]}}
web: {{listen: "127.0.0.1:{{port}}"}}
store: {{url: "sqlite:///{{state}}"}}
"""


def test_a_silent_agent_is_another_mail_than_a_dead_device(agent, snmpd, post, until, tmp_path):
    rules = tmp_path / "devices.yaml"
    shipped = (shipped_directory("rules") / "devices.yaml").read_text()
    assert "for: 1m # a device that starts" in shipped
    rules.write_text(shipped.replace("for: 1m # a device that starts", "for: 1s # a device that starts"))
    device = snmpd()
    netwatch = agent(CONFIG.format(snmp=device.port, smtp=post.sink.port, rules=rules))
    netwatch.start()
    netwatch.wait_until_ready()
    until(lambda: _state(netwatch) == (True, True, True), "SNMP and ping answered")

    device.kill()
    silent = until(lambda: _mail(post, is_over=False), "a mail")
    assert _state(netwatch) == (True, False, True)
    device.start()
    until(lambda: _mail(post, is_over=True), "a mail that it is over")

    assert "see on the device whether the agent runs" in " ".join(_text(silent).split())
    assert [mail for mail in post.sink.mails if "does not answer" in str(mail.parsed()["Subject"])] == []
    assert netwatch.stop() == 0


def _mail(post, *, is_over):
    """Return the mail about the silence, or of its end; an agent that restarted may be another."""
    mails = (mail.parsed() for mail in post.sink.mails)
    about = [mail for mail in mails if mail["Subject"].endswith("sw1 answers ping, but not SNMP")]
    return next((mail for mail in about if mail["Subject"].startswith("[OK]") is is_over), None)


def _state(netwatch):
    """Return whether it is up, whether SNMP is answered, whether ping is."""
    lines = netwatch.get("/metrics").splitlines()
    values = {line.split("{")[0]: float(line.split()[-1]) for line in lines if line.startswith("netwatch_device_")}
    return tuple(values.get(f"netwatch_device_{name}") == 1 for name in ("up", "snmp_up", "ping_up"))


def _text(mail):
    return next(part.get_content() for part in mail.walk() if part.get_content_type() == "text/plain")
