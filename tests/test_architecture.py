"""docs/architecture.md is true: the agent does with a real reading, mail, bounce, answer and trap what it says."""

from __future__ import annotations

import re
import sys
import threading
from pathlib import Path
from types import FrameType

import pytest
from pydantic import SecretStr

import netwatch
from netwatch.app import App
from netwatch.config import load_settings
from netwatch.model import Credential
from netwatch.simulator import MailboxServer, SimulatedDevice, SimulatedNetwork, SmtpSink
from netwatch.simulator.interfaces import Port
from netwatch.simulator.traps import LINK_DOWN, link_objects, send_trap
from tests.mailbox.takers import eventually
from tests.patience import PATIENCE_SECONDS

HOUSE = Path(netwatch.__file__).parent
PAGE = (Path(__file__).resolve().parents[1] / "docs" / "architecture.md").read_text(encoding="utf-8")
CONFIG = """
credentials: {{lab: {{version: 2c, community: public}}}}
devices: [{{name: sw1, address: 127.0.0.1, port: {device}, credential: lab}}]
polling: {{interval: 2s, reachability_interval: 1s, timeout: 300ms, retries: 1}}
traps: {{listen: ["127.0.0.1:{traps}"], communities: [public]}}
rules: {{paths: [rules.yaml]}}
route: {{receiver: noc, group_by: [alertname], group_wait: 0s}}
receivers: [{{name: noc, email: {{to: [noc@example.net]}}}}]
smtp: {{from: netwatch@example.net, fallback_to: [admin@example.net],
       relays: [{{host: 127.0.0.1, port: {mail}, tls: none}}]}}
mailbox: {{host: 127.0.0.1, port: {mailbox}, tls: none, username: netwatch, password: secret}}
web: {{listen: "127.0.0.1:{web}"}}
store: {{url: "sqlite:///{store}"}}
"""
RULES = """
rules:
  - {alert: Seen, expr: interface_admin == 'up'}
  - {alert: Heard, on_trap: 1.3.6.1.6.3.1.1.5.3}
"""
BOUNCE = """\
Return-Path: <>\r
From: MAILER-DAEMON@mx.example.net\r
To: netwatch@example.net\r
Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r
\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.example.net\r
\r
Final-Recipient: rfc822; noc@example.net\r
Action: failed\r
Status: 5.1.1\r
\r
--b\r
Content-Type: text/rfc822-headers\r
\r
Message-ID: {message_id}\r
\r
--b--\r
"""
ANSWER = "From: noc@example.net\r\nMessage-ID: <1@phone>\r\nIn-Reply-To: {message_id}\r\n\r\nack\r\n"
Call = tuple[str, str]


def walk(heading: str) -> list[Call]:
    """Return the steps under a heading: file, and function in it."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert section is not None
    return re.findall(r"^\d+\. `([\w/]+\.py)` `([\w.]+)`:", section[1], re.MULTILINE)


def stops_at(calls: list[Call], way: list[Call]) -> str:
    """Return the first step of a way that is not found after the one before it; empty where all are."""
    rest = iter(calls)
    return next((" ".join(step) for step in way if step not in rest), "")


async def test_a_reading_a_mail_what_comes_back_and_a_trap_go_the_way_the_page_says(tmp_path, udp_port, tcp_port):
    calls: list[Call] = []
    prefix = f"{HOUSE}/"

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(prefix):
            calls.append((frame.f_code.co_filename.removeprefix(prefix), frame.f_code.co_qualname))

    device = SimulatedDevice(
        "sw1", Credential(name="lab", version="2c", community=SecretStr("public")), ports=[Port(index=1, name="Gi1")]
    )
    sink, mailbox = SmtpSink(), MailboxServer("netwatch", "secret")
    await sink.start()
    await mailbox.start()
    with SimulatedNetwork([device]).run_in_thread():
        (tmp_path / "rules.yaml").write_text(RULES)
        config = tmp_path / "netwatch.yaml"
        config.write_text(CONFIG.format(
            device=device.port, traps=udp_port, mail=sink.port, web=tcp_port, store=tmp_path / "netwatch.db",
            mailbox=mailbox.port,
        ))  # fmt: skip
        app = App(load_settings(config))
        threading.setprofile(note)
        sys.setprofile(note)
        try:
            await app.start()
            await sink.wait_for(1, PATIENCE_SECONDS)
            send_trap("127.0.0.1", ("127.0.0.1", udp_port), "public", 100, LINK_DOWN, link_objects(1, 1, 2))
            await sink.wait_for(2, PATIENCE_SECONDS)
            await eventually(lambda: ("app/answers.py", "Answers.go_on_at") in calls, "the mailbox looked at")
            message_id = str(sink.mails[0].parsed()["Message-ID"])
            await mailbox.deliver(BOUNCE.format(message_id=message_id).encode())
            await sink.wait_for(3, PATIENCE_SECONDS)
            await mailbox.deliver(ANSWER.format(message_id=message_id).encode())
            await sink.wait_for(4, PATIENCE_SECONDS)
            await app.stop()
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
            await mailbox.stop()
            await sink.stop()

    ways = {heading: walk(heading) for heading in ("A reading", "A mail", "A mail that comes back", "A trap")}
    assert [len(way) for way in ways.values()] == [14, 8, 11, 7]
    assert {heading: stops_at(calls, way) for heading, way in ways.items()} == dict.fromkeys(ways, "")


@pytest.mark.parametrize("place", sorted(set(re.findall(r"`((?:[a-z]+/)+(?:[a-z_]+\.py)?)`", PAGE)) - {"netwatch/"}))
def test_every_place_the_page_names_is_there(place):
    assert (HOUSE / place).exists()


def test_the_page_stays_short_enough_to_be_read():
    assert len(PAGE.splitlines()) <= 55
