"""Marked mails walk the mail's own way, and of a relay that loses mail is told through another."""

from __future__ import annotations

import asyncio
import re
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from netwatch.simulator import SmtpSink
from tests.mailbox.dovecot import IS_COMPLETE, PASSWORD, Dovecot, running_dovecot
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

from .agent import RunningAgent

CONFIG = """
credentials: {{c: {{version: 2c, community: public}}}}
defaults: {{credential: c}}
devices: [{{name: core-sw1, address: 127.0.0.1, port: {nobody}}}]
polling: {{interval: 1h}}
route: {{receiver: noc, group_wait: 0s}}
receivers: [{{name: noc, email: {{to: [noc@example.net]}}}}]
smtp:
  from: "NetWatch <netwatch@example.net>"
  relays:
    - {{host: 127.0.0.1, port: {losing}}}
    - {{host: 127.0.0.1, port: {honest}}}
mailbox: {{host: localhost, port: {imap}, tls: none, username: netwatch, password: '{password}'}}
mail_probe: {{interval: 2s, slow_after: 10s, lost_after: 15s}}
web: {{listen: "127.0.0.1:{{port}}"}}
store: {{url: "sqlite:///{{state}}"}}
"""


@pytest.fixture
def sink() -> Iterator[Callable[[], SmtpSink]]:
    """Start mail servers that take everything, on a loop of their own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    with ExitStack() as running:

        def start() -> SmtpSink:
            made = SmtpSink()
            asyncio.run_coroutine_threadsafe(made.start(), loop).result()
            running.callback(lambda: asyncio.run_coroutine_threadsafe(made.stop(), loop).result())
            return made

        yield start
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_a_relay_that_loses_mail_is_told_of_through_one_that_does_not(
    agent: Callable[[str], RunningAgent], until: Callable[..., Any], sink: Callable[[], SmtpSink]
):
    if not IS_COMPLETE:
        pytest.skip("Dovecot is not installed (Debian packages: dovecot-imapd, dovecot-pop3d)")
    losing, honest = sink(), sink()
    with running_dovecot() as dovecot:
        netwatch = agent(config(dovecot, losing, honest))
        netwatch.start()
        netwatch.wait_until_ready()
        postman = Postman(honest, dovecot)
        lost = rf'netwatch_mail_probes_total\{{outcome="lost",relay="127.0.0.1:{losing.port}"\}} [1-9]'
        until(lambda: postman.delivers() and 'outcome="arrived"' in metrics_of(netwatch), "a probe that arrived")
        until(lambda: postman.delivers() and re.search(lost, metrics_of(netwatch)), "one that did not")
        told = until(
            lambda: postman.delivers() and alarms(honest, losing),
            "the alarm, by the honest relay",
            3 * PATIENCE_SECONDS,
        )
        metrics = metrics_of(netwatch)

    assert "never arrived" in told[0]
    assert re.search(rf'netwatch_mail_round_trip_seconds\{{[^}}]*relay="127.0.0.1:{honest.port}"\}} \d', metrics)
    assert not re.search(rf'netwatch_mail_round_trip_seconds\{{[^}}]*relay="127.0.0.1:{losing.port}"\}} \d', metrics)


def config(dovecot: Dovecot, losing: SmtpSink, honest: SmtpSink) -> str:
    return CONFIG.format(
        nobody=free_port(), losing=losing.port, honest=honest.port, imap=dovecot.ports["imap"],
        password=PASSWORD.replace("'", "''"),
    )  # fmt: skip


def metrics_of(netwatch: RunningAgent) -> str:
    return urllib.request.urlopen(f"{netwatch.url}/metrics").read().decode()


class Postman:
    """Delivers what a relay took for the mailbox, each mail once."""

    def __init__(self, relay: SmtpSink, dovecot: Dovecot) -> None:
        self._relay, self._dovecot, self._seen = relay, dovecot, 0

    def delivers(self) -> bool:
        """Deliver what is new; return whether there was ever anything."""
        new = self._relay.mails[self._seen :]
        self._seen += len(new)
        for mail in new:
            if "netwatch@example.net" in mail.recipients:
                self._dovecot.deliver(mail.message)
        return self._seen > 0


def alarms(relay: SmtpSink, losing: SmtpSink) -> list[str]:
    """Return the texts of the mails that tell of the relay that loses mail."""
    return [mail.text for mail in relay.mails if f"127.0.0.1:{losing.port} took" in mail.text]
