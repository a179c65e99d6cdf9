"""An operator's night in a real browser: a red page on the wall, who takes it in hand, and the page green again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from netwatch.app import App
from netwatch.config import load_settings
from netwatch.model import Credential
from netwatch.rules import Rule
from netwatch.simulator import SimulatedDevice, SimulatedNetwork, SmtpSink
from netwatch.web import UsersFile
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port
from tests.web.people import PASSWORD, put_two

CONFIG = """
credentials: {{campus: {{version: 2c, community: public}}}}
defaults: {{credential: campus}}
devices:
  - {{name: core-sw1, address: 127.0.0.1, port: {core}, labels: {{site: berlin}}}}
  - {{name: access-sw1, address: 127.0.0.1, port: {access}, labels: {{site: berlin}}, depends_on: [core-sw1]}}
polling: {{interval: 1s, reachability_interval: 1s, timeout: 500ms, retries: 1}}
rules: {{paths: [builtin]}}
route: {{receiver: noc, group_wait: 0s, group_interval: 1s}}
receivers: [{{name: noc, email: {{to: [noc@example.net]}}}}]
smtp: {{from: nw@example.net, relays: [{{host: 127.0.0.1, port: {smtp}}}]}}
web: {{listen: "127.0.0.1:{web}", users_file: users.yaml}}
store: {{url: "sqlite:///netwatch.db"}}
"""


def hurried(rule: Rule) -> Rule:
    """Cut a rule's hold times: the night is short."""
    return replace(rule, hold_for=timedelta(0), keep_firing_for=timedelta(0))


@pytest.fixture
async def network() -> AsyncIterator[SimulatedNetwork]:
    credential = Credential(name="campus", version="2c", community=SecretStr("public"))
    made = SimulatedNetwork([SimulatedDevice(name, credential) for name in ("core-sw1", "access-sw1")])
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def sink() -> AsyncIterator[SmtpSink]:
    made = SmtpSink()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def agent(network: SimulatedNetwork, sink: SmtpSink, tmp_path: Path) -> AsyncIterator[App]:
    put_two(UsersFile(tmp_path / "users.yaml"))
    path = tmp_path / "netwatch.yaml"
    path.write_text(
        CONFIG.format(
            core=network["core-sw1"].port, access=network["access-sw1"].port, smtp=sink.port, web=free_port()
        )
    )
    made = App(load_settings(path), adapt=hurried)
    await made.start()
    yield made
    await made.stop()


def shows(selector: str, *words: str) -> str:
    """Return a script that is true where all words stand in an element, whatever else does."""
    there = f"document.querySelector({selector!r})?.innerText ?? ''"
    return f"(text => {list(words)!r}.every(word => text.includes(word)))({there})"


async def test_from_a_red_page_over_an_acknowledgement_to_a_green_one(agent, network, sink, browser):
    url = agent.address.rstrip("/")
    await browser.open(url)
    await browser.type("[name=name]", "anna")
    await browser.type("[name=password]", PASSWORD)
    await browser.click("button.main")
    await browser.until(shows("h1", "All 2 devices answer"))

    for name in ("core-sw1", "access-sw1"):
        network[name].silence()

    # the page turns red by itself, and answers what, who knows, and what stands behind the one that is down
    await browser.until(shows("h1", "2 devices are down", "firing"))
    await browser.until(shows("#what", "core-sw1 does not answer"))
    await browser.until(shows("#who", "told", "noc"))
    await browser.until(shows(".behind", "core-sw1", "1 alert on 1 device stands behind it"))
    assert await browser.value("document.querySelector('.banner').classList.contains('bad')")
    await browser.until(shows("tr.site", "berlin", "2 of 2 devices down"))
    assert await browser.value(shows("#since", "ago")) or await browser.value(shows("#since", "just now"))
    await sink.wait_for(1, PATIENCE_SECONDS, matching=lambda mail: mail.subject == "[DOWN] core-sw1 does not answer")

    # somebody takes it in hand, and whoever looks at the first page sees who
    await browser.click("#what .clamp a")
    await browser.until("location.pathname.startsWith('/alerts/') && document.readyState === 'complete'")
    await browser.type("form[action='/ack'] [name=comment]", "driving there")
    await browser.click("form[action='/ack'] button")
    await browser.until(shows("#ack", "anna acknowledged it", "driving there"))
    await browser.open(url)
    assert await browser.value(shows("#who", "in hand", "anna"))
    assert await browser.value(shows("table.front", "in hand", "anna", "driving there"))

    for name in ("core-sw1", "access-sw1"):
        network[name].recover()

    # the page turns green by itself, and the day's band keeps what was
    await browser.until(shows("h1", "All 2 devices answer, no alert is firing"))
    assert await browser.value("document.querySelector('.banner').classList.contains('good')")
    assert await browser.value(shows("#what", "Nothing"))
    assert await browser.value(shows("#itself", "well"))
    await sink.wait_for(1, PATIENCE_SECONDS, matching=lambda mail: mail.subject.startswith("[OK]"))
    assert browser.complaints == []
