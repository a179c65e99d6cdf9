"""Traps and informs of net-snmp at the agent's own port: heard, named, mailed, acknowledged; forged ones are not."""

from __future__ import annotations

import json
import re
import resource
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest
from pydantic import SecretStr

from netwatch.model import Credential
from netwatch.simulator import Port, SimulatedDevice, SimulatedNetwork

from .agent import RunningAgent
from .rough_post import RoughServer, slow_mail_server
from .trap_senders import AUTH_WORD, PRIVACY_WORD, linked, protocols, recorded, send, sender, trap, v3

PUBLIC = Credential(name="usual", version="2c", community=SecretStr("public"))
SAFE = ("safe", "SHA-256", "AES")
CONFIG = """
credentials:
  usual: {{version: 2c, community: public}}
{users}
devices:
  - {{name: core-sw1, address: 127.0.0.1, port: {snmp}, credential: usual}}
  - {{name: edge-r1, address: 127.0.0.2, port: {snmp}, credential: usual}}
polling: {{interval: 2s, reachability_interval: 1s, timeout: 500ms}}
traps: {{listen: ["127.0.0.1:{traps}"], communities: [secret-word], users: [{names}]}}
rules: {{paths: [builtin]}}
route: {{receiver: noc, group_wait: 0s, group_interval: 1s}}
receivers:
  - {{name: noc, email: {{to: [noc@example.net]}}}}
smtp:
  from: "NetWatch <netwatch@example.net>"
  relays: [{{host: 127.0.0.1, port: {smtp}}}]
web: {{listen: "127.0.0.1:{{port}}"}}
store: {{url: "sqlite:///{{state}}"}}
"""
SILENT = 9
"""The discard port: nobody answers there, which these rules do not ask about."""


def user_line(user: str, auth: str, privacy: str) -> str:
    facts = {"version": 3, "user": user, "auth_protocol": auth, "auth_passphrase": AUTH_WORD}
    if privacy:
        facts |= {"privacy_protocol": privacy, "privacy_passphrase": PRIVACY_WORD}
    return f"  {user}: {json.dumps(facts)}"


@pytest.fixture
def listening(agent, udp_port) -> Callable[..., RunningAgent]:
    """Start an agent that hears traps on `udp_port` of these v3 users."""

    def start(*users: tuple[str, str, str], snmp: int = SILENT, smtp: int = SILENT) -> RunningAgent:
        lines, names = "\n".join(user_line(*user) for user in users), ", ".join(user[0] for user in users)
        text = CONFIG.format(users=lines, names=names, snmp=snmp, smtp=smtp, traps=udp_port)
        netwatch: RunningAgent = agent(text)
        netwatch.start()
        netwatch.wait_until_ready()
        return netwatch

    return start


def said(trap: dict[str, Any]) -> set[tuple[str, str]]:
    return {(varbind["name"], varbind["text"]) for varbind in trap["varbinds"]}


def heard(netwatch: RunningAgent) -> list[dict[str, Any]]:
    return netwatch.json("/api/v1/traps?limit=1000")


def by_label(netwatch: RunningAgent, metric: str) -> Counter[str]:
    """Return what a metric with one label counts, without the zeros."""
    found = re.findall(rf'^{metric}\{{\w+="(.+)"\}} (\S+)$', netwatch.get("/metrics"), re.MULTILINE)
    return +Counter({value: int(float(count)) for value, count in found})


def alerts(netwatch: RunningAgent, state: str, rule: str = "LinkDown") -> list[dict[str, Any]]:
    return netwatch.json(f"/api/v1/alerts?rule={rule}&state={state}")


# -- heard, named, mailed ---------------------------------------------------------------------------------------


@pytest.fixture
def switch() -> Iterator[SimulatedDevice]:
    device = SimulatedDevice("core-sw1", PUBLIC, ports=[Port(index=7, name="Gi1/0/7", alias="to the printer")])
    with SimulatedNetwork([device]).run_in_thread() as network:
        yield network["core-sw1"]


