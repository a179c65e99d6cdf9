"""Somebody answers a mail: a real Dovecot has the answer, and the agent does what it says, once, and says so."""

from __future__ import annotations

import asyncio
import json
import re
import smtplib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlencode

import pytest

from netwatch.simulator import SmtpSink
from tests.mailbox.dovecot import IS_COMPLETE, PASSWORD, Dovecot, running_dovecot
from tests.mailbox.letters import answer_to
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

from .agent import RunningAgent, wait_until
from .postfix import Postfix

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
          plus_addressing: {plus}, authserv_id: mx.example.net, allow_from: ["*@example.net"]}}
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
    asyncio.run_coroutine_threadsafe(sink.start(), loop).result(PATIENCE_SECONDS)
    yield sink
    asyncio.run_coroutine_threadsafe(sink.stop(), loop).result(PATIENCE_SECONDS)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(PATIENCE_SECONDS)
    loop.close()


def config(dovecot: Dovecot, relay: SmtpSink | Postfix, plus: str = "false") -> str:
    return CONFIG.format(
        plus=plus,
        nobody=free_port(),
        smtp=relay.port,
        imap=dovecot.ports["imap"],
        password=PASSWORD.replace("'", "''"),
    )


def test_an_answer_takes_the_alert_in_hand_and_is_answered_in_the_thread(told: Told):
    told.deliver("ack working on it", sender="Jane <jane@example.net>")
    reply = told.reply()

    alert = told.alert()
    assert (alert["acked_by"], alert["ack_comment"]) == ("jane@example.net", "working on it")
    assert str(told.mail["Message-ID"]) in str(reply["References"])
    assert (str(reply["To"]), str(reply["Auto-Submitted"])) == ("jane@example.net", "auto-replied")
    assert "Acknowledged" in text_of(reply)
    assert [event for event in told.netwatch.json("/api/v1/events") if "answer of jane@example.net" in event["text"]]
    asked = urlencode({name: alert[name] for name in ("rule", "device", "instance")})
    story = json.loads(told.netwatch.get(f"/api/v1/explain?{asked}"))["lines"]
    assert {line["kind"] for line in story} >= {"answer", "ack"}
    assert "acted" in told.netwatch.get("/mailbox")


def test_whatever_comes_beside_it_only_what_may_be_done_is_done_and_once(told: Told):
    told.deliver("ack", sender="Eve <eve@example.org>")
    told.deliver("ack", sender="jane@example.net", refers=False, quotes=False)  # nothing says what it answers
    told.deliver("silence 2h", sender="jane@example.net")  # nobody says who sent it
    assert "proof" in text_of(told.reply())
    told.deliver("silence 24h", sender="jane@example.net", refers=False, proven=True)  # known by its tag
    assert "Silenced until" in text_of(told.reply())
    told.deliver("why", sender="noc@example.net", message_id="<why@phone.example.net>")
    assert "does not answer" in text_of(told.reply())
    told.deliver("why", sender="noc@example.net", message_id="<why@phone.example.net>")
    told.deliver("unack 7", sender="jane@example.net", message_id="<last@phone.example.net>")
    assert "no problem 7" in text_of(told.reply())

    wait_until(
        lambda: len(told.unread()) == 1, "all put away but what answers nothing of ours: another agent's, perhaps"
    )
    became = {row["outcome"] for row in told.netwatch.json("/api/v1/mailbox")}
    assert became == {"refused", "stranger", "acted", "asked"}
    assert told.alert()["acked_by"] == ""
    (silence,) = told.netwatch.json("/api/v1/silences")
    lasts = datetime.fromisoformat(silence["ends_at"]) - datetime.fromisoformat(silence["starts_at"])
    assert (silence["created_by"], lasts) == ("jane@example.net", timedelta(hours=12))
    assert 'device="core-sw1"' in silence["matchers"]
    assert [str(mail["To"]) for mail in told.replies()] == ["jane@example.net"] * 2 + ["noc@example.net"] + [
        "jane@example.net"
    ]


def test_a_machine_without_a_mark_is_written_to_twice_and_a_person_s_word_is_obeyed_all_the_same(told: Told):
    for number in range(4):  # as it answers whatever comes, our replies too
        words = "Thank you, your request is number 4711."
        told.deliver(words, sender="desk@example.net", message_id=f"<{number}@desk.example.net>")
        wait_until(lambda: len(told.netwatch.json("/api/v1/mailbox")) == number + 1, "the next is read")  # noqa: B023
    told.deliver("ack I am at the desk", sender="desk@example.net", message_id="<person@desk.example.net>")

    wait_until(lambda: told.alert()["acked_by"] == "desk@example.net", "the act")
    wait_until(lambda: len(told.replies()) == 3, "two replies to the machine, one to the person")
    assert "Acknowledged" in text_of(told.replies()[-1])


