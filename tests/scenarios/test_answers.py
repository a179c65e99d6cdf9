"""Somebody answers a mail: a real Dovecot has the answer, and the agent does what it says, once, and says so."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from netwatch.simulator import SmtpSink
from tests.mailbox.dovecot import IS_COMPLETE, PASSWORD, Dovecot, running_dovecot
from tests.mailbox.letters import answer_to
from tests.ports import free_port

from .agent import RunningAgent

CONFIG = """
credentials: {{c: {{version: 2c, community: public}}}}
defaults: {{credential: c}}
devices: [{{name: core-sw1, address: 127.0.0.1, port: {nobody}}}]
polling: {{interval: 1s, reachability_interval: 1s, timeout: 300ms, retries: 0}}
route: {{receiver: noc, group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}
receivers: [{{name: noc, email: {{to: [noc@example.net]}}}}]
smtp:
  from: "NetWatch <netwatch@example.net>"
  relays: [{{host: 127.0.0.1, port: {smtp}}}]
mailbox: {{host: localhost, port: {imap}, tls: none, username: netwatch, password: '{password}',
          plus_addressing: true, allow_from: ["*@example.net"]}}
web: {{listen: "127.0.0.1:{{port}}"}}
store: {{url: "sqlite:///{{state}}"}}
"""


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    if not IS_COMPLETE:
        pytest.skip("Dovecot is not installed (Debian packages: dovecot-imapd, dovecot-pop3d)")
    with running_dovecot() as server:
        yield server


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    sink, loop = SmtpSink(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(sink.start(), loop).result()
    yield sink
    asyncio.run_coroutine_threadsafe(sink.stop(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def config(dovecot: Dovecot, sink: SmtpSink) -> str:
    return CONFIG.format(
        nobody=free_port(), smtp=sink.port, imap=dovecot.ports["imap"], password=PASSWORD.replace("'", "''")
    )


def test_an_answer_takes_the_alert_in_hand_and_is_answered_in_the_thread(
    agent: Callable[[str], RunningAgent], until: Callable[..., Any], dovecot: Dovecot, sink: SmtpSink
):
    netwatch = agent(config(dovecot, sink))
    netwatch.start()
    netwatch.wait_until_ready()
    until(lambda: sink.mails, "the mail about the device")
    told = sink.mails[0].parsed()
    until(lambda: "mark:" in str(memories(netwatch)), "the mailbox read once")

    dovecot.deliver(answer_to(told, "ack working on it", sender="Jane <jane@example.net>"))
    until(lambda: len(sink.mails) > 1, "the reply")

    (alert,) = netwatch.json("/api/v1/alerts")
    assert (alert["acked_by"], alert["ack_comment"]) == ("jane@example.net", "working on it")
    reply = sink.mails[1].parsed()
    assert str(told["Message-ID"]) in str(reply["References"])
    assert (str(reply["To"]), str(reply["Auto-Submitted"])) == ("jane@example.net", "auto-replied")
    assert "Acknowledged" in sink.mails[1].text
    events = [event["text"] for event in netwatch.json("/api/v1/events") if event["kind"] == "answer"]
    assert len(events) == 1
    assert "answer of jane@example.net" in events[0]


def memories(netwatch: RunningAgent) -> list[Any]:
    with sqlite3.connect(netwatch.config.parent / "netwatch.db") as database:
        return database.execute("select key from memories where scope = 'mailbox'").fetchall()
