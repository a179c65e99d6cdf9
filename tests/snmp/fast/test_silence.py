"""Why a device may be silent, as far as there is evidence."""

from __future__ import annotations

import socket
import threading
from dataclasses import replace

import pytest
from pydantic import SecretStr

from netwatch.model import Credential
from netwatch.simulator import Port, SimulatedDevice, SimulatedNetwork
from netwatch.snmp.fast.silence import MOST_HEARD
from tests.odd_agent import OddAgent
from tests.patience import PATIENCE_SECONDS


async def test_an_agent_that_answers_version_3_is_said_to_be_there(lane, device):
    user = Credential(name="core", version="3", user="nw", auth_protocol="SHA", auth_passphrase=SecretStr("a" * 12))
    simulated = SimulatedDevice("sw1", user, ports=[Port(index=1, name="Gi1")])
    with SimulatedNetwork([simulated]).run_in_thread() as network:
        words = await lane.why_silent(device(network["sw1"].port, community="wrong"))

    assert "answers version 3, so it is there" in words
    assert "another community" in words


async def test_a_port_that_is_closed_is_said_to_be(lane, device):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    assert f"nothing listens on UDP port {port}" in await lane.why_silent(device(port))


async def test_who_sends_anything_but_an_answer_is_not_listened_to_for_long(lane, device):
    def flood() -> None:
        request, sender = flooding.recvfrom(65535)
        for _ in range(MOST_HEARD):
            flooding.sendto(b"\x30\x82", sender)
        flooding.sendto(request, sender)  # too late: it has the number that an answer has

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flooding:
        flooding.bind(("127.0.0.1", 0))
        flooding.settimeout(PATIENCE_SECONDS)
        thread = threading.Thread(target=flood)
        thread.start()
        said = await lane.why_silent(device(flooding.getsockname()[1]))
        thread.join()

    assert "nobody says that the port is closed" in said


@pytest.mark.parametrize(("version", "words"), [
    ("2c", "an agent is silent to a wrong community too"),
    ("3", "nobody says that the port is closed"),
])  # fmt: skip
async def test_of_a_silence_with_no_evidence_nothing_is_claimed(lane, device, version, words):
    with OddAgent(community=b"another") as agent:
        one = device(agent.port)
        if version == "3":
            one = replace(one, credential=Credential(name="core", version="3", user="nw"))
        said = await lane.why_silent(one)

    assert words in said
