"""Simulated devices live in the caller's loop or in a thread of their own, and take faults from anywhere."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from pydantic import SecretStr

from netwatch.errors import RequestTimedOut
from netwatch.model import Credential, Device, Oid, Value
from netwatch.simulator import Port, SimulatedDevice, SimulatedNetwork
from netwatch.snmp import GeneralEngine

PUBLIC = Credential(name="c", version="2c", community=SecretStr("public"))
PORTS = [Port(index=index, name=f"Gi0/{index}") for index in range(1, 5)]
SYS_NAME, OPER_STATUS_2 = Oid.parse("1.3.6.1.2.1.1.5.0"), Oid.parse("1.3.6.1.2.1.2.2.1.8.2")


def ask(simulated: SimulatedDevice, oid: Oid) -> Value:
    """Ask once, from a loop of this thread."""

    async def get() -> Value:
        engine = GeneralEngine()
        await engine.start()
        try:
            return (await engine.get(device, [oid]))[0].value
        finally:
            await engine.stop()

    device = Device(
        name=simulated.name, address=simulated.address, port=simulated.port, credential=simulated.credential,
        timeout=timedelta(seconds=1), retries=1,
    )  # fmt: skip
    return asyncio.run(get())


def test_a_network_in_a_thread_answers_and_takes_faults_from_outside():
    network = SimulatedNetwork([SimulatedDevice("sw1", PUBLIC, ports=PORTS)])
    with network.run_in_thread():
        assert ask(network["sw1"], SYS_NAME) == b"sw1"
        network.do(lambda: network["sw1"].interface_down(2))
        assert ask(network["sw1"], OPER_STATUS_2) == 2

    with pytest.raises(RequestTimedOut):
        ask(network["sw1"], SYS_NAME)


def test_a_port_that_is_taken_is_said_to_the_one_who_starts():
    first = SimulatedNetwork([SimulatedDevice("sw1", PUBLIC)])
    with first.run_in_thread():
        second = SimulatedNetwork([SimulatedDevice("sw2", PUBLIC, port=first["sw1"].port)])
        with pytest.raises(OSError, match="in use"), second.run_in_thread():
            pass