@pytest.mark.parametrize("version", ["1", "2c", "3"])
def test_a_link_trap_and_the_polls_are_one_alert_by_name_and_its_end_is_in_the_same_thread(
    listening, switch, udp_port, until, version
):
    options = v3(*SAFE) if version == "3" else ["-v", version, "-c", "secret-word"]
    with slow_mail_server() as post:
        netwatch = listening(SAFE, snmp=switch.port, smtp=post.port)
        until(lambda: '"Gi1/0/7"' in netwatch.get("/api/v1/devices/core-sw1"), "the interface known by polling")

        switch.interface_down(7)
        trap(options, udp_port, linked(7, up=False, version=version))
        (firing,) = until(lambda: alerts(netwatch, "firing", "InterfaceDown"), "the alert")
        assert firing["summary"] == "Gi1/0/7 on core-sw1 is down"
        until(lambda: mails_about(post, "InterfaceDown"), "a mail about it")
        switch.interface_up(7)
        trap(options, udp_port, linked(7, up=True, version=version))
        until(lambda: alerts(netwatch, "resolved", "InterfaceDown"), "its end")
        assert netwatch.json("/api/v1/alerts?rule=LinkDown") == []
        until(lambda: len(mails_about(post, "InterfaceDown")) == 2, "a mail about its end")

        up, down = heard(netwatch)
        assert (down["trap"], up["trap"]) == ("IF-MIB::linkDown", "IF-MIB::linkUp")
        assert (down["version"], down["device"], down["user"]) == (version, "core-sw1", "safe" * (version == "3"))
        assert ("IF-MIB::ifOperStatus.7", "down(2)") in said(down)
        assert_one_thread(*mails_about(post, "InterfaceDown"))


def mails_about(post: RoughServer, rule: str) -> list[Message]:
    """Return what was mailed about one rule; the other device of the configuration is down, and mailed too."""
    mails = [message_from_bytes(mail.message) for mail in post.accepted]
    return [mail for mail in mails if rule in text_of(mail)]


def text_of(mail: Message) -> str:
    return "".join(part.get_payload(decode=True).decode() for part in mail.walk() if not part.is_multipart())


def assert_one_thread(told: Message, ended: Message) -> None:
    text = text_of(told)
    assert ended["Subject"].startswith("[OK]"), ended["Subject"]
    assert told["Subject"] == "[DOWN] core-sw1 Gi1/0/7 is down"
    assert told["References"] == ended["References"]
    assert told["Message-ID"] != ended["Message-ID"]
    assert "Gi1/0/7" in text
    assert "IF-MIB::linkDown" in text


# -- informs ----------------------------------------------------------------------------------------------------


def test_informs_of_every_pair_net_snmp_was_built_with_are_acknowledged(listening, udp_port):
    auth_protocols, privacy_protocols = protocols()
    pairs = [(auth, privacy) for auth in auth_protocols for privacy in ("", *privacy_protocols)]
    users = [(f"user{number}", *pair) for number, pair in enumerate(pairs)]
    netwatch = listening(*users)

    def inform(number: int) -> str:
        options = [*v3(*users[number]), "-t", "5", "-r", "2"]
        done = sender("snmpinform", options, udp_port, linked(number + 1, up=True))
        return f"{pairs[number]}: {done.stderr}" if done.returncode else ""

    with ThreadPoolExecutor(4) as senders:
        failures = list(filter(None, senders.map(inform, range(len(users)))))

    assert not failures
    assert len(pairs) >= 6 * 3
    rows = heard(netwatch)
    assert sorted(row["user"] for row in rows) == sorted(user for user, _, _ in users)
    assert {(row["trap"], row["version"], row["inform"]) for row in rows} == {("IF-MIB::linkUp", "3", True)}


