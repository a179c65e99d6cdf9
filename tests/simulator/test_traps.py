"""What a simulated device says by itself."""

from __future__ import annotations

import socket

import pytest
from pydantic import SecretStr

from netwatch.model import Credential, Tag
from netwatch.simulator import Port, SimulatedDevice
from netwatch.snmp import PduKind, decode_message
from tests.patience import PATIENCE_SECONDS

CREDENTIAL = Credential(name="lab", version="2c", community=SecretStr("lab-community"))


@pytest.fixture
def manager():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(PATIENCE_SECONDS)
        yield listener


@pytest.fixture
def device(manager):
    switch = SimulatedDevice("sw1", CREDENTIAL, ports=[Port(index=7, name="Gi0/7")])
    switch.manager = manager.getsockname()
    return switch


@pytest.mark.parametrize(("happens", "trap", "oper_status"), [
    ("interface_down", "1.3.6.1.6.3.1.1.5.3", 2),
    ("interface_up", "1.3.6.1.6.3.1.1.5.4", 1),
])  # fmt: skip
def test_a_link_that_changes_is_told_with_its_index_and_status(device, manager, happens, trap, oper_status):
    getattr(device, happens)(7)

    message = decode_message(manager.recv(2048))
    assert message.community == b"lab-community"
    assert message.pdu.kind is PduKind.TRAP_V2
    uptime, name, *objects = message.pdu.varbinds
    assert uptime.tag == Tag.TIME_TICKS
    assert str(name.value) == trap
    assert [(str(vb.oid), vb.value) for vb in objects] == [
        ("1.3.6.1.2.1.2.2.1.1.7", 7), ("1.3.6.1.2.1.2.2.1.7.7", 1), ("1.3.6.1.2.1.2.2.1.8.7", oper_status),
    ]  # fmt: skip


def test_a_silent_device_and_one_without_a_manager_tell_nothing(device, manager):
    device.silence()
    device.interface_down(7)
    device.recover()
    device.manager = None
    device.interface_down(7)

    manager.setblocking(False)
    with pytest.raises(BlockingIOError):
        manager.recv(2048)
