"""`netwatch explain` beside a real agent, for every way a story can go; silence and ack as people type them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from netwatch.cli import app
from netwatch.model import Credential
from netwatch.simulator import SimulatedDevice, SimulatedNetwork, reply

from .rough_post import mail_server

CONFIG = """
credentials: {{usual: {{version: 2c, community: public}}}}
defaults: {{credential: usual}}
devices:
{devices}
polling: {{interval: 2s, reachability_interval: 500ms, timeout: 200ms, retries: 1}}
rules: {{paths: ["{rules}"]}}
route:
  receiver: noc
  group_wait: 0s
  group_interval: 1s
  routes: [{{matchers: ['device="refused"'], receiver: gone}}, {{matchers: ['device="late"'], receiver: busy}}]
receivers:
  - {{name: noc, email: {{to: [noc@example.net]}}}}
  - {{name: gone, email: {{to: [gone@example.net]}}}}
  - {{name: busy, email: {{to: [busy@example.net]}}}}
maintenance:
  - {{name: new cables, matchers: ['device="cabled"'], mode: skip,
     from: "2020-01-01 00:00", until: "2099-01-01 00:00"}}
smtp:
  from: "NetWatch <netwatch@example.net>"
  relays: [{{host: 127.0.0.1, port: {smtp}, tls: none}}]
web: {{listen: "127.0.0.1:{{port}}"}}
store: {{url: "sqlite:///{{state}}"}}
"""
RULES = """
rules:
  - {alert: DeviceDown, expr: up == 0, labels: {severity: critical}}
  - {alert: Answers, expr: round_trip_seconds > 0, for: 1h}
  - {alert: Crawls, expr: round_trip_seconds > 100}
"""
DEVICES = ("core", "child", "plain", "muted", "refused", "late", "cabled")
VERDICTS = [
    ("DeviceDown", "plain", r"It fires since [\d:]+, and noc@example.net was told at [\d:]+\.$"),
    ("DeviceDown", "child", r"It fires since [\d:]+, and nobody is told: core is down, and child is only reached "),
    ("DeviceDown", "muted", r"It fires since [\d:]+, and nobody is told: silenced by anna until .*new firmware\.$"),
    ("DeviceDown", "refused", r"It fires .*, and the mail to gone@example.net will not arrive \(.*550 5.1.1"),
    ("DeviceDown", "late", r"It fires .*, and busy@example.net could not be told yet, next try at .*450 4.2.1"),
    (
        "DeviceDown",
        "cabled",
        r"It does not fire: readings of the device are not held against rules now, .*new cables",
    ),
    ("Answers", "plain", r"It does not fire yet: the expression is true since .* of the 1h it must last"),
    ("Crawls", "plain", r"It does not fire: .*round_trip_seconds = .*; as far as the log goes it never did"),
    ("DeviceDon", "plain", r"There is no rule DeviceDon; did you mean DeviceDown"),
    ("DeviceDown", "plane", r"There is no device plane; did you mean plain"),
]


@pytest.fixture
def network() -> SimulatedNetwork:
    usual = Credential(name="usual", version="2c", community=SecretStr("public"))
    return SimulatedNetwork([SimulatedDevice(name, usual) for name in DEVICES])


def netwatch(config: Path) -> Callable[..., str]:
    def run(*arguments: str, code: int | None = 0) -> str:
        done = CliRunner().invoke(app, [*arguments, "-c", str(config)])
        assert code is None or done.exit_code == code, done.output
        return done.stdout

    return run


def test_every_story_is_explained_as_it_was(agent, network, tmp_path, until):
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)
    busy = {"gone@example.net": reply(550), "busy@example.net": reply(450)}
    with network.run_in_thread(), mail_server(recipients=busy) as post:
        lines = [
            f"  - {{name: {name}, address: 127.0.0.1, port: {network[name].port}"
            + (", depends_on: [core]}" if name == "child" else "}")
            for name in DEVICES
        ]
        running = agent(CONFIG.format(devices="\n".join(lines), rules=rules, smtp=post.port))
        running.start()
        running.wait_until_ready()
        command = netwatch(running.config)

        def explained(rule: str, device: str, *more: str) -> dict[str, object]:
            told: dict[str, object] = json.loads(command("explain", rule, device, *more, "--json", code=None))
            return told

        def says(rule: str, device: str, pattern: str) -> bool:
            return re.search(pattern, str(explained(rule, device)["verdict"])) is not None

        silence = command(
            "silence", "add", "device=muted", "--for", "2h", "--comment", "new firmware", "--by", "anna"
        ).strip()  # fmt: skip
        assert silence in command("silence", "list")
        until(lambda: all(row["up"] for row in running.json("/api/v1/devices")), "every device up")
        for name in DEVICES:
            network.do(network[name].silence)

        for rule, device, pattern in VERDICTS:
            until(lambda: says(rule, device, pattern), f"{rule} on {device}: {pattern}")  # noqa: B023 # at once

        kinds = {line["kind"] for line in explained("DeviceDown", "plain")["lines"]}
        assert kinds >= {"rule", "route", "reading", "alert", "notify", "mail", "attempt"}
        refused = [line for line in explained("DeviceDown", "refused")["lines"] if line["kind"] == "attempt"]
        details = refused[0]["details"]
        assert (details["attempt"], details["phase"], details["reply"]) == ("1", "rcpt", "550 5.1.1 no such mailbox")
        assert "silenced by anna" in command("alerts")

        assert "acknowledged by bea" in command("ack", "DeviceDown", "plain", "--by", "bea", "--comment", "on my way")
        assert re.search(r"bea acknowledged it at [\d:]+: on my way", command("explain", "DeviceDown", "plain"))
        assert "in nobody's hands" in command("unack", "DeviceDown", "plain")
        command("ack", "Crawls", "plain", code=1)

        command("silence", "expire", silence[:8])
        command("silence", "expire", "nonsense", code=1)
        until(lambda: says("DeviceDown", "muted", "noc@example.net was told at"), "the silenced one told")

        network.do(network["plain"].recover)
        until(lambda: says("DeviceDown", "plain", r"It does not fire: .*Of its end noc@example.net was told"), "OK")

        running.stop()
        afterwards = explained("DeviceDown", "plain")
        assert re.search(
            r"It does not fire.* It fired from .*noc@example.net was told at .*Of its end", afterwards["verdict"]
        )
