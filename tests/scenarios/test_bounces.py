"""Mails that a real Postfix could not deliver come back, are read, and the next are told in place of who was not."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest

from netwatch.app.answers import MOST_REPORTS
from netwatch.mailbox.reading.mail import read_mail
from netwatch.mailbox.reading.outcome import Bounce, Fate
from netwatch.simulator import RoughServer, Step, reply
from tests.mailbox.dovecot import IS_COMPLETE, PASSWORD, Dovecot, running_dovecot
from tests.ports import free_port

from .agent import RunningAgent
from .postfix import Postfix

CONFIG = """
credentials: {{c: {{version: 2c, community: public}}}}
defaults: {{credential: c}}
devices: [{{name: core-sw1, address: 127.0.0.1, port: {nobody}}}]
polling: {{interval: 1s, reachability_interval: 1s, timeout: 300ms, retries: 0}}
route:
  receiver: noc
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1h
  escalate: [{{after: 8h, receiver: boss}}]
  fallback: [standby]
receivers:
  - {{name: noc, email: {{to: [gone@refused.example]}}}}
  - {{name: boss, email: {{to: [boss@example.net]}}}}
  - {{name: standby, email: {{to: [standby@example.net, full@refused.example]}}}}
smtp:
  from: "NetWatch <netwatch@example.net>"
  fallback_to: [admin@elsewhere.example]
  relays: [{{host: 127.0.0.1, port: {smtp}}}]
mailbox: {{host: localhost, port: {imap}, tls: none, username: netwatch, password: '{password}'}}
web: {{listen: "127.0.0.1:{{port}}"}}
store: {{url: "sqlite:///{{state}}"}}
"""
REFUSED = {
    "gone@refused.example": reply(550, "5.1.1 no such mailbox"),
    "full@refused.example": reply(552, "5.2.2 over quota"),
}
AFTER_DATA = {Step.DOT: reply(554, "5.6.0 not this one")}


@pytest.fixture
def server() -> Iterator[Callable[..., RoughServer]]:
    """Start mail servers that refuse, on a loop of their own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    with ExitStack() as running:

        def start(*script: Any, **more: Any) -> RoughServer:
            made = RoughServer(*script, extensions=("PIPELINING", "8BITMIME"), **more)
            asyncio.run_coroutine_threadsafe(made.start(), loop).result()
            running.callback(lambda: asyncio.run_coroutine_threadsafe(made.stop(), loop).result())
            return made

        yield start
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def at(server: RoughServer) -> str:
    return f"[127.0.0.1]:{server.port}"


def is_unknown(host: str) -> bool:
    """Return whether this machine can tell that a host does not exist; without a resolver it says `try again`."""
    try:
        socket.getaddrinfo(host, 25)
    except socket.gaierror as exc:
        return exc.errno == socket.EAI_NONAME
    return False


def test_what_postfix_sends_back_is_read_as_it_was_meant(
    postfix_with: Callable[[Mapping[str, str]], Postfix], until: Callable[..., Any],
    server: Callable[..., RoughServer],
):  # fmt: skip
    postfix = postfix_with(
        {
            "refused.example": at(server(recipients=REFUSED)),
            "strict.example": at(server(AFTER_DATA)),
            "nowhere.invalid": "[nowhere.invalid]",
        }
    )
    wanted = {
        "gone@refused.example": "5.1.1", "full@refused.example": "5.2.2", "ann@strict.example": "5.6.0",
        "ann@nowhere.invalid": "5.4.4",
    }  # fmt: skip
    if not is_unknown("nowhere.invalid"):
        del wanted["ann@nowhere.invalid"]
    with smtplib.SMTP("127.0.0.1", postfix.port) as relay:
        for number, recipient in enumerate(wanted):
            mail = f"From: netwatch@example.net\r\nMessage-ID: <row-{number}@example.net>\r\n\r\ndown\r\n"
            options = [f"ENVID=row-{number}"]
            relay.sendmail("netwatch@example.net", recipient, mail, mail_options=options)
    until(lambda: len(postfix.returned) == len(wanted), "every report")

    told = {}
    for octets in postfix.returned:
        bounce = read_mail(octets).said
        assert isinstance(bounce, Bounce)
        (report,) = bounce.reports
        assert report.fate is Fate.BOUNCED
        told[report.recipient] = (report.status, bounce.envelope_id, bounce.message_ids[0])
    assert told == {
        recipient: (status, f"row-{number}", f"<row-{number}@example.net>")
        for number, (recipient, status) in enumerate(wanted.items())
    }


