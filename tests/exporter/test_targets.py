"""Who may be a target: devices, and what `exporter.allow` lists; never what is this machine's own, unless listed."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

import pytest
from pydantic import SecretStr

from netwatch.exporter.targets import BadTarget, NotAllowed, Targets, is_allowed, parse_target
from netwatch.model import Credential, Device

CAMPUS = Credential(name="campus", version="2c", community=SecretStr("public"))
SWITCH = Device(name="sw1", address="127.0.0.1", port=1161, credential=CAMPUS)
NAMES = {"good.example": ["10.1.2.3"], "sly.example": ["10.1.2.3", "169.254.169.254"], "empty.example": []}


async def resolve(name: str) -> Sequence[str]:
    return NAMES.get(name, [])


def targets(*allow: str) -> Targets:
    return Targets([SWITCH], [ipaddress.ip_network(text) for text in allow], resolve)


@pytest.mark.parametrize("text", ["sw1", "127.0.0.1:1161", "udp://127.0.0.1:1161", "[::ffff:127.0.0.1]:1161"])
async def test_a_device_is_a_target_by_its_name_and_its_address_wherever_it_is(text):
    found = await targets().find(text)

    assert (found.device, found.port) == (SWITCH, 1161)


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [("10.1.2.3", "10.1.2.3", 161), ("10.1.2.3:1161", "10.1.2.3", 1161), ("good.example:99", "10.1.2.3", 99)],
)
async def test_an_address_of_a_listed_network_is_a_target(text, address, port):
    found = await targets("10.0.0.0/8").find(text)

    assert (found.address, found.port, found.device) == (address, port, None)


@pytest.mark.parametrize(
    "text",
    ["192.0.2.1", "127.0.0.1", "127.0.0.1:22", "[::1]", "169.254.169.254", "sly.example", "empty.example", "0.0.0.1",
     "[::ffff:169.254.169.254]", "100.100.100.200", "[fe80::1]", "224.0.0.1", "2130706433", "gone.example"],
)  # fmt: skip
async def test_nobody_else_is_one_though_the_whole_internet_is_listed(text):
    whole = ("10.0.0.0/8",) if text == "192.0.2.1" else ("0.0.0.0/0", "::/0")

    with pytest.raises(NotAllowed):
        await targets(*whole).find(text)


@pytest.mark.parametrize(
    ("listed", "address"),
    [("127.0.0.0/8", "127.0.0.1"), ("169.254.169.254/32", "169.254.169.254"), ("fe80::/10", "fe80::1")],
)
def test_what_is_listed_as_such_may_be_asked(listed, address):
    assert is_allowed(ipaddress.ip_address(address), [ipaddress.ip_network(listed)])


@pytest.mark.parametrize("text", ["", "a b", "sw/x", "tcp://10.0.0.1", "10.0.0.1:x", "10.0.0.1:70000", "h" * 400,
                                  "[10.0.0.1", "[::1]161", "[::1"])  # fmt: skip
def test_what_is_not_written_like_a_target_is_refused(text):
    with pytest.raises(BadTarget):
        parse_target(text)


async def test_without_a_list_only_devices_are_targets():
    with pytest.raises(NotAllowed, match=r"exporter\.allow lists no network"):
        await targets().find("10.1.2.3")