@contextmanager
def full_disk(netwatch: RunningAgent) -> Iterator[None]:
    """Let the kernel refuse what would make a file larger than the database's journal is now."""
    journal = netwatch.config.parent / "netwatch.db-wal"
    former = resource.prlimit(netwatch.pid, resource.RLIMIT_FSIZE, (journal.stat().st_size, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(netwatch.pid, resource.RLIMIT_FSIZE, former)


@pytest.mark.parametrize("options", [["-v", "2c", "-c", "secret-word"], v3(*SAFE)], ids=["v2c", "v3"])
def test_an_inform_is_not_acknowledged_while_the_disk_refuses_writes(listening, udp_port, until, options):
    netwatch = listening(SAFE)

    with full_disk(netwatch):
        refused = sender("snmpinform", [*options, "-t", "1", "-r", "0"], udp_port, linked(1, up=True))
        assert refused.returncode != 0
        assert "Timeout" in refused.stderr
        assert heard(netwatch) == []
        assert not by_label(netwatch, "netwatch_traps_informs_total")
        until(lambda: not netwatch.is_ready(), "the agent says that it cannot write")
    until(netwatch.is_ready, "the agent writes again")

    kept = sender("snmpinform", [*options, "-t", "5", "-r", "2"], udp_port, linked(2, up=True))
    assert kept.returncode == 0, kept.stderr
    assert ("IF-MIB::ifIndex.2", "2") in said(heard(netwatch)[0])


# -- forged -----------------------------------------------------------------------------------------------------


def engine(number: int, boots: int, seconds: int) -> list[str]:
    """Return the options of a sender with this engine and clock."""
    return ["-e", f"0x80007ed9800000{number:02x}", "-Z", f"{boots},{seconds}"]


def v3_datagram(*options: str, user: tuple[str, str, str] = SAFE, index: int = 1, up: bool = False) -> bytes:
    return recorded([*v3(*user), *options], linked(index, up=up))


def test_forged_traps_raise_nothing_are_not_logged_and_are_counted(listening, udp_port, until):
    netwatch = listening(SAFE)

    def send_good(datagram: bytes, rows: int) -> None:
        send(datagram, udp_port)
        until(lambda: len(heard(netwatch)) == rows, "a genuine trap in the log")

    down = v3_datagram(*engine(1, 3, 1000))
    send_good(down, 1)
    send_good(v3_datagram(*engine(1, 3, 1001), up=True), 2)
    until(lambda: alerts(netwatch, "resolved"), "the one genuine alert over")
    right = recorded(["-v", "2c", "-c", "secret-word"], linked(2, up=False))
    forged = [
        ("wrong_community", recorded(["-v", "1", "-c", "public"], linked(2, up=False, version="1")), "127.0.0.1"),
        ("wrong_community", recorded(["-v", "2c", "-c", "public"], linked(2, up=False)), "127.0.0.1"),
        ("wrong_source", right, "127.0.0.9"),
        ("wrong_source", v3_datagram(*engine(9, 1, 1)), "127.0.0.9"),
        ("v3_replayed", down, "127.0.0.1"),
        ("v3_wrong_engine", v3_datagram(*engine(1, 3, 1002)), "127.0.0.2"),
        ("v3_older_boots", v3_datagram(*engine(1, 2, 1002)), "127.0.0.1"),
        ("v3_outside_window", v3_datagram(*engine(1, 3, 500)), "127.0.0.1"),
        ("v3_wrong_level", v3_datagram(*engine(1, 3, 1002), user=("safe", "", "")), "127.0.0.1"),
        ("v3_wrong_level", v3_datagram(*engine(1, 3, 1002), user=("safe", "SHA-256", "")), "127.0.0.1"),
        ("v3_wrong_key", v3_datagram(*engine(1, 3, 1002), "-A", "another-word"), "127.0.0.1"),
        ("v3_wrong_key", altered(v3_datagram(*engine(1, 3, 1002))), "127.0.0.1"),
        ("v3_unknown_user", v3_datagram(*engine(1, 3, 1002), user=("nobody", "SHA-256", "AES")), "127.0.0.1"),
    ]
    assert not by_label(netwatch, "netwatch_traps_dropped_total")
    for _, datagram, source in forged:
        send(datagram, udp_port, source)
    until(lambda: by_label(netwatch, "netwatch_traps_dropped_total").total() >= len(forged), "all of them counted")
    assert by_label(netwatch, "netwatch_traps_dropped_total") == Counter(cause for cause, _, _ in forged)

    send_good(v3_datagram(*engine(1, 3, 1003), index=3, up=True), 3)
    assert by_label(netwatch, "netwatch_traps_received_total") == {"3": 3}
    assert {(row["trap"], row["user"]) for row in heard(netwatch)[:2]} == {("IF-MIB::linkUp", "safe")}
    assert alerts(netwatch, "firing") == []
    assert len(alerts(netwatch, "resolved")) == 1
    send(right, udp_port)
    until(lambda: alerts(netwatch, "firing"), "the alert of what was refused from elsewhere")


def altered(datagram: bytes) -> bytes:
    """Return a datagram with one bit of what is encrypted turned over."""
    return datagram[:-1] + bytes([datagram[-1] ^ 1])