def test_what_postfix_says_of_mails_that_arrived_is_read_as_it_was_meant(
    postfix_with: Callable[[Mapping[str, str]], Postfix], until: Callable[..., Any],
    server: Callable[..., RoughServer],
):  # fmt: skip
    postfix = postfix_with({"here.example": "discard:", "far.example": at(server())})
    wanted = {"ann@here.example": Fate.DELIVERED, "ann@far.example": Fate.RELAYED}
    with smtplib.SMTP("127.0.0.1", postfix.port) as relay:
        for number, recipient in enumerate(wanted):
            mail = f"From: netwatch@example.net\r\nMessage-ID: <row-{number}@example.net>\r\n\r\ndown\r\n"
            relay.sendmail(
                "netwatch@example.net", recipient, mail, mail_options=[f"ENVID=row-{number}", "RET=HDRS"],
                rcpt_options=["NOTIFY=SUCCESS,FAILURE,DELAY", f"ORCPT=rfc822;{recipient}"],
            )  # fmt: skip
    until(lambda: len(postfix.returned) == len(wanted), "every report")

    told = {}
    for octets in postfix.returned:
        bounce = read_mail(octets).said
        assert isinstance(bounce, Bounce)
        (report,) = bounce.reports
        told[report.recipient] = (report.fate, bounce.envelope_id, bounce.message_ids[0])
    assert told == {
        recipient: (fate, f"row-{number}", f"<row-{number}@example.net>")
        for number, (recipient, fate) in enumerate(wanted.items())
    }


MDN = """\
Return-Path: <>\r
From: ann@example.net\r
To: netwatch@example.net\r
Message-ID: <{own}@example.net>\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\r
\r
--b\r
Content-Type: message/disposition-notification\r
\r
Final-Recipient: rfc822;gone@refused.example\r
Original-Message-ID: {of}\r
Disposition: manual-action/MDN-sent-manually; displayed\r
\r
--b--\r
"""


def test_that_a_mail_arrived_and_was_opened_is_evidence_and_that_of_a_stranger_is_none(
    agent: Callable[[str], RunningAgent], postfix_with: Callable[[Mapping[str, str]], Postfix],
    until: Callable[..., Any],
):  # fmt: skip
    if not IS_COMPLETE:
        pytest.skip("Dovecot is not installed (Debian packages: dovecot-imapd, dovecot-pop3d)")
    postfix = postfix_with({"refused.example": "discard:"})
    with running_dovecot() as dovecot:
        asking = "smtp:\n  notify_success: true\n  notify_read: true"
        netwatch = agent(config(dovecot, postfix).replace("smtp:", asking, 1))
        netwatch.start()
        netwatch.wait_until_ready()
        until(lambda: postfix.returned, "the report that the mail arrived")
        assert b"Disposition-Notification-To: netwatch@example.net" in postfix.returned[0]
        (own_id,) = read_mail(postfix.returned[0]).said.message_ids[:1]
        forged = MDN.format(own="forged", of=f"<{'0' * 32}@example.net>")
        for octets in (postfix.returned[0], MDN.format(own="mdn", of=own_id).encode(), forged.encode()):
            dovecot.deliver(octets)

        seen = until(
            lambda: [*found] if len(found := netwatch.json("/api/v1/mailbox")) == 3 else None, "all three to be read"
        )
        until(lambda: netwatch.json("/api/v1/outbox")[0]["last_reply"].startswith("opened: "), "the row to say so")
        (row,) = netwatch.json("/api/v1/outbox")
        why = netwatch.json("/api/v1/explain?rule=DeviceDown&device=core-sw1")
        for number in range(12):  # somebody who had the mail says so again and again
            dovecot.deliver(MDN.format(own=f"again-{number}", of=own_id).encode())
        until(lambda: len(netwatch.json("/api/v1/mailbox")) == len(seen) + 12, "those to be read as well")
        became = [one["outcome"] for one in netwatch.json("/api/v1/mailbox")]
        opened = [event for event in netwatch.json("/api/v1/events?limit=500") if "was opened" in event["text"]]

    assert (became.count("report"), became.count("again")) == (MOST_REPORTS, 4)
    assert len(opened) == MOST_REPORTS - 1  # the first of the ten says that it was delivered
    assert (row["state"], row["recipient"]) == ("sent", "gone@refused.example")
    assert sorted((one["outcome"], one["evidence"], one["entry_id"]) for one in seen) == [
        ("report", "delivered", row["id"]), ("report", "read", row["id"]), ("stranger", "", ""),
    ]  # fmt: skip
    told = [line["text"] for line in why["lines"]]
    assert any("mail to gone@refused.example was delivered: " in one for one in told), told
    assert any("mail to gone@refused.example was opened: " in one for one in told)


