"""An OLT loses all its ports: four thousand linkDowns within seconds, one mail, nothing forgotten."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from netwatch.model import Oid, Tag, Varbind
from netwatch.snmp import Message, Pdu, PduKind, encode_message
from tests.patience import PATIENCE_SECONDS

from .agent import RunningAgent
from .rough_post import mail_server

PORTS = 4_000
IF = Oid.parse("1.3.6.1.2.1.2.2.1")
LINK_DOWN = Oid.parse("1.3.6.1.6.3.1.1.5.3")
GAP = 0.02
"""Seconds between twenty traps and the next: 4,000 come in a few seconds."""
GROUP_WAIT = 40
CONFIG = """
polling: {interval: 1h, reachability_interval: 1h, timeout: 500ms}
traps: {listen: ["127.0.0.1:TRAPS"], communities: [secret-word], allow: [127.0.0.0/8]}
rules: {paths: [builtin]}
route: {receiver: noc, group_wait: 40s, group_interval: 40s, urgent_from: none}
receivers:
  - {name: noc, email: {to: [noc@example.net]}}
smtp:
  from: "NetWatch <netwatch@example.net>"
  relays: [{host: 127.0.0.1, port: SMTP, tls: none}]
web: {listen: "127.0.0.1:{port}"}
store: {url: "sqlite:///{state}"}
"""


def datagram(trap: Oid, index: int, status: int) -> bytes:
    varbinds = (
        Varbind(oid=Oid.parse("1.3.6.1.2.1.1.3.0"), tag=Tag.TIME_TICKS, value=100),
        Varbind(oid=Oid.parse("1.3.6.1.6.3.1.1.4.1.0"), tag=Tag.OBJECT_IDENTIFIER, value=trap),
        *(Varbind(oid=IF.child(column, index), tag=Tag.INTEGER, value=value)
          for column, value in ((1, index), (7, 1), (8, status))),
    )  # fmt: skip
    pdu = Pdu(kind=PduKind.TRAP_V2, request_id=index, varbinds=varbinds)
    return encode_message(Message(version="2c", community=b"secret-word", pdu=pdu))


def counted(netwatch: RunningAgent, metric: str) -> float:
    return sum(float(value) for value in re.findall(rf"^{metric}(?:{{.*}})? (\S+)$", netwatch.get("/metrics"), re.M))


def test_every_port_of_an_olt_is_known_and_told_in_one_mail(
    agent: Callable[[str], RunningAgent], udp_port: int, until: Callable[..., Any]
) -> None:
    with mail_server() as post, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        netwatch = agent(CONFIG.replace("TRAPS", str(udp_port)).replace("SMTP", str(post.port)))
        netwatch.start()
        netwatch.wait_until_ready()
        began = time.monotonic()
        for index in range(1, PORTS + 1):
            udp.sendto(datagram(LINK_DOWN, index, 2), ("127.0.0.1", udp_port))
            if index % 20 == 0:
                time.sleep(GAP)  # the pace of the device, not a wait for anything

        until(lambda: counted(netwatch, "netwatch_trap_events_total") >= PORTS, "every trap taken in")
        lasted = time.monotonic() - began
        firing = netwatch.json(f"/api/v1/alerts?rule=LinkDown&state=firing&limit={PORTS + 1}")
        assert {alert["instance"] for alert in firing} == {f"ifIndex={index}" for index in range(1, PORTS + 1)}
        assert counted(netwatch, "netwatch_trap_alerts_refused_total") == 0
        assert counted(netwatch, "netwatch_traps_dropped_total") == 0
        if lasted > GROUP_WAIT:
            pytest.skip("this machine took too long for one group_wait; every port is known, and mailed in two")
        until(lambda: post.accepted, "the mail", GROUP_WAIT + 2 * PATIENCE_SECONDS)  # it counts thousands
        (mail,) = post.accepted
        assert b"4,000" in mail.message