def test_what_is_over_is_told_as_a_story_to_who_asks(told: Told, snmpd: Callable[..., Any]):
    (port,) = re.findall(r"address: 127.0.0.1, port: (\d+)", told.netwatch.config.read_text())
    snmpd(port=int(port))
    wait_until(lambda: len(told.sink.mails) > 1, "the mail that all is over")
    wait_until(
        lambda: "DeviceDown" not in str(told.netwatch.json("/api/v1/alerts?state=firing")), "and nobody has it open"
    )

    told.deliver("status", sender="jane@example.net", message_id="<status@phone.example.net>")
    status = text_of(told.reply())
    told.deliver("why", sender="jane@example.net", message_id="<why@phone.example.net>")
    why = text_of(told.reply())
    told.deliver("ack", sender="jane@example.net", message_id="<ack@phone.example.net>")

    assert "what the mail told of is over" in text_of(told.reply())
    assert "- over since " in status
    assert "core-sw1" in status
    assert "mail to noc@example.net" in why, why


def test_through_a_real_mail_server_an_answer_finds_its_alert_by_the_address_alone(
    agent: Callable[[str], RunningAgent], until: Callable[..., Any], dovecot: Dovecot, postfix: Postfix
):
    netwatch = agent(config(dovecot, postfix, "true"))
    netwatch.start()
    netwatch.wait_until_ready()
    until(lambda: postfix.mails and "mark:" in str(memories(netwatch)), "the mail about the device")
    told = message_from_bytes(postfix.mails[0].as_bytes(), policy=policy.default)
    answer = answer_to(told, "ack through Postfix", sender="jane@example.net", refers=False, quotes=False)
    with smtplib.SMTP("127.0.0.1", postfix.port) as phone:
        phone.sendmail("jane@example.net", str(told["Reply-To"]), answer)
    arrived = until(lambda: [mail for mail in postfix.mails if "phone" in str(mail["Message-ID"])], "the answer")
    dovecot.deliver(arrived[0].as_bytes())

    until(lambda: any(text.startswith("Re: [DOWN") for text in subjects(postfix)), "the reply")
    (alert,) = netwatch.json("/api/v1/alerts")
    assert str(told["Reply-To"]).startswith("netwatch+nw-")
    assert (alert["acked_by"], alert["ack_comment"]) == ("jane@example.net", "through Postfix")
    (row,) = netwatch.json("/api/v1/mailbox")
    assert (row["outcome"], row["known_by"]) == ("acted", "tag")


def subjects(postfix: Postfix) -> list[str]:
    """The subjects of what was mailed to people: the answer itself is to us."""
    return [str(mail["Subject"]) for mail in postfix.mails if "netwatch" not in str(mail["To"])]


@dataclass(slots=True, kw_only=True)
class Told:
    """An agent that has mailed about a device that is down, and reads a mailbox."""

    netwatch: RunningAgent
    dovecot: Dovecot
    sink: SmtpSink
    mail: EmailMessage
    read: int = 0

    def deliver(self, words: str, *, proven: bool = False, **more: Any) -> None:
        seal = b"Authentication-Results: mx.example.net; dkim=pass header.d=example.net\r\n" if proven else b""
        self.dovecot.deliver(seal + answer_to(self.mail, words, **more))

    def reply(self) -> EmailMessage:
        """Return the next reply."""
        self.read += 1
        wait_until(lambda: len(self.replies()) >= self.read, f"reply {self.read}: {self.netwatch.log.read_text()}")
        return self.replies()[self.read - 1]

    def replies(self) -> list[EmailMessage]:
        every = [mail.parsed() for mail in self.sink.mails]
        return [mail for mail in every if str(mail["Auto-Submitted"]) == "auto-replied"]

    def unread(self) -> list[str]:
        return [path.name for path in self.dovecot.folder().glob("*/*.test*") if not path.name.endswith("S")]

    def alert(self) -> dict[str, Any]:
        (alert,) = [one for one in self.netwatch.json("/api/v1/alerts") if one["rule"] == "DeviceDown"]
        return alert


@pytest.fixture
def told(agent: Callable[[str], RunningAgent], until: Callable[..., Any], dovecot: Dovecot, sink: SmtpSink) -> Told:
    netwatch = agent(config(dovecot, sink))
    netwatch.start()
    netwatch.wait_until_ready()
    until(lambda: sink.mails, "the mail about the device")
    until(lambda: "mark:" in str(memories(netwatch)), "the mailbox looked at")
    return Told(netwatch=netwatch, dovecot=dovecot, sink=sink, mail=sink.mails[0].parsed())


def text_of(mail: EmailMessage) -> str:
    return str(mail.get_content())


def memories(netwatch: RunningAgent) -> list[Any]:
    with sqlite3.connect(netwatch.config.parent / "netwatch.db") as database:
        return database.execute("select key from memories where scope = 'mailbox'").fetchall()
