"""docs/installing.md: what it has one type is typed here, below another root, with an agent in systemd's hands."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from netwatch.model import Credential
from netwatch.simulator import SimulatedDevice, SimulatedNetwork
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port
from tests.scenarios.agent import RunningAgent
from tests.scenarios.rough_post import mail_server

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs" / "installing.md").read_text(encoding="utf-8")
BLOCKS = [block.splitlines() for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)]
UNITS = {"netwatch", "netwatch.service", "netwatch.socket"}
FROM_THE_NETWORK = ("python3 -m venv /opt/netwatch", "/opt/netwatch/bin/pip install")
CONFIG = """
credentials: {{campus: {{version: 2c, community: "${{env:CAMPUS_COMMUNITY}}"}}}}
defaults: {{credential: campus}}
devices: [{{name: core-sw1, address: 127.0.0.1, port: {port}}}]
polling: {{interval: 2s, reachability_interval: 2s, timeout: 1500ms}}
route: {{receiver: noc}}
receivers: [{{name: noc, email: {{to: [noc@example.net]}}}}]
smtp:
  from: "NetWatch <netwatch@example.net>"
  relays: [{{host: 127.0.0.1, port: {smtp}, tls: none}}]
web: {{listen: "127.0.0.1:{web}"}}
store: {{url: "sqlite:///{root}/var/lib/netwatch/netwatch.db"}}
"""


class Machine:
    """A root of its own, where root types: systemctl starts and stops a real agent, pip has been run before."""

    def __init__(self, root: Path, agent: RunningAgent) -> None:
        self.root, self.agent, self.runs, self.said = root, agent, False, ""
        for directory in (
            "etc/systemd/system",
            "etc/cron.d",
            "opt/netwatch/bin",
            "usr/local/bin",
            "var/lib/netwatch",
        ):
            (root / directory).mkdir(parents=True)
        program = root / "opt/netwatch/bin/netwatch"
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m netwatch "$@"\n')
        program.chmod(0o755)

    def type(self, line: str) -> None:
        for part in line.split(" && ") if line.startswith("systemctl") else [line]:
            if part.startswith("systemctl"):
                self._systemctl(*part.split()[1:])
            elif not part.startswith(FROM_THE_NETWORK):
                self._sh(part)

    def _systemctl(self, verb: str, *words: str) -> None:
        units = {word for word in words if not word.startswith("-")}
        assert units <= UNITS
        assert verb in ("daemon-reload", "enable", "disable", "status", "stop", "start", "restart")
        if self.runs and verb in ("stop", "restart", "disable"):
            self.agent.stop()
            self.runs = False
        if not self.runs and verb in ("start", "restart", "enable"):
            self.agent.start(CAMPUS_COMMUNITY="public")
            self.agent.wait_until_ready()
            self.runs = True

    def _sh(self, line: str) -> None:
        here = re.sub(r"(?<=[\s(])/(?=etc/|opt/|usr/|var/)", f"{self.root}/", line)
        here = here.replace("netwatch.db.backup-20261130T033000Z", "netwatch.db.backup-*Z")
        environment = {
            "PATH": f"{self.root / 'usr/local/bin'}:{os.environ['PATH']}",
            "HOME": str(self.root),
            "CAMPUS_COMMUNITY": "public",
            "NETWATCH_CONFIG": str(self.root / "etc/netwatch/netwatch.yaml"),
        }
        ran = subprocess.run(
            ["sh", "-euc", here], cwd=ROOT, env=environment, capture_output=True, text=True,
            timeout=PATIENCE_SECONDS, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, (line, ran.stdout, ran.stderr)
        self.said += ran.stdout


def test_every_line_works_in_the_order_in_which_it_stands(tmp_path: Path):
    public = Credential(name="usual", version="2c", community=SecretStr("public"))
    network = SimulatedNetwork([SimulatedDevice("core-sw1", public)])
    config, web = tmp_path / "etc/netwatch/netwatch.yaml", free_port()
    with network.run_in_thread(), mail_server() as post:
        machine = Machine(tmp_path, RunningAgent(config, web))
        port = network["core-sw1"].port
        try:
            for number, block in enumerate(BLOCKS):
                for line in block:
                    machine.type(line)
                if number == 0:  # what step 0, netwatch init, would have written
                    config.write_text(CONFIG.format(port=port, smtp=post.port, web=web, root=tmp_path))
        finally:
            if machine.runs:
                machine.agent.kill()

    assert not machine.runs
    assert "no errors" in machine.said
    assert f"{tmp_path}/var/lib/netwatch/netwatch.db is what {tmp_path}/var/backups/netwatch/" in machine.said
    assert (tmp_path / "etc/netwatch/environment").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "opt/netwatch").exists()
    assert (tmp_path / "var/lib/netwatch/netwatch.db").is_file()


def test_the_way_to_say_whether_the_wire_is_compiled_works():
    (line,) = re.findall(r"`/opt/netwatch/bin/python -c '([^`]*)'`", TEXT)

    ran = subprocess.run(
        [sys.executable, "-c", line], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True
    )

    assert ran.stdout.strip()


@pytest.mark.parametrize("target", re.findall(r"\]\(([\w./-]+\.md)", TEXT))
def test_every_link_leads_to_a_page(target):
    assert (ROOT / "docs" / target).is_file()
