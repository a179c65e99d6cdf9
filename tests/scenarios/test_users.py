"""The whole house with users and TLS: a new administrator's first minutes, by the commands of the manual."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from netwatch.app import App
from netwatch.cli import app
from netwatch.config import load_settings
from netwatch.simulator import self_signed
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

FORM = re.compile(r'name="form_token" value="([^"]+)"')


@pytest.fixture
def config(tmp_path: Path) -> Path:
    made = self_signed(tmp_path, host="netwatch.example.net")
    (tmp_path / "page.yml").write_text(
        f"tls_server_config: {{cert_file: {made.certificate.name}, key_file: {made.key.name}}}\n"
    )
    path = tmp_path / "netwatch.yaml"
    path.write_text(
        "devices: [{name: sw1, address: 127.0.0.1, port: 9, timeout: 100ms, reachability_interval: 1s, retries: 0}]\n"
        "credentials: {usual: {version: 2c, community: public}}\ndefaults: {credential: usual}\n"
        f'web: {{listen: "0.0.0.0:{free_port()}", config_file: page.yml, users_file: users.yaml}}\n'
        'store: {url: "sqlite:///netwatch.db"}\n'
    )
    return path


async def run(config: Path, *arguments: str, typed: str = "", **environment: str) -> tuple[int, str]:
    """Run a command beside the agent."""
    call = [*arguments, "-c", str(config)]
    result = await asyncio.to_thread(CliRunner().invoke, app, call, input=typed, env=environment)
    return result.exit_code, result.output


async def test_users_are_made_while_the_agent_runs_and_commands_act_beside_them(config: Path, tmp_path: Path):
    await run(config, "user", "add", "anna", "--role", "operator", typed="correct horse\n")
    agent = App(load_settings(config))
    await agent.start()
    try:
        trusting = ssl.create_default_context(cafile=tmp_path / "netwatch.example.net.crt")
        trusting.check_hostname = False
        url = agent.address.replace("0.0.0.0", "127.0.0.1")  # noqa: S104
        async with httpx.AsyncClient(verify=trusting, base_url=url, timeout=PATIENCE_SECONDS) as browser:
            token = FORM.search((await browser.get("/sign-in")).text)
            assert token is not None
            fields = {"name": "anna", "password": "correct horse", "form_token": token[1]}
            signed_in = await browser.post("/sign-in", data=fields)
            overview = await browser.get("/")
            events = (await browser.get("/api/v1/events")).json()
        silenced = await run(config, "silence", "add", "device=sw1", "--for", "2h", "-m", "upgrade", "--by", "Bert")
        _, token_text = await run(config, "token", "create", "bot", "--role", "viewer")
        bot = next(line for line in token_text.splitlines() if line.startswith("nw_"))
        async with asyncio.timeout(PATIENCE_SECONDS):  # the agent looks into the file once a second
            while (listed := await run(config, "silence", "list", "--json", NETWATCH_TOKEN=bot))[0]:
                continue
        order = ("silence", "add", "device=sw1", "--for", "2h", "-m", "no")
        refused = await run(config, *order, NETWATCH_TOKEN=bot)
        session = signed_in.headers["set-cookie"].partition(";")[0]
    finally:
        await agent.stop()
    again = App(load_settings(config))
    await again.start()
    try:
        async with httpx.AsyncClient(verify=trusting, base_url=url, timeout=PATIENCE_SECONDS) as browser:
            after_restart = await browser.get("/", headers={"Cookie": session})
    finally:
        await again.stop()

    assert "anna <small>operator</small>" in after_restart.text
    assert url.startswith("https://")
    assert signed_in.status_code == 303
    assert "__Host-netwatch_session" in signed_in.headers["set-cookie"]
    assert "anna <small>operator</small>" in overview.text
    assert any(event["text"].startswith("anna (operator) signed in from") for event in events)
    assert silenced[0] == 0
    assert [one["created_by"] for one in json.loads(listed[1])] == ["Bert"]
    assert refused[0] == 1
    assert "is viewer here, and this is for operators" in refused[1]