DSN = """\
From: MAILER-DAEMON\r
To: netwatch@example.net\r
Message-ID: <4711.inode@relay.example>\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary=b\r
\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; relay.example\r
\r
Final-Recipient: rfc822; {to}\r
Action: failed\r
Status: 5.1.1\r
\r
--b\r
Content-Type: text/rfc822-headers\r
\r
Message-ID: {of}\r
\r
--b--\r
"""


def test_reports_that_share_a_message_id_are_each_about_their_own_mail(
    agent: Callable[[str], RunningAgent], until: Callable[..., Any], server: Callable[..., RoughServer],
):  # fmt: skip
    if not IS_COMPLETE:
        pytest.skip("Dovecot is not installed (Debian packages: dovecot-imapd, dovecot-pop3d)")
    relay, wrong = server(), {"ann@example.net", "bert@example.net"}
    with running_dovecot() as dovecot:
        netwatch = agent(config(dovecot, relay).replace("gone@refused.example", ", ".join(wrong)))
        netwatch.start()
        netwatch.wait_until_ready()
        until(lambda: {*rows_by_recipient(netwatch)} >= wrong, "a mail to both")
        mailed = rows_by_recipient(netwatch)
        reports = [DSN.format(to=one, of=mailed[one]["message_id"]).encode() for one in sorted(wrong)]
        for octets in (*reports, reports[-1]):
            dovecot.deliver(octets)

        until(lambda: len(netwatch.json("/api/v1/mailbox")) >= 2, "the reports to be read")
        until(lambda: all(rows_by_recipient(netwatch)[one]["state"] == "dead" for one in wrong), "both to be dead")


def rows_by_recipient(netwatch: RunningAgent) -> dict[str, dict[str, Any]]:
    return {row["recipient"]: row for row in netwatch.json("/api/v1/outbox")}


def test_of_a_critical_mail_that_came_back_the_next_are_told_at_once(
    agent: Callable[[str], RunningAgent], postfix_with: Callable[[Mapping[str, str]], Postfix],
    until: Callable[..., Any], server: Callable[..., RoughServer],
):  # fmt: skip
    if not IS_COMPLETE:
        pytest.skip("Dovecot is not installed (Debian packages: dovecot-imapd, dovecot-pop3d)")
    postfix = postfix_with({"refused.example": at(server(recipients=REFUSED))})
    with running_dovecot() as dovecot:
        netwatch = agent(config(dovecot, postfix))
        netwatch.start()
        netwatch.wait_until_ready()
        until(lambda: netwatch.json("/api/v1/outbox"), "the first mail")
        until(lambda: postfix.returned, "the report about it")
        dovecot.deliver(postfix.returned[0])

        until(lambda: {"standby@example.net", "boss@example.net"} <= {*to_others(postfix)}, "who is told instead")
        until(lambda: len(postfix.returned) > 1, "the report about a mail to the route's fallback")
        assert "admin@elsewhere.example" not in to_others(postfix)
        dovecot.deliver(postfix.returned[1])
        until(lambda: "admin@elsewhere.example" in to_others(postfix), "the mail to the last resort")
        rows = rows_by_recipient(netwatch)
        events = [event["text"] for event in netwatch.json("/api/v1/events")]
        why = netwatch.json("/api/v1/explain?rule=DeviceDown&device=core-sw1")

    assert rows["gone@refused.example"]["state"] == "dead"
    assert rows["gone@refused.example"]["last_reply"].startswith("came back: ")
    assert "5.1.1 no such mailbox" in rows["gone@refused.example"]["last_reply"]
    assert any(text.startswith("mail to gone@refused.example came back: ") for text in events)
    assert "boss is to be told at once: a mail to gone@refused.example came back" in events
    assert "gone@refused.example will not arrive (came back: " in why["verdict"]
    assert any("came back: " in line["text"] for line in why["lines"])


def config(dovecot: Dovecot, relay: Postfix | RoughServer) -> str:
    return CONFIG.format(
        nobody=free_port(), smtp=relay.port, imap=dovecot.ports["imap"], password=PASSWORD.replace("'", "''")
    )


def to_others(postfix: Postfix) -> list[str]:
    """Return whom the mails went to that came out at the far end, but for the reports themselves."""
    recipients = [str(mail["To"]) for mail in postfix.mails]
    return [one for one in recipients if one != "netwatch@example.net"]
